import { describe, expect, it } from 'vitest';
import {
  BusMessageKind,
  decodeBusMessage,
  encodeBusMessage,
  wrapMessage,
  type BusMessage,
} from '../../../../src/cluster/bus-message.js';
import { ClusterStats } from '../../../../src/cluster/stats.js';
import { Inbox, type HeardTopic } from '../../../../src/cluster/events/inbox.js';
import { FakeClock } from '../../../support/fake-clock.js';

const NODE = 'a'.repeat(16);

/** An inbox that hears of topics a and b, what it delivered, and the numbers after which it asked. */
class Bed {
  readonly clock = new FakeClock();
  readonly delivered: string[] = [];
  /** When each was triggered; undefined for what was not late. */
  readonly triggered: (number | undefined)[] = [];
  readonly asked: number[] = [];
  readonly stats = new ClusterStats();
  readonly topics = new Map<string, HeardTopic>();
  readonly inbox = new Inbox(
    {
      find: (topic) => this.topics.get(topic),
      all: () => this.topics.values(),
      deliver: (topic, { number }, triggeredMs) => {
        this.delivered.push(`${topic} ${number}`);
        this.triggered.push(triggeredMs);
      },
      askAgain: (_node, after) => this.asked.push(after),
    },
    this.clock,
    this.stats,
  );

  constructor() {
    for (const name of ['a', 'b']) this.topics.set(name, { sinceMs: this.inbox.nowMs, last: undefined });
  }

  take(topic: string, number: number, previous: number, node = NODE): void {
    this.inbox.take(topic, { ...this.message(number, previous), node });
  }

  resend(topic: string, number: number, previous: number, ageMs = 0): void {
    const { message } = this.bytes(number, previous);
    this.inbox.takeResent(this.bytes(0, ageMs, BusMessageKind.Resent, wrapMessage(topic, message)).decoded);
  }

  endOf(question: number): void {
    this.inbox.takeResent(this.bytes(question, 0, BusMessageKind.Resent).decoded);
  }

  private message(number: number, previous: number): BusMessage {
    return this.bytes(number, previous).decoded;
  }

  private bytes(
    number: number,
    previous: number,
    kind: BusMessage['kind'] = BusMessageKind.Event,
    body: string | Buffer = '',
  ) {
    const header = { kind, node: NODE, number, previous, sentMs: this.clock.now(), except: '' };
    const message = encodeBusMessage(header, body);
    return { message, decoded: decodeBusMessage(message)! };
  }
}

describe('Inbox', () => {
  it('waits for what is missing on a topic, asks for it, and goes on in order', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.take('a', 4, 3);
    bed.take('a', 5, 4);
    bed.take('b', 6, 0);
    expect(bed.delivered).toEqual(['a 1', 'b 6']);
    expect(bed.asked).toEqual([1]);
    bed.resend('a', 2, 1);
    bed.resend('a', 3, 2);
    expect(bed.delivered).toEqual(['a 1', 'b 6', 'a 2', 'a 3', 'a 4', 'a 5']);
    bed.endOf(1);
    expect(bed.stats.gaps).toBe(0);
  });

  it('asks for more where another topic misses something earlier, and waits for that answer', () => {
    const bed = new Bed();
    bed.take('b', 1, 0);
    bed.take('a', 2, 0);
    bed.take('a', 7, 6);
    bed.take('b', 8, 5);
    expect(bed.asked).toEqual([2, 1]);
    bed.endOf(2);
    expect(bed.stats.gaps).toBe(0);
    bed.resend('b', 5, 1);
    bed.resend('a', 6, 2);
    bed.endOf(1);
    expect(bed.delivered).toEqual(['b 1', 'a 2', 'b 5', 'b 8', 'a 6', 'a 7']);
    expect(bed.stats.gaps).toBe(0);
  });

  it('goes on without what does not come any more, and counts the gap', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.take('a', 3, 2);
    bed.endOf(1);
    expect(bed.delivered).toEqual(['a 1', 'a 3']);
    expect(bed.stats.gaps).toBe(1);
  });

  it('goes on in order with what was found of more than was kept, and counts each place once', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.take('a', 9, 8);
    for (const number of [4, 5, 7, 8]) bed.resend('a', number, number - 1);
    bed.resend('a', 5, 4);
    bed.endOf(1);
    expect(bed.delivered).toEqual(['a 1', 'a 4', 'a 5', 'a 7', 'a 8', 'a 9']);
    expect(bed.stats.gaps).toBe(2);
  });

  it('counts one gap for one interruption of a node, on however many topics something is missing', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.take('b', 2, 0);
    bed.topics.set('c', { sinceMs: 0, last: undefined });
    bed.take('c', 3, 0);
    // From 4 to 9 all is lost; on c that shows only after the others went on.
    bed.take('a', 10, 8);
    bed.take('b', 11, 9);
    bed.endOf(1);
    expect(bed.stats.gaps).toBe(1);
    bed.take('c', 12, 5);
    bed.endOf(3);
    expect(bed.delivered).toEqual(['a 1', 'b 2', 'c 3', 'a 10', 'b 11', 'c 12']);
    expect(bed.stats.gaps).toBe(1);
    // The next interruption.
    bed.take('a', 15, 13);
    bed.take('b', 16, 14);
    bed.endOf(10);
    expect(bed.stats.gaps).toBe(2);
  });

  it('counts a gap for each node that was interrupted', () => {
    const bed = new Bed();
    const other = 'b'.repeat(16);
    for (const node of [NODE, other]) {
      bed.take('a', 1, 0, node);
      bed.take('a', 3, 2, node);
    }
    bed.clock.advance(60_000);
    expect(bed.stats.gaps).toBe(2);
  });

  it('tells when an event was triggered that is sent again or had to wait, whatever the clock of its node says', () => {
    const bed = new Bed();
    bed.clock.advance(10_000);
    bed.take('a', 1, 0);
    bed.take('a', 3, 2);
    bed.clock.advance(300);
    bed.resend('a', 2, 1, 700);
    expect(bed.delivered).toEqual(['a 1', 'a 2', 'a 3']);
    expect(bed.triggered).toEqual([undefined, 9600, 10_000]);
  });

  it('passes over what was triggered before a topic was heard', () => {
    const bed = new Bed();
    bed.clock.advance(5000);
    bed.topics.set('c', { sinceMs: bed.inbox.nowMs, last: undefined });
    bed.clock.advance(1000);
    bed.resend('c', 1, 0, 1001);
    bed.resend('c', 2, 1, 1000);
    expect(bed.delivered).toEqual(['c 2']);
  });

  it('asks again, ever later, only while nothing comes', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.take('a', 9, 8);
    bed.clock.advance(400);
    expect(bed.asked).toEqual([1, 1]);
    bed.resend('a', 2, 1);
    bed.clock.advance(800);
    expect(bed.asked).toEqual([1, 1]);
    bed.clock.advance(800);
    expect(bed.asked).toEqual([1, 1, 1]);
    bed.endOf(1);
    bed.clock.advance(60_000);
    expect(bed.asked).toHaveLength(3);
  });

  it('asks a node after what had certainly come, though a later message of another topic came', () => {
    const bed = new Bed();
    bed.take('a', 1, 0);
    bed.inbox.heartbeats(new Map([[NODE, 1]]));
    bed.inbox.heartbeats(new Map([[NODE, 2]]));
    bed.take('b', 9, 0);
    bed.inbox.interrupt();
    bed.inbox.heartbeats(new Map([[NODE, 9]]));
    bed.inbox.heartbeats(new Map([[NODE, 9]]));
    bed.inbox.recover();
    expect(bed.asked).toEqual([1]);
    bed.resend('a', 8, 1);
    bed.resend('b', 9, 0);
    bed.endOf(1);
    expect(bed.delivered).toEqual(['a 1', 'b 9', 'a 8']);
    expect(bed.stats.duplicates).toBe(1);
  });

  it.each(['1', '2', '3'].map((digit) => digit.repeat(16)))(
    'tells nodes on one topic apart, and forgets node %s alone when it is gone',
    (gone) => {
      const bed = new Bed();
      const nodes = ['1', '2', '3'].map((digit) => digit.repeat(16));
      for (const node of nodes) bed.take('a', 7, 0, node);
      for (const node of nodes) bed.take('a', 7, 0, node);
      expect(bed.delivered).toEqual(['a 7', 'a 7', 'a 7']);
      const alive = new Map(nodes.filter((node) => node !== gone).map((node) => [node, 7]));
      for (let round = 0; round < 31; round++) bed.inbox.heartbeats(alive);
      bed.delivered.length = 0;
      for (const node of nodes.filter((node) => node !== gone)) bed.take('a', 7, 0, node);
      expect(bed.delivered).toEqual([]);
      bed.take('a', 7, 0, gone);
      expect(bed.delivered).toEqual(['a 7']);
    },
  );

  it('asks a node again for all it sent that was heard before its first heartbeat', () => {
    const bed = new Bed();
    bed.take('a', 5, 0);
    bed.inbox.interrupt();
    bed.inbox.recover();
    expect(bed.asked).toEqual([0]);
  });
});

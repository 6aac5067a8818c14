import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  BusMessageKind,
  decodeBusMessage,
  decodeLate,
  unwrapMessage,
} from '../../../../src/cluster/bus-message.js';
import type { Bus } from '../../../../src/cluster/bus.js';
import { ClusterStats } from '../../../../src/cluster/stats.js';
import { Outbox, type OutgoingMessage } from '../../../../src/cluster/events/outbox.js';
import { FakeClock } from '../../../support/fake-clock.js';

/** A bus that takes messages or does not, and an outbox on it. */
class Bed {
  readonly published: string[] = [];
  readonly messages: Uint8Array[] = [];
  takes = true;
  readonly clock = new FakeClock();
  readonly outbox: Outbox;

  constructor() {
    const bus: Pick<Bus, 'publish' | 'lossy'> = {
      lossy: true,
      publish: (topic, message) => {
        if (this.takes) this.messages.push(message);
        if (this.takes) this.published.push(`${topic} ${describeMessage(message)}`);
        return this.takes;
      },
    };
    this.outbox = new Outbox('a'.repeat(16), bus as Bus, this.clock, new ClusterStats());
  }

  /** The bodies of all that is kept after a number. */
  resend(after: number): string[] {
    const before = this.messages.length;
    this.outbox.resend(after, 'b'.repeat(16));
    const resent = this.messages
      .slice(before)
      .map((message) => unwrapMessage(decodeBusMessage(message)!.body));
    expect(resent.pop()).toBeUndefined();
    return resent.map((wrapped) => decodeBusMessage(wrapped!.message)!.body.toString());
  }

  publish(topic: string, body: string, first?: () => Promise<unknown>): Uint8Array {
    return this.outbox.publish(event(topic, body), true, first);
  }
}

/** The body, and how old it is where it is sent late. */
function describeMessage(bytes: Uint8Array): string {
  const message = decodeBusMessage(bytes)!;
  if (message.kind !== BusMessageKind.Late) return message.body.toString();
  const late = decodeLate(message)!;
  expect(late.message).toMatchObject({ node: message.node, number: message.number });
  return `${late.message.body.toString()} after ${late.ageMs} ms`;
}

const event = (topic: string, body: string): OutgoingMessage => {
  return { kind: BusMessageKind.Event, topic, body, except: '' };
};

describe('Outbox', () => {
  it('sends in their order, when the bus is back, events and orders that it did not take', () => {
    const bed = new Bed();
    bed.takes = false;
    bed.publish('a', '1');
    bed.outbox.publish({ ...event('#terminate', 'user'), kind: BusMessageKind.Terminate }, false);
    bed.clock.advance(1500);
    bed.publish('a', '2');
    expect(bed.outbox.sent).toBe(0);
    bed.clock.advance(500);
    bed.takes = true;
    bed.outbox.sendKept();
    bed.outbox.sendKept();
    expect(bed.published).toEqual(['a 1 after 2000 ms', '#terminate user after 2000 ms', 'a 2 after 500 ms']);
    expect(bed.outbox.sent).toBe(3);
  });

  it('sends again what the bus may have lost, and until then counts it as not sent', () => {
    const bed = new Bed();
    const messages = ['1', '2', '3'].map((body) => bed.publish('a', body));
    expect(bed.outbox.sent).toBe(3);
    bed.outbox.unsure(messages[2]!);
    bed.outbox.unsure(messages[1]!);
    expect(bed.outbox.sent).toBe(1);
    bed.outbox.sendKept();
    expect(bed.published).toEqual(['a 1', 'a 2', 'a 3', 'a 2 after 0 ms', 'a 3 after 0 ms']);
    expect(bed.outbox.sent).toBe(3);
  });

  it.each(['is over', 'has failed'])(
    'holds a message and its successors back until what comes first %s',
    async (how) => {
      const bed = new Bed();
      let finish: () => void = () => undefined;
      const first = new Promise<void>((resolve, reject) => {
        finish =
          how === 'is over'
            ? resolve
            : () => {
                reject(new Error('failed'));
              };
      });
      bed.publish('a', '1', () => first);
      bed.publish('a', '2');
      bed.publish('b', '3');
      expect(bed.published).toEqual(['b 3']);
      expect(bed.outbox.sent).toBe(0);
      finish();
      await new Promise<void>((resolve) => setImmediate(resolve));
      bed.publish('a', '4');
      expect(bed.published).toEqual(['b 3', 'a 1', 'a 2', 'a 4']);
      expect(bed.outbox.sent).toBe(4);
    },
  );

  it('sends again, in their order, what it published after a number', () => {
    const bed = new Bed();
    for (let i = 1; i <= 5; i++) bed.publish('a', String(i));
    expect(bed.resend(2)).toEqual(['3', '4', '5']);
    expect(bed.resend(5)).toEqual([]);
  });

  it('keeps what was published in the last 60 seconds', () => {
    const bed = new Bed();
    for (let i = 1; i <= 200; i++) {
      bed.publish('a', String(i));
      bed.clock.advance(1000);
    }
    expect(bed.resend(0)).toEqual(Array.from({ length: 61 }, (_, i) => String(i + 140)));
  });

  it('keeps no more than 16 MiB, and the latest of it', () => {
    const bed = new Bed();
    const bodies = Array.from({ length: 40 }, (_, i) => String(i).padEnd(1_048_576 - 29));
    for (const body of bodies) bed.publish('a', body);
    expect(bed.resend(0).map((body) => body.trim())).toEqual(bodies.slice(-16).map((body) => body.trim()));
  });

  it('sends in its turn also what is too large to be kept', async () => {
    const bed = new Bed();
    const body = 'x'.repeat(17 * 1024 * 1024);
    bed.publish('a', body, () => Promise.resolve());
    await nextTick();
    expect(bed.published.map((published) => published.length)).toEqual([`a ${body}`.length]);
    expect(bed.outbox.sent).toBe(1);
  });

  it('drops what it keeps no longer also when that was never sent', () => {
    const bed = new Bed();
    bed.takes = false;
    bed.publish('a', 'old');
    bed.clock.advance(61_000);
    bed.publish('a', 'new');
    expect(bed.outbox.sent).toBe(1);
    bed.takes = true;
    bed.outbox.sendKept();
    expect(bed.published).toEqual(['a new after 0 ms']);
  });
});

import { describe, expect, it } from 'vitest';
import { Gathering } from '../../../src/transports/gathering.js';
import { FakeClock } from '../../support/fake-clock.js';

const MANY = 100;

/** A gathering whose event loop turns when it is told to. */
function setUp({ windowMs = 2, fromSubscribers = MANY } = {}) {
  const clock = new FakeClock();
  const written: string[] = [];
  let waiting: (() => void)[] = [];
  const gathering = new Gathering<string>({
    windowMs,
    fromSubscribers,
    clock,
    write: (topic, frame, except) => written.push([topic, frame, except ?? []].flat().join(' ')),
    afterTick: (task) => waiting.push(task),
  });
  const endTick = () => {
    const tasks = waiting;
    waiting = [];
    for (const task of tasks) task();
  };
  return {
    gathering,
    clock,
    written,
    endTick,
    publish: (topic: string, frame: string, subscribers = MANY, except?: string) => {
      gathering.publish(topic, frame, subscribers, except);
    },
    /** Publishes the first frame of a row and lets its write leave. */
    begin: (topic: string) => {
      gathering.publish(topic, 'first', MANY, undefined);
      endTick();
      endTick();
    },
    /** What was written since the last call. */
    take: () => written.splice(0),
  };
}

describe('Gathering', () => {
  it('holds what follows on a topic until the window ends, then writes it in order', () => {
    const { begin, publish, take, clock } = setUp();
    begin('a');
    expect(take()).toEqual(['a first']);
    publish('a', '1');
    clock.advance(1);
    publish('a', '2', MANY, 'socket');
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['a 1', 'a 2 socket']);
  });

  it('never holds a frame that comes alone', () => {
    const { begin, publish, take, clock } = setUp();
    begin('a');
    clock.advance(2);
    publish('a', 'later');
    expect(take()).toEqual(['a first', 'a later']);
  });

  it('opens another window after what it held', () => {
    const { begin, publish, take, clock, endTick } = setUp();
    begin('a');
    publish('a', '1');
    clock.advance(2);
    endTick();
    endTick();
    take();
    publish('a', '2');
    expect(take()).toEqual([]);
    clock.advance(2);
    expect(take()).toEqual(['a 2']);
  });

  it('lets what follows in the same tick join the write', () => {
    const { publish, take } = setUp();
    publish('a', '1');
    publish('a', '2');
    expect(take()).toEqual(['a 1', 'a 2']);
  });

  it('holds what comes while the write is under way, and counts the window from its end', () => {
    const { publish, take, clock, endTick } = setUp();
    publish('a', '1');
    endTick();
    publish('a', '2');
    clock.advance(10);
    expect(take()).toEqual(['a 1']);
    endTick();
    clock.advance(1);
    expect(take()).toEqual([]);
    clock.advance(1);
    expect(take()).toEqual(['a 2']);
  });

  it.each([
    [
      'alone on another topic',
      (publish: (topic: string, frame: string) => void) => {
        publish('b', 'x');
      },
    ],
    [
      'on a topic with few sockets',
      (publish: (topic: string, frame: string, subscribers: number) => void) => {
        publish('b', 'x', MANY - 1);
      },
    ],
  ])('lets what is held go before what comes %s', (_what, other) => {
    const { begin, publish, take } = setUp();
    begin('a');
    publish('a', '1');
    take();
    other(publish);
    expect(take()).toEqual(['a 1', 'b x']);
  });

  it('holds for several topics that are busy by turns', () => {
    const { begin, publish, take, clock, endTick } = setUp();
    begin('a');
    clock.advance(1);
    publish('b', 'first');
    endTick();
    endTick();
    take();
    for (const frame of ['1', '2']) for (const topic of ['a', 'b']) publish(topic, frame);
    expect(take()).toEqual([]);
    clock.advance(2);
    expect(take()).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  });

  it('does not hold a topic that was quiet while another was busy', () => {
    const { begin, publish, take, clock, endTick } = setUp();
    begin('quiet');
    for (let i = 0; i < 2; i++) {
      clock.advance(1);
      publish('busy', `${i}`);
      endTick();
      endTick();
    }
    take();
    publish('quiet', 'alone');
    expect(take()).toEqual(['busy 1', 'quiet alone']);
  });

  it('lets what is held go before its sockets are sent anything or change topics', () => {
    const { gathering, begin, publish, take } = setUp();
    const member = (on: string) => ({ isOn: (topic: string) => topic === on });
    begin('a');
    publish('a', '1');
    take();
    gathering.flushBefore(member('b'));
    gathering.flushTopic('b');
    expect(take()).toEqual([]);
    gathering.flushBefore(member('a'));
    expect(take()).toEqual(['a 1']);

    const other = setUp();
    other.begin('a');
    other.publish('a', '1');
    other.take();
    other.gathering.flushTopic('a');
    expect(other.take()).toEqual(['a 1']);
  });

  it.each([
    ['many frames', 32, 'x'],
    ['long frames', 4, 'x'.repeat(16_384)],
  ])('holds no more than so %s', (_what, count, frame) => {
    const { begin, publish, take } = setUp();
    begin('a');
    take();
    for (let i = 1; i < count; i++) publish('a', frame);
    expect(take()).toEqual([]);
    publish('a', frame);
    expect(take()).toHaveLength(count);
  });

  it('holds nothing when it is switched off', () => {
    const { begin, publish, take, clock } = setUp({ windowMs: 0 });
    begin('a');
    publish('a', '1');
    expect(take()).toEqual(['a first', 'a 1']);
    expect(clock.pending).toBe(0);
  });

  it('lets everything go when it closes, and waits for nothing', () => {
    const { gathering, begin, publish, take, clock, endTick } = setUp();
    begin('a');
    publish('a', '1');
    gathering.close();
    endTick();
    endTick();
    expect(take()).toEqual(['a first', 'a 1']);
    expect(clock.pending).toBe(0);
  });
});

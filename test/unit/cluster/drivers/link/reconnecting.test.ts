import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  answeredInTime,
  Reconnecting,
  type Connection,
} from '../../../../../src/cluster/drivers/link/reconnecting.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => undefined);

describe('answeredInTime', () => {
  it('gives up a server that sends nothing', async () => {
    const answered = expect(answeredInTime(never(), () => 7)).rejects.toThrow('did not answer within 1.5 s');
    await vi.advanceTimersByTimeAsync(1500);
    await answered;
  });

  it('waits for a server that still answers what was asked before', async () => {
    let bytes = 0;
    let isOver = false;
    const answered = answeredInTime(never(), () => bytes).catch(() => {
      isOver = true;
    });

    for (let i = 0; i < 20; i++) {
      bytes++;
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(3000);
    await answered;
    expect(isOver).toBe(true);
  });
});

/** A connection whose fate a test decides. */
class FakeConnection implements Connection {
  lost: (reason: string) => void = () => undefined;
  isDestroyed = false;

  constructor(
    private readonly opens: () => Promise<void>,
    private readonly answers: () => Promise<unknown>,
  ) {}

  open(lost: (reason: string) => void): Promise<void> {
    this.lost = lost;
    return this.opens();
  }

  ping(): Promise<unknown> {
    return this.answers();
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

describe('Reconnecting', () => {
  const fine = () => Promise.resolve();
  let created: FakeConnection[];
  let events: string[];

  const start = (opens: () => Promise<void> = fine, answers: () => Promise<unknown> = fine) => {
    created = [];
    events = [];
    const link = new Reconnecting(
      () => {
        const connection = new FakeConnection(opens, answers);
        created.push(connection);
        return connection;
      },
      {
        up: () => events.push('up'),
        down: (reason) => events.push(`down: ${reason}`),
      },
    );
    link.start();
    return link;
  };

  it('opens another connection when one is lost', async () => {
    const link = start();
    await vi.advanceTimersByTimeAsync(0);
    expect(link.connection).toBe(created[0]);

    created[0]!.lost('cut');
    expect(link.connection).toBeUndefined();
    expect(created[0]!.isDestroyed).toBe(true);
    await vi.advanceTimersByTimeAsync(20);

    expect(link.connection).toBe(created[1]);
    expect(events).toEqual(['up', 'down: cut', 'up']);
  });

  it('hears no more of a connection that was replaced', async () => {
    start();
    await vi.advanceTimersByTimeAsync(0);
    created[0]!.lost('cut');
    await vi.advanceTimersByTimeAsync(20);
    created[0]!.lost('cut once more');

    expect(events).toEqual(['up', 'down: cut', 'up']);
  });

  it('gives up a connection that refuses a ping', async () => {
    let answers = fine;
    start(fine, () => answers());
    await vi.advanceTimersByTimeAsync(2000);
    expect(events).toEqual(['up']);

    answers = () => Promise.reject(new Error('LOADING'));
    await vi.advanceTimersByTimeAsync(400);
    expect(events).toEqual(['up', 'down: LOADING']);
  });

  it('tries without end, soon at first and then about every second, and tells it once', async () => {
    start(() => Promise.reject(new Error('refused')));
    await vi.advanceTimersByTimeAsync(1000);
    expect(created.length).toBeGreaterThan(4);
    const soon = created.length;
    await vi.advanceTimersByTimeAsync(60_000);

    expect(created.length - soon).toBeGreaterThanOrEqual(59);
    expect(created.length - soon).toBeLessThan(125);
    expect(events).toEqual(['down: refused']);
  });

  it('gives up a connection that does not open', async () => {
    start(never);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(events).toEqual(['down: did not connect within 10 s']);
    expect(created[0]!.isDestroyed).toBe(true);
  });

  it('ends for good', async () => {
    const link = start();
    await vi.advanceTimersByTimeAsync(0);
    link.close();
    created[0]!.lost('closed');
    await vi.advanceTimersByTimeAsync(60_000);

    expect(created).toHaveLength(1);
    expect(created[0]!.isDestroyed).toBe(true);
    expect(events).toEqual(['up']);
  });
});

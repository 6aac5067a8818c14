import { describe, expect, it } from 'vitest';
import { drainConnections, type DrainableServer } from '../../../src/connections/drain.js';
import { FakeClock } from '../../support/fake-clock.js';

/** A server that closes nothing, but remembers what it was to close and when. */
class FakeServer implements DrainableServer<number> {
  readonly closed: { readonly connection: number; readonly code: number; readonly message: string }[] = [];
  readonly apps: DrainableServer<number>['apps'];

  /** @param counts of connections, by app */
  constructor(counts: readonly number[]) {
    let next = 0;
    const apps = counts.map((count) => ({
      connections: new Map(Array.from({ length: count }, () => [`id-${next}`, next++])),
    }));
    this.apps = { active: () => apps };
  }

  closeWithError(connection: number, code: number, message: string): void {
    this.closed.push({ connection, code, message });
  }
}

/** Lets the promises of a tick settle. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** How many were told to close at each moment something happened, in milliseconds from the start. */
async function drain(counts: readonly number[], seconds: number) {
  const clock = new FakeClock(0);
  const server = new FakeServer(counts);
  const slices: { readonly atMs: number; readonly count: number }[] = [];
  let isDone = false;
  const done = drainConnections(server, clock, seconds).then(() => {
    isDone = true;
  });
  for (let before = 0; ; before = server.closed.length) {
    await settle();
    slices.push({ atMs: clock.now(), count: server.closed.length - before });
    if (clock.pending === 0) break;
    while (clock.pending > 0) clock.advance(1);
  }
  await done;
  return { server, slices, isDone };
}

describe('drainConnections', () => {
  it('tells every connection of every app to reconnect, once (STOP-1)', async () => {
    const { server } = await drain([120, 0, 130], 1);
    expect(server.closed).toStrictEqual(
      Array.from({ length: 250 }, (_, connection) => ({
        connection,
        code: 4200,
        message: 'Server is restarting; please reconnect',
      })),
    );
  });

  it.each<[connections: number, seconds: number, slices: number, largest: number]>([
    [1000, 5, 50, 20],
    [5000, 120, 1000, 5],
    [101, 120, 101, 1],
    [100_000, 5, 50, 2000],
    [1000, 0.2, 2, 500],
  ])(
    'spreads %i connections evenly over %f seconds (STOP-1)',
    async (connections, seconds, count, largest) => {
      const { slices } = await drain([connections], seconds);
      expect(slices).toHaveLength(count);
      expect(Math.max(...slices.map((slice) => slice.count))).toBe(largest);
      expect(Math.min(...slices.map((slice) => slice.count))).toBeGreaterThan(0);
      const last = slices.at(-1)!.atMs;
      expect(last).toBeLessThan(seconds * 1000);
      expect(last).toBeGreaterThan(seconds * 1000 * (1 - 1 / count) - count);
    },
  );

  it.each([1, 100])('closes %i at once, however long it may take (STOP-1)', async (connections) => {
    const { slices } = await drain([connections], 120);
    expect(slices).toStrictEqual([{ atMs: 0, count: connections }]);
  });

  it('closes all at once when it may take no time (STOP-1)', async () => {
    const { slices } = await drain([5000], 0);
    expect(slices).toStrictEqual([{ atMs: 0, count: 5000 }]);
  });

  it('has nothing to wait for without connections (STOP-1)', async () => {
    const { slices, isDone } = await drain([], 120);
    expect(slices).toStrictEqual([{ atMs: 0, count: 0 }]);
    expect(isDone).toBe(true);
  });
});

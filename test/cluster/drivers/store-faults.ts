import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import type { FaultyServer } from './bus-faults.js';
import { beating, change, freshKey, freshNode, member, TestStore, type StoreBed } from './store-bed.js';

/** What a store has to do when its server, which keeps its data, stands still or goes away. */
export function describeStoreFaults(
  start: () => Promise<StoreBed & { readonly server: FaultyServer }>,
): void {
  let bed: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    bed = await start();
  });

  afterEach(() => {
    bed.server.resume();
  });

  afterAll(async () => {
    await bed.stop();
  });

  describe('when the server is away', () => {
    it('fails at once, and is up again when it returns, still watching', async () => {
      const { store, ...test } = await TestStore.open(bed);
      const key = freshKey();
      await store.watch(key);
      await store.apply('a', change(key, { join: [member('u1')] }));
      await eventually(() => {
        expect(test.deltas).toHaveLength(1);
      });

      await bed.server.kill();
      await eventually(() => {
        expect(test.events).toEqual(['up', 'down']);
      });
      const asked = performance.now();
      await expect(store.snapshot(key)).rejects.toThrow();
      expect(performance.now() - asked).toBeLessThan(50);
      await expect(store.cache(key, Uint8Array.of(1), 1000, false)).rejects.toThrow();

      await bed.server.run();
      await eventually(() => {
        expect(test.events).toEqual(['up', 'down', 'up']);
      });
      expect(await store.memberIds(key)).toEqual(['u1']);
      await store.apply('a', change(key, { leave: ['u1'] }));
      await eventually(() => {
        expect(test.deltas.map(({ delta }) => delta.members[0]!.nodes)).toEqual([1, 0]);
      });
    });

    it('fails calls that a server that stands still does not answer, which a repeat then finds done', async () => {
      const { store, ...test } = await TestStore.open(bed);
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));
      const going = change(key, { subscriptions: 0 });

      bed.server.stall();
      const stalled = performance.now();
      await expect(store.apply('a', going)).rejects.toThrow();
      expect(performance.now() - stalled).toBeLessThan(3000);

      bed.server.resume();
      await eventually(() => {
        expect(test.events).toEqual(['up', 'down', 'up']);
      });
      expect(await store.apply('a', going)).toMatchObject({ occupancy: 'vacated', removed: ['u1'] });
    });

    it('takes nobody for dead who could not beat meanwhile', { timeout: 30_000 }, async () => {
      const { store, ...test } = await TestStore.open(bed);
      const [a, b] = [freshNode(), freshNode()];
      for (const id of [a, b]) await store.beat(beating(id), true);

      bed.server.stall();
      await new Promise((resolve) => setTimeout(resolve, 4500));
      bed.server.resume();
      await eventually(() => {
        expect(test.events).toEqual(['up', 'down', 'up']);
      });

      const { peers, gone, epochAgeMs } = await store.beat(beating(a), false);
      expect(gone).toBe(false);
      expect(epochAgeMs).toBeLessThan(1000);
      expect(peers.find(({ id }) => id === b)!.silentMs).toBeLessThan(1000);
      expect(await store.bury(b, 4000)).toBe(false);
    });
  });
}

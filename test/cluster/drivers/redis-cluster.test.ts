import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { RedisCluster } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { freshTopic, TestBus } from './bus-bed.js';
import { describeBus } from './bus-suite.js';
import { redisBeds } from './redis-beds.js';
import { change, freshKey, member, TestStore } from './store-bed.js';
import { describeStore } from './store-suite.js';

/** Nodes of one cluster for all tests, since it takes seconds to build one. */
describeWith(REDIS, () => {
  let cluster: RedisCluster;
  let beds: ReturnType<typeof redisBeds>;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    beds = redisBeds(
      { nodes: cluster.addresses },
      { flush: () => cluster.flush(), stop: () => Promise.resolve() },
    );
  });

  afterAll(() => cluster.stop());

  describe('cluster bus', () => {
    describeBus(() => Promise.resolve(beds.bus));

    it('spreads its channels over the masters', async () => {
      const node = await TestBus.open(beds.bus);
      await Promise.all(Array.from({ length: 60 }, () => node.bus.subscribe(freshTopic())));

      const channels = await Promise.all(
        cluster.masters.map(({ admin }) => admin.call('PUBSUB', 'SHARDCHANNELS')),
      );

      for (const ofMaster of channels) expect(ofMaster).not.toEqual([]);
      expect(channels.flat().length).toBeGreaterThanOrEqual(60);
    });

    it('follows a slot that moves to another master', async () => {
      const [a, b] = [await TestBus.open(beds.bus), await TestBus.open(beds.bus)];
      const topic = freshTopic();
      await b.bus.subscribe(topic);

      await moveSlot(cluster, `test:bus:${topic}`);

      await eventually(() => {
        expect(b.events).toEqual(['up', 'down', 'up']);
      });
      await eventually(() => {
        a.publish(topic, 'x');
        expect(b.on(topic)).toContain('x');
      });
    });
  });

  describe('cluster store', () => {
    describeStore(() => Promise.resolve(beds.store));

    it('fails while a master stands still, and is up when it answers again', async () => {
      const { store, ...test } = await TestStore.open(beds.store);
      const keys = Array.from({ length: 20 }, () => freshKey());
      for (const key of keys) await store.apply('a', change(key, { join: [member('u1')] }));

      cluster.masters[1]!.stall();
      const stalled = performance.now();
      try {
        await eventually(() => {
          expect(test.events).toEqual(['up', 'down']);
        });
        expect(performance.now() - stalled).toBeLessThan(2500);
      } finally {
        cluster.masters[1]!.resume();
      }

      await eventually(() => {
        expect(test.events).toEqual(['up', 'down', 'up']);
      });
      expect(await store.counts(keys)).toEqual(keys.map(() => ({ subscriptions: 1, members: 1 })));
    });
  });
});

/** As Redis was before 7.0, and as some of those who host it offer it. */
describeWith(REDIS, () => {
  let cluster: RedisCluster;
  let beds: ReturnType<typeof redisBeds>;

  beforeAll(async () => {
    cluster = await RedisCluster.start({ 'rename-command': 'SSUBSCRIBE ""' });
    beds = redisBeds(
      { nodes: cluster.addresses },
      { flush: () => cluster.flush(), stop: () => Promise.resolve() },
    );
  });

  afterAll(() => cluster.stop());

  describe('cluster bus without sharded channels', () => {
    describeBus(() => Promise.resolve(beds.bus));
  });

  describe('cluster store without sharded channels', () => {
    describeStore(() => Promise.resolve(beds.store));
  });
});

/** Gives the slot of a key to another master. */
async function moveSlot({ masters }: RedisCluster, key: string): Promise<void> {
  const slot = Number(await masters[0]!.admin.call('CLUSTER', 'KEYSLOT', key));
  const ids = await Promise.all(
    masters.map(async ({ admin }) => String(await admin.call('CLUSTER', 'MYID'))),
  );
  const owner = Math.min(Math.floor(slot / (16_384 / masters.length)), masters.length - 1);
  const target = (owner + 1) % masters.length;
  for (const i of [target, owner, 3 - target - owner]) {
    await masters[i]!.admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[target]!);
  }
}

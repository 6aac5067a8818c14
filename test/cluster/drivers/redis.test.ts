import { describe, expect, it } from 'vitest';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { describeFaults } from './bus-faults.js';
import { describeBus } from './bus-suite.js';
import { redisBeds, redisSettings } from './redis-beds.js';
import { RedisStore } from '../../../src/cluster/drivers/redis/redis-store.js';
import { change, TestStore } from './store-bed.js';
import { describeStoreFaults } from './store-faults.js';
import { describeStore } from './store-suite.js';

describeWith(REDIS, () => {
  const start = async () => {
    const server = await RedisServer.start({ persistent: true });
    const beds = redisBeds(
      { port: server.port },
      { flush: () => server.admin.flushall(), stop: () => server.stop() },
    );
    return { bus: { ...beds.bus, server }, store: { ...beds.store, server } };
  };

  describe('bus', () => {
    describeBus(async () => (await start()).bus);
    describeFaults(async () => (await start()).bus);
  });

  describe('store', () => {
    describeStore(async () => (await start()).store);
    describeStoreFaults(async () => (await start()).store);
  });

  it('refuses questions when too many wait, and nothing that the node itself has to tell', async () => {
    const server = await RedisServer.start();
    try {
      const settings = redisSettings({ port: server.port });
      const { store } = await TestStore.open({ create: () => new RedisStore(settings, 'test', 10) });
      const keys = Array.from({ length: 100 }, (_, i) => `app/room-${i}`);
      const told = keys.map((key) => store.apply('a', change(key, {})));
      const asked = await Promise.allSettled(keys.map((key) => store.cached(key)));
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      expect((await Promise.all(told)).every(({ occupancy }) => occupancy === 'occupied')).toBe(true);
      expect(await store.cached(keys[0]!)).toBeUndefined();
    } finally {
      await server.stop();
    }
  });
});

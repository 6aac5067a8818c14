import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { RedisSentinel } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { freshTopic, TestBus } from './bus-bed.js';
import { redisBeds } from './redis-beds.js';
import { change, freshKey, member, TestStore } from './store-bed.js';

describeWith(REDIS, () => {
  describe('behind a Sentinel', () => {
    it('follows a failover', { timeout: 60_000 }, async () => {
      const sentinel = await RedisSentinel.start();
      const beds = redisBeds(
        { sentinels: [sentinel.address], sentinelName: RedisSentinel.masterName },
        { flush: () => Promise.resolve(), stop: () => sentinel.stop() },
      );
      const node = await TestBus.open(beds.bus);
      const { store, ...test } = await TestStore.open(beds.store);
      const [topic, key] = [freshTopic(), freshKey()];
      await node.bus.subscribe(topic);
      await store.apply('a', change(key, { join: [member('u1')] }));
      await eventually(async () => {
        expect(await sentinel.replica.admin.exists(`test:{${key}}:m`)).toBe(1);
      });

      await sentinel.master.kill();

      await eventually(() => {
        expect([node.events, test.events]).toEqual([
          ['up', 'down', 'up'],
          ['up', 'down', 'up'],
        ]);
      });
      node.publish(topic, 'again');
      await eventually(() => {
        expect(node.on(topic)).toEqual(['again']);
      });
      expect(await store.apply('b', change(key, { join: [member('u1')] }))).toMatchObject({
        added: [],
        occupancy: 'unchanged',
      });
      expect(await sentinel.replica.admin.role()).toContain('master');
      await sentinel.stop();
    });
  });
});

import { describe, expect, it, onTestFinished } from 'vitest';
import { EvictionWarning } from '../../../src/cluster/eviction-warning.js';
import type { RedisSettings } from '../../../src/cluster/drivers/driver-settings.js';
import { keepingLog } from '../../support/keeping-log.js';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { redisBeds } from './redis-beds.js';
import { TestStore } from './store-bed.js';

const USER = { username: 'pregon', password: 'a password' };

/** A Redis whose user may have every command but some. */
async function startServer(policy: string, refused: readonly string[] = [], maxmemory = '200mb') {
  const server = await RedisServer.start({ settings: { maxmemory, 'maxmemory-policy': policy } });
  onTestFinished(() => server.stop());
  const rules = ['on', `>${USER.password}`, '~*', '&*', '+@all', ...refused];
  await server.admin.acl('SETUSER', USER.username, ...rules);
  return server;
}

/** A warning over a store at a server, and what it logged. */
async function openWarning(settings: Partial<RedisSettings>) {
  const beds = redisBeds(settings, { flush: () => Promise.resolve(), stop: () => Promise.resolve() });
  const { store } = await TestStore.open(beds.store);
  const { log, lines } = keepingLog();
  return { warning: new EvictionWarning(store, log), lines };
}

describeWith(REDIS, () => {
  describe('a Redis that may evict keys', () => {
    it.each([
      ['allkeys-lru', 'members and channels'],
      ['volatile-ttl', 'keys that expire'],
    ])('is warned of with its policy: %s', async (policy, lost) => {
      const { port } = await startServer(policy);
      const { warning, lines } = await openWarning({ port, ...USER });

      await warning.look();

      expect(lines).toEqual([expect.stringContaining(lost)]);
      expect(lines[0]).toContain(`policy="${policy}" wanted="noeviction"`);
    });

    it('is warned of once for each policy, however often the store comes back', async () => {
      const { port, admin } = await startServer('allkeys-lru');
      const { warning, lines } = await openWarning({ port, ...USER });
      await warning.look();
      await warning.look();
      await admin.config('SET', 'maxmemory-policy', 'allkeys-random');
      await warning.look();

      expect(lines).toEqual([
        expect.stringContaining('policy="allkeys-lru"'),
        expect.stringContaining('policy="allkeys-random"'),
      ]);
    });

    it('is recognized by a user without the right to CONFIG', async () => {
      const { port } = await startServer('allkeys-lru', ['-config']);
      const { warning, lines } = await openWarning({ port, ...USER });

      await warning.look();

      expect(lines).toEqual([expect.stringContaining('policy="allkeys-lru"')]);
    });

    it('is not warned of where the user has the right to neither CONFIG nor INFO', async () => {
      const { port } = await startServer('allkeys-lru', ['-config', '-info']);
      const { warning, lines } = await openWarning({ port, ...USER });

      await warning.look();

      expect(lines).toEqual([]);
    });

    it.each([
      ['keeps every key', 'noeviction', '200mb'],
      ['has no limit of memory', 'allkeys-lru', '0'],
    ])('is not one that %s', async (_, policy, maxmemory) => {
      const server = await startServer(policy, [], maxmemory);
      for (const refused of ['+config', '-config']) {
        await server.admin.acl('SETUSER', USER.username, refused);
        const { warning, lines } = await openWarning({ port: server.port, ...USER });

        await warning.look();

        expect([refused, lines]).toEqual([refused, []]);
      }
    });
  });
});

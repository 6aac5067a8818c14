import { RedisBus } from '../../../src/cluster/drivers/redis/redis-bus.js';
import type { RedisSettings } from '../../../src/cluster/drivers/driver-settings.js';
import { RedisStore } from '../../../src/cluster/drivers/redis/redis-store.js';
import type { BusBed } from './bus-bed.js';
import type { StoreBed } from './store-bed.js';

/** Settings with what matters to a test. */
export function redisSettings(settings: Partial<RedisSettings>): RedisSettings {
  return {
    host: '127.0.0.1',
    port: 6379,
    username: null,
    password: null,
    db: 0,
    tls: undefined,
    sentinels: [],
    sentinelName: 'mymaster',
    sentinelPassword: null,
    nodes: [],
    ...settings,
  };
}

/** A bus and a store over the same server. */
export function redisBeds(
  settings: Partial<RedisSettings>,
  server: { flush(): Promise<unknown>; stop(): Promise<void> },
): { readonly bus: BusBed; readonly store: StoreBed } {
  const all = redisSettings(settings);
  const stop = () => server.stop();
  return {
    bus: { create: () => new RedisBus(all, 'test'), stop },
    store: {
      create: () => new RedisStore(all, 'test'),
      flush: async () => {
        await server.flush();
      },
      stop,
    },
  };
}

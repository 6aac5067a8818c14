import { ConfigError } from '../../config/config-error.js';
import type { Config } from '../../config/schema.js';
import type { ClusterDrivers } from '../drivers.js';
import { IpcBus } from './ipc/ipc-bus.js';
import type { IpcAddress } from './ipc/ipc-connection.js';
import { IpcLink } from './ipc/ipc-link.js';
import { IpcStore } from './ipc/ipc-store.js';
import { natsSettings, redisSettings } from './driver-settings.js';
import type { NatsBus } from './nats/nats-bus.js';
import type { RedisBus } from './redis/redis-bus.js';
import type { RedisStore } from './redis/redis-store.js';

/** The drivers' modules, which are only loaded where they are used: their libraries may not be installed. */
export interface DriverModules {
  readonly redisBus: () => Promise<{ readonly RedisBus: typeof RedisBus }>;
  readonly redisStore: () => Promise<{ readonly RedisStore: typeof RedisStore }>;
  readonly natsBus: () => Promise<{ readonly NatsBus: typeof NatsBus }>;
}

const MODULES: DriverModules = {
  redisBus: () => import('./redis/redis-bus.js'),
  redisStore: () => import('./redis/redis-store.js'),
  natsBus: () => import('./nats/nats-bus.js'),
};

/**
 * The drivers that the configuration names, not started yet.
 *
 * @returns undefined where the node is alone
 * @throws ConfigError where a library is not installed, or a file of the configuration cannot be read
 */
export async function createClusterDrivers(
  config: Config['cluster'],
  modules: DriverModules = MODULES,
): Promise<ClusterDrivers | undefined> {
  if (config.bus === 'none') return undefined;
  const redis = redisSettings(config);
  // Databases of one server share their channels, so the names tell them apart.
  const prefix = redis.db === 0 ? config.prefix : `${config.prefix}.${redis.db}`;
  const drivers = await load(config.bus, 'ioredis', modules.redisStore);
  const store = new drivers.RedisStore(redis, prefix);
  if (config.bus === 'nats') {
    const nats = natsSettings(config);
    const driver = await load(config.bus, '@nats-io/transport-node', modules.natsBus);
    return { bus: new driver.NatsBus(nats, prefix), store };
  }
  const driver = await load(config.bus, 'ioredis', modules.redisBus);
  return { bus: new driver.RedisBus(redis, prefix), store };
}

/** The drivers of one of several processes that meet at a parent process, not started yet. */
export function createIpcDrivers(address: IpcAddress): ClusterDrivers {
  const link = new IpcLink(address);
  return { bus: new IpcBus(link), store: new IpcStore(link) };
}

async function load<T>(bus: string, library: string, module: () => Promise<T>): Promise<T> {
  try {
    return await module();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ConfigError([
      {
        key: 'cluster.bus',
        value: JSON.stringify(bus),
        origin: 'cluster',
        problem: `needs the package ${library}, which is not installed; npm install ${library}`,
      },
    ]);
  }
}

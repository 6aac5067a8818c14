import { Cluster, Command, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisSettings } from '../driver-settings.js';
import { answeredInTime } from '../link/reconnecting.js';

/** All but the option whose type tells how replies are shaped. */
type Options = Omit<RedisOptions, 'replyMapping'>;

export const CONNECT_TIMEOUT_MS = 2000;

export const isCluster = (settings: RedisSettings): boolean => settings.nodes.length > 0;

/**
 * A connection that is not opened yet. It never reconnects and keeps nothing back for later: what is asked while it is
 * not open fails at once.
 */
export function createRedis(settings: RedisSettings, name: string): Redis {
  const options: Options = { ...commonOptions(settings, name), ...once };
  if (settings.sentinels.length > 0)
    return new Redis({ ...options, ...sentinelOptions(settings), enableReadyCheck: true });
  if (settings.host.startsWith('/')) return new Redis({ ...options, path: settings.host });
  return new Redis({ ...options, host: settings.host, port: settings.port });
}

/** A connection to one node of a cluster. */
export function createNode(
  settings: RedisSettings,
  node: { host: string; port: number },
  name: string,
): Redis {
  return new Redis({ ...commonOptions(settings, name), ...once, ...node });
}

/** Connections to all masters of a cluster, as {@link createRedis}. */
export function createCluster(settings: RedisSettings, name: string): Cluster {
  const options: Omit<ClusterOptions, 'redisOptions'> & { readonly redisOptions: Options } = {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: null,
    // A command that fails is not tried again behind our back, since others have overtaken it by then.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    redisOptions: commonOptions(settings, name),
    // Names are kept as they are, since certificates are for names.
    dnsLookup: (address, found) => {
      found(null, address);
    },
  };
  return new Cluster(settings.nodes.map(readAddress), options);
}

/** The slot of a key or a channel, which one of the masters serves. */
export function slotOf(key: string): number {
  return new Command('get', [key]).getSlot();
}

/** Ends a connection now, without waiting for what is still to be written. */
export function destroyRedis(redis: Redis): void {
  redis.disconnect();
  // Not there before the first attempt to connect, whatever its type says.
  (redis as { stream?: Redis['stream'] }).stream?.destroy();
}

/** Opens a connection. @param lost when it breaks later */
export async function openRedis(redis: Redis, lost: (reason: string) => void): Promise<void> {
  let reason = 'the connection was closed';
  redis.on('error', (cause: Error) => {
    reason = cause.message;
  });
  redis.once('end', () => {
    lost(reason);
  });
  try {
    await redis.connect();
  } catch (cause) {
    // "Connection is closed." hides why.
    throw new Error(reason, { cause });
  }
  // Fails while the server loads its data.
  await redis.ping();
  // The library selects the database too, and stays in the first where there is none of that number.
  const { db = 0 } = redis.options;
  if (db !== 0) await redis.select(db);
}

/** Opens the connections to all masters of a cluster. @param lost when one of them breaks later */
export async function openCluster(cluster: Cluster, lost: (reason: string) => void): Promise<void> {
  let reason = 'the connection to a node was closed';
  const remember = (cause: Error) => {
    reason = cause.message;
  };
  cluster.on('error', remember);
  cluster.on('node error', remember);
  cluster.on('-node', (node: Redis) => {
    if (node.options.readOnly !== true) lost(reason);
  });
  cluster.once('end', () => {
    lost(reason);
  });
  try {
    await cluster.connect();
  } catch (cause) {
    throw new Error(reason, { cause });
  }
  // Connects to those that were not asked yet.
  await Promise.all(cluster.nodes('master').map((node) => node.ping()));
}

/** Asks a server whether it answers. */
export function pingRedis(redis: Redis): Promise<void> {
  return answeredInTime(redis.ping(), () => redis.stream.bytesRead);
}

export async function pingMasters(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodes('master').map(pingRedis));
}

export function destroyCluster(cluster: Cluster): void {
  const nodes = cluster.nodes('all');
  cluster.disconnect();
  for (const node of nodes) destroyRedis(node);
}

/** A connection that is given up when it breaks. */
const once = {
  lazyConnect: true,
  enableOfflineQueue: false,
  retryStrategy: null,
  // It asks INFO, and prints a line where the user's ACL leaves that out; `openRedis` pings instead.
  enableReadyCheck: false,
} as const;

function commonOptions(settings: RedisSettings, name: string): Options {
  return {
    connectionName: name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    protocol: 2,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...(settings.username === null ? {} : { username: settings.username }),
    ...(settings.password === null ? {} : { password: settings.password }),
    ...(settings.db === 0 ? {} : { db: settings.db }),
    ...(settings.tls === undefined ? {} : { tls: { ...settings.tls } }),
  };
}

function sentinelOptions(settings: RedisSettings): Options {
  return {
    sentinels: settings.sentinels.map(readAddress),
    name: settings.sentinelName,
    sentinelRetryStrategy: () => null,
    sentinelReconnectStrategy: () => null,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    // A master that was replaced may still answer.
    failoverDetector: true,
    ...(settings.sentinelPassword === null ? {} : { sentinelPassword: settings.sentinelPassword }),
    ...(settings.tls === undefined
      ? {}
      : { sentinelTLS: { ...settings.tls }, enableTLSForSentinelMode: true }),
  };
}

/** `host:port`, where an IPv6 address stands in brackets; 6379 unless given. */
function readAddress(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(`redis://${address}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
}

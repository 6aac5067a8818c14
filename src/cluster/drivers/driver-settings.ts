import { readFileSync } from 'node:fs';
import { readNatsServer, REDIS_SCHEMES, type NatsServer } from '../../config/addresses.js';
import { ConfigError } from '../../config/config-error.js';
import type { Config } from '../../config/schema.js';
import { fileProblem, showPath } from '../../config/secrets.js';
import type { NatsSettings } from './nats/nats-bus.js';

/** How Redis is reached. */
export interface RedisSettings {
  /** A name, an address, or the path of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly db: number;
  /** Encrypted when given. */
  readonly tls: TlsSettings | undefined;
  /** Sentinels (`host:port`) that know where the master is, and its name. */
  readonly sentinels: readonly string[];
  readonly sentinelName: string;
  readonly sentinelPassword: string | null;
  /** Nodes (`host:port`) of a Redis Cluster, of which one has to be reachable. */
  readonly nodes: readonly string[];
}

/** As `tls.connect` takes them; certificates and key are PEM. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

/** Where Redis is, for the log: without user and password. */
export function redisAddress(settings: RedisSettings): string {
  const { host, port, db, sentinels, sentinelName, nodes, tls } = settings;
  const scheme = tls === undefined ? 'redis' : 'rediss';
  if (nodes.length > 0) return `${scheme} cluster ${nodes.join(', ')}`;
  const database = db === 0 ? '' : `/${db}`;
  if (sentinels.length > 0)
    return `${scheme} ${sentinelName}${database} by sentinels ${sentinels.join(', ')}`;
  return host.startsWith('/')
    ? `redis ${host}${database}`
    : `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${database}`;
}

/** Where NATS is, for the log: without user, password and token. */
export function natsAddress({ servers }: Pick<NatsSettings, 'servers'>): string {
  return `nats ${servers.map((server) => server.replace(/^.*[/@]/s, '')).join(', ')}`;
}

/**
 * Where the nodes meet, for the log: without credentials.
 *
 * @returns undefined where the node is alone, or meets others on this host only
 * @throws ConfigError where a file of the configuration cannot be read
 */
export function clusterAddress(config: ClusterConfig): string | undefined {
  if (config.bus === 'none') return undefined;
  const store = redisAddress(redisSettings(config));
  return config.bus === 'nats' ? `${natsAddress(config.nats)}, ${store}` : store;
}

type ClusterConfig = Config['cluster'];

/**
 * What the configuration says of Redis: the URL before all else, as Laravel reads it.
 *
 * @throws ConfigError where a file cannot be read
 */
export function redisSettings({ redis }: ClusterConfig): RedisSettings {
  const { host, isEncrypted, ...address } = redis.url === null ? fromHost(redis) : fromUrl(redis.url, redis);
  const { port, username, password, db } = { ...redis, ...address };
  const nodes = redis.cluster && redis.nodes.length === 0 ? [`${host}:${port}`] : redis.nodes;
  return {
    host,
    port,
    username,
    password,
    db,
    tls: tlsSettings('cluster.redis.tls', redis.tls, isEncrypted),
    sentinels: redis.sentinels,
    sentinelName: redis.sentinelName,
    sentinelPassword: redis.sentinelPassword,
    nodes,
  };
}

/**
 * What the configuration says of NATS.
 *
 * @throws ConfigError where a file cannot be read
 */
export function natsSettings({ nats }: ClusterConfig): NatsSettings {
  const isEncrypted = nats.servers.some((server) => server.startsWith('tls://'));
  const servers = nats.servers.map(readNatsServer);
  return {
    servers: servers.map(({ address }) => address),
    ...natsCredentials(nats, servers),
    tls: tlsSettings('cluster.nats.tls', nats.tls, isEncrypted),
  };
}

/** Credentials of their own settings win over those of an address, of which the first counts for all servers. */
function natsCredentials(
  { user, password, token }: ClusterConfig['nats'],
  servers: readonly NatsServer[],
): Pick<NatsSettings, 'user' | 'password' | 'token'> {
  if (user !== null || token !== null) return { user, password, token };
  const named = servers.find((server) => server.user !== undefined || server.token !== undefined);
  return {
    user: named?.user ?? null,
    password: named?.password ?? password,
    token: named?.token ?? null,
  };
}

interface Address {
  readonly host: string;
  readonly isEncrypted: boolean;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
}

const DEFAULT_HOST = '127.0.0.1';

function fromUrl(text: string, redis: ClusterConfig['redis']): Address {
  const url = new URL(text);
  const db = url.pathname.slice(1);
  const fallback = fromHost(redis);
  return {
    host: url.hostname === '' ? fallback.host : plainHost(url.hostname),
    isEncrypted: REDIS_SCHEMES.get(url.protocol) === true || fallback.isEncrypted,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(/^\d+$/.test(db) ? { db: Number(db) } : {}),
  };
}

/** Laravel takes a scheme in front of the host, such as `tls://`; the path of a Unix socket may hold anything. */
function fromHost({ host }: ClusterConfig['redis']): Address {
  if (host?.includes('://') !== true || host.startsWith('/'))
    return { host: host ?? DEFAULT_HOST, isEncrypted: false };
  const { protocol, hostname } = new URL(host);
  return { host: plainHost(hostname), isEncrypted: REDIS_SCHEMES.get(protocol) === true };
}

/** An IPv6 address stands in brackets in a URL, and nowhere else. */
function plainHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function tlsSettings(
  path: string,
  tls: ClusterConfig['redis']['tls'],
  isEncrypted: boolean,
): TlsSettings | undefined {
  const isWanted = tls.enabled || isEncrypted || tls.caFile !== null || tls.certFile !== null;
  if (!isWanted) return undefined;
  if ((tls.certFile === null) !== (tls.keyFile === null)) {
    const [given, missing] = tls.certFile === null ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
    throw problem(`${path}.${missing}`, undefined, `is missing, while ${path}.${given} is set`);
  }
  return {
    rejectUnauthorized: tls.rejectUnauthorized,
    ...(tls.caFile === null ? {} : { ca: readPem(`${path}.caFile`, tls.caFile) }),
    ...(tls.certFile === null ? {} : { cert: readPem(`${path}.certFile`, tls.certFile) }),
    ...(tls.keyFile === null ? {} : { key: readPem(`${path}.keyFile`, tls.keyFile) }),
  };
}

function readPem(key: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw problem(key, showPath(path), `cannot be read (${fileProblem(cause)})`);
  }
  if (!text.includes('-----BEGIN ')) throw problem(key, showPath(path), 'must be a file in PEM form');
  return text;
}

function problem(key: string, value: string | undefined, text: string): ConfigError {
  return new ConfigError([{ key, value, origin: 'TLS', problem: text }]);
}

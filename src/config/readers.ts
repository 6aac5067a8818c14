import { isTree } from './tree.js';

/**
 * Turns a variable's text into a setting's value. Undefined leaves the setting to its default.
 *
 * @throws Error that says what is allowed
 */
export type Reader<T = unknown> = (text: string) => T;

export const readText: Reader<string> = (text) => text;

export const readNumber: Reader<number> = (text) => {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new Error('must be a number');
  return number;
};

/**
 * An address such as tcp://10.0.0.7:80, which Kubernetes sets PREGON_PORT to for a service named `pregon`. The operator
 * did not write it, and it says nothing about where to listen.
 */
export const isServiceAddress = (text: string): boolean => /^(?:tcp|udp|sctp):\/\//.test(text);

export const readPort: Reader<number | undefined> = (text) =>
  isServiceAddress(text) ? undefined : readNumber(text);

export const readBoolean: Reader<boolean> = (text) => {
  const lower = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(lower)) return true;
  if (['false', '0', 'no', 'off'].includes(lower)) return false;
  throw new Error('must be true or false');
};

export const readList: Reader<string[]> = (text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const UNIT_SECONDS: ReadonlyMap<string | undefined, number> = new Map([
  [undefined, 1],
  ['ms', 0.001],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
]);

/** `5`, `5s`, `2m`, `1h` or `500ms`, in seconds. */
export const readSeconds: Reader<number> = (text) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  const unit = UNIT_SECONDS.get(match?.[2]);
  if (match === null || unit === undefined) throw new Error('must be a time such as 30, 30s or 2m');
  return Number(match[1]) * unit;
};

/** Reverb's switch, which only knows Redis. */
export const readScaling: Reader<string | undefined> = (text) => (readBoolean(text) ? 'redis' : undefined);

/** soketi's adapters; between its processes of one host `cluster` needs nothing from outside. */
export const readSoketiAdapter: Reader<string | undefined> = (text) =>
  text === 'redis' || text === 'nats' ? text : undefined;

/** The scheme Laravel connects to Redis with. */
export const readRedisScheme: Reader<boolean | undefined> = (text) =>
  ['tls', 'rediss'].includes(text.toLowerCase()) ? true : undefined;

/** Laravel's `redis` or `predis` only tell how it would talk to a cluster, not that there is one. */
export const readRedisCluster: Reader<boolean | undefined> = (text) =>
  text === 'redis' || text === 'predis' ? undefined : readBoolean(text);

/** soketi's times. */
export const readMilliseconds: Reader<number> = (text) => readNumber(text) / 1000;

/** soketi's sizes. */
export const readKilobytes: Reader<number> = (text) => readNumber(text) * 1024;

/** A number, or one for each core. */
export const readWorkers: Reader<number | 'auto'> = (text) => {
  if (text === 'auto') return text;
  if (!/^\d+$/.test(text)) throw new Error('must be a number or auto');
  return Number(text);
};

/** soketi's -1 and an explicit `none` mean no limit. */
export const readLimit: Reader<number | null> = (text) =>
  text === '-1' || text === '0' || text.toLowerCase() === 'none' ? null : readNumber(text);

export const readJson: Reader = (text) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error('must be JSON');
  }
};

/** soketi's lists. */
export const readJsonOrList: Reader = (text) => (text.startsWith('[') ? readJson(text) : readList(text));

/** soketi's lists of Redis servers, `[{"host":"10.0.0.7","port":6379}]`; an empty one stands for none. */
export const readSoketiAddresses =
  (defaultPort: number): Reader<string[] | undefined> =>
  (text) => {
    if (!text.startsWith('[')) return readList(text);
    const servers = readJson(text);
    const addresses = Array.isArray(servers)
      ? servers.map((server: unknown) => {
          if (typeof server === 'string') return server;
          const { host, port = defaultPort } = isTree(server) ? server : {};
          const isAddress = typeof host === 'string' && /^\d+$/.test(String(port));
          return isAddress ? `${host.includes(':') ? `[${host}]` : host}:${String(port)}` : undefined;
        })
      : [undefined];
    if (addresses.includes(undefined)) {
      throw new Error(`must be a list such as [{"host":"10.0.0.7","port":${defaultPort}}]`);
    }
    return addresses.length === 0 ? undefined : addresses.filter((address) => address !== undefined);
  };

/** soketi's webhooks: the same parts, named in snake case. */
export const readSoketiWebhooks: Reader = (text) => {
  const webhooks = readJson(text);
  if (!Array.isArray(webhooks)) return webhooks;
  return webhooks.map((webhook: unknown) => {
    if (!isTree(webhook)) return webhook;
    const camelCased = camelCaseNames(webhook);
    const { filter } = camelCased;
    return isTree(filter) ? { ...camelCased, filter: camelCaseNames(filter) } : camelCased;
  });
};

function camelCaseNames(tree: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_found, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

/** A path with one slash at its start and none at its end; empty for the root. */
export const readPathPrefix: Reader<string> = (text) => {
  const trimmed = text.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
};

const LARAVEL_LOG_LEVELS: ReadonlyMap<string, string> = new Map([
  ['debug', 'info'],
  ['info', 'info'],
  ['notice', 'info'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['critical', 'fatal'],
  ['alert', 'fatal'],
  ['emergency', 'fatal'],
]);

/**
 * Laravel's names of levels. Its skeleton sets `debug` in every project, so that counts as `info` here; our own
 * variable or `--debug` asks for more.
 */
export const readLaravelLogLevel: Reader<string | undefined> = (text) =>
  LARAVEL_LOG_LEVELS.get(text.toLowerCase());

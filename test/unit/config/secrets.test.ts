import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { natsSettings, redisSettings } from '../../../src/cluster/drivers/driver-settings.js';
import { ConfigError } from '../../../src/config/config-error.js';
import { printConfig } from '../../../src/config/print-config.js';
import { fileProblem, showPath } from '../../../src/config/secrets.js';
import { load, type TestSources } from '../../support/load.js';

const CANARY = 'c4nary';
const APP = { id: 'an-app', key: 'a-key', secret: 'a-secret' };
const ENVIRONMENT = { PREGON_APP_ID: 'an-app', PREGON_APP_KEY: 'a-key', PREGON_APP_SECRET: 'a-secret' };
const HOOK = { url: 'https://a.test/', eventTypes: ['cache_miss'], headers: { 'X-Token': 't' } };

/** What a start would say of these sources; undefined where it goes on. */
function refusal(sources: TestSources): string | undefined {
  try {
    const { cluster } = load(sources).config;
    if (cluster.bus !== 'none') redisSettings(cluster);
    if (cluster.bus === 'nats') natsSettings(cluster);
    return undefined;
  } catch (error) {
    // Anything else would be printed as a fault of the program.
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
}

/** Malformed and well-formed addresses, lists and JSON, with the canary somewhere in them. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'redis://',
        'rediss://',
        'nats://',
        'https://',
        'http:/',
        '//',
        'unix:/',
        'user',
        'host',
        '%zz',
        '%00',
        '%40',
      ),
      fc.constantFrom(
        ':',
        '@',
        '/',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        ' ',
        ',',
        '#',
        '?',
        '=',
        '\\',
        '\n',
        '6379',
        '::1',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .chain((parts) =>
    fc.nat(parts.length).map((at) => [...parts.slice(0, at), CANARY, ...parts.slice(at)].join('')),
  );

/** Variables whose values may hold a secret, with what makes the server look at them. */
const VARIABLES: readonly (readonly [name: string, beside: Readonly<Record<string, string>>])[] = [
  ...['REDIS_URL', 'PREGON_REDIS_URL', 'REDIS_HOST', 'SOKETI_DB_REDIS_HOST'].map(
    (name) => [name, { PREGON_BUS: 'redis' }] as const,
  ),
  ...[
    'PREGON_REDIS_SENTINELS',
    'PREGON_REDIS_NODES',
    'SOKETI_DB_REDIS_SENTINELS',
    'SOKETI_DB_REDIS_CLUSTER_NODES',
  ].map((name) => [name, { PREGON_BUS: 'redis', REDIS_DB: '1' }] as const),
  ...['PREGON_NATS_SERVERS', 'SOKETI_ADAPTER_NATS_SERVERS'].map(
    (name) => [name, { PREGON_BUS: 'nats', REDIS_HOST: 'redis' }] as const,
  ),
  ['PREGON_NATS_TOKEN', { PREGON_BUS: 'nats', REDIS_HOST: 'redis', PREGON_NATS_USER: 'u' }],
  ['PREGON_HUB_JWKS_URL', {}],
  ['PREGON_HUB_JWKS_URL', { PREGON_HUB_JWT_SECRET: 'x'.repeat(32) }],
  ['PREGON_HUB_JWT_SECRET', {}],
  ['PREGON_APP_WEBHOOKS', {}],
  ['SOKETI_DEFAULT_APP_WEBHOOKS', {}],
  ['PREGON_APP_SECRET', { PREGON_APP_ID: 'no id' }],
  ['PREGON_APP_SECRET_FILE', { PREGON_APP_SECRET: '' }],
  ['REDIS_PASSWORD_FILE', {}],
  ['PREGON_TLS_PASSPHRASE_FILE', {}],
];

/** Places of the config file where a secret is, or would be if what stands around it were right. */
const PLACES: readonly ((value: unknown) => unknown)[] = [
  (value) => value,
  (value) => ({ apps: value }),
  (value) => ({ apps: [value] }),
  ...['secret', 'keys', 'webhooks'].map((name) => (value: unknown) => ({
    apps: [{ ...APP, [name]: value }],
  })),
  (value) => ({ apps: [{ id: 'x', keys: [value] }] }),
  (value) => ({ apps: [{ id: 'x', keys: [{ key: 'k', secret: value }] }] }),
  (value) => ({ apps: [{ ...APP, webhooks: [value] }] }),
  ...['url', 'headers'].map((name) => (value: unknown) => ({
    apps: [{ ...APP, webhooks: [{ ...HOOK, [name]: value }] }],
  })),
  (value) => ({ apps: [{ ...APP, webhooks: [{ ...HOOK, headers: { Authorization: value } }] }] }),
  ...['tls', 'cluster', 'gateway', 'hub'].map((name) => (value: unknown) => ({ apps: [APP], [name]: value })),
  (value) => ({ apps: [APP], tls: { passphrase: value } }),
  (value) => ({ apps: [APP], gateway: { secret: value } }),
  ...['jwtSecret', 'notifySecret', 'jwksUrl'].map((name) => (value: unknown) => ({
    apps: [APP],
    hub: { [name]: value },
  })),
  ...['redis', 'nats'].map((name) => (value: unknown) => ({
    apps: [APP],
    cluster: { bus: 'nats', [name]: value },
  })),
  ...['url', 'host', 'password', 'sentinels', 'sentinelPassword', 'nodes'].map(
    (name) => (value: unknown) => ({
      apps: [APP],
      cluster: { bus: 'redis', redis: { [name]: value } },
    }),
  ),
  ...['servers', 'password', 'token'].map((name) => (value: unknown) => ({
    apps: [APP],
    cluster: { bus: 'nats', redis: { host: 'redis' }, nats: { [name]: value } },
  })),
];

const value = fc.oneof(
  text,
  text.map((item) => [item]),
  text.map((item) => [[item]]),
  text.map((item) => ({ [`${item}:`]: 1 })),
  text.map((item) => ({ url: item, secret: item, password: item, headers: item })),
  text.map((item) => ({ url: [item], nodes: { a: item }, keys: { k: item } })),
);

describe('a secret in a value that is refused', () => {
  it('is never told, whatever is wrong with a variable', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...VARIABLES), text, ([name, beside], written) => {
        const told = refusal({ environment: { ...ENVIRONMENT, ...beside, [name]: written } });
        if (told !== undefined) refused++;
        expect(told ?? '').not.toContain(CANARY);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it('is never told, whatever is wrong in a config file', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), value, (place, written) => {
        const told = refusal({ file: place(written) });
        if (told !== undefined) refused++;
        expect(told ?? '').not.toContain(CANARY);
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it.each<[string, Record<string, string>]>([
    ['no scheme', { REDIS_URL: `user:${CANARY}@redis:6379` }],
    ['a slash too few', { REDIS_URL: `redis:/user:${CANARY}@redis:6379` }],
    ['a slash in the password', { REDIS_URL: `redis://:pa/${CANARY}@redis:6379` }],
    ['an octothorpe in the password', { REDIS_URL: `redis://user:#${CANARY}@redis:6379` }],
    ['an escape that is none', { REDIS_URL: `redis://user:%zz${CANARY}@redis:6379` }],
    ['a database that is none', { REDIS_URL: `redis://redis:6379/${CANARY}` }],
    ['a port that is none', { REDIS_URL: `redis://redis:${CANARY}` }],
    ['a password in a host', { REDIS_HOST: `tls://user:${CANARY}@redis` }],
    ['a password in a host without a scheme', { REDIS_HOST: `user:${CANARY}@redis` }],
    ['a password for a Sentinel', { PREGON_REDIS_SENTINELS: `one:26379,:${CANARY}@two:26379` }],
    ['a password for a node', { PREGON_REDIS_NODES: `one:6379,redis://:${CANARY}@two:6379` }],
  ])('fails the start: %s', (_fault, variables) => {
    const told = refusal({ environment: { ...ENVIRONMENT, PREGON_BUS: 'redis', ...variables } });
    expect(told).toMatch(/^\S+ = (?:"\*\*\*"|\["\*\*\*","\*\*\*"\]) \(environment\): must be /);
  });

  it.each<[string, string, string]>([
    ['no scheme', `hooks.test/${CANARY}`, 'Invalid URL'],
    ['another scheme', `ftp://me:${CANARY}@hooks.test`, 'Invalid URL'],
  ])('fails the start: a webhook with %s', (_fault, url, problem) => {
    const told = refusal({ file: { apps: [{ ...APP, webhooks: [{ ...HOOK, url }] }] } });
    expect(told).toBe(`apps.0.webhooks.0.url = "***" (pregon.json): ${problem}`);
  });

  it('fails the start: a user in the address of keys, which could not be fetched', () => {
    const environment = { ...ENVIRONMENT, PREGON_HUB_JWKS_URL: `https://user:${CANARY}@id.test/jwks` };
    expect(refusal({ environment })).toBe(
      'PREGON_HUB_JWKS_URL = "***" (environment): cannot hold a user or a password',
    );
  });
});

describe('printConfig', () => {
  it.each([
    [`redis://user:${CANARY}@redis:6379/1`, 'redis://user:***@redis:6379/1'],
    [`redis://:${CANARY}@redis`, 'redis://:***@redis'],
    [`redis://${CANARY}@redis`, 'redis://***@redis'],
    [`redis://user:%2F${CANARY}%40@redis`, 'redis://user:***@redis'],
    [`redis://redis?password=${CANARY}`, 'redis://redis?***'],
  ])('hides the secret of %s', (url, shown) => {
    const loaded = load({ environment: { ...ENVIRONMENT, PREGON_BUS: 'redis', REDIS_URL: url } });
    expect(printConfig(loaded)).toContain(`cluster.redis.url = ${JSON.stringify(shown)} (`);
  });

  it.each([`user:${CANARY}@nats:4222`, `nats://${CANARY}@nats:4222`, `tls://user:${CANARY}@nats`])(
    'hides the secret of a server of NATS: %s',
    (server) => {
      const environment = {
        ...ENVIRONMENT,
        PREGON_BUS: 'nats',
        REDIS_HOST: 'r',
        PREGON_NATS_SERVERS: server,
      };
      expect(printConfig(load({ environment }))).not.toContain(CANARY);
    },
  );

  it('hides what stands before the last @ of an address that nothing uses', () => {
    const environment = { ...ENVIRONMENT, REDIS_URL: `redis://user:6379/${CANARY}@redis` };
    expect(printConfig(load({ environment }))).toContain('cluster.redis.url = "redis://user:***@redis" (');
  });
});

describe('showPath', () => {
  it.each([
    'no.pem',
    '/etc/ssl/private/pregon.key',
    './certs/a-b_c.pem',
    'C:\\certs\\a.pem',
    '/run/secrets/app_secret',
  ])('shows the name of a file: %s', (path) => {
    expect(showPath(path)).toBe(path);
  });

  it.each([
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----',
    'MC4CAQAwBQYDK2VwBCIEIJ9tT0Yj0Q1a0wGkq2rYFzv0tSmbq3mJX0D3v3a1Xc2B',
    '{"apps":[{"secret":"s"}]}',
    'REVERB_APP_SECRET=s',
    'https://user:pw@config.test/',
    'x'.repeat(300),
  ])('masks the content of one: %j', (path) => {
    expect(showPath(path)).toBe('***');
  });
});

describe('fileProblem', () => {
  it('leaves the name out', () => {
    expect(fileProblem(new Error("ENOENT: no such file or directory, open '/a,b'"))).toBe(
      'ENOENT: no such file or directory',
    );
    expect(
      fileProblem(new TypeError("The argument must be a string without null bytes. Received 'a\\x00'")),
    ).toBe('it is not the name of a file');
  });
});

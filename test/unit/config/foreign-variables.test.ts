import { describe, expect, it } from 'vitest';
import { load, problemsOf } from '../../support/load.js';

const APP = { PREGON_APP_ID: 'an-app', PREGON_APP_KEY: 'a-key', PREGON_APP_SECRET: 'a-secret' };
const warningsOf = (variables: Readonly<Record<string, string>>) =>
  load({ environment: { ...APP, ...variables } }).warnings;

describe('a variable of Reverb, soketi or Pusher that is not served', () => {
  it.each<[name: string, value: string, problem: RegExp]>([
    ['SOKETI_APP_MANAGER_DRIVER', 'mysql', /^must be array: apps are not read from a database/],
    ['SOKETI_APP_MANAGER_DRIVER', 'dynamodb', /^must be array/],
    ['SOKETI_ADAPTER_DRIVER', 'cluster', /^must be local, redis or nats: .* PREGON_WORKERS/],
    ['SOKETI_CONFIG_FILE', '/app/soketi.json', /^is not read: .* PREGON_CONFIG$/],
    ['SOKETI_MODE', 'worker', /^must be full/],
    [
      'SOKETI_ADAPTER_REDIS_PUB_OPTIONS',
      '{"password":"c4nary"}',
      /^is not read, and Redis may not be reached/,
    ],
    ['SOKETI_ADAPTER_REDIS_SUB_OPTIONS', '{"host":"c4nary"}', /PREGON_REDIS_URL/],
  ])('fails the start where clients would be served wrongly without it: %s=%s', (name, value, problem) => {
    const found = problemsOf({ environment: { ...APP, [name]: value } });
    expect(found).toMatchObject([{ key: name, value: undefined, origin: 'environment' }]);
    expect(found[0]!.problem).toMatch(problem);
    expect(problemsOf({ environment: APP, envFile: { [name]: value } })).toMatchObject([{ key: name }]);
  });

  it.each<[string, Record<string, string>]>([
    ['SOKETI_CONFIG_FILE', { SOKETI_CONFIG_FILE: 'a.json', PREGON_CONFIG: 'b.json' }],
    ['SOKETI_APP_MANAGER_DRIVER', { SOKETI_APP_MANAGER_DRIVER: 'mysql', PREGON_CONFIG: 'b.json' }],
    ['SOKETI_ADAPTER_DRIVER', { SOKETI_ADAPTER_DRIVER: 'cluster', PREGON_BUS: 'none' }],
  ])('may stay where a setting of ours says the same: %s', (_name, variables) => {
    expect(problemsOf({ environment: { ...APP, ...variables } })).toEqual([]);
    expect(warningsOf(variables)).toEqual([]);
  });

  it.each<[name: string, value: string, problem: RegExp]>([
    ['SOKETI_QUEUE_DRIVER', 'sqs', /^has no effect: webhooks wait in this server/],
    ['SOKETI_QUEUE_SQS_URL', 'https://user:c4nary@sqs', /^has no effect/],
    ['SOKETI_CACHE_DRIVER', 'redis', /^has no effect: .*PREGON_BUS/],
    ['SOKETI_DB_MYSQL_PASSWORD', 'c4nary', /^has no effect: apps are not read from a database$/],
    ['SOKETI_DB_POSTGRES_HOST', 'c4nary', /^has no effect/],
    ['SOKETI_CLUSTER_PORT', '11002', /^has no effect/],
    ['SOKETI_ADAPTER_REDIS_REQUESTS_TIMEOUT', '5000', /^has no effect/],
    ['SOKETI_ADAPTER_NATS_NODES_NUMBER', '3', /^has no effect/],
    ['SOKETI_METRICS_PROMETHEUS_PREFIX', 'my_', /pregon_$/],
    ['SOKETI_HTTP_ACCEPT_TRAFFIC_MEMORY_THRESHOLD', '70', /^has no effect/],
    ['SOKETI_DEFAULT_APP_MAX_CONN', '5', /^is not a setting; did you mean SOKETI_DEFAULT_APP_MAX_CONNS\?$/],
    ['SOKETI_BOGUS_NAME_OF_NOTHING', 'c4nary', /^is not a setting$/],
    ['REVERB_APP_PING_INTERVAL', '60', /PREGON_IDLE_TIMEOUT/],
    ['REVERB_PULSE_INGEST_INTERVAL', '15', /Pulse/],
    ['REVERB_APP_MAX_CONECTIONS', '5', /^is not a setting; did you mean REVERB_APP_MAX_CONNECTIONS\?$/],
    ['REVERB_TLS_CERTIFICATE_FILE', 'c4nary', /^is not a setting$/],
    ['PUSHER_APP_KEYS', 'c4nary', /^is not a setting; did you mean PUSHER_APP_KEY\?$/],
    ['REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', '5', /^counts only with REVERB_APP_RATE_LIMITING_ENABLED=true$/],
  ])('is told of by its name, not by its value: %s=%s', (name, value, problem) => {
    const warnings = warningsOf({ [name]: value });
    expect(warnings).toMatchObject([{ key: name, value: undefined, origin: 'environment' }]);
    expect(warnings[0]!.problem).toMatch(problem);
    expect(JSON.stringify(warnings)).not.toContain('c4nary');
  });

  it('is not told of where it asks for what is so anyway, or is meant for the application', () => {
    const variables = {
      SOKETI_APP_MANAGER_DRIVER: 'array',
      SOKETI_ADAPTER_DRIVER: 'local',
      SOKETI_QUEUE_DRIVER: 'sync',
      SOKETI_CACHE_DRIVER: 'memory',
      SOKETI_RATE_LIMITER_DRIVER: 'local',
      SOKETI_METRICS_DRIVER: 'prometheus',
      SOKETI_METRICS_ENABLED: 'true',
      SOKETI_MODE: 'full',
      SOKETI_ADAPTER_REDIS_PUB_OPTIONS: '{}',
      SOKETI_DB_MYSQL_PASSWORD: '',
      SOKETI_SERVICE_HOST: '10.0.0.7',
      SOKETI_PORT_6001_TCP: 'tcp://10.0.0.7:6001',
      SOKETI_PORT_6001_TCP_ADDR: '10.0.0.7',
      REVERB_SERVER: 'reverb',
      REVERB_HOST: 'localhost',
      REVERB_PORT: '8080',
      REVERB_SCHEME: 'http',
      REVERB_APP_RATE_LIMITING_ENABLED: 'true',
      REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '5',
      PUSHER_HOST: 'soketi',
      PUSHER_PORT: '6001',
      PUSHER_SCHEME: 'http',
      PUSHER_APP_CLUSTER: 'mt1',
      PUSHER_BEAMS_INSTANCE_ID: 'x',
    };
    expect(warningsOf(variables)).toEqual([]);
  });
});

describe("what soketi's users have", () => {
  const SOKETI = {
    SOKETI_DEFAULT_APP_ID: 'app',
    SOKETI_DEFAULT_APP_KEY: 'key',
    SOKETI_DEFAULT_APP_SECRET: 's',
  };

  it('is port 6001 where the app is that of soketi, and metrics on 9601, from elsewhere where they are on', () => {
    const { config, origins } = load({ environment: SOKETI });
    expect([config.server.port, config.management]).toMatchObject([6001, { host: '127.0.0.1', port: 9601 }]);
    expect(origins.get('server.port')).toBe('default: soketi');
    const metrics = load({ environment: { ...SOKETI, SOKETI_METRICS_ENABLED: 'true' } }).config.management;
    expect(metrics).toMatchObject({ host: '0.0.0.0', port: 9601 });
  });

  it.each<[string, object, number]>([
    ['the environment', { environment: { ...SOKETI, PREGON_PORT: '1' } }, 1],
    ['the config file', { environment: SOKETI, file: { server: { port: 2 } } }, 2],
    ['the .env', { environment: SOKETI, envFile: { SOKETI_PORT: '3' } }, 3],
    ['the gateway', { environment: { ...SOKETI, WS_SECRET: 's', PORT: '4' } }, 4],
    [
      'an app of Pusher',
      { environment: { ...SOKETI, PUSHER_APP_ID: 'a', PUSHER_APP_KEY: 'k', PUSHER_APP_SECRET: 's' } },
      8080,
    ],
  ])('gives way to %s', (_source, sources, port) => {
    expect(load(sources).config.server.port).toBe(port);
  });
});

describe("what Reverb's users have", () => {
  const REVERB = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: 's' };
  const whispers = (sources: object) => load(sources).config.apps[0]!.clientEvents;

  it.each<[string, object]>([
    ['environment', { environment: REVERB }],
    ['.env', { envFile: REVERB }],
  ])('is that members whisper, with an app of the %s', (_place, sources) => {
    expect(whispers(sources)).toBe('members');
  });

  it.each<[string, object, string]>([
    [
      'its own variable',
      { environment: { ...REVERB, REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'none' } },
      'none',
    ],
    ['ours', { environment: { ...REVERB, PREGON_APP_CLIENT_EVENTS: 'all' } }, 'all'],
    [
      'the app of the config file',
      { environment: REVERB, file: { apps: [{ id: '1', key: 'x', secret: 'y', clientEvents: 'none' }] } },
      'none',
    ],
    ['an app of another family', { environment: APP }, 'none'],
  ])('gives way to %s', (_source, sources, clientEvents) => {
    expect(whispers(sources)).toBe(clientEvents);
  });
});

describe('a value with literal quotes, as docker run --env-file leaves them', () => {
  const QUOTES =
    'begins and ends with a quote, which is part of the value: docker run --env-file takes none off';

  it('is told of, without the value, where it is accepted', () => {
    const warnings = warningsOf({ PREGON_APP_SECRET: '"c4nary"', PREGON_APP_KEY: 'k' });
    expect(warnings).toEqual([
      { key: 'PREGON_APP_SECRET', value: undefined, origin: 'environment', problem: QUOTES },
    ]);
  });

  it.each([
    ['PREGON_PORT', '"8080"'],
    ['PREGON_APP_KEY', "'key'"],
    ['PREGON_APP_ALLOWED_ORIGINS', '"https://a.test"'],
    ['PREGON_APP_WEBHOOKS', "'[]'"],
    ['PREGON_MANAGEMENT', '"true"'],
  ])('is the reason for which it is refused: %s=%s', (name, value) => {
    const problems = problemsOf({ environment: { ...APP, [name]: value } });
    expect(problems).toHaveLength(1);
    expect(problems[0]!.problem).toMatch(new RegExp(`; it ${QUOTES}$`));
  });

  it('is as it should be in a .env, whose quotes are taken off, and where quotes are within', () => {
    expect(load({ envFile: { ...APP, PREGON_APP_SECRET: '"a"' } }).warnings).toEqual([]);
    expect(warningsOf({ PREGON_APP_SECRET: 'a"b"' })).toEqual([]);
  });

  it('is production all the same', () => {
    expect(problemsOf({ environment: { NODE_ENV: '"production"' } })).toMatchObject([
      { problem: expect.stringContaining('not served in production') as string },
    ]);
  });
});

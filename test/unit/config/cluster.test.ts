import { describe, expect, it } from 'vitest';
import { printConfig } from '../../../src/config/print-config.js';
import { load, problemsOf } from '../../support/load.js';

const APP = { PREGON_APP_ID: 'an-app', PREGON_APP_KEY: 'a-key', PREGON_APP_SECRET: 'a-secret' };
const environment = (variables: Readonly<Record<string, string>>) => ({
  environment: { ...APP, ...variables },
});
const clusterOf = (variables: Readonly<Record<string, string>>) =>
  load(environment(variables)).config.cluster;

describe('the cluster settings', () => {
  it('leave a node alone unless told otherwise', () => {
    expect(clusterOf({}).bus).toBe('none');
  });

  it.each<[string, Record<string, string>, string]>([
    ['our own name', { PREGON_BUS: 'nats', REDIS_HOST: 'redis', REVERB_SCALING_ENABLED: 'true' }, 'nats'],
    ["Reverb's switch", { REVERB_SCALING_ENABLED: 'true' }, 'redis'],
    ["Reverb's switch, off", { REVERB_SCALING_ENABLED: 'false' }, 'none'],
    ["soketi's driver", { SOKETI_ADAPTER_DRIVER: 'redis' }, 'redis'],
    ["soketi's local driver", { SOKETI_ADAPTER_DRIVER: 'local' }, 'none'],
  ])('take the bus from %s', (_from, variables, bus) => {
    expect(clusterOf(variables).bus).toBe(bus);
  });

  it("read a Laravel project's Redis", () => {
    const { config } = load({
      environment: APP,
      envFile: {
        REVERB_SCALING_ENABLED: 'true',
        REVERB_SCALING_CHANNEL: 'reverb',
        REDIS_HOST: 'tls://redis.example.com',
        REDIS_PORT: '6380',
        REDIS_USERNAME: 'laravel',
        REDIS_PASSWORD: 'null',
        REDIS_DB: '2',
        REDIS_SCHEME: 'tls',
        REDIS_CLUSTER: 'redis',
      },
    });

    expect(config.cluster).toMatchObject({
      bus: 'redis',
      prefix: 'reverb',
      redis: {
        host: 'tls://redis.example.com',
        port: 6380,
        username: 'laravel',
        password: null,
        db: 2,
        tls: { enabled: true },
        cluster: false,
      },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['the URL of another program', { REDIS_URL: 'unix:///run/redis.sock' }],
    ['the prefix of another program', { REDIS_PREFIX: 'my app {x}' }],
    ["a Kubernetes service's port", { REDIS_PORT: 'tcp://10.0.0.7:6379' }],
    ['a Unix socket', { REDIS_HOST: '/run/redis.sock', REDIS_PORT: '0' }],
  ])('are not looked at without a bus: %s', (_what, variables) => {
    expect(problemsOf(environment(variables))).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    ['PREGON_BUS', { PREGON_BUS: 'rabbitmq' }, 'Invalid option: expected one of "none"|"redis"|"nats"'],
    ['REVERB_SCALING_ENABLED', { REVERB_SCALING_ENABLED: 'maybe' }, 'must be true or false'],
    [
      'REDIS_URL',
      { PREGON_BUS: 'redis', REDIS_URL: 'http://redis' },
      'must be an address such as redis://127.0.0.1:6379, a number after its slash; in user and password a % is written %25, an @ %40, a : %3A, a / %2F, a ? %3F and a # %23',
    ],
    [
      'REDIS_HOST',
      { PREGON_BUS: 'redis', REDIS_HOST: 'http://redis' },
      'must be a name or an address, with tls:// in front to encrypt, or the path of a Unix socket; port, user and password are settings of their own',
    ],
    [
      'REDIS_PREFIX',
      { PREGON_BUS: 'redis', REDIS_PREFIX: 'a{b}' },
      'must be 1 to 100 letters, digits, or any of _ . : -',
    ],
    [
      'PREGON_REDIS_SENTINELS',
      { PREGON_BUS: 'redis', PREGON_REDIS_SENTINELS: 'one:26379, two' },
      'must be addresses such as 10.0.0.7:6379',
    ],
    [
      'PREGON_REDIS_SENTINELS',
      { PREGON_BUS: 'redis', PREGON_REDIS_SENTINELS: 'one:26379', PREGON_REDIS_NODES: 'one:6379' },
      'cannot be used with a Redis Cluster',
    ],
    [
      'REDIS_DB',
      { PREGON_BUS: 'redis', REDIS_DB: '1', PREGON_REDIS_NODES: 'one:6379' },
      'must be 0 in a Redis Cluster',
    ],
    [
      'cluster.redis.host',
      { PREGON_BUS: 'nats' },
      'is needed: with nats as the bus, Redis keeps what the nodes know in common',
    ],
    [
      'PREGON_NATS_SERVERS',
      { PREGON_BUS: 'nats', REDIS_HOST: 'redis', PREGON_NATS_SERVERS: 'ws://nats' },
      'must be addresses such as 127.0.0.1:4222',
    ],
    [
      'PREGON_NATS_TOKEN',
      { PREGON_BUS: 'nats', REDIS_HOST: 'redis', PREGON_NATS_TOKEN: 't', PREGON_NATS_USER: 'u' },
      'cannot be used with a user',
    ],
  ])('refuse a wrong %s', (key, variables, problem) => {
    expect(problemsOf(environment(variables))).toMatchObject([{ key, problem }]);
  });

  it('hide what is secret', () => {
    const printed = printConfig(
      load({
        ...environment({
          PREGON_BUS: 'nats',
          REDIS_URL: 'redis://user:hidden1@redis:6379/1',
          REDIS_PASSWORD_FILE: '/run/secrets/redis',
          PREGON_REDIS_SENTINEL_PASSWORD: 'hidden3',
          PREGON_NATS_USER: 'nats',
          PREGON_NATS_PASSWORD: 'hidden4',
          PREGON_NATS_SERVERS: 'nats://user:hidden5@nats:4222',
        }),
        files: { '/run/secrets/redis': 'hidden2\n' },
      }),
    );

    expect(printed).not.toContain('hidden');
    expect(printed).toContain('cluster.redis.url = "redis://user:***@redis:6379/1" (environment: REDIS_URL)');
    expect(printed).toContain('cluster.redis.password = "***" (environment: REDIS_PASSWORD_FILE)');
  });

  it('tell nothing secret of what is wrong', () => {
    const [problem] = problemsOf(
      environment({
        PREGON_BUS: 'nats',
        REDIS_HOST: 'r',
        PREGON_NATS_TOKEN: 'hidden',
        PREGON_NATS_USER: 'u',
      }),
    );
    expect(JSON.stringify(problem)).not.toContain('hidden');
  });
});

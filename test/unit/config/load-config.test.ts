import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.js';
import { printConfig } from '../../../src/config/print-config.js';
import { load, problemsOf, type TestSources } from '../../support/load.js';

const APP = { id: 'an-app', key: 'a-key', secret: 'a-secret' };
const ENVIRONMENT_APP = { PREGON_APP_ID: APP.id, PREGON_APP_KEY: APP.key, PREGON_APP_SECRET: APP.secret };
const REVERB_APP = { REVERB_APP_ID: '123', REVERB_APP_KEY: 'reverb-key', REVERB_APP_SECRET: 'reverb-secret' };

describe('loadConfig', () => {
  describe('precedence', () => {
    const envFile = { envFile: { PREGON_PORT: '4' }, environment: ENVIRONMENT_APP };
    const file = { ...envFile, file: { server: { port: 3 } } };
    const environment = { ...file, environment: { ...ENVIRONMENT_APP, REVERB_SERVER_PORT: '2' } };
    const flags = { ...environment, flags: { 'server.port': { flag: '--port', value: 1 } } };

    it.each<[string, TestSources, number, string | undefined]>([
      ['the command line, before all others', flags, 1, 'command line: --port'],
      ['the environment, whatever the name', environment, 2, 'environment: REVERB_SERVER_PORT'],
      ['the config file', file, 3, 'pregon.json'],
      ['the .env', envFile, 4, '../app/.env: PREGON_PORT'],
      ['the default', { environment: ENVIRONMENT_APP }, 8080, undefined],
    ])('takes %s', (_source, given, port, origin) => {
      const { config, origins } = load(given);
      expect(config.server.port).toBe(port);
      expect(origins.get('server.port')).toBe(origin);
    });

    it("passes over what Laravel's env() takes for nothing", () => {
      const environment = { ...ENVIRONMENT_APP, PREGON_PORT: '', REVERB_SERVER_PORT: 'null' };
      expect(load({ environment, envFile: { SOKETI_PORT: '6001' } }).config.server.port).toBe(6001);
    });

    it('takes false, 0 and null in the config file for values', () => {
      const { config } = load({
        file: {
          apps: [{ ...APP, maxHandshakesPerSecond: null }],
          server: { drainSeconds: 0 },
          management: { enabled: false },
        },
        envFile: { PREGON_DRAIN: '9', PREGON_MANAGEMENT: 'true' },
      });
      expect(config.server.drainSeconds).toBe(0);
      expect(config.management.enabled).toBe(false);
      expect(config.apps[0]!.maxHandshakesPerSecond).toBeNull();
    });
  });

  it('is frozen, all the way down', () => {
    const { config } = load({ environment: ENVIRONMENT_APP });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.server.trustedProxies)).toBe(true);
    expect(Object.isFrozen(config.apps[0]!.allowedOrigins)).toBe(true);
  });

  it('leaves what it was given as it was', () => {
    const file = { apps: [{ ...APP }], server: {} };
    const before = structuredClone(file);
    load({ file, environment: { ...REVERB_APP, PREGON_PORT: '1' } });
    expect(file).toStrictEqual(before);
  });

  describe('credentials', () => {
    const family = (name: string, value: string) => ({
      [`${name}_APP_ID`]: `${value}-id`,
      [`${name}_APP_KEY`]: `${value}-key`,
      [`${name}_APP_SECRET`]: `${value}-secret`,
    });
    const families = {
      ...family('PREGON', 'own'),
      ...family('REVERB', 'reverb'),
      ...family('PUSHER', 'pusher'),
      ...family('SOKETI_DEFAULT', 'soketi'),
    };

    it.each([
      ['PREGON_APP_*, before all others', 'PREGON', 'own'],
      ['REVERB_APP_*', 'REVERB', 'reverb'],
      ['PUSHER_APP_*', 'PUSHER', 'pusher'],
      ['SOKETI_DEFAULT_APP_*', 'SOKETI', 'soketi'],
    ])('may be %s', (_names, first, value) => {
      const names = Object.keys(families);
      const from = names.findIndex((name) => name.startsWith(first));
      const environment = Object.fromEntries(Object.entries(families).slice(from));
      const expected = { id: `${value}-id`, key: `${value}-key`, secret: `${value}-secret` };
      expect(load({ environment }).config.apps).toMatchObject([expected]);
      expect(load({ envFile: environment }).config.apps).toMatchObject([expected]);
    });

    it('are taken from the environment first, and from the .env what is missing there', () => {
      const { config, origins } = load({
        environment: { REVERB_APP_SECRET: 'from-environment' },
        envFile: REVERB_APP,
      });
      expect(config.apps).toMatchObject([{ id: '123', key: 'reverb-key', secret: 'from-environment' }]);
      expect(origins.get('apps.0.secret')).toBe('environment: REVERB_APP_SECRET');
      expect(origins.get('apps.0.id')).toBe('../app/.env: REVERB_APP_ID');
    });

    it("are not given by the empty names of Laravel's example file", () => {
      const { config } = load({
        envFile: {
          PUSHER_APP_ID: '',
          PUSHER_APP_KEY: '',
          PUSHER_APP_SECRET: '',
          ...family('SOKETI_DEFAULT', 's'),
        },
      });
      expect(config.apps).toMatchObject([{ id: 's-id' }]);
    });

    it.each([
      ['PREGON_APP_ID', { PREGON_APP_KEY: 'k', PREGON_APP_SECRET: 's' }],
      ['REVERB_APP_KEY', { REVERB_APP_ID: 'i', REVERB_APP_SECRET: 's' }],
      ['PUSHER_APP_SECRET', { PUSHER_APP_ID: 'i', PUSHER_APP_KEY: 'k' }],
      ['SOKETI_DEFAULT_APP_SECRET', { SOKETI_DEFAULT_APP_ID: 'i', SOKETI_DEFAULT_APP_KEY: 'k' }],
    ])('are refused when %s is missing', (missing, environment) => {
      const problems = problemsOf({ environment });
      expect(problems).toMatchObject([{ key: missing, value: undefined, origin: 'environment' }]);
      expect(problems[0]!.problem).toMatch(
        /^is missing; an app needs \w+_APP_ID, \w+_APP_KEY and \w+_APP_SECRET$/,
      );
    });
  });

  describe('a *_FILE variable', () => {
    it('holds the name of a file with the secret, whose last line break does not count', () => {
      const { config, origins } = load({
        environment: {
          REVERB_APP_ID: '1',
          REVERB_APP_KEY: 'k',
          REVERB_APP_SECRET_FILE: '/run/secrets/reverb',
          PREGON_TLS_PASSPHRASE_FILE: '/run/secrets/tls',
        },
        files: { '/run/secrets/reverb': 'from-a-file\n', '/run/secrets/tls': 'open' },
      });
      expect(config.apps).toMatchObject([{ secret: 'from-a-file' }]);
      expect(config.tls.passphrase).toBe('open');
      expect(origins.get('apps.0.secret')).toBe('environment: REVERB_APP_SECRET_FILE');
    });

    it('may stand in the .env too', () => {
      const envFile = { PUSHER_APP_ID: '1', PUSHER_APP_KEY: 'k', PUSHER_APP_SECRET_FILE: 'secret' };
      expect(load({ envFile, files: { secret: 's' } }).config.apps).toMatchObject([{ secret: 's' }]);
    });

    it('gives webhooks, whose headers may hold tokens', () => {
      const webhooks = [{ url: 'https://a.test/', eventTypes: ['cache_miss'] }];
      const { config } = load({
        environment: { ...ENVIRONMENT_APP, PREGON_APP_WEBHOOKS_FILE: 'hooks' },
        files: { hooks: JSON.stringify(webhooks) },
      });
      expect(config.apps[0]!.webhooks).toMatchObject(webhooks);
    });

    it('counts less than the variable itself', () => {
      const environment = { ...ENVIRONMENT_APP, PREGON_APP_SECRET_FILE: '/nowhere' };
      expect(load({ environment }).config.apps).toMatchObject([{ secret: 'a-secret' }]);
    });

    it('is refused when its file cannot be read, and nothing else is complained of', () => {
      const environment = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET_FILE: '/nowhere' };
      expect(problemsOf({ environment })).toStrictEqual([
        {
          key: 'REVERB_APP_SECRET_FILE',
          value: '***',
          origin: 'environment',
          problem: 'must name a file that can be read (ENOENT: no such file or directory)',
        },
      ]);
    });

    it('is refused when its file is empty', () => {
      const environment = { REVERB_APP_ID: '1', REVERB_APP_KEY: 'k', REVERB_APP_SECRET_FILE: 'blank' };
      expect(problemsOf({ environment, files: { blank: '\n' } })).toMatchObject([
        { key: 'REVERB_APP_SECRET_FILE', value: '"***"', origin: 'environment' },
      ]);
    });

    it('is only known for what is secret', () => {
      expect(problemsOf({ environment: { ...ENVIRONMENT_APP, PREGON_PORT_FILE: 'x' } })).toMatchObject([
        { key: 'PREGON_PORT_FILE' },
      ]);
    });
  });

  describe('several apps', () => {
    const second = {
      id: 'second',
      keys: [
        { key: 'new', secret: 'n' },
        { key: 'old', secret: 'o', enabled: false },
      ],
    };

    it('are served from the config file, with several keys for rotation', () => {
      const { config } = load({ file: { apps: [APP, second] } });
      expect(config.apps).toMatchObject([
        APP,
        {
          id: 'second',
          keys: [
            { key: 'new', enabled: true },
            { key: 'old', enabled: false },
          ],
        },
      ]);
    });

    it("are joined by the environment's app", () => {
      const { config, origins } = load({ file: { apps: [APP] }, environment: REVERB_APP });
      expect(config.apps).toMatchObject([APP, { id: '123', key: 'reverb-key' }]);
      expect(origins.get('apps.0.key')).toBe('pregon.json');
      expect(origins.get('apps.1.key')).toBe('environment: REVERB_APP_KEY');
    });

    it("are replaced by the environment's app of the same id, whose other settings stay", () => {
      const environment = { ...REVERB_APP, REVERB_APP_ID: 'second', PREGON_APP_MAX_CONNECTIONS: '5' };
      const { config } = load({
        file: { apps: [APP, { ...second, watchlist: true, maxConnections: 1 }] },
        environment,
      });
      expect(config.apps).toHaveLength(2);
      expect(config.apps[1]).toMatchObject({
        id: 'second',
        key: 'reverb-key',
        secret: 'reverb-secret',
        watchlist: true,
        maxConnections: 5,
      });
      expect(config.apps[1]).not.toHaveProperty('keys');
    });

    it("are not joined by the .env's app, which is for want of others", () => {
      expect(load({ file: { apps: [APP] }, envFile: REVERB_APP }).config.apps).toMatchObject([APP]);
      expect(load({ environment: ENVIRONMENT_APP, envFile: REVERB_APP }).config.apps).toMatchObject([APP]);
    });

    it.each<[string, unknown[], { key: string; problem: string | RegExp }]>([
      [
        'an id twice',
        [APP, { ...APP, key: 'other' }],
        { key: 'apps.1.id', problem: 'is used by another app' },
      ],
      ['a key twice', [APP, { ...APP, id: 'other' }], { key: 'apps.1.key', problem: 'is used twice' }],
      [
        'neither key nor keys',
        [{ id: 'x' }],
        { key: 'apps.0.keys', problem: "give either 'key' and 'secret' or 'keys'" },
      ],
      [
        'both key and keys',
        [{ ...second, key: 'k', secret: 's' }],
        { key: 'apps.0.keys', problem: "give either 'key' and 'secret' or 'keys'" },
      ],
      ['a key without its secret', [{ id: 'x', key: 'k' }], { key: 'apps.0.secret', problem: 'is required' }],
      ['no id', [{ key: 'k', secret: 's' }], { key: 'apps.0.id', problem: /expected string/ }],
      ['a slash in an id', [{ ...APP, id: 'a/b' }], { key: 'apps.0.id', problem: /must match pattern/ }],
    ])('are refused with %s', (_mistake, apps, { key, problem }) => {
      const problems = problemsOf({ file: { apps } });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ key, origin: 'pregon.json' });
      expect(problems[0]!.problem).toMatch(problem);
    });

    it('are not described by PREGON_APP_ variables that would be lost', () => {
      const environment = { PREGON_APP_MAX_CONNECTIONS: '5', REVERB_APP_MAX_CONNECTIONS: '6' };
      expect(problemsOf({ file: { apps: [APP] }, environment })).toMatchObject([
        {
          key: 'PREGON_APP_MAX_CONNECTIONS',
          value: '5',
          origin: 'environment',
          problem: expect.stringContaining('maxConnections of an app in the config file') as string,
        },
      ]);
    });
  });

  it("takes all it needs from a Laravel project's .env", () => {
    const envFile = {
      APP_NAME: 'My App',
      APP_ENV: 'local',
      APP_DEBUG: 'true',
      LOG_LEVEL: 'debug',
      BROADCAST_CONNECTION: 'reverb',
      ...REVERB_APP,
      REVERB_HOST: 'localhost',
      REVERB_PORT: '443',
      REVERB_SCHEME: 'https',
      REDIS_PASSWORD: 'null',
      VITE_REVERB_APP_KEY: 'reverb-key',
    };
    const { config, development } = load({ envFile });
    expect(development).toBe(false);
    expect(config.apps).toMatchObject([{ id: '123', key: 'reverb-key', secret: 'reverb-secret' }]);
    // REVERB_HOST and REVERB_PORT say where browsers connect, which may be a proxy.
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect(config.log.level).toBe('info');
  });

  describe('the development app', () => {
    it('is served on loopback where none is configured, and may send client events', () => {
      const { config, development, origins } = load({});
      expect(development).toBe(true);
      expect(config.server.host).toBe('127.0.0.1');
      expect(config.apps).toMatchObject([
        { id: 'app-id', key: 'app-key', secret: 'app-secret', clientEvents: 'members' },
      ]);
      expect(origins.get('server.host')).toBe('development: no app configured');
      expect(origins.get('apps.0.secret')).toBe('development: no app configured');
    });

    it('has the settings that variables give it', () => {
      const { config } = load({
        environment: { PREGON_APP_CLIENT_EVENTS: 'none', PREGON_APP_WATCHLIST: 'true' },
      });
      expect(config.apps).toMatchObject([{ key: 'app-key', clientEvents: 'none', watchlist: true }]);
    });

    it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('is served on %s', (host) => {
      expect(load({ environment: { PREGON_HOST: host } }).config.server.host).toBe(host);
    });

    it.each<[string, TestSources, { key: string; value: string; origin: string }]>([
      [
        'all addresses',
        { environment: { REVERB_SERVER_HOST: '0.0.0.0' } },
        { key: 'REVERB_SERVER_HOST', value: '"0.0.0.0"', origin: 'environment' },
      ],
      [
        'an address of the network',
        { file: { server: { host: '192.168.1.5' } } },
        { key: 'server.host', value: '"192.168.1.5"', origin: 'config file' },
      ],
      [
        'the host of the command line',
        { flags: { 'server.host': { flag: '--host', value: '::' } } },
        { key: '--host', value: '"::"', origin: 'command line' },
      ],
      [
        'a name that looks like loopback',
        { environment: { PREGON_HOST: '127.0.0.1.example.com' } },
        { key: 'PREGON_HOST', value: '"127.0.0.1.example.com"', origin: 'environment' },
      ],
    ])('is not served on %s', (_host, sources, problem) => {
      expect(problemsOf(sources)).toMatchObject([
        {
          ...problem,
          problem: expect.stringContaining('REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET') as string,
        },
      ]);
    });

    it.each<[string, TestSources, string]>([
      ['NODE_ENV', { environment: { NODE_ENV: 'production' } }, 'environment: NODE_ENV=production'],
      ['APP_ENV', { environment: { APP_ENV: 'Production' } }, 'environment: APP_ENV=production'],
      ['APP_ENV of the .env', { envFile: { APP_ENV: 'production' } }, '../app/.env: APP_ENV=production'],
    ])('is not served in production, by %s', (_variable, sources, origin) => {
      expect(problemsOf(sources)).toMatchObject([
        {
          key: 'REVERB_APP_ID, REVERB_APP_KEY, REVERB_APP_SECRET',
          origin,
          problem: expect.stringContaining('no app is configured') as string,
        },
      ]);
    });

    it('is served where the environment says otherwise than the .env', () => {
      expect(
        load({ environment: { APP_ENV: 'local' }, envFile: { APP_ENV: 'production' } }).development,
      ).toBe(true);
    });
  });

  describe('the published development secret', () => {
    const copied: readonly [string, TestSources][] = [
      [
        'in the environment',
        { environment: { REVERB_APP_ID: 'x', REVERB_APP_KEY: 'x', REVERB_APP_SECRET: 'app-secret' } },
      ],
      [
        'in the .env',
        { envFile: { PUSHER_APP_ID: 'x', PUSHER_APP_KEY: 'x', PUSHER_APP_SECRET: 'app-secret' } },
      ],
      ['in the config file', { file: { apps: [{ id: 'x', key: 'x', secret: 'app-secret' }] } }],
      [
        'among several keys',
        {
          file: {
            apps: [
              APP,
              {
                id: 'x',
                keys: [
                  { key: 'a', secret: 'b' },
                  { key: 'x', secret: 'app-secret' },
                ],
              },
            ],
          },
        },
      ],
    ];

    it.each(copied)('is refused in production, %s', (_place, sources) => {
      const environment = { ...sources.environment, NODE_ENV: 'production' };
      expect(problemsOf({ ...sources, environment })).toMatchObject([
        {
          key: 'secret of app x',
          origin: 'environment: NODE_ENV=production',
          problem: expect.stringContaining('published development secret') as string,
        },
      ]);
    });

    it.each(copied)('is taken elsewhere, %s', (_place, sources) => {
      expect(problemsOf(sources)).toStrictEqual([]);
    });
  });

  describe('an unknown PREGON_ variable', () => {
    it.each([
      ['PREGON_PROT', 'PREGON_PORT'],
      ['PREGON_APP_MAX_CONECTIONS', 'PREGON_APP_MAX_CONNECTIONS'],
      ['PREGON_TLS_CERTIFICATE', undefined],
      ['PREGON_APP_SECRETS', 'PREGON_APP_SECRET'],
      ['PREGON_BOGUS_NAME_OF_NOTHING', undefined],
    ])('is refused: %s, meant is %s', (name, meant) => {
      const problem = `is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
      const environment = { ...ENVIRONMENT_APP, [name]: 'hunter2' };
      expect(problemsOf({ environment })).toStrictEqual([
        { key: name, value: undefined, origin: 'environment', problem },
      ]);
      expect(problemsOf({ environment: ENVIRONMENT_APP, envFile: { [name]: 'hunter2' } })).toStrictEqual([
        { key: name, value: undefined, origin: '../app/.env', problem },
      ]);
    });

    it.each(['PREGON_CONFIG', 'PREGON_ENV_FILE'])('is not one that names a file: %s', (name) => {
      expect(problemsOf({ environment: { ...ENVIRONMENT_APP, [name]: 'x' } })).toStrictEqual([]);
    });

    it('is not one of another name', () => {
      const environment = {
        ...ENVIRONMENT_APP,
        REVERB_BOGUS: '1',
        PUSHER_APP_CLUSTER: 'mt1',
        PREGONESQUE: '1',
      };
      expect(problemsOf({ environment })).toStrictEqual([]);
    });

    it('is not one that Kubernetes makes for a service of our name', () => {
      const environment = {
        ...ENVIRONMENT_APP,
        PREGON_SERVICE_HOST: '10.0.0.7',
        PREGON_SERVICE_PORT: '80',
        PREGON_SERVICE_PORT_HTTP: '80',
        PREGON_PORT: 'tcp://10.0.0.7:80',
        PREGON_PORT_80_TCP: 'tcp://10.0.0.7:80',
        PREGON_PORT_80_TCP_PROTO: 'tcp',
        PREGON_PORT_80_TCP_PORT: '80',
        PREGON_PORT_80_TCP_ADDR: '10.0.0.7',
        PREGON_MANAGEMENT_PORT: 'tcp://10.0.0.8:9601',
        PREGON_WEB_PORT: 'tcp://10.0.0.9:80',
        SOKETI_PORT: 'tcp://10.0.0.9:6001',
      };
      const { config } = load({ environment });
      expect(config.server.port).toBe(8080);
      expect(config.management.port).toBe(9601);
    });

    it('may look like one of those and still be a mistake', () => {
      expect(problemsOf({ environment: { ...ENVIRONMENT_APP, PREGON_SERVER_PORT: '80' } })).toMatchObject([
        { key: 'PREGON_SERVER_PORT' },
      ]);
    });
  });

  describe('a bad value', () => {
    it.each<[string, Record<string, string>, { key: string; value: string; problem: RegExp }]>([
      [
        'no number',
        { PREGON_PORT: 'eighty' },
        { key: 'PREGON_PORT', value: 'eighty', problem: /^must be a number$/ },
      ],
      [
        'a port that is none',
        { REVERB_SERVER_PORT: '70000' },
        { key: 'REVERB_SERVER_PORT', value: '70000', problem: /<=65535/ },
      ],
      [
        'half a port',
        { PREGON_PORT: '80.5' },
        { key: 'PREGON_PORT', value: '80.5', problem: /expected int/ },
      ],
      [
        'neither true nor false',
        { PREGON_MANAGEMENT: 'maybe' },
        { key: 'PREGON_MANAGEMENT', value: 'maybe', problem: /^must be true or false$/ },
      ],
      [
        'no time',
        { PREGON_DRAIN: '5 parsecs' },
        { key: 'PREGON_DRAIN', value: '5 parsecs', problem: /^must be a time such as 30, 30s or 2m$/ },
      ],
      ['a time too long', { PREGON_DRAIN: '2h' }, { key: 'PREGON_DRAIN', value: '7200', problem: /<=3600/ }],
      [
        'a time too short',
        { PREGON_IDLE_TIMEOUT: '1s' },
        { key: 'PREGON_IDLE_TIMEOUT', value: '1', problem: />=20/ },
      ],
      [
        'an unknown transport',
        { PREGON_TRANSPORT: 'quic' },
        { key: 'PREGON_TRANSPORT', value: '"quic"', problem: /"auto"\|"uws"\|"ws"/ },
      ],
      [
        'an unknown level',
        { PREGON_LOG_LEVEL: 'loud' },
        { key: 'PREGON_LOG_LEVEL', value: '"loud"', problem: /"trace"\|"debug"/ },
      ],
      [
        'a path with a blank',
        { PREGON_PATH: '/a b' },
        { key: 'PREGON_PATH', value: '"/a b"', problem: /must be empty or a path such as \/ws/ },
      ],
      [
        'one address of several',
        { PREGON_TRUSTED_PROXIES: '10.0.0.1,10.0.0.0/33' },
        {
          key: 'PREGON_TRUSTED_PROXIES',
          value: '"10.0.0.0/33"',
          problem: /must be an IP address or a range/,
        },
      ],
      [
        'no origins',
        { PREGON_APP_ALLOWED_ORIGINS: ',' },
        { key: 'PREGON_APP_ALLOWED_ORIGINS', value: '[]', problem: />=1 items/ },
      ],
      [
        "Reverb's, misspelt",
        { REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: 'member' },
        {
          key: 'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
          value: '"member"',
          problem: /"none"\|"members"\|"all"/,
        },
      ],
      [
        "a number behind a switch of Reverb's",
        { REVERB_APP_RATE_LIMITING_ENABLED: 'true', REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: 'many' },
        { key: 'REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', value: 'many', problem: /^must be a number$/ },
      ],
      [
        'an unknown webhook event',
        { PREGON_APP_WEBHOOKS: '[{"url":"https://a.test","eventTypes":["oops"]}]' },
        { key: 'PREGON_APP_WEBHOOKS.0.eventTypes', value: '"oops"', problem: /"channel_occupied"\|/ },
      ],
      [
        'an address with a port for a host',
        { PREGON_HOST: '0.0.0.0:8080' },
        { key: 'PREGON_HOST', value: '"0.0.0.0:8080"', problem: /^must be an address or a name, / },
      ],
      [
        'an app id with a slash',
        { PREGON_APP_ID: 'a/b' },
        { key: 'PREGON_APP_ID', value: '"a/b"', problem: /must match pattern/ },
      ],
    ])('names key, value, origin and what is allowed: %s', (_mistake, variables, { key, value, problem }) => {
      const environment = { ...ENVIRONMENT_APP, ...variables };
      const problems = problemsOf({ environment });
      expect(problems).toMatchObject([{ key, value, origin: 'environment' }]);
      expect(problems[0]!.problem).toMatch(problem);
    });

    it.each<[string, Record<string, unknown>, number]>([
      ['more entries than memory has room for', { cache: { maxEntries: 10_000_001 } }, 10_000_000],
      ['more keys than memory has room for', { idempotency: { maxKeys: 4e9 } }, 10_000_000],
      ['more bodies than memory has room for', { gateway: { maxDuplicates: 9e12 } }, 10_000_000],
      ['more bytes than the transport counts', { server: { maxBufferedBytes: 2 ** 32 } }, 2 ** 30],
      ['a body that no text can hold', { server: { maxRequestBytes: 2 ** 30 } }, 2 ** 28],
      ['a time that a timer cannot wait', { webhooks: { requestTimeoutSeconds: 2_147_484 } }, 3600],
      ['a time that Redis cannot keep', { cache: { ttlSeconds: 9e15 } }, 31_536_000],
      ['a time that Redis cannot keep', { idempotency: { seconds: 9e15 } }, 31_536_000],
    ])('is too large: %s', (_mistake, file, most) => {
      const problems = problemsOf({ file, environment: ENVIRONMENT_APP });
      expect(problems).toMatchObject([{ problem: expect.stringContaining(`<=${most}`) as string }]);
      const [[section, values]] = Object.entries(file) as [[string, Record<string, number>]];
      const atMost = { [section]: Object.fromEntries(Object.keys(values).map((name) => [name, most])) };
      expect(problemsOf({ file: atMost, environment: ENVIRONMENT_APP })).toEqual([]);
    });

    it.each<[string, Record<string, string>, RegExp]>([
      ['a name with a blank', { 'Bad Name': 'x' }, /^is not the name of a header$/],
      ['no name', { '': 'x' }, /^is not the name of a header$/],
      ['two lines', { 'X-A': 'x\r\nX-B: y' }, /one line of Latin-1/],
      ['what HTTP cannot send', { 'X-A': '€' }, /one line of Latin-1/],
    ])('of a header of a webhook fails the start, its value masked: %s', (_mistake, headers, problem) => {
      const webhook = { url: 'https://a.test', eventTypes: ['cache_miss'], headers };
      const problems = problemsOf({ file: { apps: [{ ...APP, webhooks: [webhook] }] } });
      expect(problems).toHaveLength(1);
      // A name that is none may be a whole header.
      const isName = Object.hasOwn(headers, 'X-A');
      expect(problems[0]!.key).toBe(`apps.0.webhooks.0.headers${isName ? '.X-A' : ''}`);
      expect(problems[0]!.value).toBe(isName ? '"***"' : undefined);
      expect(problems[0]!.problem).toMatch(problem);
    });

    it.each<[string, unknown, { key: string; value?: string; problem: RegExp }]>([
      ['no object', [], { key: 'config file', problem: /^must be a JSON object$/ }],
      ['an unknown section', { sever: {} }, { key: 'sever', problem: /^is not a setting$/ }],
      ['an unknown setting', { server: { prot: 1 } }, { key: 'server.prot', problem: /^is not a setting$/ }],
      [
        'an unknown setting of an app',
        { apps: [{ ...APP, maxConnexions: 1 }] },
        { key: 'apps.0.maxConnexions', problem: /^is not a setting$/ },
      ],
      [
        'a section that is none',
        { server: 8080 },
        { key: 'server', value: '8080', problem: /expected object/ },
      ],
      [
        'a value of another type',
        { server: { port: '8080' } },
        { key: 'server.port', value: '"8080"', problem: /expected (int|number)/ },
      ],
      ['apps that are no list', { apps: 'none' }, { key: 'apps', value: '"***"', problem: /expected array/ }],
    ])('of the config file is named by its place: %s', (_mistake, file, { key, value, problem }) => {
      const problems = problemsOf({ file, environment: { ...ENVIRONMENT_APP, PREGON_HOST: '127.0.0.1' } });
      expect(problems).toMatchObject([{ key, value, origin: 'pregon.json' }]);
      expect(problems[0]!.problem).toMatch(problem);
    });

    it('of the command line is named by its flag', () => {
      const flags = { 'server.port': { flag: '--port', value: 99_999 } };
      expect(problemsOf({ flags, environment: ENVIRONMENT_APP })).toMatchObject([
        { key: '--port', value: '99999', origin: 'command line' },
      ]);
    });

    it.each(['[::]', '[::1]', '::', 'fe80::1%eth0', 'localhost', '0.0.0.0', 'my_host.test'])(
      'is not the host %s',
      (host) => {
        const { config } = load({ environment: { ...ENVIRONMENT_APP, PREGON_HOST: host } });
        expect(config.server.host).toBe(host.replace(/[[\]]/g, ''));
      },
    );

    it('is told of together with all others, one a line', () => {
      const sources = {
        environment: { ...ENVIRONMENT_APP, PREGON_PORT: 'x', PREGON_BOGUS_NAME_OF_NOTHING: '1' },
        envFile: { PREGON_TRANSPORT: 'quic' },
        file: { cache: { maxEntries: 0 } },
      };
      expect(() => load(sources)).toThrow(ConfigError);
      expect(
        problemsOf(sources)
          .map(({ key, origin }) => `${key} ${origin}`)
          .sort(),
      ).toStrictEqual([
        'PREGON_BOGUS_NAME_OF_NOTHING environment',
        'PREGON_PORT environment',
        'PREGON_TRANSPORT ../app/.env',
        'cache.maxEntries pregon.json',
      ]);
      expect(new ConfigError(problemsOf(sources)).message.split('\n')).toHaveLength(4);
    });

    it('reads as key = value (origin): what is allowed', () => {
      expect(() => load({ environment: { ...ENVIRONMENT_APP, PREGON_PORT: 'x' } })).toThrow(
        /^PREGON_PORT = x \(environment\): must be a number$/,
      );
    });
  });

  describe('a secret', () => {
    const SECRET = 'hunter2';
    const HOOK = { url: 'https://a.test/', eventTypes: ['cache_miss'] };

    it.each<[string, TestSources]>([
      ['of an app that is no list', { file: { apps: { ...APP, secret: SECRET } } }],
      [
        'of a key beside key and secret',
        { file: { apps: [{ ...APP, keys: [{ key: 'k', secret: SECRET }] }] } },
      ],
      ['of keys that are no list', { file: { apps: [{ id: 'x', keys: { key: 'k', secret: SECRET } }] } }],
      ['of keys that are texts', { file: { apps: [{ id: 'x', keys: [SECRET] }] } }],
      ['that is no text', { file: { apps: [{ id: 'x', key: 'k', secret: [SECRET] }] } }],
      ['under a misspelt name', { file: { apps: [{ id: 'x', key: 'k', sceret: SECRET }] } }],
      ['of an app in a misspelt section', { file: { app: [{ ...APP, secret: SECRET }] } }],
      ['of another app with the same id', { file: { apps: [APP, { ...APP, secret: SECRET }] } }],
      [
        'beside a bad key in the environment',
        { environment: { ...ENVIRONMENT_APP, PREGON_APP_KEY: 'a b', PREGON_APP_SECRET: SECRET } },
      ],
      ['without its key', { environment: { REVERB_APP_ID: 'x', REVERB_APP_SECRET: SECRET } }],
      ['under a misspelt variable', { environment: { ...ENVIRONMENT_APP, PREGON_APP_SECRTE: SECRET } }],
      [
        'in a file, beside a bad key',
        {
          environment: { PREGON_APP_ID: 'a', PREGON_APP_KEY: 'a b', PREGON_APP_SECRET_FILE: 'f' },
          files: { f: SECRET },
        },
      ],
      [
        'for the private key that is no text',
        { file: { apps: [APP], tls: { passphrase: { text: SECRET } } } },
      ],
      [
        'in the headers of a webhook',
        { file: { apps: [{ ...APP, webhooks: [{ ...HOOK, headers: { Authorization: [SECRET] } }] }] } },
      ],
      [
        'in headers that are a text',
        { file: { apps: [{ ...APP, webhooks: [{ ...HOOK, headers: SECRET }] }] } },
      ],
      [
        'in a webhook that is no list',
        {
          environment: {
            ...ENVIRONMENT_APP,
            PREGON_APP_WEBHOOKS: JSON.stringify({ ...HOOK, headers: { a: SECRET } }),
          },
        },
      ],
      [
        'in webhooks of no app',
        {
          file: { apps: [APP] },
          environment: { PREGON_APP_WEBHOOKS: JSON.stringify([{ ...HOOK, headers: { a: SECRET } }]) },
        },
      ],
      [
        'in webhooks that are no JSON',
        { environment: { ...ENVIRONMENT_APP, PREGON_APP_WEBHOOKS: `{"a":"${SECRET}"` } },
      ],
      [
        'in the URL of a webhook',
        { file: { apps: [{ ...APP, webhooks: [{ ...HOOK, url: `ftp://me:${SECRET}@a.test/` }] }] } },
      ],
    ])('is not shown by an error: %s', (_place, sources) => {
      expect(problemsOf(sources)).not.toStrictEqual([]);
      expect(new ConfigError(problemsOf(sources)).message).not.toContain(SECRET);
    });

    it('is not shown by printConfig', () => {
      const loaded = load({
        environment: { ...ENVIRONMENT_APP, PREGON_APP_SECRET: SECRET, PREGON_TLS_PASSPHRASE: SECRET },
        file: {
          apps: [
            { id: 'x', keys: [{ key: 'k', secret: SECRET }] },
            {
              ...APP,
              id: 'y',
              key: 'l',
              secret: SECRET,
              webhooks: [{ ...HOOK, url: `https://me:${SECRET}@a.test/`, headers: { 'X-Token': SECRET } }],
            },
          ],
        },
      });
      expect(printConfig(loaded)).not.toContain(SECRET);
    });
  });
});

import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { Command, type CommandOptions } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { TestSocket } from '../support/test-socket.js';

/** Free ports, for all that does not test which. */
const FREE_PORTS = { PREGON_PORT: '0', PREGON_MANAGEMENT_PORT: '0' };
const MACHINE = { log: { format: 'json' }, management: { port: 0 } };

/** Listens on a port. */
async function listen(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

/** A port that somebody else listens on. */
async function takenPort(): Promise<number> {
  const { port, server } = await listen();
  onTestFinished(() => {
    server.close();
  });
  return port;
}

/** A client that subscribes and hears an event that the application triggers: everything in between works. */
async function expectDelivery(
  port: number,
  app: { id: string; key: string; secret: string },
  path = '',
): Promise<void> {
  const client = await TestSocket.open(`ws://127.0.0.1:${port}${path}/app/${app.key}?protocol=7`);
  onTestFinished(() => {
    client.terminate();
  });
  await client.established();
  await client.subscribe('news');
  const api = new ApiClient(`http://127.0.0.1:${port}`, app);
  const { status, text } = await api.trigger('news', 'hello', 'world');
  expect([status, text]).toEqual([200, '{}']);
  expect(await client.next('hello')).toEqual({ event: 'hello', channel: 'news', data: 'world' });
}

describe('pregon start', () => {
  it('serves the development app without configuration, on loopback only, and says so', async () => {
    const command = Command.start([], { env: FREE_PORTS });
    const { port, line } = await command.listening();
    expect(line).toMatchObject({ url: `http://127.0.0.1:${port}`, apps: ['app-id'] });
    const warning = await command.logged(
      'no app is configured: serving the development app, on this machine only. Set REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET for your own',
    );
    expect(warning).toMatchObject({ level: 'warn', appId: 'app-id', key: 'app-key', secret: 'app-secret' });
    await expectDelivery(port, { id: 'app-id', key: 'app-key', secret: 'app-secret' });
    await expect(fetch(`http://127.0.0.2:${port}/up`)).rejects.toThrow('fetch failed');
  });

  it('says which scheme, address, apps and transport it serves, and no secret', async () => {
    const apps = [
      { id: 'one', key: 'key-of-one', secret: 'secret-of-one' },
      { id: 'two', key: 'key-of-two', secret: 'secret-of-two' },
    ];
    const files = { 'pregon.json': { ...MACHINE, server: { port: 0, pathPrefix: '/ws' }, apps } };
    const command = Command.start(['start', '--config', 'pregon.json', '--transport', 'ws'], { files });
    const { port, managementPort, line } = await command.listening();
    expect(line).toMatchObject({
      level: 'info',
      url: `http://0.0.0.0:${port}/ws`,
      apps: ['one', 'two'],
      transport: 'ws',
      management: `http://127.0.0.1:${managementPort}`,
    });
    await command.logged('nodes and gateway');
    expect(command.stdout).not.toMatch(/secret-of-|-of-two/);
    expect(command.log).toHaveLength(5);
  });

  it('says an IPv6 address as URLs have it', async () => {
    const env = { ...FREE_PORTS, PREGON_HOST: '[::1]', PREGON_MANAGEMENT_HOST: '::1' };
    const { port, managementPort, line } = await Command.start([], { env }).listening();
    expect(line).toMatchObject({ url: `http://[::1]:${port}`, management: `http://[::1]:${managementPort}` });
    const health = await Command.run(['health'], {
      env: { ...env, PREGON_MANAGEMENT_PORT: String(managementPort) },
    });
    expect(health).toMatchObject({ code: 0, stdout: `http://[::1]:${managementPort}/health answers 200\n` });
  });

  it('takes uWebSockets.js where it loads, and says its version', async () => {
    const { line } = await Command.start([], { env: FREE_PORTS }).listening();
    expect(line['transport']).toMatch(/^uws \(uWebSockets\.js 20\.\d+\.\d+\)$/);
  });

  it.each<[name: string, env: Record<string, string>, path: string, id: string]>([
    [
      'PREGON_*',
      { ...FREE_PORTS, PREGON_PATH: 'ws', PREGON_APP_ID: 'p', PREGON_APP_KEY: 'k', PREGON_APP_SECRET: 's' },
      '/ws',
      'p',
    ],
    [
      'REVERB_*',
      {
        REVERB_SERVER_HOST: '127.0.0.1',
        REVERB_SERVER_PORT: '0',
        REVERB_SERVER_PATH: '/reverb',
        PREGON_MANAGEMENT_PORT: '0',
        REVERB_APP_ID: 'r',
        REVERB_APP_KEY: 'k',
        REVERB_APP_SECRET: 's',
      },
      '/reverb',
      'r',
    ],
    [
      'PUSHER_*',
      { ...FREE_PORTS, PUSHER_APP_ID: '77', PUSHER_APP_KEY: 'k', PUSHER_APP_SECRET: 's' },
      '',
      '77',
    ],
    [
      'SOKETI_*',
      {
        SOKETI_HOST: '127.0.0.1',
        SOKETI_PORT: '0',
        SOKETI_METRICS_SERVER_PORT: '0',
        SOKETI_PATH_PREFIX: '/soketi',
        SOKETI_DEFAULT_APP_ID: 's',
        SOKETI_DEFAULT_APP_KEY: 'k',
        SOKETI_DEFAULT_APP_SECRET: 's',
      },
      '/soketi',
      's',
    ],
  ])('is configured by %s variables', async (_name, env, path, id) => {
    const { port, line } = await Command.start(['start'], { env }).listening();
    expect(line['apps']).toEqual([id]);
    await expectDelivery(port, { id, key: 'k', secret: 's' }, path);
  });

  const LARAVEL = [
    'APP_NAME=Shop # the name',
    'BROADCAST_CONNECTION=reverb',
    'LOG_LEVEL=debug',
    'REVERB_APP_ID=4711',
    'REVERB_APP_KEY="${APP_NAME}-key"',
    "REVERB_APP_SECRET='sec$ret # and more'",
    'REVERB_HOST="localhost"',
    'REVERB_SERVER_PORT=0',
    'VITE_REVERB_APP_KEY="${REVERB_APP_KEY}"',
  ].join('\n');
  const SHOP = { id: '4711', key: 'Shop-key', secret: 'sec$ret # and more' };

  it.each<[where: string, args: string[], path: string, env: Record<string, string>]>([
    ['--env-file names', ['start', '--env-file', 'laravel/.env'], 'laravel/.env', {}],
    ['PREGON_ENV_FILE names', ['start'], 'laravel/.env', { PREGON_ENV_FILE: 'laravel/.env' }],
    ['stands in its folder', ['start'], '.env', {}],
    ['stands in its folder, without a command', [], '.env', {}],
  ])("takes the Laravel project's .env that %s", async (_where, args, path, env) => {
    const files = { [path]: LARAVEL };
    const command = Command.start(args, { files, env: { PREGON_MANAGEMENT_PORT: '0', ...env } });
    const { port } = await command.listening();
    await expectDelivery(port, SHOP);
    // Laravel's skeleton asks for debug everywhere.
    expect(command.log.filter(({ level }) => level === 'debug' || level === 'trace')).toEqual([]);
  });

  it('reads a secret from a file', async () => {
    const app = { id: 'a', key: 'k', secret: 'from-a-file' };
    const env = { ...FREE_PORTS, REVERB_APP_ID: 'a', REVERB_APP_KEY: 'k', REVERB_APP_SECRET_FILE: 'secret' };
    const { port } = await Command.start([], { env, files: { secret: 'from-a-file\n' } }).listening();
    await expectDelivery(port, app);
  });

  it('lets the command line win over the environment, that over the file, that over the .env', async () => {
    const app = { id: 'a', key: 'k', secret: 's' };
    const files = {
      'pregon.json': { ...MACHINE, server: { port: 1, pathPrefix: '/file', drainSeconds: 7 }, apps: [app] },
      '.env': 'REVERB_SERVER_PORT=2\nREVERB_SERVER_PATH=/env-file\nREVERB_SERVER_HOST=127.0.0.1',
    };
    const env = { PREGON_CONFIG: 'pregon.json', PREGON_PATH: '/environment', PREGON_PORT: '3' };
    const command = Command.start(['--port', '0', '--host', '127.0.0.1'], { files, env });
    const { port, line } = await command.listening();
    expect(line['url']).toBe(`http://127.0.0.1:${port}/environment`);
    command.kill('SIGTERM');
    expect(await command.logged('stopping')).toMatchObject({ drainSeconds: 7 });
  });

  it('goes on when its log cannot be written', async () => {
    const port = await freePort();
    const command = Command.start(['--debug', '--port', String(port)], {
      env: FREE_PORTS,
      stdoutFile: '/dev/full',
    });
    await eventually(async () => {
      expect((await fetch(`http://127.0.0.1:${port}/up`)).status).toBe(200);
    });
    await expectDelivery(port, { id: 'app-id', key: 'app-key', secret: 'app-secret' });
    command.kill('SIGTERM');
    expect(await command.ended).toEqual({ code: 0, signal: null });
    expect(command.stderr).toBe('');
  });

  describe('ends with 3 when it cannot have', () => {
    it.each(['uws', 'ws'])('its port, on %s', async (transport) => {
      const port = await takenPort();
      const env = { ...FREE_PORTS, PREGON_PORT: String(port) };
      const { code, stderr, stdout } = await Command.run(['--transport', transport], { env });
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toBe(`cannot listen on 127.0.0.1:${port}; is the port in use?\n`);
    });

    it.each(['uws', 'ws'])('an address of this machine, on %s', async (transport) => {
      const app = { PREGON_APP_ID: 'a', PREGON_APP_KEY: 'k', PREGON_APP_SECRET: 's' };
      const env = { ...FREE_PORTS, ...app, PREGON_HOST: '192.0.2.1' };
      const { code, stderr } = await Command.run(['--transport', transport], { env });
      expect([code, stderr]).toEqual([
        3,
        'cannot listen on 192.0.2.1:0: this machine does not have the address\n',
      ]);
    });

    it('its management port', async () => {
      const port = await takenPort();
      const env = { ...FREE_PORTS, PREGON_MANAGEMENT_PORT: String(port) };
      const { code, stderr, stdout } = await Command.run([], { env });
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toBe(
        `cannot listen on 127.0.0.1:${port} for management; is the port in use? (management.port, PREGON_MANAGEMENT_PORT)\n`,
      );
    });
  });

  describe('ends with 2 in production', () => {
    const NO_APP =
      'no app is configured, and the development app is not served in production; set these (or PUSHER_APP_*, or apps in the config file)';
    const PUBLISHED = 'is the published development secret; give the app a secret of its own';
    const app = { REVERB_APP_ID: 'a', REVERB_APP_KEY: 'k' };

    it.each<[title: string, options: CommandOptions, origin: string, problem: string]>([
      ['NODE_ENV, without an app', { env: { NODE_ENV: 'production' } }, 'environment: NODE_ENV', NO_APP],
      ['APP_ENV, without an app', { env: { APP_ENV: 'production' } }, 'environment: APP_ENV', NO_APP],
      ["Laravel's APP_ENV", { files: { '.env': 'APP_ENV=production' } }, '.env: APP_ENV', NO_APP],
      [
        'the development secret',
        { env: { NODE_ENV: 'production', ...app, REVERB_APP_SECRET: 'app-secret' } },
        'environment: NODE_ENV',
        PUBLISHED,
      ],
    ])('by %s', async (_title, options, origin, problem) => {
      const { code, stdout, stderr } = await Command.run([], options);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('The configuration is wrong:\n');
      expect(stderr).toContain(`(${origin}=production): ${problem}\n`);
    });

    it('with secrets that can be guessed and keys from an http:// address', async () => {
      const env = {
        ...app,
        NODE_ENV: 'production',
        REVERB_APP_SECRET: 'hushhus',
        WS_SECRET: 'hushhus',
        PREGON_HUB_JWKS_URL: 'http://keys.example/jwks.json',
      };
      const { code, stderr } = await Command.run([], { env });
      expect(code).toBe(2);
      for (const key of ['secret of app a', 'gateway.secret', 'hub.jwksUrl']) expect(stderr).toContain(key);
      expect(stderr).not.toMatch(/hushhus|keys\.example/);
    });

    it('but not with an app of its own', async () => {
      const env = { ...FREE_PORTS, ...app, REVERB_APP_SECRET: 's'.repeat(8), NODE_ENV: 'production' };
      expect((await Command.start([], { env }).listening()).line['apps']).toEqual(['a']);
    });
  });

  it('ends with 2 when the development app would be served to others', async () => {
    const { code, stderr } = await Command.run(['--host', '0.0.0.0']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'The configuration is wrong:\n--host = "0.0.0.0" (command line): no app is configured, and the development app is served on 127.0.0.1 only; set REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET (or PUSHER_APP_*, or apps in the config file)\n',
    );
  });

  it.each(['uws', 'ws'])('ends with 2 when a certificate cannot be read, on %s', async (transport) => {
    const env = { ...FREE_PORTS, PREGON_TLS_CERT: 'no.pem', PREGON_TLS_KEY: 'no.key' };
    const { code, stderr } = await Command.run(['--transport', transport], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^The configuration is wrong:\ntls\.certFile = no\.pem \(TLS\): cannot be read/);
  });
});

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { tempFolder } from '../support/temp-folder.js';
import { TestSocket } from '../support/test-socket.js';

const APP = { id: 'my-app', key: 'my-key', secret: 'my-secret' };
const ENVIRONMENT = { PREGON_PORT: '0', PREGON_HOST: '127.0.0.1', PREGON_MANAGEMENT_PORT: '0' };
const APP_ENV = 'REVERB_APP_ID=my-app\nREVERB_APP_KEY=my-key\nREVERB_APP_SECRET=my-secret\n';

it('the start says what to copy, whatever the level', async () => {
  const files = { '.env': `${APP_ENV}LOG_LEVEL=error\nREVERB_APP_ACCEPT_CLIENT_EVENTS_FROM=members\n` };
  const command = Command.start([], { env: ENVIRONMENT, files });
  const { port } = await command.listening();
  await command.logged('nodes and gateway');
  const lines = Object.fromEntries(command.log.map(({ msg, ...fields }) => [String(msg), fields]));
  expect(lines['browsers connect to']).toMatchObject({
    level: 'info',
    url: `ws://127.0.0.1:${port}/app/my-key`,
  });
  expect(lines["Laravel's .env"]?.['env']).toContain(`REVERB_APP_KEY=my-key`);
  expect(lines["Laravel's .env"]?.['env']).toContain(`REVERB_PORT=${port} REVERB_SCHEME=http`);
  expect(lines['client events (whispers)']).toMatchObject({
    from: 'members of private and presence channels',
  });
  expect(lines['nodes and gateway']).toMatchObject({
    bus: 'none: this server is alone',
    gateway: expect.stringMatching(/^off/) as unknown,
  });
  expect(command.stdout).not.toContain(APP.secret);
});

it('says that the debug of LOG_LEVEL counts as info', async () => {
  const command = Command.start([], { env: ENVIRONMENT, files: { '.env': `${APP_ENV}LOG_LEVEL=debug\n` } });
  await command.listening();
  await eventually(() => {
    expect(command.log).toContainEqual(
      expect.objectContaining({ msg: expect.stringContaining('LOG_LEVEL is Laravel') as unknown }),
    );
  });
});

it.each([
  ['one process', '1'],
  ['workers', '2'],
])(
  'SIGHUP reads the configuration again and ends nothing, in %s',
  async (_how, workers) => {
    const env = { ...ENVIRONMENT, PREGON_WORKERS: workers };
    const command = Command.start([], { env, files: { '.env': APP_ENV } });
    const { port } = await command.listening();
    const write = (text: string) => {
      writeFileSync(join(command.folder, '.env'), APP_ENV + text);
      command.kill('SIGHUP');
    };
    write('PREGON_LOG_LEVEL=debug\nPREGON_MAX_REQUEST_BYTES=50000\n');
    expect(await command.logged('SIGHUP: the configuration was read again')).toMatchObject({
      logLevel: 'debug',
      certificate: 'none',
      needRestart: ['server.maxRequestBytes'],
    });
    write('PREGON_LOG_LEVEL=nonsense\n');
    const wrong = await command.logged('SIGHUP: the configuration is wrong, so nothing is taken from it');
    expect(wrong['problems']).toContain('PREGON_LOG_LEVEL');
    const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/my-key?protocol=7`);
    await client.established();
    client.terminate();
    expect(await command.logged('connection opened')).toMatchObject({ level: 'debug', app: 'my-app' });
  },
  90_000,
);

it('a pipe that nobody reads holds nobody up, and the lost lines are told of', async () => {
  const port = await freePort();
  const main = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--debug', '--port', String(port)], {
    cwd: tempFolder(),
    env: {
      PATH: process.env['PATH'],
      PREGON_HOST: '127.0.0.1',
      PREGON_MANAGEMENT: 'off',
      PREGON_LOG_FORMAT: 'json',
      PREGON_APP_ID: APP.id,
      PREGON_APP_KEY: APP.key,
      PREGON_APP_SECRET: APP.secret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const api = new ApiClient(`http://127.0.0.1:${port}`, APP);
  await eventually(async () => {
    expect((await api.trigger('news', 'e', '1')).status).toBe(200);
  });
  const batch = Array.from({ length: 10 }, () => ({
    channel: 'c'.repeat(150),
    name: 'e'.repeat(150),
    data: '1',
  }));
  const startedMs = Date.now();
  // Far more lines than the pipe and the buffer hold; each would have taken a tenth of a second.
  for (let i = 0; i < 260; i++) {
    const { status } = await api.request({ method: 'POST', path: '/batch_events', body: { batch } });
    expect(status).toBe(200);
  }
  expect(Date.now() - startedMs).toBeLessThan(60_000);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await eventually(() => {
    expect(text).toMatch(/"lost":\d+,"msg":"log lines were lost/);
  });
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg).at(-1)).toBe('stopped');
}, 120_000);

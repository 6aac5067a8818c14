import { describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { Command } from '../support/command.js';
import { hmac, TestSocket } from '../support/test-socket.js';

const SECRETS = {
  secret: 'secret-of-the-app',
  old: 'secret-of-the-old-key',
  header: 'token-of-the-webhook',
  password: 'password-of-the-webhook',
  query: 'query-of-the-webhook',
  passphrase: 'passphrase-of-the-key',
};

const FILES = {
  'pregon.json': {
    server: { host: '127.0.0.1', port: 0 },
    management: { port: 0 },
    log: { format: 'json' },
    tls: { passphrase: SECRETS.passphrase },
    webhooks: { retrySeconds: 0, batchMilliseconds: 0 },
    apps: [
      {
        id: 'app-id',
        keys: [
          { key: 'old-key', secret: SECRETS.old },
          { key: 'app-key', secret: SECRETS.secret },
        ],
        userAuthentication: true,
        clientEvents: 'members',
        webhooks: [
          {
            url: `http://me:${SECRETS.password}@127.0.0.1:9/hook?token=${SECRETS.query}`,
            eventTypes: ['channel_occupied'],
            headers: { authorization: SECRETS.header },
          },
        ],
      },
    ],
  },
};

function expectNoSecret(text: string): void {
  for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
}

describe('secrets are never printed', () => {
  it('by config print', async () => {
    const { code, stdout, stderr } = await Command.run(['config', 'print', '--config', 'pregon.json'], {
      files: FILES,
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('tls.passphrase = "***" (pregon.json)');
    expect(stdout).toContain('apps.0.id = "app-id" (pregon.json)');
    expectNoSecret(stdout);
  });

  it('by what is wrong with them', async () => {
    const env = {
      PREGON_APP_ID: 'not an id',
      PREGON_APP_KEY: 'not a key',
      PREGON_APP_SECRET: SECRETS.secret,
      PREGON_APP_WEBHOOKS: `[{"url":"no url","headers":{"authorization":"${SECRETS.header}"}}]`,
      PREGON_TLS_PASSPHRASE: SECRETS.passphrase,
      PREGON_TLS_CERT: 'only-this.pem',
    };
    const { code, stderr } = await Command.run([], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('PREGON_APP_KEY');
    expectNoSecret(stderr);
  });

  it('by a config file that is no JSON', async () => {
    const text = `{"apps":[{"id":"a","key":"k","secret":"${SECRETS.secret}" "enabled":true}]}`;
    const { code, stderr } = await Command.run(['--config', 'pregon.json'], {
      files: { 'pregon.json': text },
    });
    expect(code).toBe(2);
    expect(stderr).toContain('must be JSON');
    expectNoSecret(stderr);
  });

  it.each<[string, string[], Record<string, string>]>([
    [
      'a URL that cannot be decoded',
      [],
      { PREGON_BUS: 'redis', REDIS_URL: `redis://u:%zz${SECRETS.password}@r` },
    ],
    ['the config file, given in the place of its name', ['--config', `{"secret":"${SECRETS.secret}"}`], {}],
    ['a secret in the place of the name of its file', [], { REDIS_PASSWORD_FILE: SECRETS.password }],
    [
      'a private key in the place of the name of its file',
      [],
      { PREGON_TLS_CERT: '/dev/null', PREGON_TLS_KEY: `-----BEGIN PRIVATE KEY-----\n${SECRETS.secret}` },
    ],
    ['an option that is none', [`--redis-url=redis://u:${SECRETS.password}@r`], {}],
    ['a short option that is none', [`-p${SECRETS.password}`], {}],
    ['a command that is none', [SECRETS.secret], {}],
    ['an argument too many', ['start', SECRETS.secret], {}],
  ])('by a start that fails with 2, for %s', async (_fault, args, env) => {
    const app = { REVERB_APP_ID: 'a', REVERB_APP_KEY: 'k', REVERB_APP_SECRET: SECRETS.secret };
    const { code, stdout, stderr } = await Command.run(args, { env: { ...app, ...env } });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    expectNoSecret(stderr);
  });

  it('by the log, debug lines included, nor signatures that hold', async () => {
    const command = Command.start(['--config', 'pregon.json', '--debug'], { files: FILES });
    const { port } = await command.listening();
    const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/app-key?protocol=7`);
    await client.established();
    const { socketId } = client;
    const signature = hmac(`${socketId}:private-room`, SECRETS.secret);
    const subscribe = (channel: string, auth: string) => {
      client.send({ event: 'pusher:subscribe', data: { channel, auth } });
    };
    subscribe('private-room', `app-key:${signature}`);
    await client.next('pusher_internal:subscription_succeeded');
    subscribe('private-other', `app-key:${signature}`);
    await client.error();
    const user = JSON.stringify({ id: 'ana' });
    const userSignature = hmac(`${socketId}::user::${user}`, SECRETS.secret);
    client.send({ event: 'pusher:signin', data: { auth: `app-key:${userSignature}`, user_data: user } });
    await client.next('pusher:signin_success');
    client.send({ event: 'client-note', channel: 'private-room', data: 'payload-of-the-client' });
    await client.settle();

    const app = { id: 'app-id', key: 'app-key', secret: SECRETS.secret };
    const api = new ApiClient(`http://127.0.0.1:${port}`, app);
    expect((await api.trigger('private-room', 'x', 'payload-of-the-server')).status).toBe(200);
    const stranger = new ApiClient(`http://127.0.0.1:${port}`, { ...app, secret: 'wrong' });
    expect((await stranger.get('/channels')).status).toBe(401);
    // The webhook cannot be delivered, which is told of.
    await command.logged('webhook events dropped');
    await client.close();
    command.kill('SIGTERM');
    expect(await command.ended).toEqual({ code: 0, signal: null });

    const messages = command.log.map(({ msg }) => msg);
    for (const message of [
      'connection opened',
      'subscription refused',
      'request refused with 401',
      'connection closed',
    ]) {
      expect(messages).toContain(message);
    }
    expectNoSecret(command.stdout + command.stderr);
    expect(command.stdout).not.toContain(userSignature);
    expect(command.stdout).not.toMatch(/payload-of/);
  });
});

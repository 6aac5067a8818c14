import { execFile } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWith, PHP } from '../support/services.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const LIBRARY = 'pusher/pusher-php-server:^7.2';
const SCRIPT = new URL('call-pusher.php', import.meta.url).pathname;

type Call = readonly [method: string, ...args: unknown[]];

/** What a call gave: a result, or an exception. */
interface PhpAnswer {
  readonly result?: unknown;
  readonly class?: string;
  readonly message?: string;
  readonly code?: number;
}

interface PhpOptions {
  readonly key?: string;
  readonly secret?: string;
  readonly appId?: string;
  readonly [option: string]: unknown;
}

const apiError = (code: number, message: string): PhpAnswer => ({
  class: 'Pusher\\ApiErrorException',
  message,
  code,
});

describeWith(PHP, () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pregon-php-'));
    const args = ['require', '--no-interaction', '--no-progress', '--quiet', LIBRARY];
    await promisify(execFile)('composer', args, { cwd: folder });
  }, 120_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** Makes calls on one object of the library. */
  const callAll = async (port: number, options: PhpOptions, ...calls: Call[]): Promise<PhpAnswer[]> => {
    const { key = TEST_APP.key, secret = TEST_APP.secret, appId = TEST_APP.id, ...more } = options;
    const child = execFile('php', ['-d', 'display_errors=stderr', SCRIPT]);
    const input = {
      autoload: join(folder, 'vendor', 'autoload.php'),
      key,
      secret,
      appId,
      options: { host: '127.0.0.1', port, scheme: 'http', ...more },
      calls: calls.map(([method, ...args]) => [method, args]),
    };
    child.stdin?.end(JSON.stringify(input));
    let [output, errors] = ['', ''];
    child.stdout?.on('data', (text: string) => (output += text));
    child.stderr?.on('data', (text: string) => (errors += text));
    await once(child, 'close');
    if (child.exitCode !== 0) throw new Error(`php ended with ${String(child.exitCode)}: ${errors}${output}`);
    return JSON.parse(output) as PhpAnswer[];
  };

  const call = async (port: number, options: PhpOptions, ...one: Call): Promise<PhpAnswer> => {
    const [answer] = await callAll(port, options, one);
    return answer!;
  };

  onEachTransport((transport) => {
    describe('trigger', () => {
      it('delivers data in its own spelling (API-1, EVENT-1)', async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        const answers = await callAll(
          server.port,
          {},
          ['trigger', 'room', 'App\\Events\\Shipped', { url: 'a/b', name: 'zoë' }],
          ['trigger', ['room'], 'y', 'text'],
          ['trigger', 'room', 'z', '{"a":1}', {}, true],
          ['trigger', 'room', 'e', []],
        );
        expect(answers).toEqual(answers.map(() => ({ result: {} })));
        expect(await client.next('App\\Events\\Shipped')).toMatchObject({
          data: '{"url":"a\\/b","name":"zo\\u00eb"}',
        });
        expect(await client.next('y')).toMatchObject({ data: '"text"' });
        expect(await client.next('z')).toMatchObject({ data: '{"a":1}' });
        expect(await client.next('e')).toMatchObject({ data: '[]' });
      });

      it('takes 100 channels and answers with info (API-1)', async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('presence-room', { user_id: 1 });
        const channels = ['presence-room', ...Array.from({ length: 99 }, (_, i) => `room-${i}`)];
        const info = { info: 'user_count,subscription_count' };
        const { result } = await call(server.port, {}, 'trigger', channels, 'x', {}, info);
        const counts = (result as { channels: Record<string, unknown> }).channels;
        expect(Object.keys(counts)).toEqual(channels);
        expect(counts['presence-room']).toEqual({ user_count: 1, subscription_count: 1 });
        expect(counts['room-7']).toEqual({ subscription_count: 0 });
      });

      it('leaves out a socket_id, as toOthers does (API-4)', async () => {
        const server = await startServer({ transport });
        const [sender, other] = [await server.connect(), await server.connect()];
        for (const client of [sender, other]) await client.subscribe('room');
        await call(server.port, {}, 'trigger', 'room', 'x', {}, { socket_id: sender.socketId });
        await other.next('x');
        await sender.settle();
        expect(sender.named('x')).toEqual([]);
      });

      it('encrypts (CHAN-2)', async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('private-encrypted-room');
        const options = { encryption_master_key_base64: Buffer.alloc(32, 7).toString('base64') };
        await call(server.port, options, 'trigger', 'private-encrypted-room', 'x', { secret: 'word' });
        const { data } = await client.next('x');
        expect(Object.keys(JSON.parse(data as string) as object).sort()).toEqual(['ciphertext', 'nonce']);
      });
    });

    it('triggers a batch, with info for some (API-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['a', 'b']) await client.subscribe(channel);
      const event = (channel: string, more = {}) => ({ channel, name: 'x', data: { channel }, ...more });
      const answers = await callAll(
        server.port,
        {},
        ['triggerBatch', [event('a'), event('b')]],
        ['triggerBatch', [event('a'), event('b', { info: 'subscription_count' })]],
      );
      expect(answers).toEqual([{ result: {} }, { result: { batch: [{}, { subscription_count: 1 }] } }]);
      await client.settle();
      expect(client.named('x').map(({ channel, data }) => [channel, data])).toEqual([
        ['a', '{"channel":"a"}'],
        ['b', '{"channel":"b"}'],
        ['a', '{"channel":"a"}'],
        ['b', '{"channel":"b"}'],
      ]);
    });

    describe('getChannels', () => {
      it('finds none (API-7)', async () => {
        const server = await startServer({ transport });
        // The library turns the object into an array of PHP, whose JSON is this when it is empty.
        expect(await call(server.port, {}, 'getChannels')).toEqual({ result: { channels: [] } });
      });

      it('finds those that are occupied, with their attributes (API-7)', async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        await client.subscribe('presence-a', { user_id: 1 });
        const answers = await callAll(
          server.port,
          {},
          ['getChannels'],
          ['getChannels', { filter_by_prefix: 'presence-', info: 'user_count' }],
          // An array, which the library signs folded and sends with indexes.
          ['getChannels', { filter_by_prefix: 'presence-', k: ['a b', 'c/d'] }],
          ['getChannels', { filter_by_prefix: 'presence-', info: ['user_count', 'subscription_count'] }],
        );
        expect(answers).toEqual([
          { result: { channels: { room: {}, 'presence-a': {} } } },
          { result: { channels: { 'presence-a': { user_count: 1 } } } },
          { result: { channels: { 'presence-a': {} } } },
          { result: { channels: { 'presence-a': { user_count: 1, subscription_count: 1 } } } },
        ]);
      });
    });

    it('reads a channel and its users (API-8, API-9)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('presence-a=b@c,d;e.f', { user_id: 7 });
      await client.subscribe('cache-room');
      const answers = await callAll(
        server.port,
        {},
        ['trigger', 'cache-room', 'x', { a: 1 }],
        ['getChannelInfo', 'presence-a=b@c,d;e.f', { info: 'user_count' }],
        ['getChannelInfo', 'cache-room', { info: 'subscription_count,cache' }],
        ['getChannelInfo', 'nobody'],
        ['getPresenceUsers', 'presence-a=b@c,d;e.f'],
        ['getPresenceUsers', 'presence-nobody'],
        ['get', '/connections'],
      );
      expect(answers.slice(1)).toEqual([
        { result: { occupied: true, user_count: 1 } },
        { result: { occupied: true, subscription_count: 1, cache: { data: '{"a":1}', ttl: 1800 } } },
        { result: { occupied: false } },
        { result: { users: [{ id: '7' }] } },
        { result: { users: [] } },
        { result: { connections: 1 } },
      ]);
    });

    it('authorizes, signs in, sends to a user and terminates his connections (AUTH-1, USER-1, USER-4, USER-5)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const { socketId } = client;
      const answers = await callAll(
        server.port,
        {},
        ['authorizeChannel', 'private-room', socketId],
        ['authorizePresenceChannel', 'presence-room', socketId, '7', { url: 'a/b', name: 'zoë' }],
        ['authenticateUser', socketId, { id: 'ana@x', user_info: { url: 'a/b' } }],
      );
      const [channel, presence, user] = answers.map(({ result }) => JSON.parse(result as string) as object);
      client.send({ event: 'pusher:subscribe', data: { channel: 'private-room', ...channel } });
      await client.next('pusher_internal:subscription_succeeded', 'private-room');
      client.send({ event: 'pusher:subscribe', data: { channel: 'presence-room', ...presence } });
      await client.next('pusher_internal:subscription_succeeded', 'presence-room');
      client.send({ event: 'pusher:signin', data: user });
      await client.next('pusher:signin_success');
      await client.subscribe('#server-to-user-ana@x');
      await call(server.port, {}, 'sendToUser', 'ana@x', 'x', { a: 1 });
      expect(await client.next('x')).toMatchObject({ channel: '#server-to-user-ana@x', data: '{"a":1}' });
      expect(await call(server.port, {}, 'terminateUserConnections', 'ana@x')).toEqual({ result: {} });
      expect(await client.closed).toMatchObject({ code: 4009 });
    });

    describe('with a path', () => {
      const calls: Call[] = [
        ['trigger', 'room', 'x', {}],
        ['triggerBatch', [{ channel: 'room', name: 'x', data: {} }]],
        ['getChannels', { k: ['a', 'b'] }],
        ['getChannelInfo', 'room'],
        ['getPresenceUsers', 'presence-room'],
        ['terminateUserConnections', 'ana@x'],
      ];

      // The library requests `/ws/apps/…` with `/ws/` and `/apps/…` with `/ws`, and signs `/apps/…` with both.
      it.each(['/ws', '/ws/', ''])('%j all calls succeed, behind a prefix (SIGN-6)', async (path) => {
        const server = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
        const answers = await callAll(server.port, { path }, ...calls);
        expect(answers.map((answer) => Object.keys(answer))).toEqual(calls.map(() => ['result']));
      });
    });

    describe('throws', () => {
      it.each<[string, PhpOptions, Call, number, string | RegExp]>([
        [
          'for a wrong secret',
          { secret: 'wrong' },
          ['trigger', 'room', 'x', {}],
          401,
          /^Invalid signature: you should have sent HmacSHA256Hex\("POST\\n\/apps\/app-id\/events\\nauth_key=app-key&.*, your_secret_key\), but you sent "[0-9a-f]{64}"; check REVERB_APP_SECRET or PUSHER_APP_SECRET\n$/,
        ],
        ['for an unknown key', { key: 'nobody' }, ['getChannels'], 401, 'Unknown auth_key: "nobody"\n'],
        [
          'for an unknown app',
          { appId: 'nobody' },
          ['trigger', 'room', 'x', {}],
          404,
          "Unknown app id 'nobody': check REVERB_APP_ID or PUSHER_APP_ID\n",
        ],
        [
          'for an app that is disabled',
          { appId: 'off', key: 'off-key', secret: 'off-secret' },
          ['trigger', 'room', 'x', {}],
          403,
          'This app is disabled\n',
        ],
        [
          'for too much data',
          {},
          ['trigger', 'room', 'x', 'd'.repeat(10_239)],
          413,
          /^The data content of this event exceeds the allowed maximum \(10240 bytes\)\. Event 'x' on room has 10241 bytes; .*\n$/,
        ],
        [
          'for a batch that is too large',
          {},
          ['triggerBatch', Array.from({ length: 11 }, () => ({ channel: 'room', name: 'x', data: {} }))],
          400,
          'Batch too large (11 > 10)\n',
        ],
        [
          'for users of a channel without members',
          {},
          ['getPresenceUsers', 'room'],
          400,
          'Users can only be retrieved for presence channels\n',
        ],
        [
          'for an attribute that not all channels have',
          {},
          ['getChannels', { info: 'user_count' }],
          400,
          'user_count may only be requested for presence channels - please supply filter_by_prefix begining with presence-\n',
        ],
        ['for a reserved name', {}, ['trigger', 'room', 'pusher:x', {}], 400, /^Invalid event name: /],
      ])('%s, with the text of the answer (API-3, SIGN-7)', async (_title, options, one, code, text) => {
        const apps = [{ id: 'off', key: 'off-key', secret: 'off-secret', enabled: false }];
        const server = await startServer({ transport, apps });
        const answer = await call(server.port, options, ...one);
        const message = text instanceof RegExp ? (expect.stringMatching(text) as string) : text;
        expect(answer).toEqual(apiError(code, message));
      });

      it('and succeeds again on the same object (API-3)', async () => {
        const server = await startServer({ transport });
        const answers = await callAll(
          server.port,
          {},
          ['trigger', 'room', 'pusher:x', {}],
          ['getPresenceUsers', 'room'],
          ['trigger', 'room', 'x', {}],
        );
        expect(answers.map(({ code = 200 }) => code)).toEqual([400, 400, 200]);
      });
    });

    it('keeps one connection for all its calls (API-3)', async () => {
      const server = await startServer({ transport });
      let accepted = 0;
      const proxy = createServer((client) => {
        accepted++;
        const upstream = connect(server.port, '127.0.0.1');
        client.pipe(upstream).pipe(client);
        client.on('error', () => upstream.destroy());
        upstream.on('error', () => client.destroy());
      });
      proxy.listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      onTestFinished(() => {
        proxy.close();
      });
      const { port } = proxy.address() as { port: number };
      const round: Call[] = [
        ['trigger', 'room', 'x', {}],
        ['getChannels'],
        ['getPresenceUsers', 'room'],
        ['trigger', 'room', 'pusher:x', {}],
      ];
      await callAll(port, {}, ...round, ...round, ...round);
      expect(accepted).toBe(1);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { subscribeFrame } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const VALID_NAMES = [
  'a',
  'news',
  'App.Models.User.7',
  'orders.2024-01,east;x=1@home_2',
  '-_=@,.;',
  'n'.repeat(200),
  'private',
  'presence',
  'cache',
  '__proto__',
  'constructor',
  'toString',
];

const INVALID_NAMES = [
  ' ',
  'a b',
  'news\n',
  'a/b',
  'a:b',
  'a#b',
  '#a',
  '#private-x',
  '#server-to-users-1',
  '#server-to-user-',
  '##server-to-user-1',
  'ünïcode',
  'emoji😀',
  'a"b',
  'a\\b',
  'a\u0000b',
  '{x}',
  'a+b',
  'a*b',
  'a!b',
  'a%20b',
  "it's",
  'n'.repeat(201),
  `private-${'n'.repeat(193)}`,
];

interface Kind {
  readonly name: string;
  readonly signed: boolean;
  readonly presence: boolean;
  readonly cached: boolean;
}

const kind = (name: string, ...is: readonly ('signed' | 'presence' | 'cached')[]): Kind => ({
  name,
  signed: is.includes('signed'),
  presence: is.includes('presence'),
  cached: is.includes('cached'),
});

/** CHAN-2, each prefix and what only looks like one. */
const KINDS = [
  kind('x'),
  kind('cache-x', 'cached'),
  kind('private-x', 'signed'),
  kind('private-cache-x', 'signed', 'cached'),
  kind('private-encrypted-x', 'signed'),
  kind('private-encrypted-cache-x', 'signed', 'cached'),
  kind('presence-x', 'signed', 'presence'),
  kind('presence-cache-x', 'signed', 'presence', 'cached'),
  kind('private-', 'signed'),
  kind('presence-', 'signed', 'presence'),
  kind('cache-', 'cached'),
  kind('private-cache', 'signed'),
  kind('presence-encrypted-x', 'signed', 'presence'),
  kind('presence-private-x', 'signed', 'presence'),
  kind('private-presence-x', 'signed'),
  kind('private-cache-encrypted-x', 'signed', 'cached'),
  kind('private'),
  kind('presence'),
  kind('cache'),
  kind('privatex'),
  kind('presence_x'),
  kind('cached-x'),
  kind('my-private-x'),
  kind('my-presence-x'),
  kind('x-cache-y'),
  kind('Private-x'),
  kind('PRESENCE-x'),
  kind('.private-x'),
];

/** The occupied channels, as the HTTP API lists them. */
async function occupied(server: TestServer): Promise<string[]> {
  const { channels } = (await server.api.get('/channels')).json() as { channels: object };
  return Object.keys(channels);
}

onEachTransport((transport) => {
  describe('a channel name', () => {
    it.each(VALID_NAMES)('may be %s (CHAN-1)', async (name) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe(name);
      await server.api.trigger(name, 'x', '1');
      expect(await client.next('x')).toStrictEqual({ event: 'x', channel: name, data: '1' });
    });

    it.each(INVALID_NAMES)('may not be %j (CHAN-1, SUB-4)', async (name) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send(subscribeFrame(client.socketId, name));
      const refusal = await client.next('pusher:subscription_error');
      expect(refusal.channel).toBe(name);
      expect(JSON.parse(refusal.data as string)).toMatchObject({ type: 'InvalidChannel', status: 400 });
      await client.settle();
      await client.subscribe('news');
    });

    it('may be as long as the app says (CHAN-1)', async () => {
      const server = await startServer({ transport, app: { maxChannelNameLength: 10 } });
      const client = await server.connect();
      await client.subscribe('private-12');
      client.send(subscribeFrame(client.socketId, 'private-123'));
      await client.next('pusher:subscription_error', 'private-123');
    });
  });

  describe('a channel', () => {
    it.each(KINDS)(
      'named $name is signed: $signed, presence: $presence, cached: $cached (CHAN-2)',
      async ({ name, signed, presence, cached }) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        client.send({ event: 'pusher:subscribe', data: { channel: name } });
        await client.settle();
        const events = client.frames.slice(1).map(({ event }) => event);
        expect(events).toStrictEqual([
          ...(signed
            ? ['pusher:subscription_error', 'pusher:error']
            : ['pusher_internal:subscription_succeeded']),
          ...(cached && !signed ? ['pusher:cache_miss'] : []),
          'pusher:pong',
        ]);
        if (!signed) return;

        const { data } = await client.subscribe(name, presence ? { user_id: '1' } : undefined);
        expect(data).toBe(presence ? '{"presence":{"count":1,"ids":["1"],"hash":{"1":{}}}}' : '{}');
        await client.settle();
        expect(client.named('pusher:cache_miss')).toHaveLength(cached ? 1 : 0);
      },
    );

    it('of presence needs channel_data, or a user (CHAN-2, PRES-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send(subscribeFrame(client.socketId, 'presence-x'));
      const { data } = await client.next('pusher:subscription_error', 'presence-x');
      expect(JSON.parse(data as string)).toStrictEqual({
        type: 'AuthError',
        error: 'presence-x is a presence channel and subscription must include channel_data',
        status: 401,
      });
    });

    it('of a user needs the user to be signed in (CHAN-2, USER-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send({ event: 'pusher:subscribe', data: { channel: '#server-to-user-1', auth: '' } });
      await client.next('pusher:subscription_error', '#server-to-user-1');
      await client.signin({ id: '1' });
      await client.subscribe('#server-to-user-1');
    });

    it('is occupied from its first subscription to its last (CHAN-3)', async () => {
      const server = await startServer({ transport });
      const first = await server.connect();
      const second = await server.connect();
      expect(await occupied(server)).toEqual([]);
      await first.subscribe('news');
      await second.subscribe('news');
      expect(await occupied(server)).toEqual(['news']);
      first.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
      await first.settle();
      expect(await occupied(server)).toEqual(['news']);
      await second.close();
      await eventually(async () => {
        expect(await occupied(server)).toEqual([]);
      });
    });

    it('of a user is not listed (CHAN-3)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: '1' });
      await client.subscribe('#server-to-user-1');
      await client.subscribe('news');
      expect(await occupied(server)).toEqual(['news']);
    });
  });
});

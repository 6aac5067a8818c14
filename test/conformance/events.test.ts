import { describe, expect, it } from 'vitest';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const DATA: readonly (readonly [what: string, data: string])[] = [
  ['JSON', '{"amount":"50.00"}'],
  ['JSON in another spelling', '{ "b" : 1.0 ,\n "a":"\\/\\u00eb" }'],
  ['nothing', ''],
  ['blanks', ' \t\r\n '],
  ['plain text', 'hello'],
  ['a number', '123'],
  ['the word null', 'null'],
  ['quotes and backslashes', '"\\"\\\\""'],
  ['control characters', '\u0000\u0001\u001f\u007f\u0085'],
  ['line separators', 'a\u2028b\u2029c'],
  ['every script', 'Zoë Привет 你好 مرحبا 😀👨‍👩‍👧'],
  ['half of a pair', 'a\ud800b\udc00c'],
  ['markup', '</script><!-- &amp; -->'],
  ['what looks like a frame', '{"event":"pusher:error","data":{"code":4001,"message":"x"}}'],
  ['as much as is allowed', 'x'.repeat(10_240)],
  ['as many bytes as are allowed', 'ü'.repeat(5_120)],
];

const NAMES = [
  'payment.received',
  'App\\Events\\OrderShipped',
  'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
  'client-x',
  'pusher-x',
  'Pusher:x',
  'with blanks and "quotes"',
  'ünï 😀',
  '__proto__',
  'x'.repeat(200),
];

onEachTransport((transport) => {
  describe('a triggered event', () => {
    it.each(DATA)('carries the string that was triggered: %s (EVENT-1)', async (_what, data) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('news');
      expect((await server.api.trigger('news', 'x', data)).status).toBe(200);
      expect(await client.next('x')).toStrictEqual({ event: 'x', channel: 'news', data });
    });

    it.each(NAMES)('may be called %s (EVENT-1, EVENT-2)', async (name) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('news');
      await server.api.trigger('news', name, '{}');
      expect(await client.next(name)).toStrictEqual({ event: name, channel: 'news', data: '{}' });
    });

    it.each(['pusher:x', 'pusher:error', 'pusher_internal:member_added', 'x'.repeat(201), ''])(
      'may not be called "%s", and is not delivered then (EVENT-2)',
      async (name) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('news');
        expect((await server.api.trigger('news', name, '{}')).status).toBe(400);
        await client.settle();
        expect(client.frames).toHaveLength(3);
      },
    );

    it('is the same text for all who hear it (EVENT-1)', async () => {
      const server = await startServer({ transport });
      const clients = await Promise.all(Array.from({ length: 50 }, () => server.connect()));
      for (const client of clients) await client.subscribe('news');
      await server.api.trigger('news', 'x', '{"a":1}');
      for (const client of clients) {
        await client.next('x');
        expect(client.texts.at(-1)).toBe('{"event":"x","channel":"news","data":"{\\"a\\":1}"}');
      }
    });

    it('reaches the channel it was triggered on and no other (EVENT-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['news', 'news2', 'New', 'private-news']) await client.subscribe(channel);
      await server.api.trigger('news', 'x', '1');
      await client.settle();
      expect(client.named('x').map(({ channel }) => channel)).toStrictEqual(['news']);
    });

    it('reaches a channel once, however often it is named (EVENT-1, API-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['a', 'b']) await client.subscribe(channel);
      await server.api.trigger(['a', 'b', 'a'], 'x', '1');
      await client.settle();
      expect(client.named('x').map(({ channel }) => channel)).toStrictEqual(['a', 'b']);
    });

    it('has no user_id on a presence channel (EVENT-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('presence-x', { user_id: '1' });
      await server.api.trigger('presence-x', 'x', '1', { user_id: '2' });
      expect(await client.next('x')).toStrictEqual({ event: 'x', channel: 'presence-x', data: '1' });
    });

    it('leaves out the connection it names, and only that (EVENT-1, API-4)', async () => {
      const server = await startServer({ transport });
      const [sender, tab, other] = await Promise.all([server.connect(), server.connect(), server.connect()]);
      for (const client of [sender, tab, other]) {
        await client.subscribe('news');
        await client.subscribe('weather');
      }
      await server.api.trigger(['news', 'weather'], 'x', '1', { socket_id: sender.socketId });
      await server.api.trigger('news', 'y', '2');
      for (const client of [tab, other]) {
        await client.settle();
        expect(client.named('x')).toHaveLength(2);
      }
      await sender.next('y');
      expect(sender.named('x')).toEqual([]);
    });

    it.each(['1.1', 'nonsense', '', null, 7, '1.'.repeat(200), '1'.repeat(300), 'ı.1', '1.1\0'])(
      'leaves nobody out for the socket_id %j (API-4)',
      async (socketId) => {
        const server = await startServer({ transport });
        const clients = [await server.connect(), await server.connect()];
        for (const client of clients) await client.subscribe('news');
        expect((await server.api.trigger('news', 'x', '1', { socket_id: socketId })).status).toBe(200);
        for (const client of clients) {
          await client.next('x');
          expect(client.frames.at(-1)).toEqual({ event: 'x', channel: 'news', data: '1' });
        }
      },
    );

    it('reaches the others also when the connection it leaves out is not subscribed, or gone (API-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const stranger = await server.connect();
      await client.subscribe('news');
      await server.api.trigger('news', 'x', '1', { socket_id: stranger.socketId });
      await client.next('x');
      await stranger.close();
      await server.api.trigger('news', 'y', '1', { socket_id: stranger.socketId });
      await client.next('y');
    });
  });

  describe('events of one channel', () => {
    it('arrive in the order in which they were triggered, a thousand of them (EVENT-3)', async () => {
      const server = await startServer({ transport });
      const clients = await Promise.all([server.connect(), server.connect(), server.connect()]);
      for (const client of clients) await client.subscribe('news');
      for (let i = 0; i < 1000; i += 10) {
        const batch = Array.from({ length: 10 }, (_, j) => ({
          channel: 'news',
          name: 'tick',
          data: String(i + j),
        }));
        await server.api.post('/batch_events', { batch });
      }
      const expected = Array.from({ length: 1000 }, (_, i) => String(i));
      for (const client of clients) {
        await client.settle();
        expect(client.named('tick').map(({ data }) => data)).toStrictEqual(expected);
      }
    });

    it('keep their order when some leave a connection out (EVENT-3)', async () => {
      const server = await startServer({ transport });
      const a = await server.connect();
      const b = await server.connect();
      for (const client of [a, b]) await client.subscribe('news');
      const batch = (start: number) =>
        Array.from({ length: 10 }, (_, j) => ({
          channel: 'news',
          name: 'tick',
          data: String(start + j),
          ...(j % 2 === 1 ? { socket_id: a.socketId } : {}),
        }));
      for (let i = 0; i < 100; i += 10) await server.api.post('/batch_events', { batch: batch(i) });
      for (const client of [a, b]) await client.settle();
      const all = Array.from({ length: 100 }, (_, i) => String(i));
      expect(b.named('tick').map(({ data }) => data)).toStrictEqual(all);
      expect(a.named('tick').map(({ data }) => data)).toStrictEqual(all.filter((_, i) => i % 2 === 0));
    });
  });
});

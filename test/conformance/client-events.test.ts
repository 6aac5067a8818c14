import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { startServer, type TestServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const memberOf = (channel: string, id: string) =>
  channel.startsWith('presence-') ? { user_id: id } : undefined;

/** Two subscribers of a channel, users 1 and 2 where it is one of presence. */
async function pair(
  server: TestServer,
  channel: string,
): Promise<readonly [sender: TestSocket, listener: TestSocket]> {
  const sender = await server.connect();
  const listener = await server.connect();
  await sender.subscribe(channel, memberOf(channel, '1'));
  await listener.subscribe(channel, memberOf(channel, '2'));
  return [sender, listener];
}

const ALL_KINDS = [
  'news',
  'cache-x',
  'private-x',
  'private-cache-x',
  'private-encrypted-x',
  'presence-x',
  'presence-cache-x',
];

/** Data as it is sent, as JSON text in the frame, and as it arrives. */
const DATA: readonly (readonly [sent: string, received: string])[] = [
  ['{"a":1}', '{"a":1}'],
  ['"{\\"a\\":1}"', '{"a":1}'],
  ['"hello"', 'hello'],
  ['""', ''],
  ['"a=b&c=d \\u00eb \\ud83d\\ude00"', 'a=b&c=d ë 😀'],
  ['{ "b" : 1.0, "a" : "\\/" }', '{ "b" : 1.0, "a" : "\\/" }'],
  ['{"n":9007199254740993}', '{"n":9007199254740993}'],
  ['{"data":{"data":"}"},"x":"\\"]"}', '{"data":{"data":"}"},"x":"\\"]"}'],
  ['{}', '{}'],
  ['[]', '[]'],
  ['[1,{"a":2}]', '[1,{"a":2}]'],
  ['0', '0'],
  ['1e3', '1e3'],
  ['-1.50', '-1.50'],
  ['true', 'true'],
  ['false', 'false'],
];

onEachTransport((transport) => {
  describe('who may send', () => {
    it.each(ALL_KINDS)('is nobody by default, on %s (CLIENT-1, CLIENT-2)', async (channel) => {
      const server = await startServer({ transport });
      const [sender, listener] = await pair(server, channel);
      sender.send({ event: 'client-x', channel, data: {} });
      expect(await sender.error()).toStrictEqual({
        code: null,
        message: expect.stringMatching(
          /^To send client events, you must enable this feature.*clientEvents/,
        ) as string,
      });
      await listener.settle();
      expect(listener.named('client-x')).toEqual([]);
    });

    it.each(ALL_KINDS)('is members of guarded channels with "members", on %s (CLIENT-1)', async (channel) => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, channel);
      sender.send({ event: 'client-x', channel, data: {} });
      if (/^pr(?:ivate|esence)-/.test(channel)) {
        await listener.next('client-x');
        return;
      }
      expect(await sender.error()).toStrictEqual({
        code: null,
        message: `Cannot broadcast client event (channel ${channel} is neither private nor presence)`,
      });
      await listener.settle();
      expect(listener.named('client-x')).toEqual([]);
    });

    it.each(ALL_KINDS)('is every subscriber with "all", on %s (CLIENT-1)', async (channel) => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const [sender, listener] = await pair(server, channel);
      sender.send({ event: 'client-x', channel, data: {} });
      await listener.next('client-x');
    });

    it('is never the user of a user channel (CLIENT-1)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const [sender, tab] = await Promise.all([server.connect(), server.connect()]);
      for (const client of [sender, tab]) {
        await client.signin({ id: '1' });
        await client.subscribe('#server-to-user-1');
      }
      sender.send({ event: 'client-x', channel: '#server-to-user-1', data: {} });
      expect(await sender.error()).toMatchObject({ code: null });
      await tab.settle();
      expect(tab.named('client-x')).toEqual([]);
    });
  });

  describe('a refused client event', () => {
    it.each(['private-x', 'presence-x', 'news', '#server-to-user-1', 'not a name'])(
      'is on %s, which is not subscribed (CLIENT-2)',
      async (channel) => {
        const server = await startServer({ transport, app: { clientEvents: 'all' } });
        const client = await server.connect();
        client.send({ event: 'client-x', channel, data: {} });
        expect(await client.error()).toStrictEqual({
          code: null,
          message: `Cannot broadcast client event (connection not subscribed to channel ${channel})`,
        });
        await client.settle();
      },
    );

    it('is on a channel that was left, or that refused the subscription (CLIENT-2)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, 'private-x');
      sender.send({ event: 'pusher:unsubscribe', data: { channel: 'private-x' } });
      sender.send({ event: 'client-x', channel: 'private-x', data: {} });
      expect((await sender.error()).message).toContain('not subscribed');
      sender.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth: 'app-key:0' } });
      await sender.next('pusher:error');
      sender.send({ event: 'client-x', channel: 'private-x', data: {} });
      expect((await sender.error()).message).toContain('not subscribed');
      await listener.settle();
      expect(listener.named('client-x')).toEqual([]);
    });

    it('has too long a name or too much data (CLIENT-2)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members', maxEventBytes: 1000 } });
      const [sender, listener] = await pair(server, 'private-x');
      const attempt = (event: string, data: unknown) => {
        sender.send({ event, channel: 'private-x', data });
      };
      attempt(`client-${'x'.repeat(194)}`, {});
      expect((await sender.error()).message).toMatch(/^Client event rejected: its name has 201 characters/);
      attempt('client-x', 'ü'.repeat(501));
      expect((await sender.error()).message).toMatch(/^Client event rejected: its data has 1002 bytes/);
      attempt('client-x', { a: 'x'.repeat(1000) });
      expect((await sender.error()).message).toMatch(/^Client event rejected: its data has 1008 bytes/);

      attempt(`client-${'x'.repeat(193)}`, {});
      attempt('client-x', 'ü'.repeat(500));
      await listener.next('client-x');
      expect(listener.frames.filter(({ event }) => event.startsWith('client-'))).toHaveLength(2);
    });
  });

  describe('a relayed client event', () => {
    it.each(DATA)('carries the data %s as the string %s (CLIENT-3)', async (sent, received) => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, 'private-x');
      sender.send(`{"event":"client-x","channel":"private-x","data":${sent}}`);
      expect(await listener.next('client-x')).toStrictEqual({
        event: 'client-x',
        channel: 'private-x',
        data: received,
      });
    });

    it('is not heard by its sender, but by his other tabs (CLIENT-3)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, tab] = await Promise.all([server.connect(), server.connect()]);
      for (const client of [sender, tab]) await client.subscribe('presence-x', { user_id: '1' });
      sender.send({ event: 'client-x', channel: 'presence-x', data: {} });
      await tab.next('client-x');
      await sender.settle();
      expect(sender.named('client-x')).toEqual([]);
    });

    it.each(['presence-x', 'presence-cache-x'])('names its sender on %s (CLIENT-3)', async (channel) => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, channel);
      sender.send({ event: 'client-x', channel, data: {} });
      await listener.next('client-x');
      expect(listener.texts.at(-1)).toBe(
        `{"event":"client-x","channel":"${channel}","data":"{}","user_id":"1"}`,
      );
    });

    it('names its sender by the digits of his id, beyond 2^53 too (CLIENT-3, PRES-1)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const sender = await server.connect();
      const listener = await server.connect();
      await listener.subscribe('presence-x', { user_id: '2' });
      await sender.subscribe('presence-x', '{"user_id":9007199254740993}');
      sender.send({ event: 'client-x', channel: 'presence-x', data: {} });
      expect((await listener.next('client-x')).user_id).toBe('9007199254740993');
    });

    it.each(['private-x', 'private-encrypted-x'])(
      'names nobody on %s, also if he is signed in (CLIENT-3)',
      async (channel) => {
        const server = await startServer({ transport, app: { clientEvents: 'members' } });
        const [sender, listener] = await pair(server, channel);
        await sender.signin({ id: '1' });
        sender.send({ event: 'client-x', channel, data: {} });
        expect(await listener.next('client-x')).toStrictEqual({ event: 'client-x', channel, data: '{}' });
      },
    );

    it.each(['private-x', 'presence-x', 'news'])(
      'passes nothing else of the frame on %s (CLIENT-3)',
      async (channel) => {
        const server = await startServer({ transport, app: { clientEvents: 'all' } });
        const [sender, listener] = await pair(server, channel);
        sender.send(
          `{"user_id":"admin","socket_id":"1.1","event":"client-x","extra":{"a":1},"channel":"${channel}","data":{},"name":"y","user_id":"root"}`,
        );
        const { user_id: userId, ...rest } = await listener.next('client-x');
        expect(rest).toStrictEqual({ event: 'client-x', channel, data: '{}' });
        expect(userId).toBe(channel === 'presence-x' ? '1' : undefined);
      },
    );

    it('takes the last of repeated members, as every JSON parser here does (CLIENT-3)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, 'private-x');
      sender.send(
        '{"event":"client-a","data":{"a":1},"channel":"private-x","data":{"b":2},"event":"client-b"}',
      );
      expect(await listener.next('client-b')).toMatchObject({ data: '{"b":2}' });
    });

    it('keeps the order of its sender (CLIENT-3, EVENT-3)', async () => {
      const server = await startServer({
        transport,
        app: { clientEvents: 'members', maxClientEventsPerSecond: null },
      });
      const [sender, listener] = await pair(server, 'private-x');
      for (let i = 0; i < 500; i++) sender.send({ event: 'client-x', channel: 'private-x', data: i });
      await sender.settle();
      await listener.settle();
      expect(listener.named('client-x').map(({ data }) => Number(data))).toStrictEqual(
        Array.from({ length: 500 }, (_, i) => i),
      );
    });
  });

  describe('the rate of client events', () => {
    it('is ten a second for each connection; more are refused with 4301 (CLIENT-4)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, 'private-x');
      const send = (client: TestSocket) => {
        client.send({ event: 'client-x', channel: 'private-x', data: {} });
      };
      for (let i = 0; i < 12; i++) send(sender);
      await sender.settle();
      await listener.settle();
      expect(listener.named('client-x')).toHaveLength(10);
      expect(sender.named('pusher:error').map(({ data }) => data)).toStrictEqual(
        Array.from({ length: 2 }, () => ({
          code: 4301,
          message: 'Client event rejected - you sent more than 10 client events per second',
        })),
      );

      // It stays open, others have a budget of their own, and time brings it back.
      send(listener);
      await sender.next('client-x');
      clock.advance(500);
      for (let i = 0; i < 6; i++) send(sender);
      await sender.settle();
      await listener.settle();
      expect(listener.named('client-x')).toHaveLength(15);
    });

    it('counts no refused ones (CLIENT-4)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: { clientEvents: 'members' } });
      const [sender, listener] = await pair(server, 'private-x');
      for (let i = 0; i < 20; i++) sender.send({ event: 'client-x', channel: 'private-y', data: {} });
      for (let i = 0; i < 10; i++) sender.send({ event: 'client-x', channel: 'private-x', data: {} });
      await sender.settle();
      await listener.settle();
      expect(listener.named('client-x')).toHaveLength(10);
    });

    it('is what the app says (CLIENT-4)', async () => {
      const clock = new FakeClock();
      const app = { clientEvents: 'members', maxClientEventsPerSecond: 2 };
      const server = await startServer({ transport, clock, app });
      const [sender] = await pair(server, 'private-x');
      for (let i = 0; i < 3; i++) sender.send({ event: 'client-x', channel: 'private-x', data: {} });
      expect(await sender.error()).toMatchObject({ code: 4301 });
    });
  });
});

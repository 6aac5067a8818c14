import { describe, expect, it } from 'vitest';
import type { TransportName } from '../../src/transports/transport.js';
import { FakeClock } from '../support/fake-clock.js';
import { startServer, type TestServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

/** As long as a window may last. */
const WINDOW_MS = 2;

/** A server that gathers on channels of two subscribers, whose windows end when the test says so. */
async function start(transport: TransportName, config: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const server = await startServer({
    transport,
    clock,
    app: { clientEvents: 'members' },
    config: { server: { gatherMilliseconds: WINDOW_MS, gatherFromSubscribers: 2, ...config } },
  });
  return { server, clock };
}

async function subscribers(server: TestServer, channel: string, count = 2): Promise<TestSocket[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => server.connect()));
  for (const client of clients) {
    await client.subscribe(
      channel,
      channel.startsWith('presence-') ? { user_id: client.socketId } : undefined,
    );
  }
  return clients;
}

/** Triggers, and lets the server's loop turn until what follows is held. */
async function triggerFirst(server: TestServer, channel: string): Promise<void> {
  await server.api.trigger(channel, 'first', '');
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

/** What a client heard by now beside protocol events; asks another client, since its own question would be answered later. */
function heard(client: TestSocket): string[] {
  return client.frames.map(({ event }) => event).filter((event) => !/^pusher(?:_internal)?:/.test(event));
}

onEachTransport((transport) => {
  describe('events that follow each other on a channel with many subscribers', () => {
    it('wait for one another, and arrive in their order (EVENT-3)', async () => {
      const { server, clock } = await start(transport);
      const clients = await subscribers(server, 'news');
      const outsider = await server.connect();
      await triggerFirst(server, 'news');
      for (const event of ['a', 'b', 'c']) await server.api.trigger('news', event, '');
      await outsider.settle();
      for (const client of clients) expect(heard(client)).toEqual(['first']);
      clock.advance(WINDOW_MS);
      for (const client of clients) {
        await client.next('c');
        expect(heard(client)).toEqual(['first', 'a', 'b', 'c']);
      }
    });

    it('do not wait when they come alone', async () => {
      const { server, clock } = await start(transport);
      const [client] = await subscribers(server, 'news');
      await triggerFirst(server, 'news');
      clock.advance(WINDOW_MS);
      await server.api.trigger('news', 'later', '');
      await client?.next('later');
    });

    it.each([
      ['gathering is off', { gatherMilliseconds: 0 }],
      ['there are fewer subscribers', { gatherFromSubscribers: 3 }],
    ])('do not wait where %s', async (_what, config) => {
      const { server } = await start(transport, config);
      const [client] = await subscribers(server, 'news');
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'second', '');
      await client?.next('second');
    });

    it('arrive before what was triggered later on another channel', async () => {
      const { server } = await start(transport);
      const [client] = await subscribers(server, 'news');
      await client?.subscribe('own');
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      await server.api.trigger('own', 'b', '');
      await client?.next('b');
      expect(heard(client!)).toEqual(['first', 'a', 'b']);
    });

    it('arrive before an answer to what the client asked later', async () => {
      const { server } = await start(transport);
      const [client] = await subscribers(server, 'news');
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      await client?.settle();
      expect(heard(client!)).toEqual(['first', 'a']);
    });

    it('are heard once by who subscribes meanwhile, as the kept event (SUB-5, CACHE-2)', async () => {
      const { server, clock } = await start(transport);
      const clients = await subscribers(server, 'cache-news');
      await triggerFirst(server, 'cache-news');
      await server.api.trigger('cache-news', 'a', '');
      const late = await server.connect();
      await late.subscribe('cache-news');
      await server.api.trigger('cache-news', 'b', '');
      clock.advance(WINDOW_MS);
      for (const client of [...clients, late]) await client.next('b');
      expect(heard(late)).toEqual(['a', 'b']);
      for (const client of clients) expect(heard(client)).toEqual(['first', 'a', 'b']);
    });

    it('are not heard by who subscribes meanwhile and came too late (SUB-5)', async () => {
      const { server, clock } = await start(transport);
      await subscribers(server, 'news');
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      const late = await server.connect();
      await late.subscribe('news');
      clock.advance(WINDOW_MS);
      await late.settle();
      expect(heard(late)).toEqual([]);
    });

    it('are heard by who unsubscribes after them, and not what comes then (SUB-7)', async () => {
      const { server, clock } = await start(transport);
      const [leaving, staying] = (await subscribers(server, 'news', 3)) as [TestSocket, TestSocket];
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      leaving.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
      await leaving.settle();
      await server.api.trigger('news', 'b', '');
      clock.advance(WINDOW_MS);
      await staying.next('b');
      await leaving.settle();
      expect(heard(leaving)).toEqual(['first', 'a']);
    });

    it('leave out the connection they name, also when it is gone by then (API-4)', async () => {
      const { server, clock } = await start(transport);
      const [named, leaving, other] = (await subscribers(server, 'news', 4)) as [
        TestSocket,
        TestSocket,
        TestSocket,
      ];
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '', { socket_id: named.socketId });
      await server.api.trigger('news', 'b', '', { socket_id: leaving.socketId });
      await server.api.trigger('news', 'c', '');
      await leaving.close();
      clock.advance(WINDOW_MS);
      for (const client of [named, other]) await client.next('c');
      expect(heard(named)).toEqual(['first', 'b', 'c']);
      expect(heard(other)).toEqual(['first', 'a', 'b', 'c']);
      expect(heard(leaving)).not.toContain('b');
    });

    it('keep their order with client events (CLIENT-3)', async () => {
      const { server, clock } = await start(transport);
      const [sender, listener] = (await subscribers(server, 'private-news')) as [TestSocket, TestSocket];
      await triggerFirst(server, 'private-news');
      await server.api.trigger('private-news', 'a', '');
      sender.send({ event: 'client-b', channel: 'private-news', data: {} });
      await sender.settle();
      await server.api.trigger('private-news', 'c', '');
      clock.advance(WINDOW_MS);
      for (const client of [sender, listener]) await client.next('c');
      expect(heard(sender)).toEqual(['first', 'a', 'c']);
      expect(heard(listener)).toEqual(['first', 'a', 'client-b', 'c']);
    });

    it('keep their order with members who come and go (PRES-4, PRES-5)', async () => {
      const { server, clock } = await start(transport);
      const [watcher] = (await subscribers(server, 'presence-room')) as [TestSocket];
      await triggerFirst(server, 'presence-room');
      await server.api.trigger('presence-room', 'a', '');
      const guest = await server.connect();
      await guest.subscribe('presence-room', { user_id: 'guest' });
      await server.api.trigger('presence-room', 'b', '');
      await guest.close();
      clock.advance(WINDOW_MS);
      await watcher.next('pusher_internal:member_removed');
      const events = watcher.frames.map(({ event }) => event);
      expect(events.slice(events.indexOf('first'))).toEqual([
        'first',
        'a',
        'pusher_internal:member_added',
        'b',
        'pusher_internal:member_removed',
      ]);
      expect(heard(guest)).not.toContain('a');
    });

    it('arrive before the close of a terminated user (USER-5)', async () => {
      const { server } = await start(transport);
      const [client] = (await subscribers(server, 'news')) as [TestSocket];
      await client.signin({ id: '7' });
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      await server.api.post('/users/7/terminate_connections', {});
      await client.closed;
      expect(heard(client)).toEqual(['first', 'a']);
    });

    it('arrive before the close of a server that stops', async () => {
      const { server, clock } = await start(transport);
      const [client] = (await subscribers(server, 'news')) as [TestSocket];
      await triggerFirst(server, 'news');
      await server.api.trigger('news', 'a', '');
      const stopped = server.server.stop(0);
      await client.closed;
      // The server's own waiting is on the clock too.
      clock.advance(10_000);
      await stopped;
      expect(heard(client)).toEqual(['first', 'a']);
    });
  });
});

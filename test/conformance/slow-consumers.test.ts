import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TransportName } from '../../src/transports/transport.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { startServer, type TestServer } from '../support/start-server.js';
import type { TestSocket, TestSocketOptions } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

/** One trigger goes to so many channels, so that little work makes much traffic. */
const CHANNELS = Array.from({ length: 100 }, (_, i) => `news-${i}`);

/** Bytes of an event. Random, so that compression does not make it less. */
const filler = () => randomBytes(5_000).toString('hex');

async function start(transport: TransportName, compression: 'off' | 'shared' = 'off') {
  const clock = new FakeClock();
  const server = await startServer({
    transport,
    clock,
    config: { server: { compression }, management: { enabled: true } },
  });
  return { server, clock };
}

async function subscriber(server: TestServer, options?: TestSocketOptions): Promise<TestSocket> {
  const client = await server.connect(options);
  for (const channel of CHANNELS) await client.subscribe(channel);
  return client;
}

/** A counter of the management port. */
async function counter(server: TestServer, name: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${server.managementPort}/metrics`);
  const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

const slowCloses = (server: TestServer) => counter(server, 'pregon_slow_consumer_closes_total');

/** Triggers until so many clients were too slow, at the pace of the reader. @returns how many events each channel got */
async function triggerUntilSlow(server: TestServer, reader: TestSocket, clients: number): Promise<number> {
  for (let sent = 1; sent <= 60; sent++) {
    await server.api.trigger(CHANNELS, 'tick', `${sent} ${filler()}`);
    await reader.settle();
    if ((await slowCloses(server)) >= clients) return sent;
  }
  throw new Error('no client was ever too slow');
}

/** Events as they came, each as its channel and number. */
function ticks(client: TestSocket): string[] {
  return client.named('tick').map(({ channel, data }) => `${channel} ${(data as string).split(' ', 1)[0]}`);
}

/** What a client that hears everything has heard. */
function allTicks(sent: number): string[] {
  return Array.from({ length: sent }, (_, i) => CHANNELS.map((channel) => `${channel} ${i + 1}`)).flat();
}

onEachTransport((transport) => {
  describe.each(['off', 'shared'] as const)(
    'a client that stops reading, with compression %s',
    (compression) => {
      const options: TestSocketOptions = { perMessageDeflate: compression === 'shared' };

      it('is counted, leaves its channels, and is closed with 4100 once it reads again, without a gap (SLOW-1)', async () => {
        const { server } = await start(transport, compression);
        const reader = await subscriber(server, options);
        const slow = await subscriber(server, options);
        slow.ws.pause();
        let sent = await triggerUntilSlow(server, reader, 1);
        expect((await server.api.get('/connections')).json()).toStrictEqual({ connections: 1 });
        expect(
          (await server.api.get('/channels/news-0', { info: 'subscription_count' })).json(),
        ).toStrictEqual({
          occupied: true,
          subscription_count: 1,
        });
        await server.api.trigger(CHANNELS, 'tick', `${++sent} after`);

        slow.ws.resume();
        expect(await slow.closed).toStrictEqual({ code: 4100, reason: 'Reads too slowly; please reconnect' });
        expect(slow.frames.at(-1)).toStrictEqual({
          event: 'pusher:error',
          data: { code: 4100, message: 'Reads too slowly; please reconnect' },
        });
        const heard = ticks(slow);
        expect(heard).toStrictEqual(allTicks(sent).slice(0, heard.length));
        expect(heard.length).toBeLessThan(CHANNELS.length * sent);

        // Others lose nothing.
        await reader.settle();
        expect(ticks(reader)).toStrictEqual(allTicks(sent));
        expect(await slowCloses(server)).toBe(1);
      });
    },
  );

  describe('a client that never reads again', () => {
    it('is cut after 10 seconds (SLOW-1)', async () => {
      const { server, clock } = await start(transport);
      const reader = await subscriber(server);
      const dead = await subscriber(server);
      dead.ws.pause();
      await triggerUntilSlow(server, reader, 1);
      clock.advance(9000);
      await reader.settle();
      clock.advance(2000);
      dead.ws.resume();
      // No close frame, since all that was waiting for it is gone with the connection.
      expect(await dead.closed).toMatchObject({ code: 1006 });
      expect(dead.named('pusher:error')).toEqual([]);
      await reader.settle();
    });
  });

  describe('a slow client', () => {
    it('that reads all the same is not closed (SLOW-1)', async () => {
      const { server } = await start(transport);
      const client = await subscriber(server);
      for (let sent = 1; sent <= 20; sent++) {
        client.ws.pause();
        await server.api.trigger(CHANNELS, 'tick', `${sent} short`);
        client.ws.resume();
      }
      await client.settle();
      expect(ticks(client)).toStrictEqual(allTicks(20));
      expect(await slowCloses(server)).toBe(0);
    });
  });

  describe('twenty clients that do not read', () => {
    it('cost no more than their buffers (SLOW-1)', async () => {
      const { server } = await start(transport);
      const reader = await subscriber(server);
      const dead = await Promise.all(Array.from({ length: 20 }, () => subscriber(server)));
      for (const client of dead) client.ws.pause();
      const before = process.memoryUsage();
      let sent = await triggerUntilSlow(server, reader, dead.length);
      // Unbounded, this would be another 40 MB for each of them.
      for (; sent < 60; sent++) {
        await server.api.trigger(CHANNELS, 'tick', `${sent + 1} ${filler()}`);
        await reader.settle();
      }
      const after = process.memoryUsage();

      await reader.settle();
      expect(ticks(reader)).toStrictEqual(allTicks(sent));
      expect(await slowCloses(server)).toBe(dead.length);
      // The reader's own frames are kept by this test, in this process.
      const kept = reader.texts.reduce((sum, text) => sum + text.length, 0);
      const grown = after.rss - before.rss - 3 * kept;
      expect(grown).toBeLessThan(250 * 1024 * 1024);
      await eventually(async () => {
        expect((await server.api.get('/connections')).json()).toStrictEqual({ connections: 1 });
      });
    });
  });
});

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { startServer } from '../support/start-server.js';
import { itOnOneNode, itWithoutHub } from '../support/skipping.js';
import { onEachTransport } from '../support/transports.js';

const SUCCEEDED = 'pusher_internal:subscription_succeeded';

const CACHE_CHANNELS = [
  'cache-x',
  'private-cache-x',
  'private-encrypted-cache-x',
  'presence-cache-x',
] as const;

const memberOf = (channel: string, id = '1') =>
  channel.startsWith('presence-') ? { user_id: id } : undefined;

onEachTransport((transport) => {
  describe.each(CACHE_CHANNELS)('%s', (channel) => {
    it('tells a subscriber of a miss, with data (CACHE-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe(channel, memberOf(channel));
      await client.settle();
      expect(client.texts.slice(2, -1)).toStrictEqual([
        `{"event":"pusher:cache_miss","channel":"${channel}","data":"{}"}`,
      ]);
    });

    it('tells a subscriber the last event as if it came now (CACHE-1, CACHE-2)', async () => {
      const server = await startServer({ transport });
      // Before anyone is there, and the newest counts.
      await server.api.trigger(channel, 'old', 'a');
      await server.api.trigger(channel, 'price', '{"v":1.0}');
      for (let i = 0; i < 2; i++) {
        const client = await server.connect();
        await client.subscribe(channel, memberOf(channel));
        await client.settle();
        expect(client.frames.slice(2, -1)).toStrictEqual([{ event: 'price', channel, data: '{"v":1.0}' }]);
        // The channel is vacated between the two.
        await client.close();
      }
    });
  });

  describe('the kept event', () => {
    it('is kept also when it left a connection out, which hears it on its next subscription (CACHE-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('cache-x');
      await server.api.trigger('cache-x', 'x', '1', { socket_id: client.socketId });
      await client.settle();
      expect(client.named('x')).toEqual([]);
      client.send({ event: 'pusher:unsubscribe', data: { channel: 'cache-x' } });
      await client.subscribe('cache-x');
      expect(await client.next('x')).toStrictEqual({ event: 'x', channel: 'cache-x', data: '1' });
    });

    it('may be empty data (CACHE-1)', async () => {
      const server = await startServer({ transport });
      await server.api.trigger('cache-x', 'x', '');
      const client = await server.connect();
      await client.subscribe('cache-x');
      expect(await client.next('x')).toStrictEqual({ event: 'x', channel: 'cache-x', data: '' });
    });

    it('is not a client event (CACHE-1)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const sender = await server.connect();
      const listener = await server.connect();
      for (const client of [sender, listener]) await client.subscribe('private-cache-x');
      sender.send({ event: 'client-x', channel: 'private-cache-x', data: {} });
      await listener.next('client-x');
      const late = await server.connect();
      await late.subscribe('private-cache-x');
      await late.next('pusher:cache_miss');
    });

    it('is not an internal event (CACHE-1)', async () => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      const witness = await server.connect();
      await witness.subscribe('presence-cache-x', { user_id: 'w' });
      const visitor = await server.connect();
      await visitor.subscribe('presence-cache-x', { user_id: 'v' });
      await visitor.close();
      await witness.next('pusher_internal:member_removed');
      const late = await server.connect();
      await late.subscribe('presence-cache-x', { user_id: 'l' });
      await late.next('pusher:cache_miss');
      expect(late.frames.map(({ event }) => event).slice(1)).toStrictEqual([SUCCEEDED, 'pusher:cache_miss']);
    });

    itWithoutHub()('is forgotten after its time, which each event starts anew (CACHE-1)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const hears = async () => {
        const client = await server.connect();
        await client.subscribe('cache-x');
        await client.settle();
        const event = client.frames[2]?.event;
        client.terminate();
        return event;
      };
      await server.api.trigger('cache-x', 'first', '1');
      clock.advance(1_799_000);
      expect(await hears()).toBe('first');
      await server.api.trigger('cache-x', 'second', '2');
      clock.advance(1_799_000);
      // Having been heard does not prolong it.
      expect(await hears()).toBe('second');
      clock.advance(2000);
      expect(await hears()).toBe('pusher:cache_miss');
    });

    itWithoutHub()('is kept as long as the server is told to (CACHE-1)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, config: { cache: { ttlSeconds: 10 } } });
      await server.api.trigger('cache-x', 'x', '1');
      clock.advance(11_000);
      const client = await server.connect();
      await client.subscribe('cache-x');
      await client.next('pusher:cache_miss');
    });

    it('is one for each app (CACHE-1)', async () => {
      const apps = [{ id: 'other', key: 'other-key', secret: 's' }];
      const server = await startServer({ transport, apps });
      await server.api.trigger('cache-x', 'x', '1');
      const stranger = await server.open('/app/other-key');
      await stranger.established();
      await stranger.subscribe('cache-x');
      await stranger.next('pusher:cache_miss');
    });

    it('is not kept on channels that only look like it (CACHE-1, CHAN-2)', async () => {
      const server = await startServer({ transport });
      for (const channel of ['news', 'x-cache-y', 'cache', 'private-x']) {
        await server.api.trigger(channel, 'x', '1');
        const client = await server.connect();
        await client.subscribe(channel);
        await client.settle();
        expect(client.frames).toHaveLength(3);
      }
    });

    itOnOneNode()('gives way, the least recently used first, when there are too many (CACHE-1)', async () => {
      const server = await startServer({ transport, config: { cache: { maxEntries: 2 } } });
      for (const channel of ['cache-a', 'cache-b', 'cache-c']) await server.api.trigger(channel, 'x', '1');
      const client = await server.connect();
      for (const channel of ['cache-a', 'cache-b', 'cache-c']) await client.subscribe(channel);
      await client.settle();
      expect(client.named('pusher:cache_miss').map(({ channel }) => channel)).toStrictEqual(['cache-a']);
      expect(client.named('x').map(({ channel }) => channel)).toStrictEqual(['cache-b', 'cache-c']);
    });
  });
});

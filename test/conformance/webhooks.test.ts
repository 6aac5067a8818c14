import Pusher from 'pusher';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_EVENTS } from '../../src/config/app-schema.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { subscribeFrame } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const ALL = [...WEBHOOK_EVENTS];

onEachTransport((transport) => {
  const start = async (webhook: Record<string, unknown> = {}, webhooks: Record<string, unknown> = {}) => {
    const receiver = await WebhookReceiver.start();
    const server = await startServer({
      transport,
      config: { webhooks: { graceMilliseconds: 0, batchMilliseconds: 20, ...webhooks } },
      app: {
        clientEvents: 'members',
        subscriptionCount: true,
        webhooks: [{ url: receiver.url, eventTypes: ALL, ...webhook }],
      },
    });
    return { receiver, server };
  };

  describe('webhooks', () => {
    it('tell of every event in its shape and order (HOOK-1)', async () => {
      const { receiver, server } = await start();
      const a = await server.connect();
      const b = await server.connect();
      await a.subscribe('presence-cache-room', { user_id: '1' });
      await b.subscribe('presence-cache-room', { user_id: '2' });
      a.send({ event: 'client-typing', channel: 'presence-cache-room', data: { on: true } });
      await b.next('client-typing');
      await a.subscribe('news');
      await b.close();
      await receiver.untilEvents(8);
      a.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });

      const channel = 'presence-cache-room';
      expect(await receiver.untilEvents(9)).toEqual([
        { name: 'channel_occupied', channel },
        { name: 'member_added', channel, user_id: '1' },
        { name: 'cache_miss', channel },
        { name: 'member_added', channel, user_id: '2' },
        {
          name: 'client_event',
          channel,
          event: 'client-typing',
          data: '{"on":true}',
          socket_id: a.socketId,
          user_id: '1',
        },
        { name: 'channel_occupied', channel: 'news' },
        { name: 'subscription_count', channel: 'news', subscription_count: 1 },
        { name: 'member_removed', channel, user_id: '2' },
        { name: 'channel_vacated', channel: 'news' },
      ]);
    });

    it("are accepted by the verifier of Pusher's Node library (HOOK-2)", async () => {
      const { receiver, server } = await start({ headers: { 'X-Tenant': 'blue' } });
      const client = await server.connect();
      await client.subscribe('news');
      await receiver.untilEvents(1);
      const [request] = receiver.requests;
      const { id: appId, key, secret } = TEST_APP;
      const webhook = new Pusher({ appId, key, secret, host: '127.0.0.1' }).webhook(request as never);
      expect(webhook.isValid()).toBe(true);
      expect(Math.abs(webhook.getTime().getTime() - Date.now())).toBeLessThan(60_000);
      expect(request?.headers['x-tenant']).toBe('blue');
    });

    it('hold only the events a webhook asked for, on the channels it asked for (HOOK-3)', async () => {
      const { receiver, server } = await start({
        eventTypes: ['channel_occupied'],
        filter: { channelNameStartsWith: 'private-', channelNameEndsWith: '.1' },
      });
      const client = await server.connect();
      for (const channel of ['private-user.2', 'news.1', 'private-user.1']) await client.subscribe(channel);
      expect(await receiver.untilEvents(1)).toEqual([
        { name: 'channel_occupied', channel: 'private-user.1' },
      ]);
    });

    it('of two apps never meet (HOOK-3)', async () => {
      const first = await WebhookReceiver.start();
      const second = await WebhookReceiver.start();
      const webhook = (receiver: WebhookReceiver) => [
        { url: receiver.url, eventTypes: ['channel_occupied'] },
      ];
      const server = await startServer({
        transport,
        config: { webhooks: { batchMilliseconds: 20 } },
        app: { webhooks: webhook(first) },
        apps: [{ id: 'other', key: 'other-key', secret: 'other-secret', webhooks: webhook(second) }],
      });
      const a = await server.connect();
      const b = await server.open('/app/other-key');
      await b.established();
      await a.subscribe('one');
      await b.subscribe('two');
      expect(await first.untilEvents(1)).toEqual([{ name: 'channel_occupied', channel: 'one' }]);
      expect(await second.untilEvents(1)).toEqual([{ name: 'channel_occupied', channel: 'two' }]);
      expect(second.requests[0]?.headers['x-pusher-key']).toBe('other-key');
    });

    it('are signed with the oldest active key (HOOK-2)', async () => {
      const receiver = await WebhookReceiver.start();
      const server = await startServer({
        transport,
        apps: [
          {
            id: 'other',
            keys: [
              { key: 'retired', secret: 'a', enabled: false },
              { key: 'old', secret: 'b' },
              { key: 'new', secret: 'c' },
            ],
            webhooks: [{ url: receiver.url, eventTypes: ALL }],
          },
        ],
      });
      const client = await server.open('/app/new');
      await client.established();
      await client.subscribe('news');
      await receiver.untilEvents(1);
      expect(receiver.requests[0]?.headers['x-pusher-key']).toBe('old');
    });

    it('say nothing of a member who is back within the grace period (HOOK-5)', async () => {
      const { receiver, server } = await start({}, { graceMilliseconds: 60_000 });
      const first = await server.connect();
      await first.subscribe('presence-room', { user_id: '1' });
      await first.close();
      const second = await server.connect();
      await second.subscribe('presence-room', { user_id: '1' });
      await second.subscribe('marker');
      expect(
        (await receiver.untilEvents(4)).map(({ name, channel }) => `${String(name)} ${String(channel)}`),
      ).toEqual([
        'channel_occupied presence-room',
        'member_added presence-room',
        'channel_occupied marker',
        'subscription_count marker',
      ]);
    });

    it('say nothing of user channels (CHAN-3)', async () => {
      const { receiver, server } = await start();
      const client = await server.connect();
      await client.signin({ id: '7' });
      client.send(subscribeFrame(client.socketId, '#server-to-user-7'));
      await client.next('pusher_internal:subscription_succeeded');
      await client.subscribe('marker');
      expect((await receiver.untilEvents(2))[0]).toEqual({ name: 'channel_occupied', channel: 'marker' });
    });

    it('tell of a cache miss once, however many meet it (HOOK-6)', async () => {
      const { receiver, server } = await start({ eventTypes: ['cache_miss', 'channel_vacated'] });
      for (let i = 0; i < 3; i++) await (await server.connect()).subscribe('cache-news');
      const last = await server.connect();
      await last.subscribe('marker');
      last.send({ event: 'pusher:unsubscribe', data: { channel: 'marker' } });
      expect(await receiver.untilEvents(2)).toEqual([
        { name: 'cache_miss', channel: 'cache-news' },
        { name: 'channel_vacated', channel: 'marker' },
      ]);
    });

    it('are sent again when the application fails, and at last when the server stops (HOOK-4)', async () => {
      const { receiver, server } = await start({ eventTypes: ['channel_occupied', 'channel_vacated'] });
      receiver.answers.push(500);
      const client = await server.connect();
      await client.subscribe('news');
      await receiver.untilEvents(2);
      expect(receiver.requests[1]?.rawBody).toBe(receiver.requests[0]?.rawBody);
      await server.server.stop(0);
      expect(receiver.events.at(-1)).toEqual({ name: 'channel_vacated', channel: 'news' });
    });
  });
});

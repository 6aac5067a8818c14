import { describe, expect, it } from 'vitest';
import { WEBHOOK_EVENTS } from '../../src/config/app-schema.js';
import { keepingLog } from '../support/keeping-log.js';
import { isSpread, startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const MAX_QUEUED = 60;
const FLOOD = 5 * MAX_QUEUED;

onEachTransport((transport) => {
  /** A server whose application does not answer until it is told to. */
  const start = async (eventTypes: readonly string[] = WEBHOOK_EVENTS) => {
    const receiver = await WebhookReceiver.start();
    let open: () => void = () => undefined;
    receiver.gate = new Promise((resolve) => (open = resolve));
    const { log, lines } = keepingLog();
    const server = await startServer({
      transport,
      log,
      config: {
        webhooks: {
          graceMilliseconds: 0,
          batchMilliseconds: 1,
          maxBatchEvents: 10,
          maxQueuedEvents: MAX_QUEUED,
        },
      },
      app: { webhooks: [{ url: receiver.url, eventTypes: [...eventTypes] }] },
    });
    const opener = await server.connect();
    await opener.subscribe('first');
    // The request that holds all others up.
    await receiver.untilEvents(1);
    return { receiver, server, lines, open };
  };
  const named = (events: readonly Record<string, unknown>[], pattern: RegExp) =>
    events
      .filter(({ channel }) => pattern.test(String(channel)))
      .map(({ name, channel }) => `${String(name)} ${String(channel)}`);

  describe('webhooks beside a stranger', () => {
    it('reach the application, though he fills ever new public channels (HOOK-4)', async () => {
      const { receiver, server, open, lines } = await start();
      const stranger = await server.connect();
      for (let i = 0; i < FLOOD; i++) await stranger.subscribe(`flood-${i}`);
      const visitor = await server.connect();
      await visitor.subscribe('news');
      const user = await server.connect();
      await user.subscribe('private-user.1');
      await user.subscribe('presence-room', { user_id: '1' });
      for (let i = 0; i < FLOOD; i++) await stranger.subscribe(`more-flood-${i}`);
      await visitor.subscribe('sport');
      open();

      const expected = [
        'channel_occupied news',
        'channel_occupied private-user.1',
        'channel_occupied presence-room',
        'member_added presence-room',
        'channel_occupied sport',
      ].sort();
      while (named(receiver.events, /^(?:news|private-|presence-|sport)/).length < expected.length) {
        await receiver.untilEvents(receiver.events.length + 1);
      }
      expect(named(receiver.events, /^(?:news|private-|presence-|sport)/).sort()).toEqual(expected);
      // One line of it, not one for each event.
      expect(lines.filter((line) => line.startsWith('webhook events dropped'))).toHaveLength(1);
    });

    it('tell nothing of channels that he entered and left while the application was behind (HOOK-5)', async () => {
      const { receiver, server, open, lines } = await start();
      const stranger = await server.connect();
      for (let i = 0; i < FLOOD; i++) {
        await stranger.subscribe(`flood-${i}`);
        stranger.send({ event: 'pusher:unsubscribe', data: { channel: `flood-${i}` } });
      }
      await (await server.connect()).subscribe('private-last');
      open();
      while (named(receiver.events, /^private-last$/).length === 0) {
        await receiver.untilEvents(receiver.events.length + 1);
      }
      // With other nodes, which may have told of what was in between, the later event of a pair stays.
      if (isSpread()) return;
      expect(lines.filter((line) => line.startsWith('webhook events dropped'))).toEqual([]);
      // A request's worth waits before the rest is taken back.
      expect(named(receiver.events, /^flood-/).length).toBeLessThanOrEqual(25);
    });

    it('tell a webhook that asks for one of the two all the same (HOOK-3)', async () => {
      const { receiver, server, open } = await start(['channel_occupied']);
      const client = await server.connect();
      for (let i = 0; i < 30; i++) {
        await client.subscribe(`brief-${i}`);
        client.send({ event: 'pusher:unsubscribe', data: { channel: `brief-${i}` } });
      }
      open();
      expect(named(await receiver.untilEvents(31), /^brief-/)).toHaveLength(30);
    });
  });
});

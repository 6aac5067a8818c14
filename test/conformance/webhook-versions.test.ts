import { describe, expect, it } from 'vitest';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';

const ROOM = 'presence-room';
const USERS = 4;

onEachTransport((transport) => {
  const start = async (webhook: Record<string, unknown> = {}) => {
    const receiver = await WebhookReceiver.start();
    const eventTypes = [
      'channel_occupied',
      'channel_vacated',
      'member_added',
      'member_removed',
      'cache_miss',
    ];
    const server = await startServer({
      transport,
      config: { webhooks: { graceMilliseconds: 0, batchMilliseconds: 0 } },
      app: { clientEvents: 'members', webhooks: [{ url: receiver.url, eventTypes, ...webhook }] },
    });
    return { receiver, server };
  };

  describe('versions of webhook events', () => {
    it('tell the last state of all to whoever keeps the highest, though every tenth request fails (HOOK-7)', async () => {
      const { receiver, server } = await start();
      for (let i = 0; i < 1000; i++) receiver.answers.push(i % 10 === 3 ? 500 : 200);
      const watcher = await server.connect();
      await watcher.subscribe(ROOM, { user_id: 'watcher' });
      let expected = 2;
      const present = new Set<string>();
      const clients = new Map<string, Awaited<ReturnType<typeof server.connect>>>();
      // Each user comes and goes a few times, every time to the next node; in the end every other is there.
      for (let round = 0; round < 5; round++) {
        for (let user = 0; user < USERS; user++) {
          const id = `u${user}`;
          const client = clients.get(id);
          if (client !== undefined) {
            await client.close();
            await watcher.next('pusher_internal:member_removed');
            clients.delete(id);
            present.delete(id);
          } else if (round < 4 || user % 2 === 0) {
            const joining = await server.connect();
            await joining.subscribe(`news-${id}`);
            await joining.subscribe(ROOM, { user_id: id });
            clients.set(id, joining);
            present.add(id);
          } else continue;
          expected += 2;
        }
      }
      expect(present.size).toBe(USERS / 2);

      while (receiver.delivered.length < expected) await receiver.untilEvents(receiver.events.length + 1);
      expect(receiver.delivered).toHaveLength(expected);
      expect(receiver.requests.length).toBeGreaterThan(10);
      const highest = new Map<string, { version: number; name: unknown }>();
      for (const { name, channel, user_id: userId, version } of receiver.delivered) {
        expect(Number.isSafeInteger(version)).toBe(true);
        const key = typeof userId === 'string' ? `member ${userId}` : String(channel);
        const known = highest.get(key);
        expect(version).not.toBe(known?.version);
        if (known === undefined || (version as number) > known.version) {
          highest.set(key, { version: version as number, name });
        }
      }
      const last = (key: string) => highest.get(key)?.name;
      expect(last(ROOM)).toBe('channel_occupied');
      expect(last('member watcher')).toBe('member_added');
      for (let user = 0; user < USERS; user++) {
        const isThere = present.has(`u${user}`);
        expect(last(`member u${user}`)).toBe(isThere ? 'member_added' : 'member_removed');
        expect(last(`news-u${user}`)).toBe(isThere ? 'channel_occupied' : 'channel_vacated');
      }
    });

    it('come with the time at which it happened, however late they are sent (HOOK-7)', async () => {
      const { receiver, server } = await start();
      receiver.answers.push(500, 500);
      const before = Date.now();
      const client = await server.connect();
      await client.subscribe('cache-news');
      const after = Date.now();
      while (receiver.delivered.length < 2) await receiver.untilEvents(receiver.events.length + 1);
      for (const { name, time_ms: timeMs, version } of receiver.delivered) {
        expect(timeMs).toBeGreaterThanOrEqual(before - 5);
        expect(timeMs).toBeLessThanOrEqual(after + 5);
        expect(typeof version).toBe(name === 'cache_miss' ? 'undefined' : 'number');
      }
    });
  });
});

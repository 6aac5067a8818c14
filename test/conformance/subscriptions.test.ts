import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { meetsAtHub, startServer, type TestServer } from '../support/start-server.js';
import { itOnOneNode } from '../support/skipping.js';
import { subscribeFrame, type ReceivedFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const SUCCEEDED = 'pusher_internal:subscription_succeeded';

/** What the client hears until its next pong, after the frames it had heard before. */
async function heardUntilPong(client: TestSocket): Promise<ReceivedFrame[]> {
  const before = client.frames.length;
  await client.settle();
  return client.frames.slice(before, -1);
}

/** Sends a subscription that is refused; the three parts of the refusal. */
async function refusal(client: TestSocket, frame: unknown, code: number | null = null) {
  client.send(frame);
  const [first, second, ...more] = await heardUntilPong(client);
  expect(more).toEqual([]);
  expect(first?.event).toBe('pusher:subscription_error');
  const told = JSON.parse(first?.data as string) as { type: string; error: string; status: number };
  expect(second).toStrictEqual({ event: 'pusher:error', data: { code, message: told.error } });
  return { channel: first?.channel, ...told };
}

async function subscriptionCount(server: TestServer, channel: string): Promise<unknown> {
  const answer = await server.api.get(`/channels/${channel}`, { info: 'subscription_count' });
  return (answer.json() as { subscription_count?: unknown }).subscription_count;
}

onEachTransport((transport) => {
  describe('a subscription that stands', () => {
    it.each(['news', 'private-x', 'private-encrypted-x'])(
      'is answered with "{}" on %s (SUB-3)',
      async (channel) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe(channel);
        expect(client.texts.slice(1)).toStrictEqual([
          `{"event":"pusher_internal:subscription_succeeded","channel":"${channel}","data":"{}"}`,
        ]);
      },
    );

    itOnOneNode()('is answered, however many come at once, good and bad (SUB-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const names = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? `private-${i}` : `news-${i}`));
      for (const channel of names) client.send({ event: 'pusher:subscribe', data: { channel } });
      const answers = (await heardUntilPong(client)).filter(({ channel }) => channel !== undefined);
      expect(answers.map(({ channel }) => channel)).toStrictEqual(names);
      for (const { event, channel } of answers) {
        expect(event).toBe(
          channel?.startsWith('private-') === true ? 'pusher:subscription_error' : SUCCEEDED,
        );
      }
    });

    it.each([
      {},
      { auth: null },
      { auth: '' },
      { auth: '', channel_data: null },
      { channel_data: '' },
      { auth: 'nonsense' },
      { auth: 'nobody:0000', channel_data: 'nonsense' },
    ])('needs no auth on a public channel: %j (SUB-2)', async (more) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send({ event: 'pusher:subscribe', data: { channel: 'news', ...more } });
      await client.next(SUCCEEDED, 'news');
    });

    it.each([{ channel_data: null }, { channel_data: '' }])(
      'is signed without channel_data where there is none: %j (SUB-2)',
      async (more) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        const { event, data } = subscribeFrame(client.socketId, 'private-x');
        client.send({ event, data: { ...data, ...more } });
        await client.next(SUCCEEDED, 'private-x');
      },
    );
  });

  describe('a refused subscription', () => {
    it.each([{}, { auth: null }, { auth: '' }])(
      'has no auth, absent, null or empty: %j (SUB-2, SUB-4)',
      async (more) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        const frame = { event: 'pusher:subscribe', data: { channel: 'private-x', ...more } };
        expect(await refusal(client, frame)).toStrictEqual({
          channel: 'private-x',
          type: 'AuthError',
          error: 'Auth info required to subscribe to private-x',
          status: 401,
        });
      },
    );

    it.each([
      ['a number as auth', { auth: 7 }, "'auth' of pusher:subscribe must be a string"],
      ['an object as auth', { auth: {} }, "'auth' of pusher:subscribe must be a string"],
      [
        'an object as channel_data',
        { auth: 'app-key:0', channel_data: { user_id: '1' } },
        "'channel_data' of pusher:subscribe must be a string",
      ],
    ])('is told on its channel also with %s (SUB-1, SUB-4)', async (_what, more, problem) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const frame = { event: 'pusher:subscribe', data: { channel: 'presence-x', ...more } };
      expect(await refusal(client, frame)).toStrictEqual({
        channel: 'presence-x',
        type: 'AuthError',
        error: `Invalid message: ${problem}`,
        status: 401,
      });
    });

    it('comes faster than its connection may ask, whatever it leaves meanwhile (SUB-8)', async () => {
      const clock = new FakeClock();
      const limits = { maxSubscriptionsPerSecond: 2, maxSubscriptionsPerConnection: 25 };
      const server = await startServer({ transport, clock, app: limits });
      const [client, other] = [await server.connect(), await server.connect()];
      await client.subscribe('stays');
      for (let i = 1; i < 25; i++) {
        client.send({ event: 'pusher:subscribe', data: { channel: `news-${i}` } });
        client.send({ event: 'pusher:unsubscribe', data: { channel: `news-${i}` } });
      }
      await client.settle();
      expect(client.named('pusher:error')).toEqual([]);
      const oneMore = { event: 'pusher:subscribe', data: { channel: 'news' } };
      expect(await refusal(client, oneMore, 4301)).toStrictEqual({
        channel: 'news',
        type: 'LimitReached',
        error: 'This connection asks for more than 2 subscriptions per second',
        status: 429,
      });
      await other.subscribe('news');
      await server.api.post('/events', { name: 'e', channel: 'stays', data: '1' });
      await client.next('e', 'stays');
      clock.advance(500);
      await client.subscribe('news');
      expect(await refusal(client, oneMore, 4301)).toMatchObject({ status: 429 });
    });

    itOnOneNode()('names what is over the limit (SUB-4)', async () => {
      const limits = {
        maxSubscriptionsPerConnection: 3,
        maxPresenceMembers: 1,
        maxUserIdLength: 5,
        maxPresenceInfoBytes: 20,
      };
      const server = await startServer({ transport, app: limits });
      const client = await server.connect();
      const other = await server.connect();
      await other.subscribe('presence-full', { user_id: '1' });
      const join = (channelData: unknown) => subscribeFrame(client.socketId, 'presence-full', channelData);

      expect(await refusal(client, join({ user_id: '2' }))).toMatchObject({
        type: 'LimitReached',
        status: 403,
      });
      expect(await refusal(client, join({ user_id: '123456' }))).toMatchObject({
        type: 'LimitReached',
        status: 413,
      });
      const info = { text: 'xxxxxxxxxxxxxxxxxxxx' };
      expect(await refusal(client, join({ user_id: '1', user_info: info }))).toMatchObject({
        type: 'LimitReached',
        status: 413,
      });
      // Who is a member already does not count again.
      await client.subscribe('presence-full', { user_id: '1' });

      await client.subscribe('a');
      await client.subscribe('b');
      const { type, status, channel } = await refusal(client, subscribeFrame(client.socketId, 'c'));
      expect({ type, status, channel }).toStrictEqual({ type: 'LimitReached', status: 403, channel: 'c' });
      client.send({ event: 'pusher:unsubscribe', data: { channel: 'a' } });
      await client.subscribe('c');
    });

    it.each([
      'nonsense',
      '[]',
      'null',
      '"1"',
      '{}',
      '{"user_id":null}',
      '{"user_id":""}',
      '{"user_id":true}',
      '{"user_id":1.5}',
      '{"user_id":1e3}',
      '{"user_id":["1"]}',
      '{"user_id":{}}',
      '{"user_info":{"user_id":"1"}}',
      '{"user_id":"1","user_info":"Ana"}',
      '{"user_id":"1","user_info":7}',
      '{"user_id":"1","user_info":true}',
      '{"user_id":"1","user_info":["Ana"]}',
    ])('has unusable channel_data: %s (SUB-4, PRES-1, PRES-3)', async (channelData) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const { channel, type, status } = await refusal(
        client,
        subscribeFrame(client.socketId, 'presence-x', channelData),
      );
      expect({ channel, type, status }).toStrictEqual({
        channel: 'presence-x',
        type: 'AuthError',
        status: 401,
      });
      await client.subscribe('presence-x', { user_id: '1' });
    });

    it('of the user channel of someone else is an AuthError (SUB-4, USER-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: '1' });
      const frame = { event: 'pusher:subscribe', data: { channel: '#server-to-user-2', auth: '' } };
      expect(await refusal(client, frame)).toMatchObject({ type: 'AuthError', status: 401 });
    });

    it('is told to the .NET client too where that is set (SUB-4)', async () => {
      const server = await startServer({ transport, app: { internalSubscriptionError: true } });
      const client = await server.connect();
      client.send({ event: 'pusher:subscribe', data: { channel: 'private-x' } });
      const heard = await heardUntilPong(client);
      expect(heard.map(({ event, channel }) => [event, channel])).toStrictEqual([
        ['pusher:subscription_error', 'private-x'],
        ['pusher_internal:subscription_error', 'private-x'],
        ['pusher:error', undefined],
      ]);
      expect(heard[1]?.data).toBe(heard[0]?.data);
    });

    it('leaves nothing behind: no member, no event, no count (SUB-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const other = await server.connect();
      await other.subscribe('presence-x', { user_id: '1' });
      client.send({
        event: 'pusher:subscribe',
        data: { channel: 'presence-x', auth: 'app-key:0', channel_data: '{}' },
      });
      await client.next('pusher:error');
      await server.api.trigger('presence-x', 'x', '1');
      await other.next('x');
      await client.settle();
      expect(client.named('x')).toEqual([]);
      expect(other.named('pusher_internal:member_added')).toEqual([]);
      await client.close();
      await other.settle();
      expect(other.named('pusher_internal:member_removed')).toEqual([]);
    });
  });

  describe('the order after a subscription', () => {
    /** Subscribes at some point of a run of triggers; the numbers of the events that are heard. */
    async function subscribeAmidTriggers(server: TestServer, channel: string, round: number): Promise<void> {
      const total = 8;
      const client = await server.connect();
      const triggers = (async () => {
        for (let i = 1; i <= total; i++) await server.api.trigger(channel, 'tick', String(i));
      })();
      // At another point in each round: right away, or once some triggers are through.
      for (let i = 0; i < round % total; i++) await client.settle();
      await client.subscribe(channel);
      await triggers;
      await client.settle();

      const heard = client.frames.filter((frame) => frame.channel === channel);
      const [first, second, ...live] = heard.map(({ event, data }) =>
        event === 'tick' ? Number(data) : event,
      );
      expect(first).toBe(SUCCEEDED);
      const kept = second === 'pusher:cache_miss' ? 0 : second;
      // Nothing is heard twice, nothing is left out: what was kept, and everything after it.
      const rest = Array.from({ length: total - (kept as number) }, (_, i) => (kept as number) + 1 + i);
      expect(live).toStrictEqual(rest);
      await client.close();
    }

    it('is success, then the kept event or cache_miss, then all that follows, however triggers race (SUB-5)', async () => {
      const server = await startServer({ transport });
      for (let round = 0; round < 24; round++) {
        await subscribeAmidTriggers(server, `cache-${round}`, round);
      }
    });

    it('holds for many subscribers at once (SUB-5)', async () => {
      const server = await startServer({ transport });
      const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
      const triggers = Array.from({ length: 40 }, (_, i) => server.api.trigger('cache-x', 'tick', String(i)));
      const subscribed = clients.map((client) => client.subscribe('cache-x'));
      await Promise.all([...triggers, ...subscribed]);
      await Promise.all(clients.map((client) => client.settle()));

      const sequences = clients.map((client) => {
        const [first, second, ...live] = client.frames.filter(({ channel }) => channel === 'cache-x');
        expect(first?.event).toBe(SUCCEEDED);
        expect(['tick', 'pusher:cache_miss']).toContain(second?.event);
        expect(live.every(({ event }) => event === 'tick')).toBe(true);
        return live.map(({ data }) => data as string);
      });
      // All heard the same events in the same order, from where they came in.
      const longest = sequences.reduce((a, b) => (b.length > a.length ? b : a));
      for (const sequence of sequences) {
        expect(sequence).toStrictEqual(longest.slice(longest.length - sequence.length));
      }
    });

    it('holds for what comes in one breath with it (SUB-5)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const sender = await server.connect();
      const client = await server.connect();
      await sender.subscribe('private-cache-x');
      for (let i = 0; i < 5; i++) sender.send({ event: 'client-x', channel: 'private-cache-x', data: i });
      client.send(subscribeFrame(client.socketId, 'private-cache-x'));
      for (let i = 5; i < 10; i++) sender.send({ event: 'client-x', channel: 'private-cache-x', data: i });
      await sender.settle();
      await client.settle();
      const events = client.frames.slice(1, -1).map(({ event }) => event);
      expect(events.slice(0, 2)).toStrictEqual([SUCCEEDED, 'pusher:cache_miss']);
      expect(new Set(events.slice(2))).toStrictEqual(new Set(events.length > 2 ? ['client-x'] : []));
    });
  });

  describe('a second subscription to the same channel', () => {
    it('is answered again, and nothing else happens (SUB-6)', async () => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      const client = await server.connect();
      await server.api.trigger('cache-x', 'kept', '1');
      await client.subscribe('cache-x');
      await client.settle();
      client.send(subscribeFrame(client.socketId, 'cache-x'));
      expect(await heardUntilPong(client)).toStrictEqual([
        { event: SUCCEEDED, channel: 'cache-x', data: '{}' },
      ]);
      expect(await subscriptionCount(server, 'cache-x')).toBe(1);

      await server.api.trigger('cache-x', 'live', '2');
      await client.settle();
      expect(client.named('live')).toHaveLength(1);
      client.send({ event: 'pusher:unsubscribe', data: { channel: 'cache-x' } });
      await client.settle();
      expect(await subscriptionCount(server, 'cache-x')).toBe(0);
    });

    it('shows the members of a presence channel as they are now, and announces nobody (SUB-6)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const other = await server.connect();
      await client.subscribe('presence-x', { user_id: '1', user_info: { name: 'old' } });
      await other.subscribe('presence-x', { user_id: '2' });
      const { data } = await client.subscribe('presence-x', { user_id: '1', user_info: { name: 'new' } });
      expect(data).toBe('{"presence":{"count":2,"ids":["1","2"],"hash":{"1":{"name":"old"},"2":{}}}}');
      await other.settle();
      expect(other.frames.slice(2, -1)).toEqual([]);

      // One unsubscribe ends it.
      client.send({ event: 'pusher:unsubscribe', data: { channel: 'presence-x' } });
      expect(await other.next('pusher_internal:member_removed')).toMatchObject({ data: '{"user_id":"1"}' });
    });

    it('is refused as Pusher does where that is set (SUB-6)', async () => {
      const server = await startServer({ transport, app: { duplicateSubscription: 'error' } });
      const client = await server.connect();
      await client.subscribe('news');
      client.send(subscribeFrame(client.socketId, 'news'));
      expect(await heardUntilPong(client)).toStrictEqual([
        { event: 'pusher:error', data: { code: null, message: 'Existing subscription to channel news' } },
      ]);
      await server.api.trigger('news', 'x', '1');
      await client.next('x');
    });
  });

  describe('an unsubscription', () => {
    it('has no answer and ends what is heard (SUB-7)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('news');
      await client.subscribe('weather');
      client.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
      expect(await heardUntilPong(client)).toEqual([]);
      await server.api.trigger(['news', 'weather'], 'x', '1');
      await client.settle();
      expect(client.named('x').map(({ channel }) => channel)).toStrictEqual(['weather']);
    });

    it.each(['news', 'private-x', 'presence-x', '#server-to-user-1', 'not a name', 'n'.repeat(1000)])(
      'of %s, which is not subscribed, is passed over (SUB-7)',
      async (channel) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        client.send({ event: 'pusher:unsubscribe', data: { channel } });
        expect(await heardUntilPong(client)).toEqual([]);
      },
    );

    itOnOneNode()(
      'may follow its subscription at once, and be followed by another (SUB-1, SUB-7)',
      async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        for (let i = 0; i < 10; i++) {
          client.send(subscribeFrame(client.socketId, 'news'));
          client.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
        }
        client.send(subscribeFrame(client.socketId, 'news'));
        const heard = await heardUntilPong(client);
        expect(heard.map(({ event }) => event)).toStrictEqual(Array.from({ length: 11 }, () => SUCCEEDED));
        expect(await subscriptionCount(server, 'news')).toBe(1);
      },
    );
  });

  describe('the subscription count', () => {
    const counts = (client: TestSocket, channel: string) =>
      client
        .named('pusher_internal:subscription_count')
        .filter((frame) => frame.channel === channel)
        .map(({ data }) => data);
    const told = (...numbers: number[]) => numbers.map((count) => `{"subscription_count":${count}}`);

    it('is told with each change, after success and the kept event (COUNT-1, SUB-5)', async () => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      const first = await server.connect();
      const second = await server.connect();
      await first.subscribe('cache-x');
      await second.subscribe('cache-x');
      second.send({ event: 'pusher:unsubscribe', data: { channel: 'cache-x' } });
      await second.settle();
      await first.settle();
      expect(counts(first, 'cache-x')).toStrictEqual(told(1, 2, 1));
      expect(counts(second, 'cache-x')).toStrictEqual(told(2));
      expect(second.frames.slice(1).map(({ event }) => event)).toStrictEqual([
        SUCCEEDED,
        'pusher:cache_miss',
        'pusher_internal:subscription_count',
        'pusher:pong',
      ]);
    });

    it('is gathered where one comes and goes without a pause, and right in the end (COUNT-1)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: { subscriptionCount: true } });
      const [first, second] = [await server.connect(), await server.connect()];
      await first.subscribe('news');
      for (let i = 0; i < 30; i++) {
        await second.subscribe('news');
        second.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
      }
      await second.subscribe('news');
      // Who comes hears it at once, whatever the others hear later; at a hub, what the node knew before the hub answered.
      if (!meetsAtHub()) expect(counts(second, 'news').slice(-1)).toStrictEqual(told(2));
      await first.settle();
      expect(counts(first, 'news').length).toBeLessThanOrEqual(13);
      clock.advance(1000);
      await first.settle();
      await second.settle();
      for (const client of [first, second]) expect(counts(client, 'news').slice(-1)).toStrictEqual(told(2));
      expect(counts(first, 'news').length).toBeLessThanOrEqual(14);
    });

    it('is told when a connection goes (COUNT-1)', async () => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      const first = await server.connect();
      const second = await server.connect();
      await first.subscribe('private-x');
      await second.subscribe('private-x');
      for (let i = 0; i < 2; i++) await first.next('pusher_internal:subscription_count');
      second.terminate();
      await first.next('pusher_internal:subscription_count');
      expect(counts(first, 'private-x')).toStrictEqual(told(1, 2, 1));
    });

    it.each([
      ['presence-x', { user_id: '1' }],
      ['private-encrypted-x', undefined],
      ['private-encrypted-cache-x', undefined],
      ['#server-to-user-1', undefined],
    ])('is not told on %s (COUNT-1)', async (channel, channelData) => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      for (let i = 0; i < 2; i++) {
        const client = await server.connect();
        await client.signin({ id: '1' });
        await client.subscribe(channel, channelData);
        await client.settle();
        expect(counts(client, channel)).toEqual([]);
      }
    });

    it('is off by default (COUNT-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('news');
      await client.settle();
      expect(counts(client, 'news')).toEqual([]);
    });

    itOnOneNode()('is told every 5 seconds where more than 100 are subscribed (COUNT-1)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: { subscriptionCount: true } });
      const first = await server.connect();
      await first.subscribe('news');
      const others = await Promise.all(Array.from({ length: 102 }, () => server.connect()));
      for (const client of others) await client.subscribe('news');
      await first.settle();
      expect(counts(first, 'news')).toStrictEqual(told(...Array.from({ length: 100 }, (_, i) => i + 1)));

      clock.advance(5000);
      await first.settle();
      expect(counts(first, 'news').slice(100)).toStrictEqual(told(103));
      clock.advance(5000);
      await first.settle();
      expect(counts(first, 'news')).toHaveLength(101);

      // Back to 100: told at once again.
      for (const client of others.slice(0, 3)) {
        client.send({ event: 'pusher:unsubscribe', data: { channel: 'news' } });
        await client.settle();
      }
      clock.advance(5000);
      await first.settle();
      expect(counts(first, 'news').slice(101)).toStrictEqual(told(100));
    });
  });
});

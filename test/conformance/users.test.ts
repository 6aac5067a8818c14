import { describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/start-server.js';
import { signinFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

interface WatchlistEvent {
  readonly name: string;
  readonly user_ids: string[];
}

/** The next change that a watcher hears of. */
async function nextChange(client: TestSocket): Promise<readonly WatchlistEvent[]> {
  const { data, channel } = await client.next('pusher_internal:watchlist_events');
  expect(channel).toBeUndefined();
  return (JSON.parse(data as string) as { events: WatchlistEvent[] }).events;
}

const online = (...ids: string[]): WatchlistEvent => ({ name: 'online', user_ids: ids });
const offline = (...ids: string[]): WatchlistEvent => ({ name: 'offline', user_ids: ids });

async function signedIn(server: TestServer, user: unknown): Promise<TestSocket> {
  const client = await server.connect();
  await client.signin(user);
  return client;
}

/** The message with which a sign-in is refused. */
async function refusal(client: TestSocket, user: unknown): Promise<string> {
  client.send(signinFrame(client.socketId, user));
  const { code, message } = await client.error();
  expect(code).toBeNull();
  return message;
}

const terminate = (server: TestServer, id: string) =>
  server.api.post(`/users/${encodeURIComponent(id)}/terminate_connections`, {});

onEachTransport((transport) => {
  describe('a sign-in', () => {
    it.each([
      '{"id":"1"}',
      '{"id":"12345","user_info":{"name":"Zo\\u00eb","url":"https:\\/\\/x"},"watchlist":["2","3"]}',
      '{ "watchlist": [], "user_info": null, "id": "a@b.c,d;e=f_g-h" }',
      '{"id":"1","watchlist":null}',
      '{"id":"1","anything":[1.0,null]}',
    ])('succeeds with the text that was sent: %s (USER-1, USER-3)', async (userData) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin(userData);
      expect(client.texts.slice(1)).toStrictEqual([
        JSON.stringify({ event: 'pusher:signin_success', data: JSON.stringify({ user_data: userData }) }),
      ]);
    });

    it.each([
      'nonsense',
      '[]',
      'null',
      '"1"',
      '{}',
      '{"id":1}',
      '{"id":12345}',
      '{"id":null}',
      '{"id":""}',
      '{"id":true}',
      '{"id":["1"]}',
      '{"user_id":"1"}',
      '{"id":"a b"}',
      '{"id":"a/b"}',
      '{"id":"a:b"}',
      '{"id":"#1"}',
      '{"id":"ü"}',
      `{"id":"${'1'.repeat(129)}"}`,
      '{"id":"1","user_info":"Ana"}',
      '{"id":"1","user_info":[1]}',
      `{"id":"1","user_info":{"a":"${'x'.repeat(1024)}"}}`,
      '{"id":"1","watchlist":"2"}',
      '{"id":"1","watchlist":[2]}',
      '{"id":"1","watchlist":{"0":"2"}}',
    ])(
      'is refused without a code for %s, and leaves the connection as it was (USER-1, USER-3)',
      async (userData) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        expect(await refusal(client, userData)).toMatch(/^Invalid sign-in: /);
        await client.settle();
        expect(client.named('pusher:signin_success')).toEqual([]);
        await client.signin({ id: '1' });
      },
    );

    it('takes an id of 128 characters (USER-1)', async () => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: '1'.repeat(128) });
      await client.subscribe(`#server-to-user-${'1'.repeat(128)}`);
    });

    it('may be repeated by the same user, who tells anew about himself (USER-3)', async () => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: '1', user_info: { name: 'old' } });
      await client.signin({ id: '1', user_info: { name: 'new' } });
      const { data } = await client.subscribe('presence-x');
      expect(data).toBe('{"presence":{"count":1,"ids":["1"],"hash":{"1":{"name":"new"}}}}');
    });

    it('as another user is refused, and the first one stays (USER-3)', async () => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: '1' });
      expect(await refusal(client, { id: '2' })).toContain('signed in as another user');
      await client.subscribe('#server-to-user-1');
      await terminate(server, '2');
      await client.settle();
    });

    it('is refused where the app has it off (USER-1)', async () => {
      const server = await startServer({ transport, app: { userAuthentication: false } });
      const client = await server.connect();
      expect(await refusal(client, { id: '1' })).toContain('userAuthentication');
    });
  });

  describe('the channel of a user', () => {
    it('carries what is triggered on it to all his connections and to nobody else (USER-4)', async () => {
      const server = await startServer({ transport });
      const tabs = [await signedIn(server, { id: '1' }), await signedIn(server, { id: '1' })];
      const other = await signedIn(server, { id: '2' });
      for (const tab of tabs) {
        tab.send({ event: 'pusher:subscribe', data: { channel: '#server-to-user-1', auth: '' } });
        await tab.next('pusher_internal:subscription_succeeded', '#server-to-user-1');
      }
      await other.subscribe('#server-to-user-2');
      expect((await server.api.trigger('#server-to-user-1', 'x', '{"a":1}')).json()).toStrictEqual({});
      for (const tab of tabs) {
        expect(await tab.next('x')).toStrictEqual({
          event: 'x',
          channel: '#server-to-user-1',
          data: '{"a":1}',
        });
      }
      await other.settle();
      expect(other.named('x')).toEqual([]);
    });

    it('is heard from signin_success on, before the client subscribes to it (USER-3, USER-4)', async () => {
      const server = await startServer({ transport });
      const clients = [await signedIn(server, { id: '1' }), await signedIn(server, { id: '1' })];
      const other = await signedIn(server, { id: '2' });
      await server.api.trigger('#server-to-user-1', 'x', '1');
      for (const client of clients) {
        expect(await client.next('x')).toStrictEqual({ event: 'x', channel: '#server-to-user-1', data: '1' });
        expect(client.named('pusher_internal:subscription_succeeded')).toEqual([]);
      }
      await other.settle();
      expect(other.named('x')).toEqual([]);
    });

    it.each(['acknowledge', 'error'] as const)(
      'is answered once to the subscription that follows a sign-in, with duplicateSubscription %s (USER-4, SUB-6)',
      async (duplicateSubscription) => {
        const server = await startServer({ transport, app: { duplicateSubscription } });
        const client = await signedIn(server, { id: '1' });
        await client.signin({ id: '1' });
        await client.subscribe('#server-to-user-1');
        await server.api.trigger('#server-to-user-1', 'x', '1');
        await client.next('x');
        await client.settle();
        expect(client.named('pusher_internal:subscription_succeeded')).toHaveLength(1);
        expect(client.named('x')).toHaveLength(1);
      },
    );

    it('is silent after the client has unsubscribed, until it signs in again (USER-4, SUB-7)', async () => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: '1' });
      client.send({ event: 'pusher:unsubscribe', data: { channel: '#server-to-user-1' } });
      await client.settle();
      await server.api.trigger('#server-to-user-1', 'x', '1');
      await client.settle();
      expect(client.named('x')).toEqual([]);
      await client.signin({ id: '1' });
      await server.api.trigger('#server-to-user-1', 'x', '2');
      expect((await client.next('x')).data).toBe('2');
    });

    it('counts for the limit once the client subscribes to it (USER-4, SUB-4)', async () => {
      const server = await startServer({ transport, app: { maxSubscriptionsPerConnection: 2 } });
      const client = await signedIn(server, { id: '1' });
      await client.subscribe('a');
      await client.subscribe('#server-to-user-1');
      client.send({ event: 'pusher:subscribe', data: { channel: 'b' } });
      await client.next('pusher:subscription_error', 'b');
      const other = await signedIn(server, { id: '1' });
      await other.subscribe('a');
      await other.subscribe('b');
      other.send({ event: 'pusher:subscribe', data: { channel: '#server-to-user-1' } });
      await other.next('pusher:subscription_error', '#server-to-user-1');
    });

    it.each([
      ['of another user', '#server-to-user-2'],
      ['of one whose id begins the same', '#server-to-user-11'],
      ['of one whose id differs in case', '#server-to-user-A'],
    ])('%s is closed to him (USER-4)', async (_what, channel) => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: channel.endsWith('A') ? 'a' : '1' });
      client.send({ event: 'pusher:subscribe', data: { channel, auth: '' } });
      await client.next('pusher:subscription_error', channel);
    });

    it('is open to no signature (USER-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const channel = '#server-to-user-1';
      const { data } = signinFrame(client.socketId, { id: '1' });
      client.send({
        event: 'pusher:subscribe',
        data: { channel, auth: data.auth, channel_data: data.user_data },
      });
      await client.next('pusher:subscription_error', channel);
    });
  });

  describe('terminating a user', () => {
    it('closes all connections signed in as him, and no others, with 4009 (USER-5, ERR-3)', async () => {
      const server = await startServer({ transport });
      const tabs = [await signedIn(server, { id: '1' }), await signedIn(server, { id: '1' })];
      const other = await signedIn(server, { id: '2' });
      const guest = await server.connect();
      await guest.subscribe('presence-x', { user_id: '1' });
      expect((await terminate(server, '1')).json()).toStrictEqual({});
      for (const tab of tabs) {
        expect(await tab.closed).toStrictEqual({ code: 4009, reason: 'You got disconnected by the app.' });
        expect(tab.frames.at(-1)).toStrictEqual({
          event: 'pusher:error',
          data: { code: 4009, message: 'You got disconnected by the app.' },
        });
      }
      await other.settle();
      await guest.settle();
    });

    it.each(['1\nx', '1 x', '1"', ' 1', '1\0', '["1"]', 'ı'])(
      'closes nobody else for an id like %j, on any node (USER-5)',
      async (id) => {
        const server = await startServer({ transport });
        const clients = [await signedIn(server, { id: '1' }), await signedIn(server, { id: '1' })];
        const last = await signedIn(server, { id: '2' });
        expect((await terminate(server, id)).json()).toStrictEqual({});
        await terminate(server, '2');
        await last.closed;
        for (const client of clients) await client.settle();
      },
    );

    it('closes with the code that the app has set (USER-5)', async () => {
      const server = await startServer({ transport, app: { terminateCloseCode: 4200 } });
      const client = await signedIn(server, { id: '1' });
      await terminate(server, '1');
      expect((await client.closed).code).toBe(4200);
    });

    it('is no ban (USER-5)', async () => {
      const server = await startServer({ transport });
      const client = await signedIn(server, { id: '1' });
      await terminate(server, '1');
      await client.closed;
      await signedIn(server, { id: '1' });
      expect((await terminate(server, 'nobody')).json()).toStrictEqual({});
    });
  });

  describe('a watch list', () => {
    const WATCHLIST = { watchlist: true };

    it('is told first as a whole, then with each change (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const ana = await signedIn(server, { id: 'ana' });
      const watcher = await signedIn(server, { id: 'w', watchlist: ['ana', 'ben', 'cem'] });
      expect(watcher.frames[1]?.event).toBe('pusher:signin_success');
      expect(await nextChange(watcher)).toStrictEqual([online('ana'), offline('ben', 'cem')]);

      const ben = await signedIn(server, { id: 'ben' });
      expect(await nextChange(watcher)).toStrictEqual([online('ben')]);
      await ana.close();
      expect(await nextChange(watcher)).toStrictEqual([offline('ana')]);
      ben.terminate();
      expect(await nextChange(watcher)).toStrictEqual([offline('ben')]);
    });

    it('has a user online from his first connection to his last (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const watcher = await signedIn(server, { id: 'w', watchlist: ['ana'] });
      expect(await nextChange(watcher)).toStrictEqual([offline('ana')]);
      const tabs = [await signedIn(server, { id: 'ana' }), await signedIn(server, { id: 'ana' })];
      expect(await nextChange(watcher)).toStrictEqual([online('ana')]);
      await tabs[0]!.signin({ id: 'ana' });
      await tabs[0]!.close();
      await tabs[1]!.close();
      expect(await nextChange(watcher)).toStrictEqual([offline('ana')]);
      await watcher.settle();
      expect(watcher.named('pusher_internal:watchlist_events')).toHaveLength(3);
    });

    it('does not count presence (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const watcher = await signedIn(server, { id: 'w', watchlist: ['ana'] });
      const member = await server.connect();
      await member.subscribe('presence-x', { user_id: 'ana' });
      await watcher.settle();
      expect(watcher.named('pusher_internal:watchlist_events')).toHaveLength(1);
    });

    it('may hold oneself, and is still told after the success and as a whole first (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const client = await signedIn(server, { id: 'me', watchlist: ['me', 'ana'] });
      await client.settle();
      expect(client.frames.slice(1).map(({ event }) => event)).toStrictEqual([
        'pusher:signin_success',
        'pusher_internal:watchlist_events',
        'pusher:pong',
      ]);
      expect(client.frames[2]?.data).toBe(JSON.stringify({ events: [online('me'), offline('ana')] }));
    });

    it('is replaced by a new sign-in of the same user (WATCH-1, USER-3)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const watcher = await signedIn(server, { id: 'w', watchlist: ['ana'] });
      expect(await nextChange(watcher)).toStrictEqual([offline('ana')]);
      await watcher.signin({ id: 'w', watchlist: ['ben'] });
      expect(await nextChange(watcher)).toStrictEqual([offline('ben')]);
      await signedIn(server, { id: 'ana' });
      await signedIn(server, { id: 'ben' });
      expect(await nextChange(watcher)).toStrictEqual([online('ben')]);
    });

    it('counts an id once, however often it is listed (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const watcher = await signedIn(server, { id: 'w', watchlist: ['ana', 'ana'] });
      expect(await nextChange(watcher)).toStrictEqual([offline('ana')]);
    });

    it('is cut at its limit, and told of with 4302 (WATCH-1)', async () => {
      const server = await startServer({ transport, app: { ...WATCHLIST, maxWatchlistLength: 2 } });
      const watcher = await server.connect();
      watcher.send(signinFrame(watcher.socketId, { id: 'w', watchlist: ['ana', 'ben', 'cem'] }));
      await watcher.next('pusher:signin_success');
      const { code, message } = await watcher.error();
      expect(code).toBe(4302);
      expect(message).toContain('ana, ben');
      expect(await nextChange(watcher)).toStrictEqual([offline('ana', 'ben')]);
      await signedIn(server, { id: 'cem' });
      await signedIn(server, { id: 'ana' });
      expect(await nextChange(watcher)).toStrictEqual([online('ana')]);
    });

    it('takes a hundred ids by default (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const ids = Array.from({ length: 100 }, (_, i) => `user-${i}`);
      const watcher = await signedIn(server, { id: 'w', watchlist: ids });
      expect(await nextChange(watcher)).toStrictEqual([offline(...ids)]);
      expect(watcher.named('pusher:error')).toEqual([]);
    });

    it('is told nothing of where it is empty or off (WATCH-1)', async () => {
      const server = await startServer({ transport, app: WATCHLIST });
      const lonely = await signedIn(server, { id: 'w', watchlist: [] });
      await lonely.settle();
      expect(lonely.frames).toHaveLength(3);

      const quiet = await startServer({ transport });
      const client = await signedIn(quiet, { id: 'w', watchlist: ['ana'] });
      await signedIn(quiet, { id: 'ana' });
      await client.settle();
      expect(client.frames).toHaveLength(3);
    });
  });
});

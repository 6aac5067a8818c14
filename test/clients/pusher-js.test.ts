import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  applicationOf,
  authorize,
  connected,
  connectionOptions,
  joined,
  nextEvent,
  Pusher,
  pusherClient,
  recorded,
  subscribed,
} from '../support/client-libraries.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

interface ConnectionError {
  readonly type: string;
  readonly data?: { readonly code: number | null; readonly message: string };
  readonly error?: { readonly data: { readonly code: number } };
}

/** The code of an error that ended a connection. */
const codeOf = ({ error }: ConnectionError) => error?.data.code;

/** An application's authorization endpoint on a port of its own. */
async function authorizationEndpoint(answer: (body: URLSearchParams) => object | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = answer(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(body === undefined ? 403 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/broadcasting/auth`;
}

/** Passes connections on to one node; which one may change. */
async function loadBalancer(target: number) {
  const balancer = { port: 0, target };
  const server = createTcpServer((client) => {
    const node = connect(balancer.target, '127.0.0.1');
    for (const socket of [client, node]) socket.on('error', () => socket.destroy());
    client.pipe(node).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  balancer.port = (server.address() as AddressInfo).port;
  return balancer;
}

onEachTransport((transport) => {
  describe('pusher-js', () => {
    it('connects (CONN-4)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server);
      await connected(client);
      expect(client.connection.socket_id).toMatch(/^\d+\.\d+$/);
    });

    it('connects below a path prefix (CONN-1)', async () => {
      const server = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
      await connected(pusherClient(server, { id: '1' }, { wsPath: '/ws' }));
    });

    it('hears events on public and private channels (EVENT-1)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = pusherClient(server);
      for (const name of ['news', 'private-news']) {
        const channel = await subscribed(client, name);
        const heard = nextEvent(channel, 'payment.received');
        await application.trigger(name, 'payment.received', { amount: '50.00', note: 'Zoë / 😀' });
        expect(await heard).toStrictEqual({ amount: '50.00', note: 'Zoë / 😀' });
      }
    });

    it('stops to hear what it unsubscribed, also while the subscription is pending (SUB-1, SUB-7)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server);
      await connected(client);
      client.subscribe('news');
      client.unsubscribe('news');
      await subscribed(client, 'weather');
      await eventually(async () => {
        expect((await server.api.get('/channels')).json()).toStrictEqual({ channels: { weather: {} } });
      });
    });

    it('knows the members of a presence channel (PRES-2, PRES-4, PRES-5)', async () => {
      const server = await startServer({ transport });
      const ana = pusherClient(server, { id: '1', info: { name: 'Ana' } });
      const room = await joined(ana, 'presence-room');
      expect(room.members.count).toBe(1);
      expect(room.members.me).toStrictEqual({ id: '1', info: { name: 'Ana' } });

      const arrival = nextEvent(room, 'pusher:member_added');
      const ben = pusherClient(server, { id: '2', info: { name: 'Ben' } });
      const bensRoom = await joined(ben, 'presence-room');
      expect(await arrival).toStrictEqual({ id: '2', info: { name: 'Ben' } });
      expect(bensRoom.members.count).toBe(2);
      expect(bensRoom.members.get('1')).toStrictEqual({ id: '1', info: { name: 'Ana' } });

      const left = nextEvent(room, 'pusher:member_removed');
      ben.disconnect();
      expect(await left).toStrictEqual({ id: '2', info: { name: 'Ben' } });
      expect(room.members.count).toBe(1);
    });

    it('sees a user with two tabs once (PRES-4, PRES-5)', async () => {
      const server = await startServer({ transport });
      const witness = pusherClient(server, { id: 'w' });
      const room = await subscribed(witness, 'presence-room');
      const added = recorded(room, 'pusher:member_added');
      const removed = recorded(room, 'pusher:member_removed');
      const tabs = [pusherClient(server, { id: '1' }), pusherClient(server, { id: '1' })] as const;
      for (const tab of tabs) await subscribed(tab, 'presence-room');
      tabs[0].disconnect();
      await eventually(async () => {
        expect((await server.api.get('/connections')).json()).toStrictEqual({ connections: 2 });
      });
      expect(removed).toEqual([]);
      const left = nextEvent(room, 'pusher:member_removed');
      tabs[1].disconnect();
      await left;
      expect(added).toHaveLength(1);
    });

    it('decrypts events of an encrypted channel (CHAN-2, EVENT-1)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server);
      const channel = await subscribed(client, 'private-encrypted-orders');
      const heard = nextEvent(channel, 'shipped');
      const passedBy = nextEvent<{ event: string; data: object }>(client.connection, 'message');
      await applicationOf(server).trigger('private-encrypted-orders', 'shipped', { secret: 'Zoë' });
      expect(await heard).toStrictEqual({ secret: 'Zoë' });
      expect(Object.keys((await passedBy).data)).toStrictEqual(['nonce', 'ciphertext']);
    });

    it('hears the kept event of a cache channel, or of a miss (CACHE-1, CACHE-2)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = pusherClient(server);
      for (const name of ['cache-price', 'private-cache-price', 'presence-cache-price']) {
        await nextEvent(client.subscribe(name), 'pusher:cache_miss');
        await application.trigger(name, 'price', { value: 7 });
        const late = pusherClient(server, { id: '2' });
        expect(await nextEvent(late.subscribe(name), 'price')).toStrictEqual({ value: 7 });
      }
    });

    it('sends and hears client events, and knows whose they are (CLIENT-3)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const ana = pusherClient(server, { id: '1' });
      const ben = pusherClient(server, { id: '2' });
      const anas = await subscribed(ana, 'presence-room');
      const bens = await subscribed(ben, 'presence-room');
      const heard = new Promise<readonly unknown[]>((resolve) => {
        bens.bind('client-typing', (...all: unknown[]) => {
          resolve(all);
        });
      });
      expect(anas.trigger('client-typing', { on: true, text: 'Zoë' })).toBe(true);
      expect(await heard).toStrictEqual([{ on: true, text: 'Zoë' }, { user_id: '1' }]);
    });

    it('learns that client events are off, and stays connected (CLIENT-2)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server);
      const channel = await subscribed(client, 'private-x');
      const error = nextEvent<ConnectionError>(client.connection, 'error');
      channel.trigger('client-typing', {});
      const { type, data } = await error;
      expect(type).toBe('PusherError');
      expect(data?.code).toBeNull();
      expect(data?.message).toContain('enable this feature');
      expect(client.connection.state).toBe('connected');
    });

    it('signs in and hears what is sent to its user (USER-3, USER-4)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const tabs = [pusherClient(server, { id: 'u-1' }), pusherClient(server, { id: 'u-1' })];
      for (const tab of tabs) {
        await connected(tab);
        tab.signin();
        await tab.user.signinDonePromise;
      }
      await eventually(() => {
        for (const { user } of tabs) expect(user.serverToUserChannel.subscribed).toBe(true);
      });
      const heard = tabs.map(({ user }) => nextEvent(user, 'greeting'));
      await application.sendToUser('u-1', 'greeting', { text: 'hello' });
      expect(await Promise.all(heard)).toStrictEqual([{ text: 'hello' }, { text: 'hello' }]);
    });

    it('hears what is sent to its user as soon as it is signed in (USER-4)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      // The application's connection is open, so that its event is faster than the client's subscription.
      await application.sendToUser('u-1', 'greeting', 'too early');
      const client = pusherClient(server, { id: 'u-1' });
      await connected(client);
      const heard = nextEvent(client.user, 'greeting');
      const sent = new Promise<void>((resolve, reject) => {
        client.connection.bind('message', ({ event }: { event: string }) => {
          if (event === 'pusher:signin_success') {
            application.sendToUser('u-1', 'greeting', 'in time').then(() => {
              resolve();
            }, reject);
          }
        });
      });
      client.signin();
      await sent;
      expect(await heard).toBe('in time');
      await eventually(() => {
        expect(client.user.serverToUserChannel.subscribed).toBe(true);
      });
    });

    it('joins a presence channel as its signed-in user (PRES-1)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = pusherClient(
        server,
        { id: 'u-1', info: { name: 'Ana' } },
        {
          channelAuthorization: {
            customHandler: ({ socketId, channelName }, callback) => {
              callback(null, application.authorizeChannel(socketId, channelName));
            },
          },
        },
      );
      client.signin();
      const room = await joined(client, 'presence-room');
      expect(room.members.me).toStrictEqual({ id: 'u-1', info: { name: 'Ana' } });
    });

    it('hears of the users on its watch list (WATCH-1)', async () => {
      const server = await startServer({ transport, app: { watchlist: true } });
      const watcher = pusherClient(server, { id: 'w', watchlist: ['ana', 'ben'] });
      const firstState = nextEvent<{ user_ids: string[] }>(watcher.user.watchlist, 'offline');
      watcher.signin();
      expect((await firstState).user_ids).toStrictEqual(['ana', 'ben']);
      const online = nextEvent(watcher.user.watchlist, 'online');
      const ana = pusherClient(server, { id: 'ana' });
      ana.signin();
      expect(await online).toStrictEqual({ name: 'online', user_ids: ['ana'] });
      const offline = nextEvent(watcher.user.watchlist, 'offline');
      ana.disconnect();
      expect(await offline).toStrictEqual({ name: 'offline', user_ids: ['ana'] });
    });

    it('counts subscribers (COUNT-1)', async () => {
      const server = await startServer({ transport, app: { subscriptionCount: true } });
      const first = pusherClient(server);
      const channel = first.subscribe('news');
      expect(await nextEvent(channel, 'pusher:subscription_count')).toStrictEqual({ subscription_count: 1 });
      const changed = nextEvent(channel, 'pusher:subscription_count');
      await subscribed(pusherClient(server), 'news');
      expect(await changed).toStrictEqual({ subscription_count: 2 });
      expect(channel.subscriptionCount).toBe(2);
    });

    it('pings when it is idle, and is answered (LIVE-2)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server, { id: '1' }, { activityTimeout: 50, pongTimeout: 5000 });
      await connected(client);
      const { socket_id: socketId } = client.connection;
      for (let i = 0; i < 3; i++) {
        expect(await nextEvent(client.connection, 'message')).toMatchObject({ event: 'pusher:pong' });
      }
      expect(client.connection.socket_id).toBe(socketId);
    });
  });

  describe('the authorization endpoint of pusher-js', () => {
    it('may be one that it asks over HTTP (AUTH-1)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const requests: string[] = [];
      const endpoint = await authorizationEndpoint((body) => {
        requests.push([...body.keys()].join());
        return authorize(application, body.get('socket_id')!, body.get('channel_name')!, { id: '7' });
      });
      const client = pusherClient(server, undefined, {
        channelAuthorization: { transport: 'ajax', endpoint },
      });
      await subscribed(client, 'private-x');
      const room = await joined(client, 'presence-x');
      expect(room.members.me).toMatchObject({ id: '7' });
      expect(requests).toStrictEqual(['socket_id,channel_name', 'socket_id,channel_name']);
    });

    it('may refuse, which the channel learns and the server never hears of', async () => {
      const server = await startServer({ transport });
      const endpoint = await authorizationEndpoint(() => undefined);
      const client = pusherClient(server, undefined, {
        channelAuthorization: { transport: 'ajax', endpoint },
      });
      const channel = client.subscribe('private-x');
      expect(await nextEvent(channel, 'pusher:subscription_error')).toMatchObject({
        type: 'AuthError',
        status: 403,
      });
      await subscribed(client, 'news');
    });

    it('may sign wrongly: the server refuses, the channel learns, the connection stays (SUB-4)', async () => {
      const server = await startServer({ transport });
      const forger = applicationOf(server, 'not-the-secret');
      const client = pusherClient(server, undefined, {
        channelAuthorization: {
          customHandler: ({ socketId, channelName }, callback) => {
            callback(null, forger.authorizeChannel(socketId, channelName));
          },
        },
      });
      await connected(client);
      const channel = client.subscribe('private-x');
      const error = nextEvent<ConnectionError>(client.connection, 'error');
      const refusal = await nextEvent<{ type: string; status: number; error: string }>(
        channel,
        'pusher:subscription_error',
      );
      expect(refusal).toMatchObject({ type: 'AuthError', status: 401 });
      expect(refusal.error).toContain('Invalid signature');
      expect((await error).data).toStrictEqual({ code: null, message: refusal.error });
      expect(client.connection.state).toBe('connected');
      await subscribed(client, 'news');
    });
  });

  describe('when the connection ends, pusher-js', () => {
    it('comes back at once after 4200, with its subscriptions and its user (ERR-1)', async () => {
      const server = await startServer({ transport, app: { terminateCloseCode: 4200 } });
      const application = applicationOf(server);
      const client = pusherClient(server, { id: '1' });
      client.signin();
      const channel = await subscribed(client, 'private-x');
      const { socket_id: before } = client.connection;
      const again = nextEvent(channel, 'pusher:subscription_succeeded');
      await application.terminateUserConnections('1');
      await again;
      expect(client.connection.socket_id).not.toBe(before);
      const heard = nextEvent(channel, 'x');
      await application.trigger('private-x', 'x', {});
      await heard;
      await client.user.signinDonePromise;
      await eventually(() => {
        expect(client.user.serverToUserChannel.subscribed).toBe(true);
      });
    });

    it('goes to another node at once when its own stops (STOP-1)', async () => {
      const [first, second] = [await startServer({ transport }), await startServer({ transport })];
      const balancer = await loadBalancer(first.port);
      const client = pusherClient(first, undefined, { wsPort: balancer.port });
      const channel = await subscribed(client, 'news');
      const error = nextEvent<ConnectionError>(client.connection, 'error');
      const again = nextEvent(channel, 'pusher:subscription_succeeded');
      balancer.target = second.port;
      await first.server.stop(0);
      expect((await error).data?.code).toBe(4200);
      await again;
      const heard = nextEvent(channel, 'x');
      await applicationOf(second).trigger('news', 'x', {});
      await heard;
    });

    it('waits a second after 4100 (ERR-1)', async () => {
      const server = await startServer({ transport, app: { terminateCloseCode: 4100 } });
      const client = pusherClient(server, { id: '1' });
      client.signin();
      await connected(client);
      await client.user.signinDonePromise;
      const wait = nextEvent(client.connection, 'connecting_in');
      await applicationOf(server).terminateUserConnections('1');
      expect(await wait).toBe(1);
    });

    it.each([
      { code: 4001, why: 'the key is unknown', key: 'nobody', app: {} },
      { code: 4003, why: 'the app is disabled', key: TEST_APP.key, app: { enabled: false } },
      { code: 4004, why: 'the quota is used up', key: TEST_APP.key, app: { maxConnections: 1 } },
    ])('stays away after $code, since $why (ERR-1, CONN-2)', async ({ code, key, app }) => {
      const server = await startServer({ transport, app });
      // On each node, where there are several: the others hear of it a moment later.
      if (code === 4004) for (let i = 0; i < 3; i++) await server.open(`/app/${TEST_APP.key}?protocol=7`);
      const client = new Pusher(key, connectionOptions(server));
      const error = nextEvent<ConnectionError>(client.connection, 'error');
      await nextEvent(client.connection, 'disconnected');
      expect(codeOf(await error)).toBe(code);
      expect(client.connection.retryTimer).toBeFalsy();
    });

    it('stays away when its user is terminated (USER-5)', async () => {
      const server = await startServer({ transport });
      const client = pusherClient(server, { id: '1' });
      client.signin();
      await connected(client);
      await client.user.signinDonePromise;
      const over = nextEvent(client.connection, 'disconnected');
      await applicationOf(server).terminateUserConnections('1');
      await over;
      expect(client.connection.retryTimer).toBeFalsy();
    });

    it('changes to TLS after 4000 (ERR-1)', async () => {
      const server = await startServer({ transport, app: { requireTls: true } });
      const client = pusherClient(server);
      expect(codeOf(await nextEvent<ConnectionError>(client.connection, 'error'))).toBe(4000);
      await eventually(() => {
        expect(client.connection.isUsingTLS()).toBe(true);
      });
    });
  });
});

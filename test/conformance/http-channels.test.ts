import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { itWithoutHub } from '../support/skipping.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const BAD_CHARACTERS =
  "Invalid channel name: only letters, digits and _-=@,.; are allowed, and '#' only in #server-to-user-{id}";
const BAD_INFO = 'info should be a comma separated list of attributes';
const ONLY_PRESENCE =
  'user_count may only be requested for presence channels - please supply filter_by_prefix begining with presence-';

onEachTransport((transport) => {
  /** A server with two users on three connections; all are on all channels. */
  const occupied = async (channels: readonly string[] = ['room', 'private-room', 'presence-room']) => {
    const server = await startServer({ transport });
    const clients: TestSocket[] = [];
    for (const user of ['1', '2', '2']) {
      const client = await server.connect();
      for (const channel of channels) {
        await client.subscribe(channel, channel.startsWith('presence-') ? { user_id: user } : undefined);
      }
      clients.push(client);
    }
    return { server, clients };
  };

  describe('GET /channels', () => {
    it('answers with an object even when no channel is occupied (API-7)', async () => {
      const server = await startServer({ transport });
      const answer = await server.api.get('/channels');
      expect([answer.status, answer.text]).toEqual([200, '{"channels":{}}']);
    });

    it('lists the occupied channels, and no others any more (API-7, CHAN-3)', async () => {
      const { server, clients } = await occupied();
      expect((await server.api.get('/channels')).json()).toEqual({
        channels: { room: {}, 'private-room': {}, 'presence-room': {} },
      });
      clients[0]?.send({ event: 'pusher:unsubscribe', data: { channel: 'room' } });
      await clients[0]?.settle();
      for (const client of clients.slice(1)) await client.close();
      expect((await server.api.get('/channels')).json()).toEqual({
        channels: { 'private-room': {}, 'presence-room': {} },
      });
      await clients[0]?.close();
      expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
    });

    it.each([
      ['p', ['presence-a', 'private-a']],
      ['presence-', ['presence-a']],
      ['presence-a', ['presence-a']],
      ['presence-ab', []],
      ['', ['a', 'presence-a', 'private-a']],
      ['A', []],
      ['.', []],
    ])('lists those that begin with %j (API-7)', async (prefix, names) => {
      const { server } = await occupied(['a', 'presence-a', 'private-a']);
      const { channels } = (await server.api.get('/channels', { filter_by_prefix: prefix })).json() as {
        channels: object;
      };
      expect(Object.keys(channels).sort()).toEqual(names);
    });

    it.each([
      [
        { info: 'subscription_count' },
        { room: { subscription_count: 3 }, 'presence-room': { subscription_count: 3 } },
      ],
      [{ info: 'user_count', filter_by_prefix: 'presence-' }, { 'presence-room': { user_count: 2 } }],
      [
        { info: 'user_count,subscription_count', filter_by_prefix: 'presence-' },
        { 'presence-room': { user_count: 2, subscription_count: 3 } },
      ],
      [
        { 'info[]': 'subscription_count' },
        { room: { subscription_count: 3 }, 'presence-room': { subscription_count: 3 } },
      ],
      [
        { 'info[0]': 'occupied', 'info[1]': 'user_count', filter_by_prefix: 'presence-' },
        { 'presence-room': { user_count: 2 } },
      ],
      [{ info: 'occupied' }, { room: {}, 'presence-room': {} }],
      [{ info: '' }, { room: {}, 'presence-room': {} }],
    ] as [Record<string, string>, object][])('tells what %j asks for (API-7)', async (query, channels) => {
      const { server } = await occupied(['room', 'presence-room']);
      expect((await server.api.get('/channels', query)).json()).toEqual({ channels });
    });

    it.each([
      [{ info: 'user_count' }, ONLY_PRESENCE],
      [{ info: 'user_count', filter_by_prefix: '' }, ONLY_PRESENCE],
      [{ info: 'user_count', filter_by_prefix: 'presence' }, ONLY_PRESENCE],
      [{ info: 'subscription_count,user_count', filter_by_prefix: 'private-' }, ONLY_PRESENCE],
      [{ info: 'user count' }, BAD_INFO],
      [{ info: ',' }, BAD_INFO],
      [{ 'info[]': 'user_count' }, ONLY_PRESENCE],
      [{ 'info[]': 'user count' }, BAD_INFO],
      [{ info: '["user_count"]' }, BAD_INFO],
    ] as [Record<string, string>, string][])('refuses %j (API-7)', async (query, text) => {
      const server = await startServer({ transport });
      const answer = await server.api.get('/channels', query);
      expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
    });

    it("does not list users' own channels (CHAN-3)", async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: 'ana' });
      await client.subscribe('#server-to-user-ana');
      expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
      expect((await server.api.get('/channels', { filter_by_prefix: '#' })).json()).toEqual({ channels: {} });
    });

    it('lists channels named as members of the prototype (API-7)', async () => {
      const { server } = await occupied(['__proto__', 'constructor', 'toString']);
      const answer = await server.api.get('/channels', { info: 'subscription_count' });
      expect(answer.text).toBe(
        '{"channels":{"__proto__":{"subscription_count":3},"constructor":{"subscription_count":3},"toString":{"subscription_count":3}}}',
      );
    });

    it('does not list channels of another app (API-7)', async () => {
      const server = await startServer({ transport, apps: [{ id: 'other', key: 'other-key', secret: 's' }] });
      const stranger = await server.open('/app/other-key');
      await stranger.established();
      await stranger.subscribe('room');
      expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
      expect((await server.api.get('/channels/room')).json()).toEqual({ occupied: false });
    });
  });

  describe('GET /channels/{name}', () => {
    it.each([
      ['room', {}, { occupied: true }],
      ['room', { info: 'subscription_count' }, { occupied: true, subscription_count: 3 }],
      ['private-room', { info: 'subscription_count,occupied' }, { occupied: true, subscription_count: 3 }],
      ['presence-room', { info: 'user_count' }, { occupied: true, user_count: 2 }],
      [
        'presence-room',
        { info: 'user_count,subscription_count' },
        { occupied: true, user_count: 2, subscription_count: 3 },
      ],
      [
        'presence-nobody',
        { info: 'user_count,subscription_count' },
        { occupied: false, user_count: 0, subscription_count: 0 },
      ],
      ['presence-room', { 'info[0]': 'user_count' }, { occupied: true, user_count: 2 }],
      ['nobody', {}, { occupied: false }],
      ['nobody', { info: 'subscription_count' }, { occupied: false, subscription_count: 0 }],
      ['presence-nobody', { info: 'user_count' }, { occupied: false, user_count: 0 }],
      ['cache-nobody', { info: 'cache' }, { occupied: false, cache: null }],
      ['__proto__', { info: 'subscription_count' }, { occupied: false, subscription_count: 0 }],
      ['constructor', {}, { occupied: false }],
    ] as [string, Record<string, string>, object][])(
      'of %s with %j (API-8)',
      async (name, query, expected) => {
        const { server } = await occupied();
        expect((await server.api.get(`/channels/${name}`, query)).json()).toStrictEqual(expected);
      },
    );

    it.each(['cache-a', 'private-cache-a', 'private-encrypted-cache-a', 'presence-cache-a'])(
      'tells the cached event of %s and how long it is kept (API-8, CACHE-1)',
      async (name) => {
        const clock = new FakeClock(Date.now());
        const server = await startServer({ transport, clock });
        await server.api.trigger(name, 'x', { a: 'zoë' });
        const cached = async () => (await server.api.get(`/channels/${name}`, { info: 'cache' })).json();
        expect(await cached()).toEqual({ occupied: false, cache: { data: '{"a":"zoë"}', ttl: 1800 } });
        clock.advance(60_000);
        expect(await cached()).toEqual({ occupied: false, cache: { data: '{"a":"zoë"}', ttl: 1740 } });
        await server.api.trigger(name, 'y', '');
        expect(await cached()).toEqual({ occupied: false, cache: { data: '', ttl: 1800 } });
      },
    );

    itWithoutHub()('tells of no cached event once its time is up (API-8, CACHE-1)', async () => {
      const clock = new FakeClock(Date.now());
      const server = await startServer({ transport, clock, config: { cache: { ttlSeconds: 100 } } });
      await server.api.trigger('cache-a', 'x', '1');
      const cached = async () => (await server.api.get('/channels/cache-a', { info: 'cache' })).json();
      clock.advance(99_001);
      expect(await cached()).toEqual({ occupied: false, cache: { data: '1', ttl: 1 } });
      clock.advance(1000);
      expect(await cached()).toEqual({ occupied: false, cache: null });
    });

    it.each([
      ['room', 'user_count', 'Cannot retrieve the user count unless the channel is a presence channel'],
      ['room', 'cache', 'Cannot retrieve the cache unless the channel is a cache channel'],
      ['cached-room', 'cache', 'Cannot retrieve the cache unless the channel is a cache channel'],
      ['room', 'a b', BAD_INFO],
      ['room', 'subscription_count,', BAD_INFO],
    ])('of %s refuses %s (API-8)', async (name, info, text) => {
      const server = await startServer({ transport });
      const answer = await server.api.get(`/channels/${name}`, { info });
      expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
    });

    it.each([
      ['', 'Invalid channel name: it is empty'],
      ['a%20b', BAD_CHARACTERS],
      ['a%2Fb', BAD_CHARACTERS],
      ['a%0A', BAD_CHARACTERS],
      ['%', BAD_CHARACTERS],
      ['%ff', 'Invalid path or query: its percent-encoding is not UTF-8'],
      ['zo%C3%AB', BAD_CHARACTERS],
      ['c'.repeat(201), 'Invalid channel name: 201 characters, at most 200 are allowed'],
    ])('refuses the name %j, and so does its list of users (API-8, API-9)', async (name, text) => {
      const { port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      for (const path of [`/apps/app-id/channels/${name}`, `/apps/app-id/channels/${name}/users`]) {
        http.write(requestText('GET', signedTarget('GET', path)));
        expect(await http.answer()).toMatchObject({ status: 400, body: `${text}\n` });
      }
    });
  });

  describe('GET /channels/{name}/users', () => {
    it('lists each user once, by a string (API-9)', async () => {
      const server = await startServer({ transport });
      for (const user of [1, '1', 2, '9007199254740993']) {
        const client = await server.connect();
        await client.subscribe('presence-room', { user_id: user, user_info: { name: 'x' } });
      }
      const client = await server.connect();
      await client.subscribe('presence-room', '{"user_id":9007199254740995}');
      expect((await server.api.get('/channels/presence-room/users')).json()).toStrictEqual({
        users: [{ id: '1' }, { id: '2' }, { id: '9007199254740993' }, { id: '9007199254740995' }],
      });
    });

    it('is empty for a channel that nobody is in (API-9)', async () => {
      const server = await startServer({ transport });
      const answer = await server.api.get('/channels/presence-nobody/users');
      expect([answer.status, answer.text]).toEqual([200, '{"users":[]}']);
    });

    it.each(['room', 'private-room', 'private-encrypted-room', 'presence', 'my-presence-room', '__proto__'])(
      'is refused for %s (API-9)',
      async (name) => {
        const server = await startServer({ transport });
        const answer = await server.api.get(`/channels/${name}/users`);
        expect([answer.status, answer.text]).toEqual([
          400,
          'Users can only be retrieved for presence channels\n',
        ]);
      },
    );
  });

  describe('POST /users/{id}/terminate_connections', () => {
    const signedIn = async (app: Record<string, unknown> = {}) => {
      const server = await startServer({ transport, app });
      const clients: TestSocket[] = [];
      for (const id of ['ana', 'ana', 'ben']) {
        const client = await server.connect();
        await client.signin({ id });
        clients.push(client);
      }
      return { server, clients };
    };

    it('closes the connections signed in as the user, and no others (API-10, USER-5)', async () => {
      const { server, clients } = await signedIn();
      const member = await server.connect();
      await member.subscribe('presence-room', { user_id: 'ana' });
      const answer = await server.api.post('/users/ana/terminate_connections', {});
      expect([answer.status, answer.text]).toEqual([200, '{}']);
      for (const client of clients.slice(0, 2)) {
        expect(await client.closed).toEqual({ code: 4009, reason: 'You got disconnected by the app.' });
        expect(client.named('pusher:error')).toEqual([
          { event: 'pusher:error', data: { code: 4009, message: 'You got disconnected by the app.' } },
        ]);
      }
      for (const client of [clients[2]!, member]) await client.settle();
      await eventually(async () => {
        expect((await server.api.get('/connections')).json()).toEqual({ connections: 2 });
      });
    });

    it("takes the app's terminateCloseCode (USER-5)", async () => {
      const { server, clients } = await signedIn({ terminateCloseCode: 4200 });
      await server.api.post('/users/ben/terminate_connections', {});
      expect(await clients[2]?.closed).toMatchObject({ code: 4200 });
    });

    it('lets the user come back (API-10)', async () => {
      const { server, clients } = await signedIn();
      await server.api.post('/users/ben/terminate_connections', {});
      await clients[2]?.closed;
      const again = await server.connect();
      await again.signin({ id: 'ben' });
      await again.settle();
    });

    it.each(['nobody', '__proto__', '%', 'a%2Fb', 'x'.repeat(500)])(
      'succeeds for the unknown user %s (API-10)',
      async (id) => {
        const { port } = await startServer({ transport });
        const http = await RawHttp.open(port);
        const target = signedTarget('POST', `/apps/app-id/users/${id}/terminate_connections`, [], '{}');
        http.write(requestText('POST', target, { body: '{}' }));
        expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      },
    );

    it('decodes the id of the path (API-10, SIGN-6)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: 'ana@x.y;z=1,2' });
      await server.api.post('/users/ana%40x.y%3Bz%3D1%2C2/terminate_connections', {});
      expect(await client.closed).toMatchObject({ code: 4009 });
    });

    it('is served outside of /apps, for the app of the key (API-10)', async () => {
      const { server, clients } = await signedIn();
      const http = await RawHttp.open(server.port);
      http.write(
        requestText('POST', signedTarget('POST', '/users/ben/terminate_connections', [], '{}'), {
          body: '{}',
        }),
      );
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await clients[2]?.closed).toMatchObject({ code: 4009 });
    });

    it.each(['/users/ben/terminate_connections', '/users/ben/terminate_connections?auth_key=nobody'])(
      'outside of /apps is refused without the key of an app: %s (API-10, SIGN-7)',
      async (target) => {
        const { port } = await startServer({ transport });
        const http = await RawHttp.open(port);
        http.write(requestText('POST', target, { body: '{}' }));
        expect(await http.answer()).toMatchObject({ status: 401 });
      },
    );

    it('closes nobody when it is not signed (API-10)', async () => {
      const { server, clients } = await signedIn();
      const answer = await server.api.request({
        method: 'POST',
        path: '/users/ana/terminate_connections',
        body: {},
        auth: { auth_signature: '0'.repeat(64) },
      });
      expect(answer.status).toBe(401);
      for (const client of clients) await client.settle();
    });
  });

  describe('GET /connections', () => {
    it("counts the app's open connections, subscribed or not (API-11)", async () => {
      const server = await startServer({ transport, apps: [{ id: 'other', key: 'other-key', secret: 's' }] });
      const count = async () => (await server.api.get('/connections')).json();
      expect(await count()).toStrictEqual({ connections: 0 });
      const [one] = [await server.connect(), await server.connect()];
      await (await server.open('/app/other-key')).established();
      await (
        await server.open('/app/nobody')
      ).closed;
      expect(await count()).toStrictEqual({ connections: 2 });
      await one.close();
      expect(await count()).toStrictEqual({ connections: 1 });
    });
  });

  describe('health', () => {
    it.each(['/', '/up', '/health', '', '/up?x=1', '/?'])('is answered on %j (API-12)', async (path) => {
      const server = await startServer({ transport });
      const answer = await server.api.fetch(path);
      expect([answer.status, answer.text]).toEqual([200, '{"health":"OK"}']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    });

    it.each(['/ready', '/accept-traffic'])('is answered with readiness on %s (API-12)', async (path) => {
      const server = await startServer({ transport });
      const answer = await server.api.fetch(path);
      expect([answer.status, answer.text]).toEqual([200, '{"ready":true}']);
    });

    it.each(['/ws', '/ws/', '/ws/up', '/ws/health', '/up'])(
      'is answered behind the prefix: %s (API-12)',
      async (path) => {
        const server = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
        expect((await server.api.fetch(path)).json()).toEqual({ health: 'OK' });
      },
    );

    it('is good while the node stops, and readiness is not (API-12, STOP-1)', async () => {
      const clock = new FakeClock(Date.now());
      const server = await startServer({ transport, clock });
      const [held, health, readiness] = [
        await RawHttp.open(server.port),
        await RawHttp.open(server.port),
        await RawHttp.open(server.port),
      ];
      // A request that is still on its way holds the node, since its clock stands still.
      const target = signedTarget('POST', '/apps/app-id/events', [], 'another body');
      await held.writePiece(`POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{`);
      await health.writePiece('GET /up HTTP/1.1\r\nHost: x\r\n');
      await readiness.writePiece('GET /ready HTTP/1.1\r\nHost: x\r\n');
      // An answer on another connection tells that those before have arrived.
      await server.api.fetch('/up');
      const stopped = server.server.stop(0);
      health.write('\r\n');
      readiness.write('\r\n');
      const [good, bad] = [await health.answer(), await readiness.answer()];
      expect(good).toMatchObject({ status: 200, body: '{"health":"OK"}' });
      expect(bad).toMatchObject({ status: 503, body: '{"ready":false,"reason":"stopping"}' });
      held.write('}');
      const last = await held.answer();
      expect(last.status).toBe(401);
      for (const { headers } of [good, bad, last]) expect(headers.get('connection')).toBe('close');
      clock.advance(10_000);
      await stopped;
    });
  });
});

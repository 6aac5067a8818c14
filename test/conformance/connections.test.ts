import { describe, expect, it } from 'vitest';
import { AppSchema } from '../../src/config/app-schema.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { PLAIN_UPGRADE, RawClient } from '../support/raw-client.js';
import { authPairs, signature, signedTarget, unescaped } from '../support/sign-request.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { hmac, type TestSocketOptions } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

/** Opens a connection that is refused, and returns what it was told and how it was closed. */
async function refusal(server: TestServer, path: string, options: TestSocketOptions = {}) {
  const client = await server.open(path, options);
  const error = await client.error();
  const close = await client.closed;
  expect(client.frames).toHaveLength(1);
  return { error, close };
}

/** From this address, as a trusted proxy on loopback says. */
const from = (address: string): TestSocketOptions => ({ headers: { 'X-Forwarded-For': address } });
const BEHIND_PROXY = { server: { trustedProxies: ['127.0.0.1'] } };

onEachTransport((transport) => {
  describe('the path', () => {
    it.each(['/ws/app/app-key?protocol=7', '/app/app-key?protocol=7'])(
      'takes %s when the prefix is /ws (CONN-1)',
      async (path) => {
        const server = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
        const client = await server.open(path);
        await client.established();
      },
    );

    it.each(['/app/app/app-key', '/app/app-key'])(
      'takes %s when the prefix is /app (CONN-1)',
      async (path) => {
        const server = await startServer({ transport, config: { server: { pathPrefix: '/app' } } });
        const client = await server.open(path);
        await client.established();
      },
    );

    it.each(['/apps', '/apps/apps'])(
      'takes requests at %s when the prefix is /apps (CONN-1)',
      async (base) => {
        const server = await startServer({ transport, config: { server: { pathPrefix: '/apps' } } });
        const target = signedTarget('GET', `${base}/app-id/channels`);
        const response = await fetch(`http://127.0.0.1:${server.port}${target}`);
        expect([response.status, await response.text()]).toEqual([200, '{"channels":{}}']);
      },
    );

    it('takes a percent-encoded key (CONN-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.open('/app/%61pp%2Dkey');
      await client.established();
    });

    it.each(['key+of/..==', 'a key'])('knows no key %s (CONN-2)', (key) => {
      expect(() => AppSchema.parse({ id: 'a', key, secret: 's' })).toThrow('must be letters, digits');
    });

    it('takes a key of Base64 in paths, queries and signatures (CONN-1, SIGN-1)', async () => {
      const app = { id: 'app-id', key: 'Y29vbA+GlmeQ==', secret: 's' };
      const server = await startServer({ transport, apps: [{ ...app, id: 'base64' }] });
      for (const path of [app.key, encodeURIComponent(app.key)]) {
        const client = await server.open(`/app/${path}?protocol=7`);
        await client.established();
        const { socketId } = client;
        const auth = `${app.key}:${hmac(`${socketId}:private-a`, app.secret)}`;
        client.send({ event: 'pusher:subscribe', data: { channel: 'private-a', auth } });
        await client.next('pusher_internal:subscription_succeeded');
        // Pusher's libraries for Node and PHP.
        for (const write of [(text: string) => text, encodeURIComponent]) {
          const pairs = authPairs(undefined, app);
          const target = '/apps/base64/channels';
          const signed = [...pairs, ['auth_signature', signature('GET', target, pairs, app)] as const];
          const query = unescaped(signed.map(([name, value]) => [name, write(value)]));
          const response = await fetch(`http://127.0.0.1:${server.port}${target}?${query}`);
          expect([response.status, await response.text()]).toEqual([200, '{"channels":{"private-a":{}}}']);
        }
      }
    });

    it.each([
      ['of pusher-js', 'protocol=7&client=js&version=8.6.0&flash=false'],
      ['in another order, with protocol 5', 'client=java-client&protocol=5&version=2.4.4'],
      ['of the cluster trick', 'c=.pusher.com:443/app/app-key?client=java-client&protocol=5&version=2.4.4'],
      ['nobody knows', 'protocol=7&x=1&y&=z&&%zz=%zz&a[]=1&a[]=2&version='],
      ['and a long junk value', `protocol=7&junk=${'x'.repeat(2000)}`],
      ['of soketi-style authentication', 'protocol=7&auth_key=1&token=2&appid=3'],
    ])('ignores query keys %s (CONN-1)', async (_what, query) => {
      const server = await startServer({ transport });
      const client = await server.open(`/app/app-key?${query}`);
      await client.established();
      await client.subscribe('news');
    });

    it('serves each app under its own key, and keeps their channels apart (CONN-1)', async () => {
      const server = await startServer({ transport, apps: [{ id: 'other', key: 'other-key', secret: 's' }] });
      const client = await server.connect();
      const stranger = await server.open('/app/other-key');
      await stranger.established();
      await client.subscribe('news');
      await stranger.subscribe('news');
      await server.api.trigger('news', 'x', '1');
      await client.next('x');
      await stranger.settle();
      expect(stranger.named('x')).toEqual([]);
    });
  });

  describe('a refused handshake', () => {
    const OTHER_APPS = [
      { id: 'off', key: 'off-key', secret: 's', enabled: false },
      { id: 'tls', key: 'tls-key', secret: 's', requireTls: true },
      { id: 'web', key: 'web-key', secret: 's', allowedOrigins: ['example.com'] },
      {
        id: 'rotating',
        keys: [
          { key: 'old-key', secret: 's', enabled: false },
          { key: 'new-key', secret: 's' },
        ],
      },
    ];

    it.each([
      ['/', 4005],
      ['/nope', 4005],
      ['/app', 4005],
      ['/app/', 4005],
      ['/app/app-key/more', 4005],
      ['/app/app-key/', 4005],
      ['/apps/app-id/events', 4005],
      ['/wrong/app/app-key', 4005],
      ['/APP/app-key', 4005],
      ['/app/nobody', 4001],
      ['/app/APP-KEY', 4001],
      ['/app/%zz', 4001],
      ['/app/%00', 4001],
      ['/app/__proto__', 4001],
      ['/app/old-key', 4001],
      ['/app/off-key', 4003],
      ['/app/tls-key', 4000],
      ['/app/app-key?protocol=seven', 4006],
      ['/app/app-key?protocol=7x', 4006],
      ['/app/app-key?protocol=NaN', 4006],
      ['/app/app-key?protocol=0', 4007],
      ['/app/app-key?protocol=4', 4007],
      ['/app/app-key?protocol=8', 4007],
      ['/app/app-key?protocol=70', 4007],
      ['/app/app-key?protocol=99999999999999999999', 4007],
    ])('%s is upgraded, told %i, and closed with it (CONN-2, ERR-3)', async (path, code) => {
      const server = await startServer({ transport, apps: OTHER_APPS });
      const { error, close } = await refusal(server, path);
      expect(error).toStrictEqual({ code, message: expect.stringMatching(/./) as string });
      expect(close).toStrictEqual({ code, reason: error.message });
    });

    it('is told 4009 when the origin is not allowed (CONN-2, CONN-7)', async () => {
      const server = await startServer({ transport, apps: OTHER_APPS });
      const { error, close } = await refusal(server, '/app/web-key', { origin: 'https://evil.example' });
      expect(error).toMatchObject({ code: 4009, message: 'Origin not allowed: https://evil.example' });
      expect(close).toStrictEqual({ code: 4009, reason: error.message });
    });

    it('is told 4004 over the quota, which counts every connection and frees on close (CONN-2)', async () => {
      const server = await startServer({ transport, app: { maxConnections: 2 } });
      await server.connect();
      const second = await server.connect();
      const { error, close } = await refusal(server, '/app/app-key');
      expect(error).toMatchObject({ code: 4004 });
      expect(close).toStrictEqual({ code: 4004, reason: error.message });

      await second.close();
      await eventually(async () => {
        await server.connect();
      });
    });

    it('frees its place when a connection is cut off without a close frame (CONN-2)', async () => {
      const server = await startServer({ transport, app: { maxConnections: 1 } });
      const client = await server.connect();
      client.terminate();
      await eventually(async () => {
        await server.connect();
      });
    });

    it.each([
      ['is long', 'k'.repeat(300)],
      ['is not ASCII', encodeURIComponent('schlüssel-für-die-straße-'.repeat(8))],
      ['is cut in the middle of a character', encodeURIComponent(`${'k'.repeat(99)}🔑`)],
    ])('has a close reason that fits when the key %s (CONN-2, ERR-3)', async (_what, key) => {
      const server = await startServer({ transport });
      const { error, close } = await refusal(server, `/app/${key}`);
      expect(error).toMatchObject({
        code: 4001,
        message: expect.stringContaining('does not exist') as string,
      });
      expect(close.code).toBe(4001);
      expect(Buffer.byteLength(close.reason)).toBeLessThanOrEqual(123);
      expect(close.reason).not.toBe('');
      expect(error.message.startsWith(close.reason.replace(/\ufffd.*/u, ''))).toBe(true);
    });

    it('does not keep others out (CONN-2)', async () => {
      const server = await startServer({ transport, app: { maxConnections: 1 } });
      for (let i = 0; i < 5; i++) await refusal(server, '/app/app-key?protocol=4');
      await server.connect();
    });

    it('lets a TLS-only app be used behind a trusted proxy that has TLS (CONN-2)', async () => {
      const server = await startServer({ transport, app: { requireTls: true }, config: BEHIND_PROXY });
      const client = await server.open('/app/app-key', { headers: { 'X-Forwarded-Proto': 'https' } });
      await client.established();
      const { error } = await refusal(server, '/app/app-key', { headers: { 'X-Forwarded-Proto': 'http' } });
      expect(error.code).toBe(4000);
    });

    it('does not believe X-Forwarded-Proto of just anyone (CONN-2)', async () => {
      const server = await startServer({ transport, app: { requireTls: true } });
      const { error } = await refusal(server, '/app/app-key', { headers: { 'X-Forwarded-Proto': 'https' } });
      expect(error.code).toBe(4000);
    });
  });

  describe('a socket id', () => {
    it('is two random integers, unique, and stays the same (CONN-3)', async () => {
      const server = await startServer({ transport });
      const clients = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
      const ids = clients.map(({ socketId }) => socketId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) {
        expect(id).toMatch(/^[1-9]\d{0,8}\.[1-9]\d{0,8}$/);
      }
      const [client] = clients;
      await client!.subscribe('private-first');
      await client!.settle();
      // The signature covers the id that was told at first.
      await client!.subscribe('private-second');
    });
  });

  describe('connection_established', () => {
    it('is the first frame, with string data and no channel (CONN-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      expect(client.texts).toStrictEqual([
        JSON.stringify({
          event: 'pusher:connection_established',
          data: JSON.stringify({ socket_id: client.socketId, activity_timeout: 30 }),
        }),
      ]);
    });

    it("tells the app's activity timeout as an integer (CONN-4)", async () => {
      const server = await startServer({ transport, app: { activityTimeoutSeconds: 120 } });
      const client = await server.connect();
      expect(client.frames[0]?.data).toBe(`{"socket_id":"${client.socketId}","activity_timeout":120}`);
    });

    it.each(['?protocol=5', '?protocol=6', '?protocol=7', '?protocol=', '?client=dart', ''])(
      'comes the same way with the query "%s" (CONN-5)',
      async (query) => {
        const server = await startServer({ transport });
        const client = await server.open(`/app/app-key${query}`);
        const { data } = await client.established();
        expect(JSON.parse(data as string)).toStrictEqual({
          socket_id: client.socketId,
          activity_timeout: 30,
        });
      },
    );
  });

  describe('the handshake', () => {
    it('takes header names in lower case, as dart:io sends them (CONN-1)', async () => {
      const server = await startServer({ transport });
      const client = await RawClient.open(server.port, {
        path: '/app/app-key?client=dart&version=1.2.2&protocol=7',
        headers: {
          'user-agent': 'Dart/3.7 (dart:io)',
          connection: 'Upgrade',
          'cache-control': 'no-cache',
          'accept-encoding': 'gzip',
          'sec-websocket-version': '13',
          'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
          upgrade: 'websocket',
          host: '127.0.0.1',
        },
      });
      expect(client.status).toBe(101);
      await client.established();
    });

    it('echoes the first sub-protocol that is offered (CONN-6)', async () => {
      const server = await startServer({ transport });
      const swift = await server.open('/app/app-key', { protocols: ['pusher-channels-protocol-7'] });
      expect(swift.ws.protocol).toBe('pusher-channels-protocol-7');
      const other = await server.open('/app/app-key', { protocols: ['first', 'second'] });
      expect(other.ws.protocol).toBe('first');
    });

    it('names no sub-protocol when none is offered (CONN-6)', async () => {
      const server = await startServer({ transport });
      const client = await RawClient.open(server.port, { path: '/app/app-key' });
      expect(client.responseHeaders.has('sec-websocket-protocol')).toBe(false);
    });

    it('echoes a sub-protocol also when it refuses the connection (CONN-2, CONN-6)', async () => {
      const server = await startServer({ transport });
      const client = await server.open('/app/nobody', { protocols: ['pusher-channels-protocol-7'] });
      expect(client.ws.protocol).toBe('pusher-channels-protocol-7');
      expect(await client.error()).toMatchObject({ code: 4001 });
    });

    const OFFER = {
      ...PLAIN_UPGRADE,
      'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    };

    it('declines compression by default (CONN-6)', async () => {
      const server = await startServer({ transport });
      const client = await RawClient.open(server.port, { path: '/app/app-key', headers: OFFER });
      expect(client.responseHeaders.has('sec-websocket-extensions')).toBe(false);
      await client.established();
      expect(client.frames.some(({ compressed }) => compressed)).toBe(false);
    });

    it('compresses for those who offer it when it is set to (CONN-6)', async () => {
      const server = await startServer({ transport, config: { server: { compression: 'shared' } } });
      const zipped = await server.open('/app/app-key', { perMessageDeflate: true });
      await zipped.established();
      expect(zipped.ws.extensions).toContain('permessage-deflate');
      const plain = await server.connect();
      expect(plain.ws.extensions).toBe('');

      await zipped.subscribe('news');
      await plain.subscribe('news');
      const data = JSON.stringify({ text: 'Grüße '.repeat(1000) });
      await server.api.trigger('news', 'long', data);
      expect((await zipped.next('long')).data).toBe(data);
      expect((await plain.next('long')).data).toBe(data);
      zipped.send({ event: 'pusher:ping', data: { filler: 'x'.repeat(5000) } });
      await zipped.next('pusher:pong');
    });
  });

  describe('the origin', () => {
    it.each([
      { patterns: ['*'], origin: 'https://anything.example', allowed: true },
      { patterns: ['*'], origin: 'null', allowed: true },
      { patterns: ['example.com'], origin: undefined, allowed: true },
      { patterns: ['example.com'], origin: 'https://example.com', allowed: true },
      { patterns: ['example.com'], origin: 'http://example.com:8080', allowed: true },
      { patterns: ['example.com'], origin: 'https://EXAMPLE.com', allowed: true },
      { patterns: ['example.com'], origin: 'https://www.example.com', allowed: false },
      { patterns: ['example.com'], origin: 'https://example.com.evil.example', allowed: false },
      { patterns: ['example.com'], origin: 'https://evil.example/example.com', allowed: false },
      { patterns: ['example.com'], origin: 'https://examplexcom', allowed: false },
      { patterns: ['example.com'], origin: 'null', allowed: false },
      { patterns: ['*.example.com'], origin: 'https://app.example.com', allowed: true },
      { patterns: ['*.example.com'], origin: 'https://a.b.example.com', allowed: true },
      { patterns: ['*.example.com'], origin: 'https://example.com', allowed: false },
      { patterns: ['app-*.example.com'], origin: 'https://app-7.example.com', allowed: true },
      { patterns: ['https://example.com'], origin: 'https://example.com', allowed: true },
      { patterns: ['https://example.com'], origin: 'http://example.com', allowed: false },
      { patterns: ['https://example.com'], origin: 'https://example.com:8443', allowed: false },
      { patterns: ['https://*.example.com:8443'], origin: 'https://a.example.com:8443', allowed: true },
      { patterns: ['one.example', 'two.example'], origin: 'https://two.example', allowed: true },
    ])('$origin is allowed by $patterns: $allowed (CONN-7)', async ({ patterns, origin, allowed }) => {
      const server = await startServer({ transport, app: { allowedOrigins: patterns } });
      const client = await server.open('/app/app-key', origin === undefined ? {} : { origin });
      if (allowed) await client.established();
      else expect(await client.error()).toMatchObject({ code: 4009 });
    });
  });

  describe('the authorization timeout', () => {
    const TIMEOUT = { authorizationTimeoutSeconds: 10 };

    it('closes with 4009 who neither signed in nor subscribed to a guarded channel (CONN-8)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: TIMEOUT });
      const client = await server.connect();
      await client.subscribe('news');
      clock.advance(9000);
      await client.settle();
      clock.advance(2000);
      expect(await client.error()).toStrictEqual({
        code: 4009,
        message: 'Connection not authorized within timeout',
      });
      expect((await client.closed).code).toBe(4009);
    });

    it('spares who signed in or subscribed to a private or presence channel (CONN-8)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: TIMEOUT });
      const user = await server.connect();
      const listener = await server.connect();
      const member = await server.connect();
      await user.signin({ id: '1' });
      await listener.subscribe('private-x');
      await member.subscribe('presence-x', { user_id: '1' });
      clock.advance(30_000);
      await user.settle();
      await listener.settle();
      await member.settle();
    });

    it('counts a refused subscription for nothing (CONN-8)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: TIMEOUT });
      const client = await server.connect();
      client.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth: 'app-key:0' } });
      await client.next('pusher:subscription_error');
      clock.advance(11_000);
      expect((await client.closed).code).toBe(4009);
    });

    it('is off by default (CONN-8)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const client = await server.connect();
      for (let i = 0; i < 12; i++) {
        clock.advance(30_000);
        await client.settle();
      }
    });
  });

  describe('the handshake rate', () => {
    const LIMITS = { handshakeBurst: 2, maxHandshakesPerSecond: 1 };

    it('refuses with 4100 what comes too fast from one address, and takes it later (CONN-9)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMITS, config: BEHIND_PROXY });
      for (let i = 0; i < 2; i++)
        await (await server.open('/app/app-key', from('203.0.113.7'))).established();
      const { error, close } = await refusal(server, '/app/app-key', from('203.0.113.7'));
      expect(error).toMatchObject({ code: 4100 });
      expect(close).toStrictEqual({ code: 4100, reason: error.message });

      await (await server.open('/app/app-key', from('203.0.113.8'))).established();
      clock.advance(1000);
      await (await server.open('/app/app-key', from('203.0.113.7'))).established();
      expect((await refusal(server, '/app/app-key', from('203.0.113.7'))).error.code).toBe(4100);
    });

    it('takes a /64 network for one address (CONN-9)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMITS, config: BEHIND_PROXY });
      await (await server.open('/app/app-key', from('2001:db8::1'))).established();
      await (await server.open('/app/app-key', from('2001:db8:0:0:ffff::2'))).established();
      expect((await refusal(server, '/app/app-key', from('2001:db8::3'))).error.code).toBe(4100);
      await (await server.open('/app/app-key', from('2001:db8:0:1::1'))).established();
    });

    it('counts each key for itself (CONN-9)', async () => {
      const clock = new FakeClock();
      const apps = [{ id: 'other', key: 'other-key', secret: 's' }];
      const server = await startServer({ transport, clock, apps, app: LIMITS, config: BEHIND_PROXY });
      for (let i = 0; i < 2; i++) await server.open('/app/app-key', from('203.0.113.7'));
      expect((await refusal(server, '/app/app-key', from('203.0.113.7'))).error.code).toBe(4100);
      await (await server.open('/app/other-key', from('203.0.113.7'))).established();
    });

    it('exempts loopback, and so those behind a proxy that is not trusted (CONN-9)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMITS });
      for (let i = 0; i < 10; i++) {
        await (await server.open('/app/app-key', from('203.0.113.7'))).established();
      }
    });

    it('believes the last address that no trusted proxy stands at (CONN-9)', async () => {
      const clock = new FakeClock();
      const trustedProxies = ['127.0.0.1', '10.0.0.0/8'];
      const server = await startServer({
        transport,
        clock,
        app: LIMITS,
        config: { server: { trustedProxies } },
      });
      // What the client itself put in front changes nothing.
      for (let i = 0; i < 2; i++) {
        await (
          await server.open('/app/app-key', from(`198.51.100.${i}, 203.0.113.7, 10.1.2.3`))
        ).established();
      }
      const { error } = await refusal(server, '/app/app-key', from('198.51.100.9, 203.0.113.7, 10.9.9.9'));
      expect(error.code).toBe(4100);
    });
  });
});

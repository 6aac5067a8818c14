import { describe, expect, it } from 'vitest';
import { RawHttp, requestText, type RawAnswer } from '../support/raw-http.js';
import { authPairs, signature, signedTarget, unescaped } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const DISABLED = { id: 'off', key: 'off-key', secret: 'off-secret', enabled: false };

/** Every endpoint of the API with its method, below `/apps/{id}`. */
const ENDPOINTS: readonly (readonly [method: 'GET' | 'POST', path: string])[] = [
  ['POST', '/events'],
  ['POST', '/batch_events'],
  ['POST', '/users/1/terminate_connections'],
  ['GET', '/channels'],
  ['GET', '/channels/room'],
  ['GET', '/channels/presence-room/users'],
  ['GET', '/connections'],
];

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Origin, Content-Type, X-Auth-Token, X-Requested-With, Accept, Authorization, X-CSRF-TOKEN, XSRF-TOKEN, X-Socket-Id',
};

const notFound = (method: string, path: string, base = '') => ({
  error: 'Not found',
  server: 'pregon',
  message: `This is pregon, a Pusher-compatible realtime server; nothing is at ${method} ${path}. Clients connect to ${base}/app/{key}, and the HTTP API is at ${base}/apps/{app_id}/events, /batch_events, /channels, /connections and /users.`,
});

/** An error is one line of plain text, and the connection is good for the next request (API-3). */
async function expectError(http: RawHttp, answer: RawAnswer, status: number, text: string): Promise<void> {
  expect(answer.body).toBe(`${text}\n`);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(answer.body)));
  await expectUsable(http);
}

async function expectUsable(http: RawHttp): Promise<void> {
  http.write(requestText('GET', '/up'));
  expect(await http.answer()).toMatchObject({ status: 200, body: '{"health":"OK"}' });
}

onEachTransport((transport) => {
  const ask = async (port: number, method: string, target: string, body?: string) => {
    const http = await RawHttp.open(port);
    http.write(requestText(method, target, body === undefined ? {} : { body }));
    return { http, answer: await http.answer({ toHead: method === 'HEAD' }) };
  };

  describe('an app', () => {
    it.each(ENDPOINTS)('that does not exist is not found: %s %s (API-3)', async (method, path) => {
      const { port } = await startServer({ transport });
      const body = method === 'POST' ? '{}' : undefined;
      const { http, answer } = await ask(
        port,
        method,
        signedTarget(method, `/apps/nobody${path}`, [], body),
        body,
      );
      await expectError(http, answer, 404, "Unknown app id 'nobody': check REVERB_APP_ID or PUSHER_APP_ID");
    });

    it.each([
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
      ['a%0d%0aX-Evil:%201', 'a X-Evil: 1'],
      ['zo%C3%AB', 'zoë'],
      ['%', '%'],
      ['x'.repeat(3000), 'x'.repeat(100)],
    ])('with the odd id %s is not found, in one line (API-3)', async (id, shown) => {
      const { port } = await startServer({ transport });
      const { http, answer } = await ask(port, 'GET', `/apps/${id}/channels`);
      await expectError(http, answer, 404, `Unknown app id '${shown}': check REVERB_APP_ID or PUSHER_APP_ID`);
    });

    it.each(ENDPOINTS)('that is disabled refuses %s %s, signed or not (API-3)', async (method, path) => {
      const { port } = await startServer({ transport, apps: [DISABLED] });
      const body = method === 'POST' ? '{}' : undefined;
      const pairs = authPairs(body, DISABLED);
      const target = `/apps/off${path}`;
      const signed = `${unescaped(pairs)}&auth_signature=${signature(method, target, pairs, DISABLED)}`;
      for (const query of ['', `?${signed}`]) {
        const { http, answer } = await ask(port, method, target + query, body);
        await expectError(http, answer, 403, 'This app is disabled');
      }
    });

    it('that is disabled refuses to terminate users outside of /apps too (API-3, API-10)', async () => {
      const { port } = await startServer({ transport, apps: [DISABLED] });
      const { http, answer } = await ask(
        port,
        'POST',
        '/users/1/terminate_connections?auth_key=off-key',
        '{}',
      );
      await expectError(http, answer, 403, 'This app is disabled');
    });
  });

  describe('a request that is not signed', () => {
    it.each(ENDPOINTS)('is refused: %s %s (API-3, SIGN-7)', async (method, path) => {
      const { port } = await startServer({ transport });
      for (const query of ['', '?']) {
        const { http, answer } = await ask(
          port,
          method,
          `/apps/app-id${path}${query}`,
          method === 'POST' ? '{}' : undefined,
        );
        await expectError(http, answer, 401, 'Missing parameter: auth_key');
      }
    });
  });

  describe('a path', () => {
    it.each([
      ['GET', '/nothing'],
      ['POST', '/'],
      ['DELETE', '/up'],
      ['GET', '/apps'],
      ['GET', '/apps/'],
      ['GET', '/apps/app-id'],
      ['GET', '/apps/app-id/'],
      ['POST', '/apps/app-id/events/'],
      ['POST', '/apps/app-id/event'],
      ['POST', '/apps/app-id/Events'],
      ['GET', '/apps/app-id/channels/room/users/1'],
      ['GET', '/apps/app-id/channels/room/members'],
      ['POST', '/apps/app-id/users'],
      ['POST', '/apps/app-id/users//terminate_connections'],
      ['POST', '/apps/app-id/users/1/terminate'],
      ['POST', '/users/1'],
      ['GET', '//apps/app-id/channels'],
      ['GET', '/apps//channels'],
      ['GET', '/../etc/passwd'],
      ['GET', '/%2e%2e/%2e%2e'],
      ['GET', '/%'],
      ['GET', '/app'],
    ])('that is nothing names the server and its paths: %s %s (API-3)', async (method, path) => {
      const { port } = await startServer({ transport });
      const { http, answer } = await ask(port, method, path, method === 'POST' ? '{}' : undefined);
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.body)).toEqual(notFound(method, path));
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
      await expectUsable(http);
    });

    it('that is nothing names the configured prefix (API-3)', async () => {
      const { port } = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
      for (const path of ['/ws/nothing', '/wsx', '/w']) {
        const { answer } = await ask(port, 'GET', path);
        expect(JSON.parse(answer.body)).toEqual(notFound('GET', path.replace(/^\/ws\//, '/'), '/ws'));
      }
    });

    it.each(
      ENDPOINTS.flatMap(([allowed, path]) =>
        ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']
          .filter((method) => method !== allowed)
          .map((method) => [method, path, allowed] as const),
      ),
    )('takes one method: %s %s is told to use %s (API-3)', async (method, path, allowed) => {
      const { port } = await startServer({ transport });
      const { http, answer } = await ask(port, method, `/apps/app-id${path}`);
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe(`${allowed}, OPTIONS`);
      const text = `Method not allowed: /apps/app-id${path} takes ${allowed}\n`;
      expect(answer.body).toBe(method === 'HEAD' ? '' : text);
      expect(answer.headers.get('content-length')).toBe(String(text.length));
      await expectUsable(http);
    });

    it.each(['/app/app-key', '/app/app-key?protocol=7', '/app/nobody', '/app/'])(
      'of a WebSocket is told to clients that open none: %s (API-3)',
      async (path) => {
        const { port } = await startServer({ transport });
        const { http, answer } = await ask(port, 'GET', path);
        expect(answer.headers.get('upgrade')).toBe('websocket');
        await expectError(
          http,
          answer,
          426,
          '/app/{key} takes WebSocket connections; is the proxy passing Upgrade?',
        );
      },
    );
  });

  describe('any origin', () => {
    const corsOf = ({ headers }: RawAnswer) =>
      Object.fromEntries(Object.keys(CORS).map((name) => [name, headers.get(name)]));

    it.each([
      ['GET', '/up'],
      ['HEAD', '/up'],
      ['GET', '/nothing'],
      ['GET', '/app/app-key'],
      ['POST', '/apps/app-id/events'],
      ['PUT', '/apps/app-id/events'],
      ['POST', '/apps/nobody/events'],
      ['GET', '/ready'],
    ])('may read the answer to %s %s (API-3)', async (method, path) => {
      const { port } = await startServer({ transport });
      const { answer } = await ask(port, method, path);
      expect(corsOf(answer)).toEqual(CORS);
    });

    it.each(['/apps/app-id/events', '/apps/nobody/channels', '/app/app-key', '/nothing', '/'])(
      'may ask with OPTIONS on %s (API-3)',
      async (path) => {
        const { port } = await startServer({ transport });
        const http = await RawHttp.open(port);
        const headers = { Origin: 'https://example.com', 'Access-Control-Request-Method': 'POST' };
        http.write(requestText('OPTIONS', path, { headers }));
        const answer = await http.answer();
        expect([answer.status, answer.body]).toEqual([204, '']);
        expect(corsOf(answer)).toEqual(CORS);
        expect(answer.headers.get('access-control-max-age')).toBe('86400');
        expect(answer.headers.has('content-length')).toBe(false);
        await expectUsable(http);
      },
    );
  });

  describe('HEAD', () => {
    it.each([
      ['/', 200, '{"health":"OK"}'],
      ['/up', 200, '{"health":"OK"}'],
      ['/ready', 200, '{"ready":true}'],
      ['/nothing', 404, JSON.stringify(notFound('HEAD', '/nothing'))],
    ])('of %s is answered as GET, without its body (API-12)', async (path, status, text) => {
      const { port } = await startServer({ transport });
      const { http, answer } = await ask(port, 'HEAD', path);
      expect([answer.status, answer.headers.get('content-length')]).toEqual([status, String(text.length)]);
      await expectUsable(http);
    });

    it('is answered many times on one connection (API-3)', async () => {
      const { port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      for (let i = 0; i < 20; i++) {
        http.write(requestText('HEAD', i % 2 === 0 ? '/up' : '/nothing'));
        expect((await http.answer({ toHead: true })).status).toBe(i % 2 === 0 ? 200 : 404);
      }
      await expectUsable(http);
    });
  });
});

import { describe, expect, it } from 'vitest';
import { RawClient, PLAIN_UPGRADE } from '../support/raw-client.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const EVENTS = '/apps/app-id/events';
const BODY = JSON.stringify({ name: 'x', channel: 'room', data: 'x'.repeat(3000) });
const UP = requestText('GET', '/up');

/** The head of a trigger without its body. */
function headOf(target: string): string {
  return requestText('POST', target, { headers: { 'Content-Length': String(BODY.length) } }).toString(
    'latin1',
  );
}

const signedHead = () => headOf(signedTarget('POST', EVENTS, [], BODY));

onEachTransport((transport) => {
  const setUp = (server: Record<string, unknown> = {}) => startServer({ transport, config: { server } });

  describe('a request whose body is on its way (API-13)', () => {
    it.each([
      ['without a signature', () => headOf(EVENTS), 401],
      ['with a wrong signature', () => signedHead().replace(/auth_signature=./, 'auth_signature=g'), 401],
      ['for an unknown app', () => headOf('/apps/nobody/events'), 404],
      ['with another method', () => signedHead().replace('POST', 'PUT'), 405],
      ['for a path where nothing is', () => headOf('/nothing'), 404],
      ['of the gateway without its secret', () => headOf('/notify'), 401],
    ] as const)('is refused %s before the body is there', async (_name, head, status) => {
      const { port } = await startServer({
        transport,
        config: { gateway: { secret: 'a-long-gateway-secret' } },
      });
      const http = await RawHttp.open(port);
      http.write(head());
      expect((await http.answer()).status).toBe(status);
      // What follows is thrown away, and the next request is served.
      http.write(BODY);
      http.write(UP);
      expect((await http.answer()).status).toBe(200);
    });

    it.each([
      ['requests', { maxUnfinishedRequests: 1 }],
      ['bytes', { maxUnfinishedBytes: 3500 }],
    ])(
      'gets 503 where the %s of such bodies are too many, and the others are served',
      async (_name, limits) => {
        const { port } = await setUp(limits);
        const first = await RawHttp.open(port);
        await first.writePiece(signedHead() + BODY.slice(0, 2000));
        const second = await RawHttp.open(port);
        // The first was read before: its connection was accepted earlier.
        await second.writePiece(signedHead() + BODY.slice(0, 2000));
        const refused = await second.answer();
        expect(refused.status).toBe(503);
        expect(refused.headers.get('retry-after')).toBe('1');
        await second.gone;
        first.write(BODY.slice(2000));
        expect((await first.answer()).status).toBe(200);
        const third = await RawHttp.open(port);
        await third.writePiece(signedHead() + BODY.slice(0, 2000));
        third.write(BODY.slice(2000));
        expect((await third.answer()).status).toBe(200);
      },
    );
  });

  describe('a client that does not wait for answers (API-15)', () => {
    it('is cut off where it sends thousands of requests at once', async () => {
      const server = await setUp();
      const http = await RawHttp.open(server.port);
      http.write(Buffer.concat(Array.from({ length: 5000 }, () => UP)));
      await http.gone;
      let answers = 0;
      while (!http.isSilent) {
        const isAnswer = await http.answer().then(
          () => true,
          () => false,
        );
        if (!isAnswer) break;
        answers++;
      }
      expect(answers).toBeLessThan(500);
      expect((await server.api.fetch('/up')).status).toBe(200);
    });

    it('fills no memory where it does not read them', async () => {
      const server = await setUp();
      const client = await RawHttp.open(server.port);
      client.pause();
      const request = requestText('GET', `/nothing/${'x'.repeat(190)}`);
      const batch = Buffer.concat(Array.from({ length: 30 }, () => request));
      // The buffers of both kernels take some megabytes. Then uws ends the connection, and ws reads no more of it.
      let batches = 0;
      while (!client.isGone && client.unsent < 100_000 && batches < 20_000) {
        client.write(batch);
        await new Promise((resolve) => setImmediate(resolve));
        batches++;
      }
      expect(batches).toBeLessThan(20_000);
      expect((await server.api.fetch('/up')).status).toBe(200);
    });
  });

  describe('requests without a signature (API-16)', () => {
    const behindProxy = {
      trustedProxies: ['127.0.0.1'],
      unsignedRequestBurst: 3,
      maxUnsignedRequestsPerSecond: 1,
    };
    const upFrom = (address: string) =>
      requestText('GET', '/up', { headers: { 'X-Forwarded-For': address } });

    it('get 429 beyond the rate of their address, and the connection ends', async () => {
      const { port } = await setUp(behindProxy);
      const http = await RawHttp.open(port);
      for (const status of [200, 200, 200, 429]) {
        http.write(upFrom('203.0.113.7'));
        expect((await http.answer()).status).toBe(status);
      }
      await http.gone;
      const other = await RawHttp.open(port);
      other.write(upFrom('203.0.113.8'));
      expect((await other.answer()).status).toBe(200);
    });

    it('take nothing from those with one', async () => {
      const { port } = await setUp(behindProxy);
      const http = await RawHttp.open(port);
      for (let i = 0; i < 10; i++) {
        const headers = { 'X-Forwarded-For': '203.0.113.7' };
        http.write(requestText('POST', signedTarget('POST', EVENTS, [], BODY), { headers, body: BODY }));
        expect((await http.answer()).status).toBe(200);
      }
    });
  });

  describe('X-Forwarded-For (CONN-9)', () => {
    it('in several lines is one list, read from the right', async () => {
      const { port } = await startServer({
        transport,
        app: { handshakeBurst: 1, maxHandshakesPerSecond: 1 },
        config: { server: { trustedProxies: ['127.0.0.1'] } },
      });
      const dial = (forged: string) => {
        // A proxy that appends a line of its own to the client's.
        const headers = { ...PLAIN_UPGRADE, 'X-Forwarded-For': forged, 'x-forwarded-for': '203.0.113.7' };
        return RawClient.open(port, { path: '/app/app-key', headers });
      };
      await (await dial('198.51.100.1')).established();
      const second = await dial('198.51.100.2');
      const { data } = await second.nextEvent('pusher:error');
      expect(data).toMatchObject({ code: 4100 });
    });
  });

  it('answers say how long an idle connection is kept (API-15)', async () => {
    const { port } = await setUp();
    const http = await RawHttp.open(port);
    http.write(UP);
    expect((await http.answer()).headers.get('keep-alive')).toBe(
      transport === 'uws' ? 'timeout=7' : 'timeout=72',
    );
  });

  it('HTTP/1.0 is served where the library can (API-15)', async () => {
    const { port } = await setUp();
    const http = await RawHttp.open(port);
    http.write('OPTIONS / HTTP/1.0\r\n\r\n');
    expect((await http.answer()).status).toBe(transport === 'uws' ? 505 : 204);
    await http.gone;
  });
});

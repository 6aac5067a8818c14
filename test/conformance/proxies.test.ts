import { describe, expect, it } from 'vitest';
import { RawHttp } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const BODY = JSON.stringify({ name: 'x', channel: 'room', data: '{}' });
const trigger = () => signedTarget('POST', '/apps/app-id/events', [], BODY);

// Requests as HAProxy 2.6 and nginx 1.22 send them.
const CHECK_WITH_VERSION = 'GET /ready HTTP/1.1\r\nhost: pregon\r\nconnection: close\r\n\r\n';
const OLD_REQUESTS = [
  ["HAProxy's default check", () => 'OPTIONS / HTTP/1.0\r\n\r\n', 204],
  ["HAProxy's check with a path alone", () => 'GET /up HTTP/1.0\r\n\r\n', 200],
  [
    'nginx without proxy_http_version',
    () =>
      `POST ${trigger()} HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n` +
      `Content-Length: ${BODY.length}\r\nContent-Type: application/json\r\n\r\n${BODY}`,
    200,
  ],
] as const;

onEachTransport((transport) => {
  describe('a request of a proxy', () => {
    it("is answered: HAProxy's check with a version, after which the connection ends", async () => {
      const { port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      http.write(CHECK_WITH_VERSION);

      expect((await http.answer()).status).toBe(200);
      await http.gone;
    });

    it.each(OLD_REQUESTS)(
      'of HTTP/1.0 is served by ws and gets 505 of uws: %s',
      async (_, request, status) => {
        const { port } = await startServer({ transport });
        const http = await RawHttp.open(port);
        http.write(request());

        expect((await http.answer()).status).toBe(transport === 'uws' ? 505 : status);
        await http.gone;
      },
    );

    it('on a connection that it keeps is told for how long that is', async () => {
      const { port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      for (let i = 0; i < 2; i++) {
        http.write(
          `POST ${trigger()} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.1\r\n` +
            `Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
        );
        const { status, headers } = await http.answer();
        expect([status, headers.get('keep-alive')]).toEqual([200, `timeout=${transport === 'uws' ? 7 : 72}`]);
      }
    });
  });
});

import { expect, it, onTestFinished } from 'vitest';
import { HttpServer, type HttpServices } from '../../../src/http/http-server.js';
import { createHttpApp } from '../../../src/transports/ws/ws-http.js';

it('the HTTP side of ws waits for no request for ever', async () => {
  const http = new HttpServer({} as HttpServices, '', 1000);
  const { app } = createHttpApp(
    http,
    undefined,
    () => '',
    () => false,
  );
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Node looks every 30 seconds, too long to wait for here.
  expect(app.server.requestTimeout).toBe(30_000);
});

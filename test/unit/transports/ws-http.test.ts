import { expect, it, onTestFinished } from 'vitest';
import { HttpServer, type HttpServices } from '../../../src/http/http-server.js';
import { UnfinishedBodies } from '../../../src/transports/unfinished-bodies.js';
import { createHttpApp } from '../../../src/transports/ws/ws-http.js';

it('the HTTP side of ws waits for no request for ever', async () => {
  const limits = { maxUnsignedRequestsPerSecond: null, unsignedRequestBurst: 1 };
  const http = new HttpServer({} as HttpServices, '', 1000, limits);
  const bodies = new UnfinishedBodies({ maxUnfinishedRequests: 1, maxUnfinishedBytes: 1 });
  const { app } = createHttpApp(http, undefined, { isStopping: false, bodies, addressOf: () => '' });
  onTestFinished(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Too long to wait for here.
  expect(app.server.headersTimeout).toBe(10_000);
  expect(app.server.requestTimeout).toBe(30_000);
});

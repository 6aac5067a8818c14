import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { secureOptions, type TlsMaterial } from '../tls-files.js';

/** How long a head may take to arrive, and a whole request; uWebSockets.js has the first, and a least rate. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** Node looks for requests whose time is up this often; its own 30 seconds would come on top of the time. */
const CHECK_MS = 2000;

/** An idle connection is kept longer than the balancers that are known keep theirs; Node says so in `Keep-Alive`. */
const KEEP_ALIVE_MS = 72_000;

/**
 * Unanswered requests of one connection. Node hands over all that one read brought at once, so that a client which sends
 * without waiting would be served alone for a while.
 */
const MAX_PIPELINED = 64;

/** The HTTP server below fastify, with bounds on what one connection may take. */
export function createBoundedServer(handler: RequestListener, tls: TlsMaterial | undefined): Server {
  const bounds = {
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
  const waiting = new WeakMap<object, number>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    waiting.set(socket, count);
    response.on('close', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
    });
    handler(request, response);
  };
  return tls === undefined
    ? createServer(bounds, listener)
    : createTlsServer({ ...bounds, ...secureOptions(tls) }, listener);
}

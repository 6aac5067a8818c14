import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { HttpRequest } from '../../http/request.js';
import { isOpenCall, type HttpServer, type OpenCall } from '../../http/http-server.js';
import { HttpError, type HttpResponse } from '../../http/response.js';
import type { TlsMaterial } from '../tls-files.js';
import type { UnfinishedBodies } from '../unfinished-bodies.js';
import { gatherBody } from './ws-body.js';
import { createBoundedServer } from './ws-http-server.js';

const NO_BODY = Buffer.alloc(0);

/** What serving requests needs of the transport. */
export interface WsHttpOwner {
  /** Whether the connection is to be closed after an answer, as a stopping server does. */
  readonly isStopping: boolean;
  readonly bodies: UnfinishedBodies;
  /** The client's address. */
  addressOf(request: IncomingMessage): string;
}

/** The HTTP side of the ws transport: fastify reads requests, our router answers. */
export function createHttpApp(
  http: HttpServer,
  tls: TlsMaterial | undefined,
  owner: WsHttpOwner,
): { readonly app: FastifyInstance; readonly openRequests: () => number } {
  const app = fastify({
    serverFactory: (handler) => createBoundedServer(handler, tls),
    // Our router reads the path as it came; fastify's would refuse some and decode others.
    rewriteUrl: () => '/',
    forceCloseConnections: true,
  }) as FastifyInstance;

  const openRequests = countOpenRequests(app);
  const opened = new WeakMap<FastifyRequest, Opened>();
  openBeforeBody(app, http, owner, opened);
  readAnyBody(app, http.maxRequestBytes, owner.bodies);

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const found = opened.get(request);
    if (found === undefined) throw new Error('a request was not opened');
    const { head, call } = found;
    const { body } = request;
    if (body === 'too large') return write(reply, http.tooLarge(head), owner);
    if (body === 'too many') return write(reply, http.tooManyBodies(head), owner);
    if (Buffer.isBuffer(body)) head.body = body;
    return write(reply, await http.finish(head, call), owner);
  };
  app.all('/', answer);
  app.setNotFoundHandler(answer);
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const { statusCode = 500, message } = error;
    const response = new HttpError(statusCode, message).toResponse();
    // fastify would close the connection at once, and a client that still sends would never read why. What follows is
    // read and thrown away.
    void reply.removeHeader('connection');
    request.raw.resume();
    return write(reply, response, owner);
  });

  return { app, openRequests };
}

/** A request whose head was looked at. */
interface Opened {
  readonly head: HttpRequest & { body: Buffer };
  readonly call: OpenCall;
}

/** API-13: what no body can put right is refused before the body was read, which is thrown away then. */
function openBeforeBody(
  app: FastifyInstance,
  http: HttpServer,
  owner: WsHttpOwner,
  opened: WeakMap<FastifyRequest, Opened>,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    const head = requestHead(request, owner);
    const isTooLarge = Number(request.headers['content-length'] ?? 0) > http.maxRequestBytes;
    const call = isTooLarge ? http.tooLarge(head) : http.open(head);
    if (isOpenCall(call)) {
      opened.set(request, { head, call });
      done();
      return;
    }
    request.raw.resume();
    write(reply, call, owner);
  });
}

function requestHead(request: FastifyRequest, owner: WsHttpOwner): HttpRequest & { body: Buffer } {
  const [path, query] = splitUrl(request.originalUrl);
  return {
    method: request.method,
    path,
    query,
    body: NO_BODY,
    header: headerReader(request.headers),
    get address() {
      return owner.addressOf(request.raw);
    },
  };
}

/** @returns how many requests are not answered yet */
function countOpenRequests(app: FastifyInstance): () => number {
  const open = new Set<FastifyRequest>();
  app.addHook('onRequest', (request, _reply, done) => {
    open.add(request);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    open.delete(request);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    open.delete(request);
    done();
  });
  return () => open.size;
}

/** API-1: a body is read whatever its type says, as bytes; fastify refuses types that it cannot make out. */
function readAnyBody(app: FastifyInstance, maxBytes: number, bodies: UnfinishedBodies): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.headers['content-type'] = 'application/json';
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, _payload, done) => {
    gatherBody(request.raw, maxBytes, bodies, (body) => {
      done(null, body);
    });
  });
}

/** Reads headers of a request by name. */
export function headerReader(headers: IncomingHttpHeaders): HttpRequest['header'] {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}

export function splitUrl(url: string): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function write(reply: FastifyReply, response: HttpResponse, owner: WsHttpOwner): FastifyReply {
  const { status, headers, body } = response;
  for (const [name, value] of headers) void reply.header(name, value);
  if (owner.isStopping || response.closes === true) void reply.header('Connection', 'close');
  return reply.status(status).send(body === '' ? undefined : body);
}

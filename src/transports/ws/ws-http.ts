import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { HttpRequest } from '../../http/request.js';
import type { HttpServer } from '../../http/http-server.js';
import { HttpError, type HttpResponse } from '../../http/response.js';
import { secureOptions, type TlsMaterial } from '../tls-files.js';

const NO_BODY = Buffer.alloc(0);

/** How long a request may take to arrive: fastify would wait for ever, with a client that sends a byte now and then. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The HTTP side of the ws transport: fastify reads requests and bounds bodies, our router answers.
 *
 * @param addressOf the client of a request
 * @param closing whether connections are to be closed after the answer
 */
export function createHttpApp(
  http: HttpServer,
  tls: TlsMaterial | undefined,
  addressOf: (request: IncomingMessage) => string,
  closing: () => boolean,
): { readonly app: FastifyInstance; readonly openRequests: () => number } {
  const app = fastify({
    ...(tls === undefined ? {} : { https: secureOptions(tls) }),
    bodyLimit: http.maxRequestBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Our router reads the path as it came; fastify's would refuse some and decode others.
    rewriteUrl: () => '/',
    forceCloseConnections: true,
  }) as FastifyInstance;

  const openRequests = countOpenRequests(app);
  readAnyBody(app);

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const response = await http.handle(new WsRequest(request, addressOf));
    return write(reply, response, closing());
  };
  app.all('/', answer);
  app.setNotFoundHandler(answer);
  app.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const { statusCode = 500, message } = error;
    const response =
      statusCode === 413
        ? http.tooLarge(new WsRequest(request, addressOf))
        : new HttpError(statusCode, message).toResponse();
    // fastify would close the connection at once, and a client that still sends would never read why. What follows is
    // read and thrown away.
    void reply.removeHeader('connection');
    request.raw.resume();
    return write(reply, response, closing());
  });

  return { app, openRequests };
}

/** A request as fastify has it. */
class WsRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Buffer;
  readonly header: HttpRequest['header'];
  private readonly raw: IncomingMessage;

  constructor(
    { method, originalUrl, headers, body, raw }: FastifyRequest,
    private readonly addressOf: (request: IncomingMessage) => string,
  ) {
    this.method = method;
    [this.path, this.query] = splitUrl(originalUrl);
    this.body = Buffer.isBuffer(body) ? body : NO_BODY;
    this.header = headerReader(headers);
    this.raw = raw;
  }

  get address(): string {
    return this.addressOf(this.raw);
  }
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
function readAnyBody(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.headers['content-type'] = 'application/json';
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
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

function write(reply: FastifyReply, { status, headers, body }: HttpResponse, closing: boolean): FastifyReply {
  for (const [name, value] of headers) void reply.header(name, value);
  if (closing) void reply.header('Connection', 'close');
  return reply.status(status).send(body === '' ? undefined : body);
}

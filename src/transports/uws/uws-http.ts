import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js-20.51';
import type { Header, HttpRequest } from '../../http/request.js';
import { statusLine, type HttpResponse } from '../../http/response.js';
import type { HttpServer } from '../../http/http-server.js';

/** What serving a request needs of the transport. */
export interface UwsHttpOwner {
  /** Requests whose bodies are still on their way. */
  openRequests: number;
  /** Whether the connection is to be closed after an answer, as a stopping server does. */
  readonly isStopping: boolean;
  /** The `X-Forwarded-For` header where a proxy is trusted, else empty. */
  forwardedFor(req: UwsRequest): string;
  /** The client's address, trusted proxies taken into account. */
  clientAddress(res: UwsResponse, forwardedFor: string): string;
}

const NO_BODY = Buffer.alloc(0);

/**
 * Takes a request from uWebSockets.js, reads its body within the limit, and writes the answer. The request object is
 * gone when this returns, and a chunk of the body when its callback does.
 *
 * @param method in upper case
 */
export function serveUwsRequest(
  res: UwsResponse,
  req: UwsRequest,
  method: string,
  http: HttpServer,
  owner: UwsHttpOwner,
): void {
  const request = new ServedRequest(method, req, http.headers, res, owner);
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    answerAtOnce(res, request, http, owner);
    return;
  }
  const announced = req.getHeader('content-length');
  if (announced !== '' && Number(announced) > http.maxRequestBytes) {
    // What follows is read by the library and thrown away.
    writeResponse(res, http.tooLarge(request), method, owner.isStopping);
    return;
  }
  const open = new OpenRequest(res, request, http, owner);
  res.onAborted(() => {
    open.finish();
  });
  res.onData((chunk, isLast) => {
    open.receive(chunk, isLast);
  });
}

/** A request without a body. */
function answerAtOnce(res: UwsResponse, request: ServedRequest, http: HttpServer, owner: UwsHttpOwner): void {
  const response = http.handle(request);
  if (!(response instanceof Promise)) {
    writeResponse(res, response, request.method, owner.isStopping);
    return;
  }
  const open = new OpenRequest(res, request, http, owner);
  res.onAborted(() => {
    open.finish();
  });
  open.answerWhenKnown(response);
}

/** What is needed of a request, copied from the library's object. */
export class CopiedRequest implements Omit<HttpRequest, 'address'> {
  readonly path: string;
  readonly query: string;
  /** Undefined once the library has taken back the memory. */
  private bytes: Buffer | undefined = NO_BODY;
  private readonly headers: readonly string[];

  constructor(
    readonly method: string,
    req: UwsRequest,
    /** The headers that are copied. */
    private readonly names: readonly Header[],
  ) {
    this.path = req.getUrl();
    this.query = queryOf(req);
    this.headers = names.map((name) => req.getHeader(name));
  }

  get body(): Buffer {
    if (this.bytes === undefined) throw new Error('The body was read after the handler had returned');
    return this.bytes;
  }

  /** Lends a handler the body, until {@link takeBack}. */
  lend(body: Buffer): void {
    this.bytes = body;
  }

  takeBack(): void {
    this.bytes = undefined;
  }

  header(name: Header): string | undefined {
    const value = this.headers[this.names.indexOf(name)];
    // What the library has for a header that is not there.
    return value === '' ? undefined : value;
  }
}

/** A request of the API, which knows where its client is when it is asked. */
class ServedRequest extends CopiedRequest implements HttpRequest {
  private readonly forwardedFor: string;

  constructor(
    method: string,
    req: UwsRequest,
    names: readonly Header[],
    private readonly res: UwsResponse,
    private readonly owner: UwsHttpOwner,
  ) {
    super(method, req, names);
    this.forwardedFor = owner.forwardedFor(req);
  }

  get address(): string {
    try {
      return this.owner.clientAddress(this.res, this.forwardedFor);
    } catch {
      // The library takes back a response that is answered or cut off.
      return '';
    }
  }
}

/** A request whose body or answer is on its way. One object, since a closure for each of its steps takes longer. */
class OpenRequest {
  private isOver = false;
  private chunks: Buffer[] | undefined = undefined;
  private length = 0;

  constructor(
    private readonly res: UwsResponse,
    private readonly request: ServedRequest,
    private readonly http: HttpServer,
    private readonly owner: UwsHttpOwner,
  ) {
    owner.openRequests++;
  }

  /** Answered or cut off: nothing more is done with it. */
  finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.owner.openRequests--;
  }

  answerWhenKnown(response: HttpResponse | Promise<HttpResponse>): void {
    if (!(response instanceof Promise)) {
      this.answer(response);
      return;
    }
    void response.then((known) => {
      if (!this.isOver) this.answer(known);
    });
  }

  receive(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.isOver) return;
    this.length += chunk.byteLength;
    if (this.length > this.http.maxRequestBytes) {
      this.chunks = undefined;
      this.answer(this.http.tooLarge(this.request));
    } else if (isLast) {
      // A body that comes in a single piece, as nearly all do, is handed on without a copy.
      const last = Buffer.from(chunk);
      this.request.lend(this.chunks === undefined ? last : Buffer.concat([...this.chunks, last]));
      const response = this.http.handle(this.request);
      this.request.takeBack();
      this.answerWhenKnown(response);
    } else {
      // The library takes the chunk's memory back, so it is copied.
      this.chunks ??= [];
      this.chunks.push(Buffer.from(chunk.slice(0)));
    }
  }

  private answer(response: HttpResponse): void {
    this.finish();
    writeResponse(this.res, response, this.request.method, this.owner.isStopping);
  }
}

/** The raw query string; empty where there is none, for which the library has undefined, against its types. */
export function queryOf(req: UwsRequest): string {
  return req.getQuery() || '';
}

/** The header lines of an answer, as bytes. */
interface HeaderLines {
  readonly name: Buffer;
  readonly value: Buffer;
}

const knownHeaderLines = new WeakMap<HttpResponse['headers'], HeaderLines>();

/**
 * All headers as one: the name of the first, and a value that holds the lines of the others. Answers share a few lists
 * of headers, and a call for each header of each answer takes longer than checking a signature.
 */
function headerLines(headers: HttpResponse['headers']): HeaderLines {
  let lines = knownHeaderLines.get(headers);
  if (lines === undefined) {
    const [[name, value] = ['', ''], ...others] = headers;
    const more = others.map((header) => `\r\n${header.join(': ')}`).join('');
    lines = { name: Buffer.from(name), value: Buffer.from(value + more) };
    knownHeaderLines.set(headers, lines);
  }
  return lines;
}

/** @param closing whether the connection is to be closed after the answer */
export function writeResponse(
  res: UwsResponse,
  response: HttpResponse,
  method: string,
  closing: boolean,
): void {
  const { status, headers, body } = response;
  res.cork(() => {
    if (status !== 200) res.writeStatus(statusLine(status));
    const { name, value } = headerLines(headers);
    res.writeHeader(name, value);
    if (closing) res.writeHeader('Connection', 'close');
    if (method === 'HEAD') {
      // Given the length as an argument, the library holds the request for unanswered and ends the process.
      res.writeHeader('Content-Length', String(Buffer.byteLength(body)));
      res.endWithoutBody();
    } else if (status === 204) {
      // `end` would tell a length, which this status must not have.
      res.endWithoutBody();
    } else {
      res.end(body, closing);
    }
  });
}

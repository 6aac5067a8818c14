import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js-20.51';
import type { Header, HttpRequest } from '../../http/request.js';
import type { HttpResponse } from '../../http/response.js';
import { isOpenCall, type HttpServer, type OpenCall } from '../../http/http-server.js';
import type { UnfinishedBodies } from '../unfinished-bodies.js';
import type { LoopTurn } from './loop-turn.js';
import { writeLastResponse, writeResponse, type PendingAnswer } from './uws-answer.js';
import type { HeadReader } from './uws-head.js';

/** What serving a request needs of the transport. */
export interface UwsHttpOwner {
  /** Requests that are not answered yet. */
  openRequests: number;
  /** Answers without a body so far. */
  bodilessAnswers: number;
  /** Whether the connection is to be closed after an answer, as a stopping server does. */
  readonly isStopping: boolean;
  readonly head: HeadReader;
  readonly turn: LoopTurn;
  readonly bodies: UnfinishedBodies;
  /** The client's address. @param forwardedFor all of its `X-Forwarded-For` */
  addressOf(res: UwsResponse, forwardedFor: string): string;
}

const NO_BODY = Buffer.alloc(0);

/** Answers without a body, of all connections, until one ends its connection. */
const BODILESS_ANSWERS = 100;

/**
 * Takes a request from uWebSockets.js, reads its body within the limits, and writes the answer. The request object is
 * gone when this returns, and a chunk of the body when its callback does.
 *
 * Three kinds of requests are answered in a later turn of the loop. The library cuts the connection off if another
 * request follows one that is unanswered, so nothing that came in the same read is served after them:
 * - those whose end is uncertain, and those in chunks, since the library serves a chunked body's trailer as a request.
 *   With the answer the connection ends;
 * - those whose answer has no body (HEAD, OPTIONS): the library does not tell whether such answers are read, so now and
 *   then the connection ends with one;
 * - those beyond one turn's share.
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
  const { head, turn } = owner;
  head.read(req);
  const request = new ServedRequest(method, req, http.headers, res, head.forwardedFor, owner);
  const { fault } = head;
  const isLast = fault !== undefined || head.isChunked || owner.isStopping;
  const waits = turn.isOver() || isLast;
  if (method === 'GET' && !waits) {
    answerAtOnce(res, request, http, owner);
    return;
  }
  const isBodiless = method === 'HEAD' || method === 'OPTIONS';
  const endsNow = isBodiless && ++owner.bodilessAnswers % BODILESS_ANSWERS === 0;
  const open = new OpenRequest(res, request, http, owner, isLast || endsNow);
  if (fault !== undefined) open.answerLater(() => http.ambiguous(request, fault));
  else if (method === 'GET' || isBodiless) {
    open.answerLater(() => http.handle(request));
  } else if (Number(head.length) > http.maxRequestBytes) {
    // What follows is read by the library and thrown away.
    if (waits) open.answerLater(() => http.tooLarge(request));
    else open.answer(http.tooLarge(request));
  } else {
    open.expectBody(waits);
  }
}

/** A request without a body. */
function answerAtOnce(res: UwsResponse, request: ServedRequest, http: HttpServer, owner: UwsHttpOwner): void {
  const response = http.handle(request);
  if (!(response instanceof Promise) && response.closes !== true) {
    writeResponse(res, response, 'GET', () => new UnreadAnswer(owner));
    return;
  }
  const open = new OpenRequest(res, request, http, owner, false);
  if (response instanceof Promise) open.answerWhenKnown(response);
  else open.answerLater(() => response);
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
  constructor(
    method: string,
    req: UwsRequest,
    names: readonly Header[],
    private readonly res: UwsResponse,
    private readonly forwardedFor: string,
    private readonly owner: UwsHttpOwner,
  ) {
    super(method, req, names);
  }

  get address(): string {
    try {
      return this.owner.addressOf(this.res, this.forwardedFor);
    } catch {
      // The library takes back a response that is answered or cut off.
      return '';
    }
  }
}

/** An answer that waits for the client to read, of a request that was answered at once. */
class UnreadAnswer implements PendingAnswer {
  private isOver = false;

  constructor(private readonly owner: UwsHttpOwner) {
    owner.openRequests++;
  }

  finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.owner.openRequests--;
  }
}

/** A request whose body or answer is on its way. One object, since a closure for each of its steps takes longer. */
class OpenRequest {
  private isOver = false;
  /** What was found of the head; undefined while nobody looked. */
  private opened: OpenCall | undefined = undefined;
  /** Nothing more of its body is wanted. */
  private isRefused = false;
  private isWaiting = false;
  private isWhole = false;
  private chunks: Buffer[] | undefined = undefined;
  private length = 0;
  /** Bytes that count among the unfinished bodies. */
  private counted = 0;

  constructor(
    private readonly res: UwsResponse,
    private readonly request: ServedRequest,
    private readonly http: HttpServer,
    private readonly owner: UwsHttpOwner,
    /** Whether the connection ends with the answer. */
    private readonly isLast: boolean,
  ) {
    owner.openRequests++;
    res.onAborted(() => {
      this.finish();
    });
  }

  /** Takes the body. @param waits whether even the head is looked at in a later turn */
  expectBody(waits: boolean): void {
    this.res.onData((chunk, isLast) => {
      this.receive(chunk, isLast);
    });
    if (waits) this.wait();
    else this.open();
  }

  /** Answers in a later turn; the body is not wanted. */
  answerLater(respond: () => HttpResponse | Promise<HttpResponse>): void {
    this.isRefused = true;
    this.forgetBody();
    if (this.isLast) this.res.pause();
    setImmediate(() => {
      if (!this.isOver) this.answerWhenKnown(respond());
    });
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

  answer(response: HttpResponse): void {
    const { res, owner, request } = this;
    this.finish();
    if (this.isLast || response.closes === true || owner.isStopping) {
      writeLastResponse(res, response, request.method);
      return;
    }
    writeResponse(res, response, request.method, () => new UnreadAnswer(owner));
  }

  /** Answered or cut off: nothing more is done with it. */
  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.owner.openRequests--;
    this.forgetBody();
  }

  private forgetBody(): void {
    if (this.chunks !== undefined) this.owner.bodies.remove(this.counted);
    this.chunks = undefined;
  }

  /** Goes on in the next turn. */
  private wait(): void {
    this.isWaiting = true;
    setImmediate(() => {
      if (this.isOver || this.isRefused) return;
      this.isWaiting = false;
      if (this.opened === undefined) this.open();
      if (this.isWhole && this.opened !== undefined) this.complete(this.opened);
    });
  }

  private open(): void {
    const opened = this.http.open(this.request);
    if (isOpenCall(opened)) this.opened = opened;
    else this.refuse(opened);
  }

  private refuse(response: HttpResponse): void {
    if (this.isLast || response.closes === true) this.answerLater(() => response);
    else this.answer(response);
  }

  private receive(chunk: ArrayBuffer, isLast: boolean): void {
    if (this.isOver || this.isRefused) return;
    this.length += chunk.byteLength;
    if (this.length > this.http.maxRequestBytes) {
      this.refuse(this.http.tooLarge(this.request));
      return;
    }
    const { opened } = this;
    if (isLast && opened !== undefined && !this.isLast) {
      // A body that comes in a single piece, as nearly all do, is handed on without a copy.
      const last = Buffer.from(chunk);
      this.request.lend(this.chunks === undefined ? last : Buffer.concat([...this.chunks, last]));
      this.complete(opened);
      return;
    }
    if (!this.keep(chunk) || !isLast) return;
    this.isWhole = true;
    this.request.lend(Buffer.concat(this.chunks ?? []));
    if (this.isLast) this.res.pause();
    if (!this.isWaiting) this.wait();
  }

  /** The library takes the chunk's memory back, so it is copied. @returns false when it was one too many */
  private keep(chunk: ArrayBuffer): boolean {
    const isFirst = this.chunks === undefined;
    this.chunks ??= [];
    this.chunks.push(Buffer.from(chunk.slice(0)));
    this.counted += chunk.byteLength;
    if (this.owner.bodies.add(chunk.byteLength, isFirst)) return true;
    this.refuse(this.http.tooManyBodies(this.request));
    return false;
  }

  private complete(opened: OpenCall): void {
    const response = this.http.finish(this.request, opened);
    this.request.takeBack();
    this.answerWhenKnown(response);
  }
}

/** The raw query string; empty where there is none, for which the library has undefined, against its types. */
export function queryOf(req: UwsRequest): string {
  return req.getQuery() || '';
}

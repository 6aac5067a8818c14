import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js-20.51';
import { HEADERS, type Header, type HttpRequest } from '../../http/request.js';
import { statusLine, type HttpResponse } from '../../http/response.js';
import type { HttpServer } from '../../http/http-server.js';

/** What serving a request needs of the transport. */
export interface UwsHttpOwner {
  /** Requests whose bodies are still on their way. */
  openRequests: number;
  /** Whether the connection is to be closed after an answer, as a stopping server does. */
  readonly isStopping: boolean;
}

const NO_BODY = new Uint8Array(0);

/**
 * Takes a request from uWebSockets.js, reads its body within the limit, and writes the answer. The request object is
 * gone when this returns, and a chunk of the body when its callback does.
 */
export function serveUwsRequest(
  res: UwsResponse,
  req: UwsRequest,
  http: HttpServer,
  owner: UwsHttpOwner,
): void {
  const method = req.getCaseSensitiveMethod().toUpperCase();
  const path = req.getUrl();
  const query = queryOf(req);
  const header = copyHeaders(req);
  let isAborted = false;
  const write = (response: HttpResponse) => {
    if (!isAborted) writeResponse(res, response, method, owner.isStopping);
  };
  const answer = (response: HttpResponse | Promise<HttpResponse>) => {
    if (!(response instanceof Promise)) {
      write(response);
      return;
    }
    owner.openRequests++;
    void response.then(write).finally(() => owner.openRequests--);
  };

  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') {
    const response = http.handle({ method, path, query, header, body: NO_BODY });
    if (response instanceof Promise) {
      res.onAborted(() => {
        isAborted = true;
      });
    }
    answer(response);
    return;
  }
  const announced = req.getHeader('content-length');
  if (announced !== '' && Number(announced) > http.maxRequestBytes) {
    // What follows is read by the library and thrown away.
    answer(http.tooLarge());
    return;
  }

  let isOver = false;
  owner.openRequests++;
  const finish = () => {
    isOver = true;
    owner.openRequests--;
  };
  res.onAborted(() => {
    isAborted = true;
    if (!isOver) finish();
  });
  readBody(
    res,
    http.maxRequestBytes,
    () => isOver,
    (body) => {
      finish();
      answer(body === undefined ? http.tooLarge() : http.handle({ method, path, query, header, body }));
    },
  );
}

/** The raw query string; empty where there is none, for which the library has undefined, against its types. */
export function queryOf(req: UwsRequest): string {
  return req.getQuery() || '';
}

/** Header values as text, read now since the request does not outlive its callback. */
function copyHeaders(req: UwsRequest): HttpRequest['header'] {
  const values = HEADERS.map((name) => req.getHeader(name));
  return (name: Header) => {
    const value = values[HEADERS.indexOf(name)];
    return value === '' ? undefined : value;
  };
}

/**
 * Collects a body. One that comes in a single piece, as nearly all do, is handed on without a copy.
 *
 * @param done called once, with undefined for a body over the limit
 */
function readBody(
  res: UwsResponse,
  maxBytes: number,
  isOver: () => boolean,
  done: (body: Uint8Array | undefined) => void,
): void {
  let chunks: Uint8Array[] | undefined;
  let length = 0;
  res.onData((chunk, isLast) => {
    if (isOver()) return;
    length += chunk.byteLength;
    if (length > maxBytes) {
      chunks = undefined;
      done(undefined);
    } else if (isLast) {
      const last = new Uint8Array(chunk);
      done(chunks === undefined ? last : Buffer.concat([...chunks, last]));
    } else {
      // The library takes the chunk's memory back, so it is copied.
      chunks ??= [];
      chunks.push(new Uint8Array(chunk.slice(0)));
    }
  });
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

function writeResponse(res: UwsResponse, response: HttpResponse, method: string, closing: boolean): void {
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

import type { HttpResponse as UwsResponse } from 'uWebSockets.js-20.51';
import { statusLine, type HttpResponse } from '../../http/response.js';

/**
 * The library closes a connection 8 to 12 seconds after its last answer; a client or a balancer that knows of it sends
 * no request into the closing.
 */
const KEEP_ALIVE = 'Keep-Alive: timeout=7';

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
    lines = { name: Buffer.from(name), value: Buffer.from(`${value}${more}\r\n${KEEP_ALIVE}`) };
    knownHeaderLines.set(headers, lines);
  }
  return lines;
}

/** An answer of which a part waits until the client has read more. */
export interface PendingAnswer {
  /** It was written, or the connection is over. */
  finish(): void;
}

/**
 * Writes an answer on a connection that goes on.
 *
 * @param method `HEAD` gets the length of the body without the body
 * @param pending called where the client has not read enough for all of it. The request then counts as unanswered: the
 *   library cuts off a client that sends another one meanwhile, or reads nothing for ten seconds, so that unread answers
 *   of one connection are never more than one
 */
export function writeResponse(
  res: UwsResponse,
  response: HttpResponse,
  method: string,
  pending: () => PendingAnswer,
): void {
  const { status, headers, body } = response;
  res.cork(() => {
    if (status !== 200) res.writeStatus(statusLine(status));
    const { name, value } = headerLines(headers);
    res.writeHeader(name, value);
    if (status === 204 || method === 'HEAD') {
      // Given the length as an argument, the library waits for a body. A 204 must not have one.
      if (status !== 204) res.writeHeader('Content-Length', String(Buffer.byteLength(body)));
      res.endWithoutBody();
      return;
    }
    const total = Buffer.byteLength(body);
    if (!res.tryEnd(body, total)[1]) writeRest(res, Buffer.from(body), pending());
  });
}

function writeRest(res: UwsResponse, body: Buffer, answer: PendingAnswer): void {
  res.onAborted(() => {
    answer.finish();
  });
  res.onWritable((offset) => {
    const [ok, isDone] = res.tryEnd(body.subarray(offset), body.length);
    if (isDone) answer.finish();
    return ok;
  });
}

/**
 * Writes the last answer of a connection. Not to be called while the library hands over what one read brought: it would
 * go on with the next request in it.
 *
 * @param method `HEAD` gets the length of the body without the body
 */
export function writeLastResponse(res: UwsResponse, response: HttpResponse, method: string): void {
  const { status, headers, body } = response;
  // What still comes is not to be taken for a request.
  res.pause();
  const hasBody = method !== 'HEAD' && status !== 204;
  res.cork(() => {
    if (status !== 200) res.writeStatus(statusLine(status));
    for (const [name, value] of headers) res.writeHeader(name, value);
    if (hasBody) {
      res.end(body, true);
      return;
    }
    if (status !== 204) res.writeHeader('Content-Length', String(Buffer.byteLength(body)));
    // The library ends a head without a body only on a connection that goes on, or with a length that it then waits for.
    res.writeHeader('Connection', 'close\r\n');
  });
  if (!hasBody) res.close();
}

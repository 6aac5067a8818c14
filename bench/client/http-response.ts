/** One answer of an HTTP/1.1 server, as far as a load client needs it. */
export interface HttpResponse {
  readonly status: number;
  /** Head and body together. */
  readonly bytes: number;
  /** Whether the server keeps the connection open. */
  readonly isKeptAlive: boolean;
}

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';

/**
 * Reads the first answer of what has come.
 *
 * @returns undefined while it is not whole
 * @throws Error when it is no HTTP
 */
export function readResponse(bytes: Buffer): HttpResponse | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) throw new Error(`the server answered no HTTP: ${head.slice(0, 60)}`);
  const bodyEnd = endOfBody(bytes, head, headEnd + HEAD_END.length);
  if (bodyEnd === undefined || bodyEnd > bytes.length) return undefined;
  return {
    status: Number(status),
    bytes: bodyEnd,
    isKeptAlive: !/\r\nconnection: *close\r\n/i.test(head),
  };
}

function endOfBody(bytes: Buffer, head: string, bodyStart: number): number | undefined {
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) {
    // A body that is empty begins with the last chunk, whose line break belongs to the head.
    const last = bytes.indexOf(LAST_CHUNK, bodyStart - 2);
    return last < 0 ? undefined : last + LAST_CHUNK.length;
  }
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  return bodyStart + Number(length ?? 0);
}

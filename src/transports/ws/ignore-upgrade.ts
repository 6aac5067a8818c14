import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** Headers that belong to the offer. */
const OFFER = new Set(['upgrade', 'http2-settings']);

/**
 * Answers a request that offers to go on in another protocol as if it did not, which RFC 9110 (7.8) allows: Java's
 * HttpClient and curl offer `h2c` with plain requests. Node gives the bare socket away, so the head is put back without
 * the offer and read once more.
 *
 * @param rest what came after the head
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, stream: Duplex, rest: Buffer): void {
  const { method = '', url = '', httpVersion, rawHeaders } = request;
  const head = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (name.toLowerCase() === 'connection') head.push(`${name}: ${withoutOffer(value)}`);
    else if (!OFFER.has(name.toLowerCase())) head.push(`${name}: ${value}`);
  }
  // Node reads heads as Latin-1, so this gives back the very bytes.
  stream.unshift(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), rest]));
  server.emit(stream instanceof TLSSocket ? 'secureConnection' : 'connection', stream);
}

/** A `Connection` header without the names of the offer's headers. */
function withoutOffer(connection: string): string {
  const kept = connection.split(',').filter((option) => !OFFER.has(option.trim().toLowerCase()));
  return kept.length > 0 ? kept.join(',') : 'keep-alive';
}

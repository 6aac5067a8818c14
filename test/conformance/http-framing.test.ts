import { describe, expect, it } from 'vitest';
import { exchange } from '../fuzz/raw-exchange.js';
import { requestText } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const EVENTS = '/apps/app-id/events';
const BODY = '{"name":"x","channel":"room","data":"first"}';
const LENGTH = String(BODY.length);
const CHUNK = `${BODY.length.toString(16)}\r\n${BODY}\r\n`;

/** A further request, which would reach clients if it were served. */
function smuggled(): string {
  const body = '{"name":"x","channel":"room","data":"smuggled"}';
  return requestText('POST', signedTarget('POST', EVENTS, [], body), { body }).toString('latin1');
}

/** Header lines that frame a request in two ways, or in none that is sure, and the body that one of the ways takes. */
const AMBIGUOUS: [name: string, lines: string[], body: string][] = [
  ['two lengths', [`Content-Length: ${LENGTH}`, 'Content-Length: 500'], BODY],
  ['two lengths, the longer first', ['Content-Length: 500', `Content-Length: ${LENGTH}`], BODY],
  ['the same length twice', [`Content-Length: ${LENGTH}`, `Content-Length: ${LENGTH}`], BODY],
  ['an empty length and another', ['Content-Length: ', `Content-Length: ${LENGTH}`], BODY],
  ['an empty length', ['Content-Length: '], ''],
  ['a list of lengths', [`Content-Length: ${LENGTH}, ${LENGTH}`], BODY],
  ['a signed length', [`Content-Length: +${LENGTH}`], BODY],
  ['a negative length', ['Content-Length: -1'], ''],
  ['a hexadecimal length', ['Content-Length: 0x2c'], BODY],
  ['a length beyond 64 bits', ['Content-Length: 18446744073709551616'], ''],
  ['a length and chunks', [`Content-Length: ${LENGTH}`, 'Transfer-Encoding: chunked'], `${CHUNK}0\r\n\r\n`],
  ['chunks and a length', ['Transfer-Encoding: chunked', `Content-Length: ${LENGTH}`], `${CHUNK}0\r\n\r\n`],
  ['a length and an empty coding', [`Content-Length: ${LENGTH}`, 'Transfer-Encoding: '], BODY],
  ['an unknown coding', ['Transfer-Encoding: xchunked'], `${CHUNK}0\r\n\r\n`],
  ['identity', ['Transfer-Encoding: identity'], `${CHUNK}0\r\n\r\n`],
  ['chunked, but not at last', ['Transfer-Encoding: chunked, identity'], `${CHUNK}0\r\n\r\n`],
  ['chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], `${CHUNK}0\r\n\r\n`],
  ['chunked and another', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `${CHUNK}0\r\n\r\n`],
  ['a blank before the colon', ['Transfer-Encoding : chunked'], `${CHUNK}0\r\n\r\n`],
  ['a folded line', ['Transfer-Encoding:', ' chunked'], `${CHUNK}0\r\n\r\n`],
  ['a coding in quotes', ['Transfer-Encoding: "chunked"'], `${CHUNK}0\r\n\r\n`],
  ['a control character', ['Transfer-Encoding: \x0bchunked'], `${CHUNK}0\r\n\r\n`],
];

/** Bodies in chunks that end elsewhere than one of two readers takes them to. */
const CHUNKS: [name: string, body: string][] = [
  ['a request for a trailer', `${CHUNK}0\r\n`],
  ['a request after two characters for a trailer', `${CHUNK}0\r\nXX`],
  ['a chunk whose end is not there', `${BODY.length.toString(16)}\r\n${BODY}XX0\r\n\r\n`],
  ['a size that is no number', `zz\r\n${BODY}\r\n0\r\n\r\n`],
  ['a signed size', `+${CHUNK}0\r\n\r\n`],
  ['a size with a prefix', `0x${CHUNK}0\r\n\r\n`],
  ['a size beyond 64 bits', `10000000000000000\r\n${BODY}\r\n0\r\n\r\n`],
  ['a size ended by a line feed alone', `${BODY.length.toString(16)}\n${BODY}\r\n0\r\n\r\n`],
];

onEachTransport((transport) => {
  const setUp = async () => {
    const server = await startServer({ transport });
    const client = await server.connect();
    await client.subscribe('room');
    const received = async () => {
      await client.settle();
      return client.named('x').map(({ data }) => data);
    };
    return { server, received };
  };

  /** A signed trigger with these lines for its framing. */
  const head = (lines: readonly string[]) =>
    [`POST ${signedTarget('POST', EVENTS, [], BODY)} HTTP/1.1`, 'Host: x', ...lines, '', ''].join('\r\n');

  /** In one piece, and cut where head, body and the next request meet. */
  const sendings = (...parts: readonly string[]): Buffer[][] => [
    [Buffer.from(parts.join(''), 'latin1')],
    parts.map((part) => Buffer.from(part, 'latin1')).filter(({ length }) => length > 0),
  ];

  describe('a request that could be taken for two (API-14)', () => {
    it.each(AMBIGUOUS)('is refused with %s, and the connection ends', async (_name, lines, body) => {
      const { server, received } = await setUp();
      for (const pieces of sendings(head(lines), body, smuggled())) {
        // Resolves when the server has ended the connection.
        const answers = await exchange(server.port, pieces, 'stay');
        expect(answers).not.toContain('HTTP/1.1 200');
      }
      expect(await received()).toEqual([]);
      expect((await server.api.fetch('/up')).status).toBe(200);
    });
  });

  describe('a body in chunks (API-14)', () => {
    it.each(CHUNKS)('with %s brings no further request', async (_name, body) => {
      const { server, received } = await setUp();
      for (const pieces of sendings(head(['Transfer-Encoding: chunked']), body, smuggled())) {
        await exchange(server.port, pieces, 'end');
      }
      expect(await received()).not.toContain('smuggled');
    });
  });

  describe('a handshake (API-14)', () => {
    it.each(['Content-Length: 5', 'Transfer-Encoding: chunked'])('with %s is cut off', async (line) => {
      const { server } = await setUp();
      const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
      const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
      const text = ['GET /app/app-key HTTP/1.1', 'Host: x', ...lines, key, line, '', ''].join('\r\n');
      expect(await exchange(server.port, [Buffer.from(text)], 'stay')).not.toContain('101');
    });
  });
});

import fc from 'fast-check';
import { anyFrame } from './message-arbitraries.js';

/** One WebSocket frame of a client, right or wrong in any of its parts (RFC 6455, 5.2). */
interface OddFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly mask: Uint8Array;
  /** How the length is written, and whether it is the true one. */
  readonly length: 'true' | 'in 16 bits' | 'in 64 bits' | 'too long' | 'too short' | 'huge' | 'negative';
  readonly payload: Uint8Array;
}

const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { arbitrary: anyFrame.map((text) => new Uint8Array(Buffer.from(text, 'utf8'))), weight: 4 },
  fc.uint8Array({ maxLength: 200 }),
  // Close frames: codes that are allowed, forbidden and cut off, with reasons that are text and that are not.
  fc
    .tuple(
      fc.oneof(fc.constantFrom(0, 999, 1000, 1005, 1006, 1015, 3000, 4999, 65_535), fc.nat(65_535)),
      fc.uint8Array({ maxLength: 130 }),
    ) // prettier-ignore
    .map(([code, reason]) => new Uint8Array([code >> 8, code & 0xff, ...reason])),
  fc.constantFrom(
    new Uint8Array(0),
    new Uint8Array([0x03]),
    new Uint8Array([0xff, 0xfe]),
    new Uint8Array([0xed, 0xa0, 0x80]),
    new Uint8Array(126),
    new Uint8Array(65_536),
    new Uint8Array(140_000).fill(0x20),
  ),
);

const oddFrame: fc.Arbitrary<OddFrame> = fc.record({
  fin: fc.oneof({ arbitrary: fc.constant(true), weight: 4 }, fc.constant(false)),
  rsv: fc.oneof({ arbitrary: fc.constant(0), weight: 8 }, fc.integer({ min: 1, max: 7 })),
  opcode: fc.oneof(
    { arbitrary: fc.constantFrom(1, 2, 8, 9, 10, 0), weight: 6 },
    fc.integer({ min: 0, max: 15 }),
  ),
  masked: fc.oneof({ arbitrary: fc.constant(true), weight: 8 }, fc.constant(false)),
  mask: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  length: fc.oneof(
    { arbitrary: fc.constant('true' as const), weight: 6 },
    fc.constantFrom('in 16 bits', 'in 64 bits', 'too long', 'too short', 'huge', 'negative'),
  ),
  payload,
});

function encode({ fin, rsv, opcode, masked, mask, length, payload: bytes }: OddFrame): Buffer {
  const first = Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]);
  const body = masked ? Buffer.from(bytes.map((byte, i) => byte ^ (mask[i % 4] ?? 0))) : Buffer.from(bytes);
  const told = { 'too long': bytes.length + 7, 'too short': Math.max(0, bytes.length - 3) };
  const size = length in told ? told[length as keyof typeof told] : bytes.length;
  return Buffer.concat([first, lengthBytes(size, length, masked), masked ? mask : Buffer.alloc(0), body]);
}

function lengthBytes(size: number, how: OddFrame['length'], masked: boolean): Buffer {
  const maskBit = masked ? 0x80 : 0;
  const in64 = (value: bigint) => {
    const header = Buffer.alloc(9);
    header[0] = maskBit | 127;
    header.writeBigUInt64BE(value, 1);
    return header;
  };
  if (how === 'huge') return in64(1n << 62n);
  if (how === 'negative') return in64((1n << 64n) - 1n);
  if (how === 'in 64 bits' || size > 65_535) return in64(BigInt(size));
  if (how === 'in 16 bits' || size > 125) return Buffer.from([maskBit | 126, size >> 8, size & 0xff]);
  return Buffer.from([maskBit | size]);
}

/** A whole connection: what is sent after the handshake. */
export const oddFrames: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      { arbitrary: oddFrame.map(encode), weight: 8 },
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 8 },
  ) // prettier-ignore
  .map((frames) => Buffer.concat(frames));

/** Handshakes, most of them right. */
export const handshake: fc.Arbitrary<string> = fc
  .record({
    path: fc.oneof(
      {
        arbitrary: fc.constantFrom('/app/app-key', '/app/app-key?protocol=7&client=js&version=8.4.0'),
        weight: 6,
      },
      fc.constantFrom(
        '/app/nobody',
        '/app/',
        '/',
        '/app/app-key/',
        '/app/%61pp-key',
        '/app/%',
        '/app/app-key?protocol=99999999999999999999',
        '/app/app-key?protocol=%00',
        `/app/${'k'.repeat(3000)}`,
        '/app/__proto__',
        '/app/app-key?protocol=7&protocol=8&%',
      ),
    ),
    version: fc.oneof({ arbitrary: fc.constant('13'), weight: 8 }, fc.constantFrom('8', '0', '', 'x')),
    key: fc.oneof(
      { arbitrary: fc.constant('dGhlIHNhbXBsZSBub25jZQ=='), weight: 8 },
      fc.constantFrom('', 'short', 'x'.repeat(24), 'x'.repeat(500)),
    ),
    more: fc.oneof(
      { arbitrary: fc.constant(''), weight: 6 },
      fc.constantFrom(
        'Sec-WebSocket-Protocol: pusher, json\r\n',
        'Sec-WebSocket-Protocol: ,,\r\n',
        'Sec-WebSocket-Protocol: a b\r\n',
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n',
        'Sec-WebSocket-Extensions: ;;;\r\n',
        'Origin: null\r\n',
        'Origin: http://[\r\n',
        'X-Forwarded-For: , ,::,\r\n',
        'Content-Length: 10\r\n',
      ),
    ),
  })
  .map(({ path, version, key, more }) => {
    return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ${version}\r\nSec-WebSocket-Key: ${key}\r\n${more}\r\n`;
  });

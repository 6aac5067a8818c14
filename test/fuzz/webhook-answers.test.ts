import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/clock.js';
import { createPost } from '../../src/webhooks/post.js';
import { cutBytes } from './raw-exchange.js';
import { fuzzOptions, fuzzTimeout } from './fuzz-options.js';

const TIMEOUT_MS = 1000;

const statusLine = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 1200 }).map((status) => `HTTP/1.1 ${status} Said`), weight: 6 },
  fc.constantFrom(
    'HTTP/1.1 200',
    'HTTP/1.0 200 OK',
    'HTTP/2 200',
    'HTTP/1.1 200 \0',
    '200 OK',
    '',
    'ICY 200 OK',
  ),
);

const headerLine = fc.oneof(
  fc.constantFrom(
    'Content-Length: 0',
    'Content-Length: 5',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5, 6',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: xchunked',
    'Connection: close',
    'Connection: upgrade',
    'Upgrade: websocket',
    'Location: http://127.0.0.1:1/',
    'Content-Encoding: gzip',
    'Retry-After: -5',
    'Set-Cookie: a=b',
    ': nameless',
    'no colon',
    ' folded',
    `X: ${'y'.repeat(20_000)}`,
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
);

const body = fc.oneof(
  fc.constantFrom('', 'hello', '0\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n', 'ffffffffffffffff\r\n', 'x'.repeat(300_000)), // prettier-ignore
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
);

/** What an endpoint answers with, right or wrong in any of its parts. */
const answer = fc.record({
  bytes: fc
    .tuple(
      fc.oneof(
        { arbitrary: fc.constant(''), weight: 4 },
        fc.constantFrom('HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'),
      ),
      statusLine,
      fc.array(headerLine, { maxLength: 5 }),
      body,
    )
    .map(([early, status, headers, text]) => {
      return Buffer.from(`${early}${[status, ...headers].join('\r\n')}\r\n\r\n${text}`, 'latin1');
    }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
  ending: fc.constantFrom('end', 'reset'),
});

/** An endpoint that answers each request with the bytes it is told; ends with the test. */
async function startEndpoint() {
  let reply: (socket: Socket) => void = () => undefined;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    // Our own server resets connections, and is reset.
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.once('data', () => {
      reply(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { post, close } = createPost(TIMEOUT_MS, SYSTEM_CLOCK);
  onTestFinished(async () => {
    await close();
    for (const socket of open) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return {
    /** @returns the status that was understood, or the error */
    send: (answering: (socket: Socket) => void) => {
      reply = answering;
      return post(url, {}, '{}').catch((error: unknown) => error);
    },
  };
}

describe('whatever an endpoint for webhooks answers', () => {
  it(
    'ends the request with a status or an error',
    async () => {
      const { send } = await startEndpoint();
      const property = fc.asyncProperty(answer, async ({ bytes, cuts, ending }) => {
        const result = await send((socket) => {
          for (const piece of cutBytes(bytes, cuts)) socket.write(piece);
          if (ending === 'end') socket.end();
          else socket.end(() => socket.resetAndDestroy());
        });
        if (typeof result === 'number') expect(result).toBeGreaterThanOrEqual(100);
        else expect(result).toBeInstanceOf(Error);
      });
      await fc.assert(property, fuzzOptions(300));
      expect(await send((socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'))).toBe(204);
    },
    fuzzTimeout(10),
  );

  it('is not gathered when it does not end', async () => {
    const { send } = await startEndpoint();
    const megabyte = Buffer.alloc(1_000_000, 'x');
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      void send((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        const more = () => {
          if (socket.destroyed) return;
          sent += megabyte.length;
          socket.write(`${megabyte.length.toString(16)}\r\n`);
          socket.write(megabyte);
          socket.write('\r\n', more);
        };
        socket.on('close', () => {
          resolve();
        });
        more();
      });
    });
    await closed;
    // What the kernel holds of a connection, and the little that is read of an answer.
    expect(sent).toBeLessThan(50_000_000);
  });

  it('is not gathered when its headers do not end', async () => {
    const { send } = await startEndpoint();
    const result = await send((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        if (!socket.destroyed) socket.write(`X-Header: ${'y'.repeat(1000)}\r\n`, more);
      };
      more();
    });
    expect(result).toBeInstanceOf(Error);
  });
});

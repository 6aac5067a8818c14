import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readResponse } from '../../bench/client/http-response.js';
import { Poster } from '../../bench/client/poster.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

describe('readResponse', () => {
  it.each([
    ['with a length', OK, { status: 200, bytes: OK.length, isKeptAlive: true }],
    [
      'that is closed after',
      OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
      { status: 200, isKeptAlive: false },
    ],
    [
      'in chunks',
      'HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      { status: 401, bytes: 59 },
    ],
    ['of one empty chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', { status: 200 }],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, bytes: 27 }],
  ])('reads an answer %s', (_, text, expected) => {
    expect(readResponse(Buffer.from(text))).toMatchObject(expected);
    for (let length = 0; length < text.length; length++) {
      expect(readResponse(Buffer.from(text.slice(0, length)))).toBeUndefined();
    }
  });

  it('refuses what is no HTTP', () => {
    expect(() => readResponse(Buffer.from('hello\r\n\r\n'))).toThrow('no HTTP');
  });
});

/** A server that answers each request, whose body is one line, as it is told to. */
async function serve(
  answer: (socket: Socket, body: string) => void,
): Promise<{ server: Server; requests: string[] }> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      text += data.toString();
      for (let end = text.indexOf('\n.'); end >= 0; end = text.indexOf('\n.')) {
        const body = text.slice(0, end).split('\n').at(-1) ?? '';
        text = text.slice(end + 2);
        requests.push(body);
        answer(socket, body);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, requests };
}

const request = (body: string) => Buffer.from(`POST / HTTP/1.1\r\n\r\n${body}\n.`);

function posterOf(server: Server, connections: number): Poster {
  const { port } = server.address() as AddressInfo;
  const poster = new Poster({ host: '127.0.0.1', port, tls: false }, connections);
  onTestFinished(() => {
    poster.close();
  });
  return poster;
}

function untilAnswered(poster: Poster): Promise<void> {
  return new Promise((resolve) => {
    poster.onAnswer = () => {
      if (poster.outstanding === 0) resolve();
    };
  });
}

describe('Poster', () => {
  it('sends the requests of a connection one after the other, in their order', async () => {
    let inFlight = 0;
    const { server, requests } = await serve((socket) => {
      expect(++inFlight).toBe(1);
      setImmediate(() => {
        inFlight--;
        socket.write(OK);
      });
    });
    const poster = posterOf(server, 1);
    const bodies = Array.from({ length: 50 }, (_, i) => `r${i}`);
    for (const body of bodies) poster.post(0, request(body));
    await untilAnswered(poster);
    expect(requests).toEqual(bodies);
    expect(poster.failureCounts()).toEqual({});
  });

  it('takes a new connection where the server closes each', async () => {
    const { server, requests } = await serve((socket) => {
      socket.end(OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    });
    const poster = posterOf(server, 2);
    for (let i = 0; i < 20; i++) poster.post(i, request(`r${i}`));
    await untilAnswered(poster);
    expect(requests).toHaveLength(20);
    expect(poster.failureCounts()).toEqual({});
  });

  it('counts answers other than 200', async () => {
    const { server } = await serve((socket, body) => {
      socket.write(body === 'bad' ? 'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n' : OK);
    });
    const poster = posterOf(server, 1);
    for (const body of ['good', 'bad', 'good', 'bad']) poster.post(0, request(body));
    await untilAnswered(poster);
    expect(poster.failureCounts()).toEqual({ 'HTTP 413': 2 });
  });

  it('does not send twice what may have been carried out', async () => {
    const { server, requests } = await serve((socket, body) => {
      if (body === 'lost') socket.destroy();
      else socket.write(OK);
    });
    const poster = posterOf(server, 1);
    for (const body of ['first', 'lost', 'last']) poster.post(0, request(body));
    await untilAnswered(poster);
    expect(requests).toEqual(['first', 'lost', 'last']);
    expect(Object.values(poster.failureCounts())).toEqual([1]);
  });
});

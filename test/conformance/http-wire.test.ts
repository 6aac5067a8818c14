import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { signedTarget, type Pair } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const EVENTS = '/apps/app-id/events';

/** A signed trigger on `room`, as bytes. */
function triggerText(data: string, more: { readonly headers?: Record<string, string> } = {}): Buffer {
  const body = JSON.stringify({ name: 'x', channel: 'room', data });
  return requestText('POST', signedTarget('POST', EVENTS, [], body), { ...more, body });
}

/** A body in chunks of a size (RFC 9112, 7.1). */
function chunked(body: string, size: number): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < body.length; start += size) {
    const chunk = body.slice(start, start + size);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return [...chunks, '0\r\n\r\n'];
}

onEachTransport((transport) => {
  /** A server, an HTTP connection to it, and a client on `room`. */
  const setUp = async (server: Record<string, unknown> = {}) => {
    const started = await startServer({ transport, config: { server } });
    const client = await started.connect();
    await client.subscribe('room');
    const received = async () => {
      await client.settle();
      return client.named('x').map(({ data }) => data);
    };
    return { server: started, port: started.port, http: await RawHttp.open(started.port), received };
  };

  describe('an HTTP connection', () => {
    it('takes one request after the other, mistakes among them (API-3)', async () => {
      const { http, received } = await setUp();
      for (const data of ['1', '2', '3']) {
        http.write(triggerText(data));
        expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
        http.write(requestText('POST', EVENTS, { body: '{}' }));
        expect(await http.answer()).toMatchObject({ status: 401 });
        http.write(requestText('GET', '/nothing'));
        expect(await http.answer()).toMatchObject({ status: 404 });
      }
      expect(await received()).toEqual(['1', '2', '3']);
    });

    it('answers pipelined requests in their order (API-3)', async () => {
      const { http, received } = await setUp();
      const up = requestText('GET', '/up');
      const nothing = requestText('PUT', '/nothing', { body: 'some text' });
      http.write(Buffer.concat([triggerText('1'), up, nothing, triggerText('2'), triggerText('3'), up]));
      const statuses = [];
      for (let i = 0; i < 6; i++) statuses.push((await http.answer()).status);
      expect(statuses).toEqual([200, 200, 404, 200, 200, 200]);
      expect(await received()).toEqual(['1', '2', '3']);
    });

    it('takes a request byte by byte (API-3)', async () => {
      const { http, received } = await setUp();
      for (const byte of triggerText('slow')) await http.writePiece(Buffer.from([byte]));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await received()).toEqual(['slow']);
    });

    it.each([1, 7, 100, 1000])('takes a body in pieces of %i bytes (API-3)', async (size) => {
      const { http, received } = await setUp();
      const data = 'zoë€😀'.repeat(10 * size);
      const bytes = triggerText(data.slice(0, 2000));
      const head = bytes.indexOf('\r\n\r\n') + 4;
      await http.writePiece(bytes.subarray(0, head));
      for (let start = head; start < bytes.length; start += size) {
        await http.writePiece(bytes.subarray(start, start + size));
      }
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await received()).toEqual([data.slice(0, 2000)]);
    });

    it.each([1, 10, 10_000])('takes a body in chunks of %i bytes (API-3)', async (size) => {
      const { http, received } = await setUp();
      const body = '{"name":"x","channel":"room","data":"chunks"}';
      const headers = { 'Transfer-Encoding': 'chunked' };
      http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { headers }));
      for (const chunk of chunked(body, size)) await http.writePiece(chunk);
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      // API-14: where the library would take a trailer for a request, the connection ends with the answer.
      if (transport === 'uws') await http.gone;
      expect(await received()).toEqual(['chunks']);
    });

    it('is told to go on where it asks before it sends its body (API-3)', async () => {
      const { http, received } = await setUp();
      const bytes = triggerText('1', { headers: { Expect: '100-continue' } });
      const head = bytes.indexOf('\r\n\r\n') + 4;
      http.write(bytes.subarray(0, head));
      expect(await http.answer()).toMatchObject({ status: 100 });
      http.write(bytes.subarray(head));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await received()).toEqual(['1']);
    });

    it('may end halfway through a head or a body; nothing is delivered then (API-3)', async () => {
      const { server, port, received } = await setUp();
      const bytes = triggerText('cut off');
      for (const length of [
        1,
        20,
        bytes.indexOf('\r\n\r\n') + 2,
        bytes.indexOf('\r\n\r\n') + 4,
        bytes.length - 1,
      ]) {
        for (const leave of ['end', 'destroy'] as const) {
          const http = await RawHttp.open(port);
          await http.writePiece(bytes.subarray(0, length));
          http[leave]();
          await http.gone;
        }
      }
      expect((await server.api.trigger('room', 'x', 'whole')).status).toBe(200);
      expect(await received()).toEqual(['whole']);
    });

    it('may end before its answer was read (API-3)', async () => {
      const { server, port, received } = await setUp();
      for (let i = 0; i < 10; i++) {
        const http = await RawHttp.open(port);
        await http.writePiece(Buffer.concat([triggerText('unread'), triggerText('unread')]));
        http.destroy();
        await http.gone;
      }
      expect((await server.api.trigger('room', 'x', 'read')).status).toBe(200);
      expect((await received()).at(-1)).toBe('read');
    });

    it('takes the body of a GET for what it is, and not for the next request (API-3)', async () => {
      const { http } = await setUp();
      const smuggled = 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n';
      http.write(requestText('GET', '/up', { body: smuggled }));
      http.write(requestText('GET', '/ready'));
      expect(await http.answer()).toMatchObject({ body: '{"health":"OK"}' });
      expect(await http.answer()).toMatchObject({ body: '{"ready":true}' });
    });

    it('may offer another protocol, which is passed over as Java and curl expect (API-3)', async () => {
      const { http, received } = await setUp();
      const headers = {
        Connection: 'Upgrade, HTTP2-Settings',
        Upgrade: 'h2c',
        'HTTP2-Settings': 'AAMAAABkAAQAAP__',
      };
      http.write(triggerText('1', { headers }));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      const bytes = triggerText('2', { headers });
      for (const byte of bytes.subarray(0, -10)) await http.writePiece(Buffer.from([byte]));
      http.write(bytes.subarray(-10));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      http.write(requestText('GET', '/up', { headers }));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{"health":"OK"}' });
      expect(await received()).toEqual(['1', '2']);
    });

    it('brings the cookies of a busy site: 12 kB of headers (API-3, CONN-1)', async () => {
      const { server, http } = await setUp();
      const headers = { Cookie: `laravel_session=${'c'.repeat(12_000)}` };
      http.write(requestText('GET', '/up', { headers }));
      expect(await http.answer()).toMatchObject({ status: 200 });
      await server.connect({ headers });
    });

    it('brings a query of 12 kB (API-1)', async () => {
      const { http, received } = await setUp();
      const channels = Array.from({ length: 60 }, (_, i): Pair => ['channels[]', `${'c'.repeat(180)}-${i}`]);
      const more: Pair[] = [['channels[]', 'room'], ...channels, ['data', '1'], ['name', 'x']];
      http.write(requestText('POST', signedTarget('POST', EVENTS, more)));
      expect(await http.answer()).toMatchObject({ status: 200 });
      expect(await received()).toEqual(['1']);
    });
  });

  describe('a body that is too large', () => {
    const TEXT =
      "Request body too large: at most 2000 bytes are allowed; the server's maxRequestBytes (PREGON_MAX_REQUEST_BYTES) sets the limit\n";
    const tooLarge = { status: 413, body: TEXT };

    it('is refused as soon as its length is known, before it is sent (API-3)', async () => {
      const { http } = await setUp({ maxRequestBytes: 2000 });
      http.write(requestText('POST', EVENTS, { headers: { 'Content-Length': '1000000000000' } }));
      const answer = await http.answer();
      expect(answer).toMatchObject(tooLarge);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    });

    it('is refused by one byte, and one at the limit is not (API-3)', async () => {
      const { http } = await setUp({ maxRequestBytes: 2000 });
      for (const [size, status] of [
        [1999, 400],
        [2000, 400],
        [2001, 413],
      ] as const) {
        const body = 'x'.repeat(size);
        http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { body }));
        expect((await http.answer()).status).toBe(status);
      }
    });

    it('leaves the connection usable once it was sent (API-3)', async () => {
      const { http, received } = await setUp({ maxRequestBytes: 2000 });
      const body = 'x'.repeat(3_000_000);
      http.write(requestText('POST', EVENTS, { body }));
      expect(await http.answer()).toMatchObject(tooLarge);
      http.write(triggerText('next'));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await received()).toEqual(['next']);
    });

    it('is refused in chunks too (API-3)', async () => {
      const { http } = await setUp({ maxRequestBytes: 2000 });
      const headers = { 'Transfer-Encoding': 'chunked' };
      const body = 'x'.repeat(100_000);
      http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { headers }));
      for (const chunk of chunked(body, 999).slice(0, 3)) await http.writePiece(chunk);
      expect(await http.answer()).toMatchObject(tooLarge);
    });

    it('is refused on every path that takes one (API-3)', async () => {
      const { port } = await setUp({ maxRequestBytes: 2000 });
      for (const path of ['/apps/app-id/batch_events', '/apps/nobody/events', '/nothing']) {
        const http = await RawHttp.open(port);
        http.write(requestText('POST', path, { body: 'x'.repeat(2001) }));
        expect(await http.answer()).toMatchObject(tooLarge);
      }
    });

    it('may be cut off, and a stopping node still waits for other requests (API-3, STOP-1)', async () => {
      const clock = new FakeClock(Date.now());
      const server = await startServer({ transport, clock, config: { server: { maxRequestBytes: 2000 } } });
      for (let i = 0; i < 10; i++) {
        const http = await RawHttp.open(server.port);
        http.write(requestText('POST', EVENTS, { headers: { 'Content-Length': '10000000' } }));
        expect(await http.answer()).toMatchObject(tooLarge);
        await http.writePiece('x'.repeat(1000));
        http.destroy();
        await http.gone;
      }
      const http = await RawHttp.open(server.port);
      const bytes = triggerText('1');
      await http.writePiece(bytes.subarray(0, -1));
      await server.api.fetch('/up');
      const stopped = server.server.stop(0);
      http.write(bytes.subarray(-1));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      clock.advance(10_000);
      await stopped;
    });

    it('may be a mebibyte unless it is set otherwise (API-3)', async () => {
      const { http } = await setUp();
      for (const [size, status] of [
        [1_048_576, 400],
        [1_048_577, 413],
      ] as const) {
        const body = ' '.repeat(size);
        http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { body }));
        expect((await http.answer()).status).toBe(status);
      }
    });
  });
});

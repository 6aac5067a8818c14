import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Command } from '../support/command.js';
import { PLAIN_UPGRADE, RawClient } from '../support/raw-client.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

/** More than go at once, so that they are closed in slices. */
const MANY = 120;

onEachTransport((transport) => {
  /** A server in a process of its own, with options of the command line. */
  const start = async (...options: string[]) => {
    const files = {
      'pregon.json': {
        server: { host: '127.0.0.1', port: 0, transport },
        management: { port: 0 },
        log: { format: 'json' },
        apps: [TEST_APP],
      },
    };
    const command = Command.start(['start', '--config', 'pregon.json', ...options], { files });
    const { port, managementPort } = await command.listening();
    const connect = async () => {
      const socket = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`);
      await socket.established();
      return socket;
    };
    const ready = async () => {
      const response = await fetch(`http://127.0.0.1:${managementPort}/ready`);
      return [response.status, await response.json()];
    };
    return { command, port, connect, ready };
  };

  const connectMany = ({ connect }: { connect: () => Promise<TestSocket> }) =>
    Promise.all(Array.from({ length: MANY }, connect));

  /** The first to be closed; the others are still open for some time. */
  const firstClosed = (sockets: readonly TestSocket[]) => Promise.race(sockets.map(({ closed }) => closed));

  const isOpen = ({ ws }: TestSocket) => ws.readyState === ws.OPEN;

  describe('a signal', () => {
    it.each(['SIGTERM', 'SIGINT'] as const)(
      '%s closes all connections with 4200 and ends with 0 (STOP-1)',
      async (signal) => {
        const server = await start();
        const sockets = [await server.connect(), await server.connect()];
        server.command.kill(signal);
        for (const socket of sockets) {
          const message = 'Server is restarting; please reconnect';
          expect(await socket.error()).toEqual({ code: 4200, message });
          expect(await socket.closed).toEqual({ code: 4200, reason: message });
          expect(socket.watch.violations).toEqual([]);
        }
        expect(await server.command.ended).toEqual({ code: 0, signal: null });
        expect(server.command.log.at(-1)).toMatchObject({ msg: 'stopped' });
        expect(server.command.stderr).toBe('');
      },
    );

    it('ends a server without connections at once, however long it may take', async () => {
      const { command } = await start('--drain', '1h');
      command.kill('SIGTERM');
      expect(await command.ended).toEqual({ code: 0, signal: null });
    });

    it('says not ready, takes nobody, and goes on serving who is still there (STOP-1)', async () => {
      const server = await start('--drain', '60s');
      const { command, port, ready } = server;
      const sockets = await connectMany(server);
      const kept = await RawHttp.open(port);
      kept.write(requestText('GET', '/ready'));
      expect(await kept.answer()).toMatchObject({ status: 200, body: '{"ready":true}' });
      expect(await ready()).toEqual([200, { ready: true }]);

      command.kill('SIGTERM');
      await firstClosed(sockets);
      const body = { ready: false, reason: 'stopping' };
      expect(await ready()).toEqual([503, body]);
      await expect(refused(port)).resolves.toBe('ECONNREFUSED');

      const socket = sockets.find(isOpen)!;
      await socket.subscribe('room');
      kept.write(triggerRequest());
      const { status, headers } = await kept.answer();
      expect([status, headers.get('connection')?.toLowerCase()]).toEqual([200, 'close']);
      await socket.next('late', 'room');
      await kept.gone;
      command.kill('SIGTERM');
    });

    it('upgrades no connection that was open before it (STOP-1)', async () => {
      const server = await start('--drain', '60s');
      const sockets = await connectMany(server);
      const early = await RawHttp.open(server.port);
      server.command.kill('SIGTERM');
      await firstClosed(sockets);
      const headers = { ...PLAIN_UPGRADE, 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
      early.write(requestText('GET', '/app/app-key?protocol=7', { headers }));
      await early.gone;
      expect(early.isSilent).toBe(true);
    });

    it('answers the request that is on its way (STOP-1)', async () => {
      const { command, port, ready } = await start();
      const request = triggerRequest();
      const [http, other] = [await RawHttp.open(port), await RawHttp.open(port)];
      await http.writePiece(request.subarray(0, -10));
      // What came before this one is read by now.
      other.write(requestText('GET', '/up'));
      await other.answer();
      command.kill('SIGTERM');
      await command.logged('stopping');
      expect((await ready())[0]).toBe(503);
      http.write(request.subarray(-10));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      expect(await command.ended).toEqual({ code: 0, signal: null });
    });

    it('is not held up by idle HTTP connections, nor by clients that do not answer the close (STOP-1)', async () => {
      const { command, port } = await start();
      const idle = await RawHttp.open(port);
      const deaf = await RawClient.open(port, { path: '/app/app-key' });
      await deaf.established();
      command.kill('SIGTERM');
      expect(await command.ended).toEqual({ code: 0, signal: null });
      await Promise.all([idle.gone, deaf.gone]);
      expect(deaf.closeCode).toBe(4200);
    });
  });

  describe('a node that stops', () => {
    it('answers the request that has arrived and was not read yet (STOP-1)', async () => {
      const { server, port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      http.write(requestText('GET', '/up'));
      await http.answer();
      // Written at once, and read by the server when this task ends: after it was told to stop.
      http.write(triggerRequest());
      const stopped = server.stop(0);
      expect((await http.answer()).status).toBe(200);
      await stopped;
    });
  });

  describe('--drain', () => {
    it('spreads the closes over its time (STOP-1)', async () => {
      const server = await start('--drain', '1500ms');
      const sockets = await connectMany(server);
      const times = sockets.map(({ closed }) => closed.then(() => performance.now()));
      server.command.kill('SIGTERM');
      const at = (await Promise.all(times)).sort((a, b) => a - b);
      expect(at.at(-1)! - at[0]!).toBeGreaterThan(1000);
      // 15 slices of 8, and none of them late enough to catch up with half of the others.
      const half = at[0]! + (at.at(-1)! - at[0]!) / 2;
      const early = at.filter((time) => time < half).length;
      expect(early).toBeGreaterThan(MANY / 4);
      expect(early).toBeLessThan((MANY * 3) / 4);
      expect(await server.command.ended).toEqual({ code: 0, signal: null });
    });

    it('of 0 closes all at once', async () => {
      const server = await start('--drain', '0');
      const sockets = await connectMany(server);
      server.command.kill('SIGTERM');
      for (const { closed } of sockets) expect((await closed).code).toBe(4200);
      expect(await server.command.ended).toEqual({ code: 0, signal: null });
      expect(await server.command.logged('stopping')).toMatchObject({ connections: MANY, drainSeconds: 0 });
    });
  });

  describe('a second signal', () => {
    it.each<[first: NodeJS.Signals, second: NodeJS.Signals, code: number]>([
      ['SIGTERM', 'SIGTERM', 143],
      ['SIGINT', 'SIGINT', 130],
      ['SIGTERM', 'SIGINT', 130],
      ['SIGINT', 'SIGTERM', 143],
    ])('%s, then %s: ends at once with %i', async (first, second, code) => {
      const server = await start('--drain', '1h');
      const sockets = await connectMany(server);
      server.command.kill(first);
      await firstClosed(sockets);
      expect(await server.command.logged('stopping')).toMatchObject({ drainSeconds: 3600 });
      server.command.kill(second);
      expect(await server.command.ended).toEqual({ code, signal: null });
      const codes = await Promise.all(sockets.map(async ({ closed }) => (await closed).code));
      expect(codes.filter((closeCode) => closeCode === 1006).length).toBeGreaterThan(MANY / 2);
    });
  });
});

/** Triggers `late` on the channel `room`. */
function triggerRequest(): Buffer {
  const body = JSON.stringify({ name: 'late', channel: 'room', data: '{}' });
  return requestText('POST', signedTarget('POST', '/apps/app-id/events', [], body), { body });
}

/** What becomes of a new TCP connection. */
function refused(port: number): Promise<string> {
  return new Promise((resolve) => {
    const tcp = connect(port, '127.0.0.1');
    tcp.once('connect', () => {
      tcp.destroy();
      resolve('connected');
    });
    tcp.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? '');
    });
  });
}

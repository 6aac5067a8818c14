import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../protocol/error-codes.js';
import { FakeClock } from '../support/fake-clock.js';
import { startServer, type TestServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

interface Ending {
  readonly code: number;
  readonly why: string;
  /** Settings of the app that bring it about. */
  readonly app?: Record<string, unknown>;
  /** Of the handshake; by default that of a client that is let in. */
  readonly path?: string;
  /** What ends a connection that was let in. */
  readonly end?: (client: TestSocket, server: TestServer, clock: FakeClock) => unknown;
}

/** Every way in which the server ends a connection with a code of its own. */
const ENDINGS: readonly Ending[] = [
  { code: 4000, why: 'the app takes TLS only', app: { requireTls: true } },
  { code: 4001, why: 'the app key is unknown', path: '/app/nobody' },
  { code: 4003, why: 'the app is disabled', app: { enabled: false } },
  {
    code: 4004,
    why: 'the quota is used up',
    app: { maxConnections: 1 },
    end: (client) => client.settle(),
  },
  { code: 4005, why: 'the path is not found', path: '/nowhere' },
  { code: 4006, why: 'the protocol version is no number', path: '/app/app-key?protocol=x' },
  { code: 4007, why: 'the protocol version is not supported', path: '/app/app-key?protocol=3' },
  {
    code: 4009,
    why: 'nobody was authorized in time',
    app: { authorizationTimeoutSeconds: 5 },
    end: (_client, _server, clock) => {
      clock.advance(6000);
    },
  },
  {
    code: 4100,
    why: 'too many messages were sent',
    app: { maxMessagesPerWindow: 1, terminateOnMessageLimit: true },
    end: (client) => {
      client.send({ event: 'pusher:ping' });
      client.send({ event: 'pusher:ping' });
    },
  },
  {
    code: 4200,
    why: 'the node stops',
    end: (_client, { server }) => {
      void server.stop(0);
    },
  },
  {
    code: 4201,
    why: 'nothing was heard for too long',
    end: (_client, _server, clock) => {
      clock.advance(56_000);
    },
  },
];

onEachTransport((transport) => {
  describe.each([5, 6, 7])('with protocol %i', (version) => {
    it.each(ENDINGS.filter(({ code }) => ![4004, 4005, 4006, 4007].includes(code)))(
      'is told $code as an error and as a close, with one text, when $why (ERR-2, ERR-3)',
      async ({ app = {}, path = '/app/app-key', end }) => {
        const clock = new FakeClock();
        const server = await startServer({ transport, clock, app });
        const client = await server.open(`${path}?protocol=${version}`);
        if (end !== undefined) {
          await client.established();
          await end(client, server, clock);
        }
        const close = await client.closed;
        expect(client.frames.at(-1)).toStrictEqual({
          event: 'pusher:error',
          data: { code: close.code, message: close.reason },
        });
        expect(close.reason).not.toBe('');
      },
    );
  });

  describe('a code', () => {
    it.each(ENDINGS)(
      'of $code comes when $why (ERR-1)',
      async ({ code, app = {}, path = '/app/app-key', end }) => {
        const clock = new FakeClock();
        const server = await startServer({ transport, clock, app });
        let client = await server.open(path);
        if (end !== undefined) {
          await client.established();
          await end(client, server, clock);
        }
        // The quota is used up by the first for the second.
        if (code === ErrorCode.OverQuota) client = await server.open(path);
        expect((await client.closed).code).toBe(code);
      },
    );

    it('is known for every one of the contract (ERR-1)', () => {
      const codes = new Set<number>(ENDINGS.map(({ code }) => code));
      // These two leave the connection open.
      const open: number[] = [ErrorCode.ClientEventRejected, ErrorCode.WatchListTooLong];
      expect(Object.values(ErrorCode).filter((code) => !codes.has(code))).toStrictEqual(open);
    });
  });
});

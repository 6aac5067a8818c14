import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { Opcode, RawClient } from '../support/raw-client.js';
import { startServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

/** Sends a control frame and waits until the server has seen it. */
const SIGNS_OF_LIFE: readonly (readonly [what: string, send: (client: TestSocket) => void])[] = [
  [
    'a ping frame',
    ({ ws }) => {
      ws.ping();
    },
  ],
  [
    'a pong frame nobody asked for',
    ({ ws }) => {
      ws.pong();
    },
  ],
  [
    'pusher:ping',
    (client) => {
      client.send({ event: 'pusher:ping' });
    },
  ],
  [
    'pusher:pong',
    (client) => {
      client.send({ event: 'pusher:pong' });
    },
  ],
  [
    'a message that is refused',
    (client) => {
      client.send('nonsense');
    },
  ],
  [
    'a binary message',
    ({ ws }) => {
      ws.send(Buffer.from('x'));
    },
  ],
];

onEachTransport((transport) => {
  describe('a ping frame', () => {
    it.each(['', 'ping', 'x'.repeat(125)])(
      'is answered with a pong frame of the same payload: "%s" (LIVE-2)',
      async (payload) => {
        const server = await startServer({ transport });
        const client = await RawClient.open(server.port, { path: '/app/app-key' });
        await client.established();
        client.send(Opcode.ping, payload);
        expect((await client.next(Opcode.pong)).payload.toString()).toBe(payload);
      },
    );

    it('is answered as often as it comes, as the .NET client sends it every second (LIVE-2)', async () => {
      const server = await startServer({ transport });
      const client = await RawClient.open(server.port, { path: '/app/app-key' });
      await client.established();
      for (let i = 0; i < 50; i++) client.send(Opcode.ping, String(i));
      for (let i = 0; i < 50; i++)
        expect((await client.next(Opcode.pong)).payload.toString()).toBe(String(i));
    });
  });

  describe('a connection', () => {
    it.each(SIGNS_OF_LIFE)('lives on with %s now and then (LIVE-1)', async (_what, send) => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const client = await server.connect({ autoPong: false });
      const witness = await server.connect();
      for (let i = 0; i < 4; i++) {
        clock.advance(40_000);
        send(client);
        // Two round trips of the other one: what was sent before has arrived by then.
        await witness.settle();
        await witness.settle();
      }
      expect(
        client.named('pusher:error').filter(({ data }) => (data as { code: unknown }).code !== null),
      ).toEqual([]);
      await client.settle();
    });

    it('is closed with 4201 when it is silent, whatever it is sent (LIVE-1, LIVE-3)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const client = await server.connect({ autoPong: false });
      await client.subscribe('news');
      clock.advance(30_000);
      await server.api.trigger('news', 'x', '1');
      await client.next('x');
      clock.advance(23_000);
      await server.api.trigger('news', 'y', '1');
      await client.next('y');
      clock.advance(3000);
      expect(await client.error()).toStrictEqual({ code: 4201, message: 'Pong reply not received' });
      expect(await client.closed).toStrictEqual({ code: 4201, reason: 'Pong reply not received' });
    });

    it('is not taken for silent because the server stood still, and is when it goes on being so (LIVE-3)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const client = await server.connect({ autoPong: false });
      const witness = await server.connect();
      clock.advance(40_000);
      clock.stall(300_000);
      await witness.settle();
      expect(client.named('pusher:error')).toEqual([]);
      clock.advance(16_000);
      expect(await client.error()).toStrictEqual({ code: 4201, message: 'Pong reply not received' });
    });

    it('is never asked with pusher:ping (LIVE-3)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const client = await server.connect();
      for (let i = 0; i < 10; i++) {
        clock.advance(30_000);
        await client.settle();
      }
      expect(client.named('pusher:ping')).toEqual([]);
    });
  });
});

describe('on ws', () => {
  it('a silent connection is asked with a ping frame 16 seconds before the timeout (LIVE-3)', async () => {
    // uWebSockets.js does this by a clock of its own; silent-clients.test.ts waits for it.
    const clock = new FakeClock();
    const server = await startServer({ transport: 'ws', clock });
    const client = await RawClient.open(server.port, { path: '/app/app-key' });
    await client.established();
    clock.advance(43_000);
    client.send(Opcode.binary, 'x');
    await client.nextEvent('pusher:error');
    expect(client.frames.some(({ opcode }) => opcode === Opcode.ping)).toBe(false);
    clock.advance(45_000);
    await client.next(Opcode.ping);
    client.send(Opcode.pong);
    client.send(Opcode.ping);
    await client.next(Opcode.pong);
    clock.advance(45_000);
    await client.next(Opcode.ping);
    clock.advance(11_000);
    await client.nextEvent('pusher:error');
    await client.next(Opcode.close);
    expect(client.closeCode).toBe(4201);
  });
});

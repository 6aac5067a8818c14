import { describe, expect, it } from 'vitest';
import type { TransportName } from '../../src/transports/transport.js';
import { eventually } from '../support/eventually.js';
import { Opcode, RawClient } from '../support/raw-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { subscribeFrame } from '../support/test-socket.js';
import { TRANSPORTS } from '../support/transports.js';

/** The least that may be set, and one that uWebSockets.js cannot keep exactly: it counts in steps of four seconds. */
const IDLE_TIMEOUTS = [
  { idleTimeoutSeconds: 20, closedAfterSeconds: 15 },
  { idleTimeoutSeconds: 21, closedAfterSeconds: 19 },
];

async function rawMember(server: TestServer, userId: string): Promise<RawClient> {
  const client = await RawClient.open(server.port, { path: '/app/app-key', patienceMs: 40_000 });
  const socketId = await client.established();
  client.sendText(subscribeFrame(socketId, 'presence-room', { user_id: userId }));
  await client.nextEvent('pusher_internal:subscription_succeeded');
  return client;
}

/** Answers pings with pong frames and sends nothing else. */
async function answerPings(client: RawClient): Promise<void> {
  for (;;) {
    const { payload } = await client.next(Opcode.ping);
    client.send(Opcode.pong, payload);
  }
}

/** Two clients fall silent and two send control frames only, while events go out to all of them. */
async function watchSilence(
  transport: TransportName,
  { idleTimeoutSeconds, closedAfterSeconds }: (typeof IDLE_TIMEOUTS)[number],
): Promise<void> {
  const server = await startServer({ transport, config: { server: { idleTimeoutSeconds } } });
  const witness = await server.connect();
  await witness.subscribe('presence-room', { user_id: 'witness' });
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;

  const silent = await rawMember(server, 'silent');
  const deaf = await rawMember(server, 'deaf');
  const answering = await rawMember(server, 'answering');
  const pinging = await rawMember(server, 'pinging');
  deaf.pause();
  // It ends when the connection does, with the test.
  void answerPings(answering).catch(() => undefined);
  const pings = setInterval(() => {
    pinging.send(Opcode.ping, 'still here');
  }, 3000);
  // What the server sends is no sign of the client's life.
  const events = setInterval(() => void server.api.trigger('presence-room', 'x', '1'), 2000);

  try {
    await silent.next(Opcode.ping);
    expect(await silent.nextEvent('pusher:error')).toStrictEqual({
      event: 'pusher:error',
      data: { code: 4201, message: 'Pong reply not received' },
    });
    await silent.next(Opcode.close);
    expect(silent.closeCode).toBe(4201);
    expect(seconds()).toBeGreaterThan(closedAfterSeconds - 2);
    expect(seconds()).toBeLessThan(closedAfterSeconds + 3);
    expect(silent.messages.some(({ event }) => event === 'pusher:ping')).toBe(false);

    // The others hear of it at once.
    await eventually(() => {
      const gone = witness.named('pusher_internal:member_removed').map(({ data }) => data);
      expect(gone.sort()).toStrictEqual(['{"user_id":"deaf"}', '{"user_id":"silent"}']);
    });
    // It does not even answer the close, and is gone all the same.
    await silent.gone;
    expect(seconds()).toBeLessThan(closedAfterSeconds + 8);

    for (const client of [answering, pinging]) {
      client.sendText('{"event":"pusher:ping"}');
      await client.nextEvent('pusher:pong');
    }
    expect((await server.api.get('/connections')).json()).toStrictEqual({ connections: 3 });
    expect(witness.named('pusher_internal:member_removed')).toHaveLength(2);
  } finally {
    clearInterval(pings);
    clearInterval(events);
  }
}

describe('silent clients', () => {
  it('are closed with 4201 and gone, and whoever sends control frames stays (LIVE-1, LIVE-3)', async () => {
    // In real time, so all at once.
    const cases = TRANSPORTS.flatMap((transport) =>
      IDLE_TIMEOUTS.map((timeouts) => watchSilence(transport, timeouts)),
    );
    await Promise.all(cases);
  }, 60_000);
});

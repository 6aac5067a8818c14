import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flood } from '../../bench/flood/flood-kinds.js';
import { ChildServer } from '../support/child-server.js';
import { flood, type Flooding } from '../support/flooder.js';
import { RawClient } from '../support/raw-client.js';
import { signedTarget } from '../support/sign-request.js';
import { hmacToken, JWT_SECRET } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';
import { WorkersBed } from '../workers/workers-bed.js';

const PATH = '/app/app-key?protocol=7';
const EVENTS = '/apps/app-id/events';
/** What another client waits at most for all three; the machine may be busy, and a flood that is not ended lasts longer. */
const PATIENCE_MS = 5000;

/** Asks for `/up`, triggers and waits for the delivery, again and again while the flood lasts. @returns the longest round */
async function witness({ port }: { readonly port: number }, flooding: Flooding): Promise<number> {
  const client = await RawClient.open(port, { path: PATH });
  await client.established();
  client.sendText({ event: 'pusher:subscribe', data: { channel: 'room' } });
  await client.nextEvent('pusher_internal:subscription_succeeded');
  let longest = 0;
  do {
    const startedAt = performance.now();
    expect((await fetch(`http://127.0.0.1:${port}/up`)).status).toBe(200);
    const body = JSON.stringify({ name: 'x', channel: 'room', data: 'x' });
    const target = `http://127.0.0.1:${port}${signedTarget('POST', EVENTS, [], body)}`;
    const headers = { 'Content-Type': 'application/json' };
    expect((await fetch(target, { method: 'POST', headers, body })).status).toBe(200);
    await client.nextEvent('x');
    longest = Math.max(longest, performance.now() - startedAt);
  } while (flooding.isOn());
  return longest;
}

onEachTransport((transport) => {
  /** On ws the server stops reading, so that a flooder that is busy writing may see its close frame after its time. */
  const expectClosed = (closed: Readonly<Record<string, number>>, code: number, count: number) => {
    if (transport === 'uws') expect(closed).toEqual({ [code]: count });
  };

  describe('clients that send small frames without a pause', { timeout: 60_000 }, () => {
    let server: ChildServer;
    beforeAll(async () => {
      server = await ChildServer.start(transport, {}, { hub: { jwtSecret: JWT_SECRET } });
    }, 60_000);
    afterAll(() => server.stop());

    it.each<[Flood, number]>([
      ['pusher:pong', 20],
      ['pusher:ping', 1],
      ['binary', 1],
      ['invalid JSON', 1],
      ['subscribe', 1],
      ['ping frame', 1],
      ['pong frame', 1],
    ])('are closed with 4100, and the others are served meanwhile: %s of %i (MSG-8)', async (kind, count) => {
      const flooding = flood(server.port, PATH, kind, count);
      expect(await witness(server, flooding)).toBeLessThan(PATIENCE_MS);
      expectClosed(await flooding.closed, 4100, count);
      expect(server.faults).toEqual([]);
    });

    it.each<Flood>(['plain ping', 'binary', 'ping frame'])(
      'are closed with 1013 by the payments hub: %s',
      async (kind) => {
        const path = `/notifications/ws?token=${await hmacToken({ sub: '7' })}`;
        const flooding = flood(server.port, path, kind);
        expect(await witness(server, flooding)).toBeLessThan(PATIENCE_MS);
        expectClosed(await flooding.closed, 1013, 1);
        expect(server.faults).toEqual([]);
      },
    );
  });

  it('floods are ended by each of several workers (MSG-8)', { timeout: 60_000 }, async () => {
    const server = await WorkersBed.start(['--transport', transport]);
    const flooding = flood(server.port, PATH, 'ping frame', 4);
    expect(await witness(server, flooding)).toBeLessThan(PATIENCE_MS);
    expectClosed(await flooding.closed, 4100, 4);
    expect(server.command.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

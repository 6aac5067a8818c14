import { describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { MemoryWire } from '../support/memory-bus.js';
import { MemoryState, MemoryStore } from '../../src/cluster/drivers/memory/memory-store.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { SILENT_LOG } from '../../src/log.js';
import { PregonServer } from '../../src/server.js';
import type { TransportName } from '../../src/transports/transport.js';
import { ApiClient } from '../support/api-client.js';
import { CutBus } from '../support/cut-bus.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const ROOM = 'room';

/** A clock that goes with another, and is wrong by some time. */
function wrongBy(ms: number, clock: Clock): Clock {
  return {
    now: () => clock.now() + ms,
    monotonic: () => clock.monotonic() + 7 * ms,
    every: (interval, task) => clock.every(interval, task),
    after: (delay, task) => clock.after(delay, task),
  };
}

/** Two nodes, each with its own way to the other: events are triggered on the first, and clients are on the second. */
async function startTwo(transport: TransportName, wrongByMs: number) {
  const time = new FakeClock(Date.now());
  const hub = new MemoryWire();
  const bounds = { maxCachedEvents: 100, maxCachedBytes: 1_000_000, maxIdempotencyKeys: 100 };
  const state = new MemoryState(time, bounds);
  const start = async (clock: Clock) => {
    const bus = new CutBus(hub);
    const config = ConfigSchema.parse({
      server: { host: '127.0.0.1', port: 0, transport },
      management: { enabled: false },
      apps: [TEST_APP],
    });
    const cluster = { bus, store: new MemoryStore(state) };
    const server = new PregonServer(config, { log: SILENT_LOG, clock, cluster });
    const { port } = await server.start();
    onTestFinished(() => server.close());
    const api = new ApiClient(`http://127.0.0.1:${port}`, TEST_APP, () => clock.now());
    return { bus, port, api };
  };
  const from = await start(time);
  const to = await start(wrongBy(wrongByMs, time));
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      time.advance(500);
      await turn();
    }
  };
  await pass(4000);

  const subscribe = async () => {
    const client = await TestSocket.open(`ws://127.0.0.1:${to.port}/app/${TEST_APP.key}?protocol=7`);
    onTestFinished(() => {
      client.terminate();
    });
    await client.established();
    await client.subscribe(ROOM);
    return client;
  };
  const trigger = async (name: string) => {
    await from.api.trigger(ROOM, name, '');
    await pass(500);
  };
  return { from, to, pass, subscribe, trigger };
}

/** What was sent arrives. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function heard(client: TestSocket, names: readonly string[]): string[] {
  return client.frames.filter(({ event }) => names.includes(event)).map(({ event }) => event);
}

onEachTransport((transport) => {
  describe.each([0, 30_000, -30_000])(
    'an event that comes late to a node whose clock is %i ms off',
    (off) => {
      it.each(['from', 'to'] as const)(
        'after the node it comes %s was cut off reaches who was subscribed when it was triggered, and nobody else',
        async (side) => {
          const { [side]: cut, pass, subscribe, trigger } = await startTwo(transport, off);
          const early = await subscribe();
          await trigger('a');
          cut.bus.cut();
          await trigger('b');
          await pass(3000);
          const late = await subscribe();
          await pass(1000);
          await trigger('c');
          const latest = await subscribe();
          cut.bus.mend();
          await turn();
          await pass(1000);
          await trigger('d');

          const names = ['a', 'b', 'c', 'd'];
          for (const client of [early, late, latest]) {
            await eventually(() => {
              expect(client.named('d')).toHaveLength(1);
            });
          }
          expect([early, late, latest].map((client) => heard(client, names))).toEqual([
            ['a', 'b', 'c', 'd'],
            ['c', 'd'],
            ['d'],
          ]);
        },
      );

      it('is not for a channel that nobody was subscribed to then', async () => {
        const { from, pass, subscribe, trigger } = await startTwo(transport, off);
        from.bus.cut();
        await trigger('a');
        await pass(3000);
        const client = await subscribe();
        await pass(1000);
        await trigger('b');
        from.bus.mend();
        await turn();
        await pass(1000);
        await trigger('c');
        await eventually(() => {
          expect(client.named('c')).toHaveLength(1);
        });
        expect(heard(client, ['a', 'b', 'c'])).toEqual(['b', 'c']);
      });
    },
  );
});

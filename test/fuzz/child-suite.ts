import fc from 'fast-check';
import { expect, onTestFinished } from 'vitest';
import type { TransportName } from '../../src/transports/transport.js';
import { ChildServer } from '../support/child-server.js';
import { eventually } from '../support/eventually.js';
import { GATEWAY_SECRET } from '../support/gateway.js';
import { NOTIFY_SECRET } from '../support/hub-client.js';
import { JWT_SECRET } from '../support/tokens.js';
import { fuzzOptions } from './fuzz-options.js';
import { Witness } from './witness.js';

/** Settings that let clients send all there is, and that keep what a server may remember small. */
const APP = {
  clientEvents: 'all',
  watchlist: true,
  subscriptionCount: true,
  maxClientEventsPerSecond: null,
  eventSystems: ['credits', 'payments'],
};
const SECTIONS = {
  cache: { maxEntries: 100 },
  idempotency: { maxKeys: 100 },
  gateway: { secret: GATEWAY_SECRET, maxDuplicates: 100, aliases: true },
  hub: { jwtSecret: JWT_SECRET, notifySecret: NOTIFY_SECRET },
};

/** Starts a server in a process of its own that stops when the test ends. */
export async function startChild(transport: TransportName): Promise<ChildServer> {
  const server = await ChildServer.start(transport, APP, SECTIONS);
  onTestFinished(() => server.stop());
  return server;
}

/**
 * Runs cases against a server in a process of its own. The process stays up and tells its log of no fault, a witness
 * goes on hearing events, and in the end nothing is left open.
 */
export async function assertSurvives<T>(
  transport: TransportName,
  cases: fc.Arbitrary<T>,
  runs: number,
  run: (server: ChildServer, value: T) => Promise<void>,
): Promise<void> {
  const server = await startChild(transport);
  const witness = await Witness.start(server.port);
  onTestFinished(() => {
    witness.terminate();
  });
  const property = fc.asyncProperty(cases, async (value) => {
    await Promise.all([run(server, value), witness.tick()]);
    expect([server.ending, server.faults]).toEqual(['running', []]);
  });
  // A server that is gone fails every smaller case too, so there is nothing to be learnt from them.
  await fc.assert(property, fuzzOptions(runs, { endOnFailure: true }));
  await witness.leave();
  await expectNothingOpen(server);
}

export async function expectNothingOpen(server: ChildServer): Promise<void> {
  await eventually(async () => {
    const scrape = await server.scrape();
    const open = ['connections', 'channels', 'subscriptions', 'users'].map((name) => [
      name,
      scrape.value(`pregon_${name}`, { app: 'app-id' }),
    ]);
    expect(open).toEqual([
      ['connections', 0],
      ['channels', 0],
      ['subscriptions', 0],
      ['users', 0],
    ]);
    expect(scrape.value('pregon_internal_errors_total')).toBe(0);
  });
  expect([server.ending, server.faults]).toEqual(['running', []]);
}

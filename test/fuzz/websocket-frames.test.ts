import fc from 'fast-check';
import { describe, it } from 'vitest';
import { onEachTransport } from '../support/transports.js';
import { assertSurvives } from './child-suite.js';
import { fuzzTimeout } from './fuzz-options.js';
import { cutBytes, exchange, type Leave } from './raw-exchange.js';
import { handshake, oddFrames } from './websocket-arbitraries.js';

/** A connection of a client that breaks the WebSocket protocol: its bytes, in packets, and how it leaves. */
const brokenClient = fc.record({
  head: handshake,
  frames: oddFrames,
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
  leave: fc.constantFrom<Leave>('end', 'destroy'),
});

onEachTransport((transport) => {
  describe('a client that breaks the WebSocket protocol', () => {
    it(
      'ends its own connection and troubles nobody else (MSG-6)',
      async () => {
        const clients = fc.array(brokenClient, { minLength: 4, maxLength: 8 });
        await assertSurvives(transport, clients, 120, async ({ port }, batch) => {
          await Promise.all(
            batch.map(({ head, frames, cuts, leave }) => {
              const bytes = Buffer.concat([Buffer.from(head, 'latin1'), frames]);
              return exchange(port, cutBytes(bytes, cuts), leave);
            }),
          );
        });
      },
      fuzzTimeout(8),
    );
  });
});

import { describe } from 'vitest';
import type { TransportName } from '../../src/transports/transport.js';

export const TRANSPORTS: readonly TransportName[] = ['uws', 'ws'];

/** Runs a suite on both transports. */
export function onEachTransport(suite: (transport: TransportName) => void): void {
  for (const transport of TRANSPORTS) {
    describe(`on ${transport}`, () => {
      suite(transport);
    });
  }
}

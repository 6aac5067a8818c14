import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ChildServer } from '../support/child-server.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { expectNothingOpen, startChild } from './child-suite.js';
import { fuzzOptions, fuzzTimeout } from './fuzz-options.js';
import { oddRequests, signedRequest } from './http-arbitraries.js';
import { anyFrame } from './message-arbitraries.js';
import { exchange } from './raw-exchange.js';
import { handshake, oddFrames } from './websocket-arbitraries.js';

/** How much more may be in use after ten rounds than after four: far below what a leak per request would leave. */
const TOLERANCE_BYTES = 6_000_000;

const WARM_UP_ROUNDS = 4;
const ROUNDS = 10;

/** Cases of a kind; each round has its own. */
function sample<T>(arbitrary: fc.Arbitrary<T>, count: number, round: number): T[] {
  const { seed = 0 } = fuzzOptions(1);
  return fc.sample(arbitrary, { seed: seed + round, numRuns: count });
}

/** Some hundreds of connections and requests of every sort, all of them over in the end. */
async function playRound({ port }: ChildServer, round: number): Promise<void> {
  const broken = [
    ...sample(oddRequests, 60, round),
    ...sample(fc.tuple(handshake, oddFrames), 60, round).map(([head, frames]) =>
      Buffer.concat([Buffer.from(head, 'latin1'), frames]),
    ),
  ];
  const leave = (i: number) => (i % 2 === 0 ? 'end' : 'destroy');
  await Promise.all(broken.map((bytes, i) => exchange(port, [bytes], leave(i))));

  const http = await RawHttp.connect(port);
  for (const { method, target, body } of sample(signedRequest, 150, round)) {
    http.write(requestText(method, target, body === undefined ? {} : { body }));
    await http.answer();
  }
  http.destroy();

  const clients = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}`);
      await client.established();
      return client;
    }),
  );
  for (const [i, client] of clients.entries()) {
    await client.subscribe('room');
    await client.subscribe('presence-room', {
      user_id: `${round}-${i}`,
      user_info: { name: 'x'.repeat(500) },
    });
    await client.signin({ id: `user-${round}-${i}`, watchlist: ['a', 'b', `user-${round}-${i + 1}`] });
    for (const frame of sample(anyFrame, 10, 1000 * round + i)) client.send(frame);
    await client.settle();
  }
  for (const [i, client] of clients.entries()) {
    if (i % 2 === 0) await client.close();
    else client.terminate();
  }
}

onEachTransport((transport) => {
  describe('memory', () => {
    it(
      'is given back once all connections are closed, whatever came in on them (CHAN-3, API-3)',
      async () => {
        const server = await startChild(transport);
        const heapAfter = async (from: number, to: number) => {
          for (let round = from; round < to; round++) await playRound(server, round);
          await expectNothingOpen(server);
          return server.heapBytes();
        };
        const warm = await heapAfter(0, WARM_UP_ROUNDS);
        const used = await heapAfter(WARM_UP_ROUNDS, ROUNDS);
        onTestFinished(({ task }) => {
          if (task.result?.state === 'fail') process.stderr.write(`heap: ${warm} and then ${used} bytes\n`);
        });
        expect(used - warm).toBeLessThan(TOLERANCE_BYTES);
      },
      fuzzTimeout(10),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, parseJson } from '../../protocol/json-text.js';
import { SILENT_LOG } from '../../src/log.js';
import { startServer } from '../support/start-server.js';
import { signinFrame, subscribeFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { fuzzOptions, fuzzTimeout } from './fuzz-options.js';
import { anyChannel, anyFrame, oddValue } from './message-arbitraries.js';
import { Witness } from './witness.js';

onEachTransport((transport) => {
  /** A server that keeps the faults it tells its log of, and takes all that clients can send. */
  const setUp = async () => {
    const faults: unknown[] = [];
    const note = (fields: object) => faults.push(fields);
    const server = await startServer({
      transport,
      log: { ...SILENT_LOG, error: note, fatal: note },
      app: { clientEvents: 'all', watchlist: true, subscriptionCount: true, maxClientEventsPerSecond: null },
    });
    const witness = await Witness.start(server.port);
    const finish = async () => {
      await witness.leave();
      expect(faults).toEqual([]);
      expect((await server.api.get('/connections')).json()).toEqual({ connections: 0 });
      expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
    };
    return { server, witness, finish };
  };

  describe('whatever a client sends', () => {
    it(
      'as text is answered or passed over, and nobody else is troubled (MSG-1 to MSG-5)',
      async () => {
        const { server, witness, finish } = await setUp();
        const property = fc.asyncProperty(
          fc.array(anyFrame, { minLength: 1, maxLength: 12 }),
          async (frames) => {
            const client = await server.connect();
            for (const frame of frames) client.send(frame);
            await Promise.all([client.settle(), witness.tick()]);
            await client.close();
            expect(client.watch.violations).toEqual([]);
          },
        );
        await fc.assert(property, fuzzOptions(300));
        await finish();
      },
      fuzzTimeout(10),
    );

    it(
      'as bytes is answered with an error, and the connection stays open (MSG-1)',
      async () => {
        const { server, witness, finish } = await setUp();
        const bytes = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 });
        const property = fc.asyncProperty(bytes, async (frames) => {
          const client = await server.connect();
          for (const frame of frames) client.ws.send(frame, { binary: true });
          await Promise.all([client.settle(), witness.tick()]);
          expect(client.named('pusher:error')).toHaveLength(frames.length);
          await client.close();
        });
        await fc.assert(property, fuzzOptions(100));
        await finish();
      },
      fuzzTimeout(5),
    );

    it(
      'signed with the right secret is answered, however odd it is (SUB-1, USER-3)',
      async () => {
        const { server, witness, finish } = await setUp();
        const property = fc.asyncProperty(
          fc.array(signedRequest, { minLength: 1, maxLength: 10 }),
          async (requests) => {
            const client = await server.connect();
            for (const send of requests) send(client);
            await Promise.all([client.settle(), witness.tick()]);
            const answers = client.frames.filter(({ event }) => {
              return /^pusher(_internal)?:(signin_success|subscription_succeeded|error)$/.test(event);
            });
            expect(answers.length).toBeGreaterThanOrEqual(requests.length);
            expect(client.watch.violations).toEqual([]);
            await client.close();
          },
        );
        await fc.assert(property, fuzzOptions(150));
        await finish();
      },
      fuzzTimeout(5),
    );
  });
});

/** A subscription or sign-in over any text, signed for the connection it is sent on. */
const signedRequest: fc.Arbitrary<(client: TestSocket) => void> = fc.oneof(
  fc
    .tuple(
      anyChannel.filter((name) => name !== ''),
      fc.option(memberText()),
    )
    .map(([channel, data]) => {
      return (client: TestSocket) => {
        client.send(subscribeFrame(client.socketId, channel, data ?? undefined));
      };
    }),
  memberText().map((data) => (client: TestSocket) => {
    client.send(signinFrame(client.socketId, data));
  }),
);

function memberText(): fc.Arbitrary<string> {
  const member = fc
    .tuple(fc.constantFrom('user_id', 'id', 'user_info', 'watchlist', '__proto__'), oddValue)
    .map(([name, value]) => `"${name}":${value}`);
  const id = fc.constantFrom('"user_id":"1"', '"user_id":1', '"id":"1"', '"user_id":1.5', '"user_id":-1');
  return fc
    .oneof(
      fc
        .tuple(id, fc.array(member, { maxLength: 3 }))
        .map(([first, rest]) => `{${[first, ...rest].join(',')}}`),
      oddValue,
    )
    .filter((text) => text !== '' && Buffer.byteLength(JSON.stringify(text)) < 50_000 && isWatchable(text));
}

/** Whether {@link TestSocket.watch} can tell who joins: it looks for a number's digits where they first stand. */
function isWatchable(text: string): boolean {
  const value = parseJson(text);
  const id = isJsonObject(value) ? value['user_id'] : undefined;
  return typeof id !== 'number' || /"user_id"\s*:\s*(-?\d+)/.exec(text)?.[1] === String(id);
}

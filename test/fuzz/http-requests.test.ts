import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawHttp, requestText } from '../support/raw-http.js';
import { onEachTransport } from '../support/transports.js';
import { assertSurvives } from './child-suite.js';
import { fuzzTimeout } from './fuzz-options.js';
import { oddRequests, signedRequest } from './http-arbitraries.js';
import { cutBytes, exchange, type Leave } from './raw-exchange.js';

/** A connection of a client that breaks HTTP: its bytes, in packets, and how it leaves. */
const brokenClient = fc.record({
  bytes: oddRequests,
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
  leave: fc.constantFrom<Leave>('end', 'destroy'),
});

onEachTransport((transport) => {
  describe('a client that breaks HTTP', () => {
    it(
      'is answered or cut off, and troubles nobody else (API-3)',
      async () => {
        const clients = fc.array(brokenClient, { minLength: 4, maxLength: 8 });
        await assertSurvives(transport, clients, 150, async ({ port }, batch) => {
          const answers = await Promise.all(
            batch.map(({ bytes, cuts, leave }) => exchange(port, cutBytes(bytes, cuts), leave)),
          );
          for (const answer of answers) expect(answer).not.toMatch(/^HTTP\/1\.1 50[0234]/m);
        });
      },
      fuzzTimeout(10),
    );
  });

  describe('a signed request', () => {
    it(
      'is answered with a success or what is wrong with it, whatever it holds (API-1 to API-10)',
      async () => {
        let http: RawHttp | undefined;
        const requests = fc.array(signedRequest, { minLength: 1, maxLength: 6 });
        await assertSurvives(transport, requests, 250, async ({ port }, batch) => {
          const connection = (http ??= await RawHttp.open(port));
          for (const { method, target, body } of batch) {
            connection.write(requestText(method, target, body === undefined ? {} : { body }));
          }
          for (const { target } of batch) {
            const { status, body } = await connection.answer();
            expect([200, 400, 413], target).toContain(status);
            if (status === 200) expect(JSON.parse(body)).toBeTypeOf('object');
            else expect(body).toMatch(/^[^\n\r]+\n$/);
          }
        });
      },
      fuzzTimeout(10),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GATEWAY_SECRET } from '../support/gateway.js';
import { HubClient, NOTIFY_SECRET } from '../support/hub-client.js';
import { hmacToken } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';
import { assertSurvives } from './child-suite.js';
import { fuzzTimeout } from './fuzz-options.js';
import { forgedToken, gatewayRequest, type GatewayRequest } from './gateway-arbitraries.js';
import { anyFrame } from './message-arbitraries.js';
import { cutBytes, exchange, type Leave } from './raw-exchange.js';
import { oddFrames } from './websocket-arbitraries.js';

interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

async function send(port: number, { path, body }: GatewayRequest): Promise<GatewayAnswer> {
  const secret = path.startsWith('/notifications/') ? NOTIFY_SECRET : GATEWAY_SECRET;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-ws-secret': secret },
    body: new Uint8Array(body),
  });
  return { status: response.status, text: await response.text() };
}

function assertAnswered({ path, body }: GatewayRequest, { status, text }: GatewayAnswer): void {
  const title = `${path} ${body.toString('utf8').slice(0, 500)} ${text}`;
  expect([200, 400, 413, 422], title).toContain(status);
  if (status === 200 && text === 'OK') return;
  const answer = JSON.parse(text) as Record<string, unknown>;
  if (status === 200) expect(answer, title).toHaveProperty('success');
  else expect(answer, title).toMatchObject({ success: false, error: expect.any(String) as string });
}

/** Lets a user of the hub listen while something happens. @returns what he was told */
async function heardMeanwhile(port: number, task: (client: HubClient) => Promise<void>): Promise<unknown[]> {
  const client = await HubClient.connect({ port }, await hmacToken({ sub: '7' }));
  try {
    await task(client);
    await client.settle();
    return client.frames;
  } finally {
    client.ws.terminate();
  }
}

const HEAD = [
  'Host: x',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

onEachTransport((transport) => {
  describe('a notification', () => {
    it(
      'is answered with a success or what is wrong with it, whatever it holds',
      async () => {
        const requests = fc.array(gatewayRequest, { minLength: 1, maxLength: 6 });
        await assertSurvives(transport, requests, 200, async ({ port }, batch) => {
          const told = await heardMeanwhile(port, async () => {
            for (const request of batch) assertAnswered(request, await send(port, request));
          });
          for (const frame of told) expect(frame).toMatchObject({ type: 'PAYMENT_CONFIRMED' });
        });
      },
      fuzzTimeout(15),
    );
  });

  describe('a forged token', () => {
    it(
      'lets nobody in, wherever it stands',
      async () => {
        const tokens = fc.array(forgedToken, { minLength: 2, maxLength: 6 });
        await assertSurvives(transport, tokens, 100, async ({ port }, batch) => {
          await Promise.all(
            batch.flatMap((token) =>
              [
                [`GET /notifications/ws?token=${token} HTTP/1.1`, ...HEAD],
                ['GET /notifications/ws HTTP/1.1', ...HEAD, `Authorization: Bearer ${token}`],
                ['GET /notifications/ws HTTP/1.1', ...HEAD, `Sec-WebSocket-Protocol: bearer, ${token}`],
              ].map(async (lines) => {
                const answer = await exchange(port, [Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)], 'end');
                expect(answer, lines.join('\n')).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
              }),
            ),
          );
        });
      },
      fuzzTimeout(15),
    );
  });

  describe('a hub socket', () => {
    it(
      'that breaks the WebSocket protocol, or says anything at all, ends its own connection alone',
      async () => {
        const clients = fc.array(
          fc.record({
            frames: oddFrames,
            texts: fc.array(anyFrame, { maxLength: 4 }),
            cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
            leave: fc.constantFrom<Leave>('end', 'destroy'),
          }),
          { minLength: 2, maxLength: 5 },
        );
        const token = await hmacToken({ sub: '8' });
        await assertSurvives(transport, clients, 80, async ({ port }, batch) => {
          const told = await heardMeanwhile(port, async (client) => {
            for (const text of batch.flatMap(({ texts }) => texts)) {
              if (text !== 'ping' && Buffer.byteLength(text) < 4096) client.ws.send(text);
            }
            await Promise.all(
              batch.map(({ frames, cuts, leave }) => {
                const head = [`GET /notifications/ws?token=${token} HTTP/1.1`, ...HEAD];
                const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), frames]);
                return exchange(port, cutBytes(bytes, cuts), leave);
              }),
            );
          });
          expect(told).toEqual([]);
        });
      },
      fuzzTimeout(15),
    );
  });
});

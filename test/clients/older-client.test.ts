import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GATEWAY_SECRET, startGateway } from '../support/gateway.js';
import { describeWith, PHP } from '../support/services.js';
import { onEachTransport } from '../support/transports.js';

const SCRIPT = new URL('older-client.php', import.meta.url).pathname;

const CHANNEL = 'private-user.33';
const PAYMENT = {
  payment: { id: 981, amount: '250.00', credit_id: 456, status: 'completed' },
  cobrador: { id: '33', name: 'Luis Pérez', email: 'luis@example.com' },
  manager: [],
  client: { id: '12', name: 'María Rojas' },
};

/** Makes one call in PHP. */
async function call(
  port: number,
  name: string,
  payload?: unknown,
  { secret = GATEWAY_SECRET, timeoutMs = 5000 } = {},
): Promise<Record<string, unknown>> {
  const child = execFile('php', ['-d', 'display_errors=stderr', SCRIPT]);
  const input = {
    url: `http://127.0.0.1:${port}`,
    secret,
    call: [name, payload],
    timeoutMs,
    // One second and two in the application.
    pausesMs: [50, 100],
  };
  child.stdin?.end(JSON.stringify(input));
  let output = '';
  let errors = '';
  child.stdout?.on('data', (text: string) => (output += text));
  child.stderr?.on('data', (text: string) => (errors += text));
  await once(child, 'close');
  if (errors !== '') throw new Error(errors);
  return JSON.parse(output) as Record<string, unknown>;
}

/** Passes requests on and holds back the answers to the first few; it stops when the test ends. */
async function forgetful(port: number, answersHeldBack: number): Promise<number> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const isHeldBack = connections++ < answersHeldBack;
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    if (isHeldBack) upstream.resume();
    else upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describeWith(PHP, () => {
  onEachTransport((transport) => {
    const setUp = async () => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      await client.subscribe(CHANNEL);
      const received = async () => {
        await client.settle();
        return client.named('payment.received').map(({ data }) => JSON.parse(data as string) as unknown);
      };
      return { server, received };
    };

    describe('the older application', () => {
      it('is answered at its first attempt', async () => {
        const { server, received } = await setUp();
        expect(await call(server.port, '/payment-notification', PAYMENT)).toEqual({
          succeeded: true,
          attempts: 1,
          status: 200,
          body: { success: true, message: 'Payment notification processed', paymentId: 981, sent: true },
        });
        expect(await received()).toMatchObject([{ payment: PAYMENT.payment, client: PAYMENT.client }]);
      });

      it.each([1, 2])('is heard once though %i answers come too late for it', async (late) => {
        const { server, received } = await setUp();
        const port = await forgetful(server.port, late);
        const outcome = await call(port, '/payment-notification', PAYMENT, { timeoutMs: 500 });
        expect(outcome).toMatchObject({ succeeded: true, attempts: late + 1, body: { sent: true } });
        expect(await received()).toHaveLength(1);
      });

      it('is heard once though it gives up', async () => {
        const { server, received } = await setUp();
        const port = await forgetful(server.port, 3);
        const outcome = await call(port, '/payment-notification', PAYMENT, { timeoutMs: 300 });
        expect(outcome).toMatchObject({ succeeded: false, attempts: 3 });
        expect(await received()).toHaveLength(1);
      });

      it('does not try again with a wrong secret', async () => {
        const { server, received } = await setUp();
        const outcome = await call(server.port, '/payment-notification', PAYMENT, { secret: 'wrong' });
        expect(outcome).toMatchObject({ succeeded: false, attempts: 1, status: 401 });
        expect(await received()).toEqual([]);
      });

      it('tries three times what cannot be understood, and nothing is sent', async () => {
        const { server, received } = await setUp();
        const outcome = await call(server.port, '/payment-notification', { ...PAYMENT, payment: null });
        expect(outcome).toMatchObject({
          succeeded: false,
          attempts: 3,
          status: 422,
          body: { success: false },
        });
        expect(await received()).toEqual([]);
      });

      it('lays our health over its own answer, and our status wins', async () => {
        const { server } = await setUp();
        const health = await call(server.port, 'health');
        expect(health).toMatchObject({ status: 'OK', enabled: true, connections: 1 });
      });

      it('sees no users without the secret', async () => {
        const { server } = await setUp();
        expect(await call(server.port, 'activeUsers')).toEqual([]);
      });
    });
  });
});

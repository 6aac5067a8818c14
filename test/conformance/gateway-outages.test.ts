import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/clock.js';
import { MemoryBus, MemoryWire } from '../support/memory-bus.js';
import { MemoryState, MemoryStore } from '../../src/cluster/drivers/memory/memory-store.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { SILENT_LOG } from '../../src/log.js';
import { PregonServer } from '../../src/server.js';
import type { TransportName } from '../../src/transports/transport.js';
import { GATEWAY_SECRET, post } from '../support/gateway.js';
import { NOTIFY_SECRET } from '../support/hub-client.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { JWT_SECRET } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';

/** A store that fails whoever asks it for counts, before anybody has noticed that it is gone. */
class FailingStore extends MemoryStore {
  override counts(): Promise<never> {
    return Promise.reject(new Error('the store is gone'));
  }
}

/** A node of a cluster whose store fails. */
async function startNode(transport: TransportName): Promise<{ port: number; lastPort: number }> {
  const config = ConfigSchema.parse({
    server: { host: '127.0.0.1', port: 0, transport },
    management: { enabled: false },
    gateway: { secret: GATEWAY_SECRET },
    hub: { jwtSecret: JWT_SECRET, notifySecret: NOTIFY_SECRET },
    apps: [TEST_APP],
  });
  const cluster = {
    bus: new MemoryBus(new MemoryWire()),
    store: new FailingStore(new MemoryState(SYSTEM_CLOCK)),
  };
  const server = new PregonServer(config, { log: SILENT_LOG, clock: SYSTEM_CLOCK, cluster });
  const { port } = await server.start();
  onTestFinished(() => server.close());
  return { port, lastPort: port };
}

async function subscriber(port: number, channel: string): Promise<TestSocket> {
  const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`);
  onTestFinished(() => {
    client.terminate();
  });
  await client.established();
  await client.subscribe(channel);
  return client;
}

onEachTransport((transport) => {
  describe('while the store of the cluster fails', () => {
    it('a notification is a success, and sent tells of this node', async () => {
      const server = await startNode(transport);
      const client = await subscriber(server.port, 'private-user.33');
      const data = { title: 'Aviso' };
      expect(await post(server, '/notify', { userId: 33, data })).toMatchObject({
        status: 200,
        body: { success: true, sent: true },
      });
      expect(await client.next('notification')).toMatchObject({ data: JSON.stringify(data) });
      expect(await post(server, '/notify', { userId: 34, data })).toMatchObject({
        status: 200,
        body: { success: true, sent: false },
      });
    });

    it('a repeat is not published, since somebody on another node may have heard the first', async () => {
      const server = await startNode(transport);
      const body = { userId: 34, data: { title: 'Aviso' } };
      const first = await post(server, '/notify', body);
      const client = await subscriber(server.port, 'private-user.34');
      expect((await post(server, '/notify', body)).body).toEqual(first.body);
      await client.settle();
      expect(client.named('notification')).toEqual([]);
    });

    it('so is a notification of the hub', async () => {
      const server = await startNode(transport);
      const client = await subscriber(server.port, 'private-user.7');
      const body = { type: 'PAYMENT_CONFIRMED', data: { paymentId: '1' } };
      const headers = { 'x-ws-secret': NOTIFY_SECRET, accept: 'application/json' };
      for (const [id, sent] of [
        ['7', true],
        ['8', false],
      ] as const) {
        const answer = await post(server, `/notifications/users/${id}/notify`, body, headers);
        expect(answer).toMatchObject({ status: 200, body: { success: true, sent } });
      }
      expect(await client.next('payment.confirmed')).toMatchObject({ data: '{"paymentId":"1"}' });
    });
  });
});

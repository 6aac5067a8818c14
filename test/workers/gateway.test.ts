import { describe, expect, it } from 'vitest';
import { GATEWAY_SECRET, post } from '../support/gateway.js';
import { HubClient, NOTIFY_SECRET, PAYMENT } from '../support/hub-client.js';
import { hmacToken, JWT_SECRET } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';
import { WorkersBed } from './workers-bed.js';

const ROOM = 'private-user.7';
/** So many that none of two workers is without one. A user may have 20. */
const SOCKETS = 18;

onEachTransport((transport) => {
  describe('a notice that one worker takes', { timeout: 60_000 }, () => {
    const env = {
      PREGON_LOG_LEVEL: 'debug',
      PREGON_GATEWAY_SECRET: GATEWAY_SECRET,
      PREGON_HUB_JWT_SECRET: JWT_SECRET,
      PREGON_HUB_NOTIFY_SECRET: NOTIFY_SECRET,
    };

    it('reaches the Pusher clients and the hub sockets of all, once', async () => {
      const bed = await WorkersBed.start(['--transport', transport], { env });
      const clients = await bed.onBoth(async () => {
        const client = await bed.connect();
        return { client, socketId: client.socketId };
      });
      await Promise.all(clients.map((client) => client.subscribe(ROOM)));
      const token = await hmacToken({ sub: '7' });
      const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => HubClient.connect(bed, token)));

      // Repeated, to whichever worker it comes: it is published once.
      for (let i = 0; i < 6; i++) {
        const answer = await post(bed, '/notify', { userId: 7, event: 'notice', data: { amount: 1 } });
        expect(answer).toMatchObject({ status: 200, body: { success: true, sent: true } });
      }
      const paid = { type: 'PAYMENT_CONFIRMED', data: PAYMENT };
      const secret = { 'x-ws-secret': NOTIFY_SECRET };
      expect(await post(bed, '/notifications/users/7/notify', paid, secret)).toMatchObject({ status: 200 });

      const payments = clients.map((client) => client.next('payment.confirmed', ROOM));
      expect((await Promise.all(payments)).map(({ data }) => JSON.parse(String(data)) as unknown)).toEqual([
        PAYMENT,
        PAYMENT,
      ]);
      expect(clients.map((client) => client.named('notice').length)).toEqual([1, 1]);
      for (const socket of sockets) {
        expect(await socket.received(1)).toEqual([paid]);
        await socket.settle();
        expect(socket.frames).toEqual([paid]);
      }
    });
  });
});

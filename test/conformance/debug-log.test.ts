import { expect, it } from 'vitest';
import { keepingLog } from '../support/keeping-log.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

onEachTransport((transport) => {
  it('debug shows what happens, and nothing of what events carry', async () => {
    const { log, lines } = keepingLog();
    const server = await startServer({ transport, log, app: { clientEvents: 'members' } });
    const client = await server.open(`/app/${TEST_APP.key}?protocol=7&client=js&version=8.4.0`, {
      origin: 'https://shop.example',
    });
    await client.established();
    const other = await server.connect();
    for (const socket of [client, other]) await socket.subscribe('private-orders');
    client.send({ event: 'client-typing', channel: 'private-orders', data: { text: 'payload' } });
    await other.next('client-typing');
    await server.api.trigger('private-orders', 'order.shipped', 'payload');
    await client.next('order.shipped');
    await fetch(`http://127.0.0.1:${server.port}/up`);
    client.send({ event: 'pusher:unsubscribe', data: { channel: 'private-orders' } });
    client.ws.close(1000);
    await client.closed;
    await expect.poll(() => lines.some((line) => line.startsWith('connection closed'))).toBe(true);
    const told = lines.filter((line) => !/^(?:listening|browsers|Laravel|client events|nodes)/.test(line));
    expect(told).toEqual([
      expect.stringMatching(
        /^connection opened app="app-id" socketId=.* client="js 8\.4\.0" origin="https:\/\/shop\.example" address="127\.0\.0\.1"/,
      ),
      expect.stringMatching(/^connection opened/),
      expect.stringMatching(/^subscribed app="app-id" channel="private-orders" subscriptions=1 socketId=/),
      expect.stringMatching(/^subscribed .* subscriptions=2/),
      expect.stringMatching(
        /^client event .* channel="private-orders" event="client-typing" bytes=\d+ reached=1/,
      ),
      expect.stringMatching(
        /^triggered app="app-id" channel="private-orders" event="order\.shipped" bytes=7 reached=2$/,
      ),
      expect.stringMatching(
        /^request method="POST" path="\/apps\/app-id\/events" status=200 ms=[\d.]+ address="127/,
      ),
      expect.stringMatching(/^unsubscribed app="app-id" channel="private-orders"/),
      expect.stringMatching(/^connection closed .* code=1000 seconds=\d+/),
    ]);
    expect(lines.join()).not.toContain('payload');
  });
});

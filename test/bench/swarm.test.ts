import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ChannelPlan } from '../../bench/client/channel-plan.js';
import { stampedData } from '../../bench/client/stamp.js';
import { Swarm } from '../../bench/client/swarm.js';
import type { Endpoint } from '../../bench/targets/endpoint.js';

/** A server whose faults we choose: it greets, confirms every subscription, and sends what the test wants. */
async function startFaultyServer(): Promise<{ endpoint: Endpoint; subscribers: Map<string, WebSocket> }> {
  const subscribers = new Map<string, WebSocket>();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    const established = JSON.stringify({ socket_id: '1.2', activity_timeout: 30 });
    socket.send(JSON.stringify({ event: 'pusher:connection_established', data: established }));
    socket.on('message', (message: Buffer) => {
      const { event, data } = JSON.parse(message.toString()) as { event: string; data: { channel: string } };
      if (event !== 'pusher:subscribe') return;
      subscribers.set(data.channel, socket);
      socket.send(JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel: data.channel }));
    });
  });
  const { port } = server.address() as AddressInfo;
  const address = { host: '127.0.0.1', port, tls: false };
  const app = { id: 'app-id', key: 'app-key', secret: 'app-secret' };
  return {
    endpoint: { dialect: 'pusher', app, sockets: address, api: address, pathPrefix: '' },
    subscribers,
  };
}

/** Two users with a private channel each, of which the first gets the given events. */
async function openPair(plan: ChannelPlan = { names: ['private-user.{n}'], spread: 2 }) {
  const { endpoint, subscribers } = await startFaultyServer();
  const swarm = new Swarm(endpoint, plan, []);
  onTestFinished(() => {
    swarm.close();
  });
  expect(await swarm.open(0, 2, () => 0)).toBe(2);
  const socket = subscribers.get('private-user.0000000');
  const send = (stream: number, sequence: number) => {
    socket?.send(JSON.stringify({ event: 'e', channel: 'c', data: stampedData(stream, sequence, 0, 50) }));
  };
  return { swarm, send, socket };
}

const NOTHING = { lost: 0, duplicated: 0, reordered: 0, misdelivered: 0 };

describe('Swarm', () => {
  it('counts a good server as good', async () => {
    const { swarm, send } = await openPair();
    for (let sequence = 0; sequence < 100; sequence++) send(0, sequence);
    expect(await swarm.deliveries.until(100)).toBe(true);
    swarm.settle((stream) => (stream === 0 ? 100 : 0));
    expect(swarm.totals()).toMatchObject({ ...NOTHING, received: 100, open: 2, closes: {}, errors: {} });
  });

  it('sees what a server loses, sends twice and sends out of order', async () => {
    const { swarm, send } = await openPair();
    for (const sequence of [0, 1, 1, 3, 2, 5, 6]) send(0, sequence);
    await swarm.deliveries.until(7);
    expect(swarm.missing((stream) => (stream === 0 ? 9 : 0))).toBe(2);
    swarm.settle((stream) => (stream === 0 ? 9 : 0));
    expect(swarm.totals()).toMatchObject({ lost: 3, duplicated: 1, reordered: 1, misdelivered: 0 });
  });

  it('sees what comes to a connection that is not meant', async () => {
    const { swarm, send } = await openPair();
    send(1, 0);
    send(0, 0);
    await swarm.deliveries.until(1);
    expect(swarm.totals()).toMatchObject({ misdelivered: 1, received: 1 });
  });

  it('keeps the streams of a channel apart: none has to wait for another', async () => {
    const { swarm, send } = await openPair({ names: ['private-user.{n}'], spread: 2, streams: 3 });
    for (const [stream, sequence] of [
      [2, 0],
      [0, 0],
      [2, 1],
      [1, 0],
      [0, 2],
    ] as const) {
      send(stream, sequence);
    }
    await swarm.deliveries.until(5);
    swarm.settle((stream) => [3, 1, 2][stream] ?? 0);
    expect(swarm.totals()).toMatchObject({
      received: 5,
      lost: 1,
      duplicated: 0,
      reordered: 0,
      misdelivered: 0,
    });
  });

  it('tells why connections ended, and asks nothing more of them', async () => {
    const { swarm, send, socket } = await openPair();
    send(0, 0);
    await swarm.deliveries.until(1);
    socket?.close(4100, 'too slow');
    await expect.poll(() => swarm.totals().open).toBe(1);
    swarm.settle((stream) => (stream === 0 ? 10 : 0));
    expect(swarm.totals()).toMatchObject({ closes: { 4100: 1 }, lost: 0 });
  });

  it('does not take its own hanging up for a fault of the server', async () => {
    const { swarm } = await openPair();
    swarm.drop(2);
    expect(swarm.totals()).toMatchObject({ open: 0, closes: {} });
  });

  it('measures from when an event was meant to be sent', async () => {
    const { swarm, socket } = await openPair();
    swarm.recordLatency();
    const due = Number(process.hrtime.bigint() / 1000n) - 250_000;
    socket?.send(JSON.stringify({ event: 'e', channel: 'c', data: stampedData(0, 0, due, 50) }));
    await swarm.deliveries.until(1);
    const { Latency } = await import('../../bench/client/latency.js');
    const { count, max } = new Latency(swarm.takeLatency()).summary();
    expect(count).toBe(1);
    expect(max).toBeGreaterThanOrEqual(249);
    expect(max).toBeLessThan(5000);
  });
});

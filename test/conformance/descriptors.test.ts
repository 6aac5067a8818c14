import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { ChildServer, type ChildLimits } from '../support/child-server.js';
import { eventually } from '../support/eventually.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const LIMIT = 300;

/** A process is started and has hundreds of clients: on a busy machine that takes its time. */
const PATIENCE_MS = 60_000;

onEachTransport((transport) => {
  const clients: TestSocket[] = [];
  const raw: Socket[] = [];
  let child: ChildServer | undefined;

  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    for (const socket of raw.splice(0)) socket.destroy();
    await child?.end();
  });

  const start = async (limits: ChildLimits = {}) => {
    child = await ChildServer.start(transport, {}, {}, { maxDescriptors: LIMIT, ...limits });
    return child;
  };

  /** Connects until a client is refused. @returns the code it is refused with */
  const fill = async (port: number, most: number): Promise<number | null> => {
    while (clients.length < most) {
      const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`);
      clients.push(client);
      const code = await Promise.race([
        client.established().then(() => null),
        client.closed.then((close) => close.code),
      ]);
      if (code !== null) return code;
    }
    return null;
  };

  const answers = async ({ port, managementPort }: ChildServer) => {
    const api = new ApiClient(`http://127.0.0.1:${port}`, TEST_APP, () => Date.now());
    const statuses = [
      (await fetch(`http://127.0.0.1:${port}/up`)).status,
      (await api.trigger('news', 'e', {})).status,
      (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).status,
    ];
    return statuses;
  };

  describe('file descriptors', () => {
    it(
      'that run out refuse WebSockets with 4100 and leave the HTTP API and the management port theirs',
      { timeout: PATIENCE_MS },
      async () => {
        const server = await start();
        expect(await fill(server.port, LIMIT)).toBe(4100);
        expect(clients.length).toBeGreaterThan(LIMIT / 2);
        expect(await answers(server)).toEqual([200, 200, 200]);
        // Room is made by those who leave.
        for (const client of clients.splice(0, 20)) await client.close();
        expect(await fill(server.port, clients.length + 5)).toBeNull();
      },
    );

    it('are not all taken by connections that say nothing', { timeout: PATIENCE_MS }, async () => {
      const server = await start();
      let closed = 0;
      for (let i = 0; i < LIMIT + 50; i++) {
        const socket = connect(server.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.on('close', () => closed++);
        raw.push(socket);
      }
      await eventually(() => {
        expect(closed).toBeGreaterThan(50);
      });
      expect((await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).status).toBe(200);
      expect(readdirSync(`/proc/${server.pid}/fd`).length).toBeLessThan(LIMIT);
      for (const socket of raw.splice(0)) socket.destroy();
      await eventually(async () => {
        expect(await answers(server)).toEqual([200, 200, 200]);
      });
    });

    it('that are too few end the start with a sentence', { timeout: PATIENCE_MS }, async () => {
      await expect(start({ maxDescriptors: 120 })).rejects.toThrow(
        /may open 120 files and sockets.*at least 256/s,
      );
    });
  });
});

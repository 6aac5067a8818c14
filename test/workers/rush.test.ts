import { mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';
import { describeWith, REDIS } from '../support/services.js';
import { TEST_APP } from '../support/start-server.js';
import { tempFolder } from '../support/temp-folder.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { Command } from '../support/command.js';
import { ENVIRONMENT, WorkersBed } from './workers-bed.js';

const CLIENTS = 200;

/** Whether somebody listens on the port. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', settle(true)).once('error', settle(false));
  });
}

/** Three workers whom clients rush to again and again until their limit is reached. */
async function keepToLimit(env: Readonly<Record<string, string>>): Promise<void> {
  const limit = 60;
  const { port } = await WorkersBed.start(['--workers', '3'], {
    env: { ...env, PREGON_APP_MAX_CONNECTIONS: String(limit) },
  });
  const clients: TestSocket[] = [];
  const rush = async (count: number) => {
    const dialled = await Promise.all(
      Array.from({ length: count }, () =>
        TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`),
      ),
    );
    clients.push(...dialled);
    const codes = await Promise.all(
      dialled.map((client) => Promise.race([client.closed, client.established()])),
    );
    return codes.map((end) => ('code' in end ? end.code : undefined));
  };
  let inside = 0;
  for (let codes = await rush(CLIENTS); ; codes = await rush(20)) {
    inside += codes.filter((code) => code === undefined).length;
    if (codes.every((code) => code === 4004)) break;
  }
  expect(inside).toBeGreaterThanOrEqual(limit);
  expect(inside).toBeLessThanOrEqual(limit + 6);
  for (const client of clients) client.terminate();
}

describe('workers that start', { timeout: 60_000 }, () => {
  onEachTransport((transport) => {
    it('share out the clients who dial as soon as the port answers', async () => {
      const port = await freePort();
      const command = Command.start(['--transport', transport, '--workers', '4'], {
        env: { ...ENVIRONMENT, PREGON_PORT: String(port), PREGON_LOG_LEVEL: 'debug' },
      });
      while (!(await answers(port)));
      const joined = command.log.filter(({ msg }) => msg === 'this node is part of the cluster');
      const dialled = Array.from({ length: CLIENTS }, () =>
        TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`),
      );
      const clients = await Promise.all(dialled);
      await Promise.all(clients.map((client) => client.established()));
      // All of them were ready before any of them listened.
      expect(joined.map(({ worker }) => worker).sort()).toEqual([1, 2, 3, 4]);
      await eventually(() => {
        const opened = command.log.filter(({ msg }) => msg === 'connection opened');
        expect(opened).toHaveLength(CLIENTS);
        const counts = [1, 2, 3, 4].map((n) => opened.filter(({ worker }) => worker === n).length);
        // 50 each on average; they begin to listen within some milliseconds.
        expect(Math.min(...counts), counts.join(' ')).toBeGreaterThanOrEqual(10);
      });
      for (const client of clients) client.terminate();
    });
  });

  it('keep to maxConnections in a rush but for a few, and let in who comes back until it is reached (CONN-10)', async () => {
    await keepToLimit({});
  });

  it('meet in a folder of their own also where TMPDIR is too long for the path of a socket', async () => {
    const parent = tempFolder();
    const long = join(parent, 'x'.repeat(120));
    mkdirSync(long);
    const bed = await WorkersBed.start([], { env: { TMPDIR: long } });
    const clients = await Promise.all([bed.connect(), bed.connect(), bed.connect()]);
    await Promise.all(clients.map((client) => client.subscribe('news')));
    await bed.api.trigger('news', 'hello', '1');
    await Promise.all(clients.map((client) => client.next('hello')));
    // The path of a socket that is too long would be cut off, and the socket be next to the folder.
    expect(readdirSync(parent)).toEqual(['x'.repeat(120)]);
    bed.command.kill('SIGTERM');
    expect(await bed.command.ended).toMatchObject({ code: 0 });
    expect(readdirSync(parent)).toEqual(['x'.repeat(120)]);
    expect(readdirSync(long)).toEqual([]);
  });
});

describeWith(REDIS, () => {
  describe('workers that meet in Redis', { timeout: 60_000 }, () => {
    it('keep to maxConnections in a rush but for a few, and let in who comes back until it is reached (CONN-10)', async () => {
      const redis = await RedisServer.start();
      onTestFinished(() => redis.stop());
      await keepToLimit({ PREGON_BUS: 'redis', PREGON_REDIS_URL: redis.url });
    });
  });
});

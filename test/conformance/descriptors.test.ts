import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { ChildServer, type ChildLimits } from '../support/child-server.js';
import { eventually } from '../support/eventually.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const LIMIT = 300;

/** A process that spins uses all that it gets of this time; the others of the machine share it. */
const MEASURED_MS = 500;

/** Clients that connect at a time. */
const SOME = 8;

/** A process is started and has hundreds of clients: on a busy machine that takes its time. */
const PATIENCE_MS = 60_000;

/** No process of the server spins: each uses a small part of a core. */
async function expectIdle(server: ChildServer): Promise<void> {
  const { pids } = server;
  expect(pids.length).toBeGreaterThan(0);
  await eventually(async () => {
    const before = pids.map(cpuMs);
    await delay(MEASURED_MS);
    for (const [i, pid] of pids.entries()) {
      expect((cpuMs(pid) - before[i]!) / MEASURED_MS).toBeLessThan(0.1);
    }
  });
}

/** The processor time that a process has used. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Behind the name, which may hold spaces: user and system time in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

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

  /** Connects one client. @returns the code it is refused with, or null */
  const connectClient = async (port: number): Promise<number | null> => {
    const client = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`);
    const code = await Promise.race([
      client.established().then(() => null),
      client.closed.then((close) => close.code),
    ]);
    if (code === null) clients.push(client);
    return code;
  };

  /** Connects a few clients at once: fewer than the connections that are kept for the HTTP API. */
  const connectSome = (port: number) => Promise.all(Array.from({ length: SOME }, () => connectClient(port)));

  /** Connects until all processes are full. @returns the codes that clients are refused with */
  const fill = async (port: number): Promise<Set<number>> => {
    const codes = new Set<number>();
    // The kernel decides which process gets a client: one that is full may get a few while another has room.
    for (let refused = 0; refused < 2 * SOME;) {
      const answers = await connectSome(port);
      refused = answers.includes(null) ? 0 : refused + SOME;
      for (const code of answers) if (code !== null) codes.add(code);
    }
    return codes;
  };

  const statuses = async ({ port, managementPort }: ChildServer) => {
    const api = new ApiClient(`http://127.0.0.1:${port}`, TEST_APP, () => Date.now());
    return [
      (await fetch(`http://127.0.0.1:${port}/up`)).status,
      (await api.trigger('news', 'e', {})).status,
      (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).status,
    ];
  };

  describe.each([
    ['alone', 1],
    ['of two workers', 2],
  ])('file descriptors of a server %s', (_, workers) => {
    const args = workers === 1 ? [] : ['--workers', String(workers)];

    it(
      'that run out refuse WebSockets with 4100 and leave the HTTP API and the management port theirs',
      { timeout: PATIENCE_MS },
      async () => {
        const server = await start({ args });
        expect(await fill(server.port)).toEqual(new Set([4100]));
        expect(clients.length).toBeGreaterThan((workers * LIMIT) / 2);
        // Several at a time, so that each process is asked.
        const all = await Promise.all(Array.from({ length: 4 * workers }, () => statuses(server)));
        expect(new Set(all.flat())).toEqual(new Set([200]));
        await expectIdle(server);
        // Room is made by those who leave.
        await Promise.all(clients.splice(0, clients.length / 2).map((client) => client.close()));
        expect(new Set(await connectSome(server.port))).toEqual(new Set([null]));
      },
    );

    it('are not all taken by connections that say nothing', { timeout: PATIENCE_MS }, async () => {
      const server = await start({ args });
      let closed = 0;
      for (let i = 0; i < workers * LIMIT + 50; i += SOME) {
        const some = Array.from({ length: SOME }, () => connect(server.port, '127.0.0.1'));
        for (const socket of some) {
          socket.on('error', () => undefined);
          socket.on('close', () => closed++);
        }
        raw.push(...some);
        await Promise.all(some.map((socket) => once(socket, 'connect')));
      }
      await eventually(() => {
        expect(closed).toBeGreaterThan(50);
      });
      await expectIdle(server);
      expect((await fetch(`http://127.0.0.1:${server.managementPort}/metrics`)).status).toBe(200);
      for (const pid of server.pids) {
        expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThan(LIMIT);
      }
      for (const socket of raw.splice(0)) socket.destroy();
      await eventually(async () => {
        expect(await statuses(server)).toEqual([200, 200, 200]);
      });
    });
  });

  describe('file descriptors', () => {
    it('that are too few end the start with a sentence', { timeout: PATIENCE_MS }, async () => {
      await expect(start({ maxDescriptors: 120 })).rejects.toThrow(
        /may open 120 files and sockets.*at least 256/s,
      );
    });
  });
});

import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Command, type CommandOptions } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { MemberList } from '../cluster/faults/cluster-bed.js';
import { TEST_APP } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { tempFolder } from '../support/temp-folder.js';
import { onEachTransport } from '../support/transports.js';
import { WebhookReceiver } from '../support/webhook-receiver.js';
import { WorkersBed } from './workers-bed.js';

const ROOM = 'presence-room';
/** So many that none of two workers is without one. */
const MANY = 24;

async function connectMany(bed: WorkersBed): Promise<TestSocket[]> {
  return Promise.all(Array.from({ length: MANY }, () => bed.connect()));
}

async function joinRoom(clients: readonly TestSocket[]): Promise<MemberList[]> {
  const lists = clients.map((client) => new MemberList(client, ROOM));
  await Promise.all(clients.map((client, i) => client.subscribe(ROOM, { user_id: `u${i}` })));
  return lists;
}

const isOpen = ({ ws }: TestSocket) => ws.readyState === ws.OPEN;

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('workers', { timeout: 60_000 }, () => {
  onEachTransport((transport) => {
    const start = (args: readonly string[] = [], options: CommandOptions = {}) =>
      WorkersBed.start(['--transport', transport, ...args], options);

    it('serve one port as one server', async () => {
      const bed = await start();
      expect(bed.line).toMatchObject({ workers: 2, transport: expect.stringContaining(transport) as string });
      expect([...bed.pids.keys()].sort()).toEqual([1, 2]);
      const clients = await connectMany(bed);
      const lists = await joinRoom(clients);
      const ids = clients.map((_client, i) => `u${i}`);
      await Promise.all(lists.map((list) => list.becomes(ids)));

      await bed.api.trigger(ROOM, 'hello', 'all', { socket_id: clients[0]!.socketId });
      await Promise.all(clients.slice(1).map((client) => client.next('hello', ROOM)));
      await bed.api.trigger(ROOM, 'end', '');
      await Promise.all(clients.map((client) => client.next('end', ROOM)));

      expect(clients.map((client) => client.named('hello').length)).toEqual([
        0,
        ...Array.from({ length: MANY - 1 }, () => 1),
      ]);
      const channel = (await bed.api.get(`/channels/${ROOM}`, { info: 'user_count' })).json();
      expect(channel).toEqual({ occupied: true, user_count: MANY });
      expect(lists.flatMap(({ faults }) => faults)).toEqual([]);
    });

    it('lose one that is killed and nothing else: its members leave once, at once, and it is replaced', async () => {
      const webhooks = await WebhookReceiver.start();
      const hook = { url: webhooks.url, eventTypes: ['member_removed', 'member_added'] };
      const bed = await start([], {
        env: { PREGON_APP_WEBHOOKS: JSON.stringify([hook]), PREGON_WEBHOOK_GRACE_MS: '200' },
      });
      const clients = await connectMany(bed);
      const lists = await joinRoom(clients);
      await Promise.all(lists.map((list) => list.becomes(clients.map((_client, i) => `u${i}`))));
      const before = await bed.metric('pregon_connections_opened_total');
      expect(before).toBe(MANY);

      const killedAt = performance.now();
      process.kill(bed.pids.get(2)!, 'SIGKILL');
      await eventually(async () => {
        const open = clients.filter(isOpen).length;
        expect(open).toBeLessThan(MANY);
        expect((await bed.scrape()).value('pregon_connections', { app: TEST_APP.id })).toBe(open);
      });
      const rest = clients.flatMap((client, i) => (isOpen(client) ? [i] : []));
      // Shared out evenly, by chance or in turn.
      expect(rest.length).toBeGreaterThan(2);
      expect(rest.length).toBeLessThan(MANY - 2);
      await Promise.all(rest.map((i) => lists[i]!.becomes(rest.map((id) => `u${id}`))));
      expect(performance.now() - killedAt).toBeLessThan(5000);

      await bed.command.logged('the worker was replaced');
      await bed.serving(2);
      const scrape = await bed.scrape();
      expect(scrape.value('pregon_worker_restarts_total')).toBe(1);
      expect(scrape.value('pregon_connections_opened_total')).toBe(MANY);
      expect(scrape.value('pregon_connections', { app: TEST_APP.id })).toBe(rest.length);

      const more = await connectMany(bed);
      await Promise.all(more.map((client, i) => client.subscribe(ROOM, { user_id: `n${i}` })));
      const all = [...rest.map((i) => `u${i}`), ...more.map((_client, i) => `n${i}`)];
      await Promise.all(rest.map((i) => lists[i]!.becomes(all)));
      expect(rest.every((i) => isOpen(clients[i]!))).toBe(true);
      expect(rest.flatMap((i) => lists[i]!.faults)).toEqual([]);

      const gone = clients.flatMap((_client, i) => (rest.includes(i) ? [] : [`u${i}`]));
      await eventually(() => {
        const removed = webhooks.events.filter(({ name }) => name === 'member_removed');
        expect(removed.map(({ user_id: id }) => id).sort()).toEqual([...gone].sort());
      });
      const added = webhooks.events.filter(({ name }) => name === 'member_added');
      expect(new Set(added.map(({ user_id: id }) => id)).size).toBe(added.length);
    });

    it('drain on SIGTERM, not ready first, and end with 0', async () => {
      const bed = await start();
      const clients = await connectMany(bed);
      expect(await bed.ready()).toEqual({
        status: 200,
        body: { ready: true, workers: { listening: 2, wanted: 2 } },
      });

      bed.command.kill('SIGTERM');

      const closed = await Promise.all(clients.map((client) => client.closed));
      expect(closed.every(({ code }) => code === 4200)).toBe(true);
      expect(await bed.command.ended).toEqual({ code: 0, signal: null });
      expect([...bed.pids.values()].some(isAlive)).toBe(false);
      expect(bed.command.stderr).toBe('');
    });

    it('end with 3 when the port is taken, whoever has it', async () => {
      const bed = await start();
      for (const args of [['--workers', '2'], []]) {
        const env = { PREGON_PORT: String(bed.port), PREGON_MANAGEMENT_PORT: '0' };
        const { code, stderr } = await Command.run(['--transport', transport, ...args], { env });
        expect([code, stderr]).toEqual([3, `cannot listen on 127.0.0.1:${bed.port}; is the port in use?\n`]);
      }
    });

    it('drain and end when the process that started them is killed', async () => {
      const temporary = tempFolder();
      const bed = await start(['--drain', '1s'], { env: { TMPDIR: temporary } });
      const clients = await connectMany(bed);
      const pids = [...bed.pids.values()];
      expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^pregon-/)]);

      bed.command.kill('SIGKILL');

      const closed = await Promise.all(clients.map((client) => client.closed));
      expect(closed.every(({ code }) => code === 4200)).toBe(true);
      await eventually(() => {
        expect(pids.some(isAlive)).toBe(false);
      });
      // What it could not remove any more, they did.
      expect(readdirSync(temporary)).toEqual([]);
    });
  });

  it('end at once on a second signal', async () => {
    const bed = await WorkersBed.start(['--drain', '60s']);
    // More than are closed at once.
    for (let i = 0; i < 10; i++) await connectMany(bed);
    bed.command.kill('SIGTERM');
    await bed.command.logged('stopping');
    bed.command.kill('SIGTERM');
    expect(await bed.command.ended).toEqual({ code: 143, signal: null });
    await eventually(() => {
      expect([...bed.pids.values()].some(isAlive)).toBe(false);
    });
  });

  it('restore what one has that stood still and was given up', async () => {
    const bed = await WorkersBed.start();
    const clients = await connectMany(bed);
    const lists = await joinRoom(clients);
    const ids = clients.map((_client, i) => `u${i}`);
    await Promise.all(lists.map((list) => list.becomes(ids)));
    // A worker judges the others only when it has beaten in time itself, for as long as it takes to be given up.
    await new Promise((resolve) => setTimeout(resolve, 9500));

    const paused = bed.pids.get(2)!;
    onTestFinished(() => {
      if (isAlive(paused)) process.kill(paused, 'SIGCONT');
    });
    process.kill(paused, 'SIGSTOP');
    await eventually(() => {
      expect(lists.some(({ members }) => members.size < MANY)).toBe(true);
    }, 20_000);
    expect((await bed.ready()).body).toMatchObject({ ready: false, reason: 'worker 2 does not answer' });
    // Some of them wait for the one that stands still.
    const triggered = Array.from({ length: 12 }, (_, i) => bed.api.trigger(ROOM, 'meanwhile', `e${i}`));
    await Promise.race(triggered);
    process.kill(paused, 'SIGCONT');
    await Promise.all(triggered);

    await Promise.all(lists.map((list) => list.becomes(ids)));
    expect(lists.flatMap(({ faults }) => faults)).toEqual([]);
    await eventually(() => {
      for (const client of clients) {
        const heard = client.named('meanwhile').map(({ data }) => String(data));
        expect([...heard].sort()).toEqual(Array.from({ length: 12 }, (_, i) => `e${i}`).sort());
      }
    });
    await eventually(async () => {
      expect((await bed.ready()).status).toBe(200);
    });
  });

  it('fail the start with the message of a single process', async () => {
    const files = { 'cert.pem': 'no certificate', 'key.pem': 'no key' };
    const env = {
      PREGON_PORT: '0',
      PREGON_MANAGEMENT_PORT: '0',
      PREGON_TLS_CERT: 'cert.pem',
      PREGON_TLS_KEY: 'key.pem',
    };
    const [single, several] = await Promise.all(
      ['1', '2'].map((workers) => Command.run(['--workers', workers], { env, files })),
    );
    expect(single!.code).toBe(2);
    expect([several!.code, several!.stderr]).toEqual([2, single!.stderr]);
  });

  it('are as many as there are cores, or as was said', async () => {
    const { stderr } = await Command.run(['--workers', '0']);
    expect(stderr).toContain('--workers = 0 (command line): Too small: expected number to be >=1');
    const { stdout } = await Command.run(['config', 'print'], { env: { PREGON_WORKERS: 'auto' } });
    expect(stdout).toContain('server.workers = "auto" (environment: PREGON_WORKERS)');
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IpcBus } from '../../src/cluster/drivers/ipc/ipc-bus.js';
import type { IpcAddress } from '../../src/cluster/drivers/ipc/ipc-connection.js';
import { IpcLink } from '../../src/cluster/drivers/ipc/ipc-link.js';
import { IpcStore } from '../../src/cluster/drivers/ipc/ipc-store.js';
import type { BusBed } from '../cluster/drivers/bus-bed.js';
import type { StoreBed } from '../cluster/drivers/store-bed.js';

const DIST = new URL('../../dist/src/', import.meta.url);

/** Serves a hub, whose state outlives that it is taken away and given back. */
const PROGRAM = `
const [, dist, address] = process.argv;
const [{ IpcServer }, { MemoryState }, { SYSTEM_CLOCK }, { SILENT_LOG }] = await Promise.all(
  ['cluster/drivers/ipc/ipc-server.js', 'cluster/drivers/memory/memory-store.js', 'clock.js', 'log.js'].map((name) => import(dist + name)),
);
const state = new MemoryState(SYSTEM_CLOCK);
let server;
const tasks = {
  run: () => (server = new IpcServer(state, JSON.parse(address), SILENT_LOG)).listen(),
  kill: () => server.close(),
  flush: () => state.clear(),
};
process.on('message', async (task) => {
  await tasks[task]();
  process.send('done');
});
process.on('disconnect', () => process.exit());
`;

/** A hub in a process of its own, so that it can stand still. */
export class HubProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'pregon-hub-'));
  readonly address: IpcAddress = { path: join(this.folder, 'socket'), token: randomUUID() };
  private readonly child: ChildProcess;

  private constructor() {
    const args = ['--input-type=module', '--eval', PROGRAM, DIST.href, JSON.stringify(this.address)];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Starts a hub that the caller stops. */
  static async start(): Promise<HubProcess> {
    const hub = new HubProcess();
    await hub.run();
    return hub;
  }

  stall(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Closes it, with all its connections. */
  kill(): Promise<void> {
    return this.do('kill');
  }

  run(): Promise<void> {
    return this.do('run');
  }

  flush(): Promise<void> {
    return this.do('flush');
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async do(task: 'run' | 'kill' | 'flush'): Promise<void> {
    const done = once(this.child, 'message');
    this.child.send(task);
    await done;
  }
}

/** A bus and a store over the same hub. */
export function hubBeds(hub: HubProcess): { readonly bus: BusBed; readonly store: StoreBed } {
  const stop = () => hub.stop();
  return {
    bus: { create: () => new IpcBus(new IpcLink(hub.address)), stop },
    store: { create: () => new IpcStore(new IpcLink(hub.address)), flush: () => hub.flush(), stop },
  };
}

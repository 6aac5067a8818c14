import cluster from 'node:cluster';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ClusterDrivers } from '../cluster/drivers.js';
import { createClusterDrivers, createIpcDrivers } from '../cluster/drivers/create-drivers.js';
import type { IpcAddress } from '../cluster/drivers/ipc/ipc-connection.js';
import { captureConsole, createLog, logUncaught, type AdjustableLog, type Log } from '../log.js';
import { PregonServer } from '../server.js';
import { toFailure, type FromWorker, type StartWorker, type ToWorker } from './messages.js';

/**
 * Serves, as one of several processes, until its parent asks it to stop or is gone: then it drains.
 *
 * @returns the exit code
 */
export async function runWorker(): Promise<number> {
  // A terminal and some service managers send these to every process; the parent gets them too, and decides.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // Otherwise Node would end this process when the parent is gone, with all connections.
  if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;

  const parent = new Parent();
  const start = await parent.started;
  const log = createLog(start.config.log, { worker: start.number });
  logUncaught(log);
  captureConsole(log);
  let server: PregonServer;
  try {
    server = new PregonServer(start.config, { log, cluster: await driversOf(start), sharesPort: true });
    await server.prepare();
    await parent.send({ type: 'prepared', transport: server.transportName });
    const port = await Promise.race([parent.listens, parent.stopped]);
    if (typeof port === 'number') {
      const address = await server.listen(port);
      const { scheme, port: listened } = address;
      await parent.send({ type: 'listening', scheme, port: listened, description: server.describe(address) });
    }
  } catch (error) {
    await parent.send({ type: 'failed', failure: toFailure(error) });
    return FAILED;
  }
  parent.serve(server, log);
  if ((await parent.stopped) === 'gone') {
    log.error({}, 'the process that started this worker is gone');
    if (start.ipc !== undefined) await removeIpcFolder(start.ipc, log);
  }
  await server.stop();
  return 0;
}

const FAILED = 1;

/** Nobody meets there any more, and who made the folder was killed before it could remove it. */
async function removeIpcFolder({ path }: IpcAddress, log: Log): Promise<void> {
  try {
    await rm(dirname(path), { recursive: true, force: true });
  } catch (error) {
    log.warn({ err: error }, 'the folder of the ipc socket could not be removed');
  }
}

async function driversOf({ config, ipc }: StartWorker): Promise<ClusterDrivers> {
  if (ipc !== undefined) return createIpcDrivers(ipc);
  const drivers = await createClusterDrivers(config.cluster);
  if (drivers === undefined) throw new Error('there is nowhere to meet the other workers');
  return drivers;
}

/** The process that started this one. */
class Parent {
  readonly started: Promise<StartWorker>;
  /** The port that this one is to listen on. */
  readonly listens: Promise<number>;
  /** Whether it asked for that, or is gone. */
  readonly stopped: Promise<'asked' | 'gone'>;
  private server: PregonServer | undefined;
  private log: AdjustableLog | undefined;
  /** That of the last reload. */
  private level: StartWorker['config']['log']['level'] | undefined;

  constructor() {
    let start: (message: StartWorker) => void;
    let listen: (port: number) => void;
    let stop: (why: 'asked' | 'gone') => void;
    this.started = new Promise((resolve) => (start = resolve));
    this.listens = new Promise((resolve) => (listen = resolve));
    this.stopped = new Promise((resolve) => (stop = resolve));
    process.on('message', (message: ToWorker) => {
      switch (message.type) {
        case 'start':
          start(message);
          return;
        case 'listen':
          listen(message.port);
          return;
        case 'stop':
          stop('asked');
          return;
        case 'reload':
          this.level = message.level;
          this.reload();
          return;
        case 'ask':
          void this.answer(message.question, message.about);
          return;
      }
    });
    process.on('disconnect', () => {
      stop('gone');
    });
    void this.send({ type: 'awake' });
  }

  /** Answers questions about a server from here on. */
  serve(server: PregonServer, log: AdjustableLog): void {
    this.server = server;
    this.log = log;
    if (this.level !== undefined) this.reload();
  }

  private reload(): void {
    if (this.level !== undefined) this.log?.setLevel(this.level);
    this.server?.reload();
  }

  /** @returns when it is on its way; what cannot be sent is lost with the parent */
  send(message: FromWorker): Promise<void> {
    return new Promise((resolve) => {
      if (process.send === undefined || !process.connected) resolve();
      else {
        process.send(message, undefined, undefined, () => {
          resolve();
        });
      }
    });
  }

  private async answer(question: number, about: 'metrics' | 'readiness'): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const answer = about === 'readiness' ? server.readiness() : ((await server.metrics?.values()) ?? []);
    await this.send({ type: 'answer', question, answer });
  }
}

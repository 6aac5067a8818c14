import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ManagementServer } from '../management/management-server.js';
import { withDeadline, SYSTEM_CLOCK } from '../clock.js';
import type { IpcAddress } from '../cluster/drivers/ipc/ipc-connection.js';
import { clusterAddress } from '../cluster/drivers/driver-settings.js';
import { IpcServer } from '../cluster/drivers/ipc/ipc-server.js';
import { MemoryState } from '../cluster/drivers/memory/memory-store.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../log.js';
import { WorkerMetrics } from '../metrics/worker-metrics.js';
import { managementUrl, startManagement } from '../server.js';
import { logStarted } from '../start-log.js';
import { findTls } from '../transports/find-tls.js';
import { cannotListen } from '../transports/transport.js';
import { makeSocketFolder } from './private-folder.js';
import { Workers } from './workers.js';

/** The name of the socket that workers meet at. */
const SOCKET = 'ipc';

/** What `/ready` of the management port says of all workers. */
interface WorkersReadiness {
  readonly ready: boolean;
  readonly reason?: string;
  readonly detail?: string | undefined;
  readonly workers: { readonly listening: number; readonly wanted: number };
}

/**
 * Several processes that behave as one server. This one serves no client: it starts the workers, is where they meet, and
 * answers for all of them on the management port.
 */
export class WorkersServer {
  /** Where the workers meet; undefined where they do so over another bus, as nodes of several machines do. */
  private readonly ipc: { readonly server: IpcServer; readonly folder: string } | undefined;
  private readonly workers: Workers;
  private readonly metrics: WorkerMetrics | undefined;
  private readonly management: ManagementServer | undefined;
  private state: 'starting' | 'serving' | 'stopping' = 'starting';

  /** @throws ConfigError when there is no place for the socket that workers meet at */
  constructor(
    private readonly config: Config,
    private readonly count: number,
    private readonly log: Log,
  ) {
    let ipc: IpcAddress | undefined;
    if (config.cluster.bus === 'none') {
      const folder = makeSocketFolder(SOCKET);
      ipc = { path: join(folder, SOCKET), token: randomBytes(32).toString('hex') };
      const state = new MemoryState(SYSTEM_CLOCK, {
        maxCachedEvents: config.cache.maxEntries,
        maxCachedBytes: config.cache.maxBytes,
        maxIdempotencyKeys: config.idempotency.maxKeys + config.gateway.maxDuplicates,
      });
      this.ipc = { server: new IpcServer(state, ipc, log), folder };
    }
    this.workers = new Workers({
      config,
      count,
      ipc,
      clock: SYSTEM_CLOCK,
      log,
      ended: ({ number, pid }) => {
        this.ipc?.server.died(pid);
        this.metrics?.end(number);
      },
    });
    if (config.management.enabled) {
      this.metrics = new WorkerMetrics(this.workers);
      this.management = new ManagementServer({ metrics: this.metrics, readiness: () => this.readiness() });
    }
    process.once('exit', () => {
      this.end();
    });
  }

  /**
   * Starts the workers.
   *
   * @throws ConfigError, ListenError
   */
  async start(): Promise<void> {
    const { config, count, log } = this;
    await probePort(config.server);
    const managementPort = await startManagement(this.management, config);
    await this.ipc?.server.listen();
    const { description, scheme, port } = await this.workers.start();
    this.state = 'serving';
    const management = managementUrl(config, managementPort);
    log.announce({ ...description, management, workers: count }, 'listening');
    logStarted(log, config, { scheme, port, nodes: clusterAddress(config.cluster) });
  }

  /** As the configuration was read again: see `PregonServer.reload`. @returns whether there are certificate files */
  reload(level: Config['log']['level']): boolean {
    this.workers.reload(level);
    return findTls(this.config.tls, homedir()) !== undefined;
  }

  /** Stops as an operator wants it: not ready first, then each worker drains and ends. */
  async stop(): Promise<void> {
    const { drainSeconds } = this.config.server;
    this.state = 'stopping';
    this.log.info({ workers: this.workers.listening, drainSeconds }, 'stopping');
    await this.workers.stop(drainSeconds);
    await this.ipc?.server.close();
    await this.management?.close();
    this.log.info({}, 'stopped');
  }

  /** Ready when all that serve are. One that is being replaced gets no connections, and the others take them. */
  private async readiness(): Promise<WorkersReadiness> {
    const workers = { listening: this.workers.listening, wanted: this.count };
    const notReady = (reason: string) => ({ ready: false, reason, workers });
    if (this.state !== 'serving') return notReady(this.state);
    if (workers.listening === 0) return notReady('no worker is there');
    for (const { number, answer } of await this.workers.ask('readiness')) {
      if (answer === undefined) return notReady(`worker ${number} does not answer`);
      if (!answer.ready) return { ...notReady(`worker ${number}: ${answer.reason}`), detail: answer.detail };
    }
    return { ready: true, workers };
  }

  private end(): void {
    this.workers.kill();
    if (this.ipc !== undefined) rmSync(this.ipc.folder, { recursive: true, force: true });
  }
}

/**
 * Looks whether somebody else has the port. The workers would not notice where it is another server of the same user that
 * shares it as they do. Nobody is listened to for that: who waits for the port would be cut off.
 *
 * @throws ListenError
 */
async function probePort({ host, port }: Config['server']): Promise<void> {
  if (port === 0) return;
  const addresses = LOOPBACK.get(host) ?? [host];
  const answers = await Promise.all(addresses.map((address) => isAnswered(address, port)));
  if (answers.includes(true)) throw cannotListen(host, port);
}

/** Where what listens on all addresses is reached. */
const LOOPBACK: ReadonlyMap<string, readonly string[]> = new Map([
  ['0.0.0.0', ['127.0.0.1']],
  ['::', ['::1', '127.0.0.1']],
]);

const PROBE_MS = 1000;

/** Whether somebody accepts connections there. */
async function isAnswered(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await withDeadline(PROBE_MS, (signal) => once(socket, 'connect', { signal }));
    return true;
  } catch {
    // Refused, or not an address of this machine, which is told of when it is listened on.
    return false;
  } finally {
    socket.destroy();
  }
}

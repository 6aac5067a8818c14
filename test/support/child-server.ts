import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TransportName } from '../../src/transports/transport.js';
import { Scrape } from './prometheus.js';
import { TEST_APP } from './start-server.js';

const MAIN = new URL('../../dist/src/cli/main.js', import.meta.url);

/** Runs in the child beside the server, not in its workers: collects garbage when asked to, and tells what is left. */
const COLLECTOR = `data:text/javascript,${encodeURIComponent(`
import cluster from 'node:cluster';
if (cluster.isPrimary) {
  process.on('message', async () => {
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      globalThis.gc();
    }
    process.send(process.memoryUsage().heapUsed);
  });
  process.channel.unref();
}
`)}`;

/** Levels of lines that tell of a fault. */
const FAULT_LEVELS: readonly unknown[] = ['error', 'fatal'];

/** How a child is started beside its configuration. */
export interface ChildLimits {
  /** File descriptors that it and its workers may open, each. */
  readonly maxDescriptors?: number;
  /** Further arguments of `pregon start`. */
  readonly args?: readonly string[];
}

/** The server as an operator runs it, in a process of its own: what ends that process is seen from outside. */
export class ChildServer {
  /** Lines of the log that tell of a fault. */
  readonly faults: string[] = [];
  port = 0;
  managementPort = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts a server that the caller stops. */
  static async start(
    transport: TransportName,
    app: Readonly<Record<string, unknown>> = {},
    sections: Readonly<Record<string, unknown>> = {},
    { maxDescriptors, args = [] }: ChildLimits = {},
  ): Promise<ChildServer> {
    const folder = mkdtempSync(join(tmpdir(), 'pregon-'));
    const config = {
      ...sections,
      server: { host: '127.0.0.1', port: 0, transport },
      management: { port: 0 },
      log: { format: 'json' },
      apps: [{ ...TEST_APP, ...app }],
    };
    writeFileSync(join(folder, 'pregon.json'), JSON.stringify(config));
    return ChildServer.run(folder, ['--config', 'pregon.json', ...args], {}, maxDescriptors);
  }

  /** Starts a server for a Laravel project, by its `.env` alone. The caller stops it. */
  static startFor(envFile: string): Promise<ChildServer> {
    const folder = mkdtempSync(join(tmpdir(), 'pregon-'));
    const env = { PREGON_MANAGEMENT_PORT: '0', PREGON_LOG_FORMAT: 'json' };
    return ChildServer.run(folder, ['--env-file', envFile], env);
  }

  private static async run(
    folder: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    maxDescriptors?: number,
  ): Promise<ChildServer> {
    const limited =
      maxDescriptors === undefined
        ? {}
        : { execPath: 'prlimit', prefix: [`--nofile=${maxDescriptors}:${maxDescriptors}`, process.execPath] };
    const { prefix = [], ...execPath } = limited;
    const child = fork(MAIN, ['start', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      ...execPath,
      execArgv: [...prefix, '--expose-gc', '--import', COLLECTOR],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const server = new ChildServer(child, folder);
    await server.listening();
    return server;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Of the server and its workers. */
  get pids(): number[] {
    const children = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'latin1').trim();
    return [this.pid, ...(children === '' ? [] : children.split(' ').map(Number))];
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** How the process ended, as far as it did. */
  get ending(): string {
    return this.isAlive ? 'running' : `ended with ${String(this.child.signalCode ?? this.child.exitCode)}`;
  }

  async scrape(): Promise<Scrape> {
    const response = await fetch(`http://127.0.0.1:${this.managementPort}/metrics`);
    return new Scrape(await response.text());
  }

  /** Bytes of the heap in use once garbage was collected. */
  async heapBytes(): Promise<number> {
    const answer = once(this.child, 'message');
    this.child.send('collect');
    const [bytes] = (await answer) as [number];
    return bytes;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it at once, whatever state it is in, and cleans up. */
  async end(): Promise<void> {
    if (this.isAlive) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Stops as an operator does, and cleans up. */
  async stop(): Promise<void> {
    if (this.isAlive) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Reads the log until it tells the ports, and the faults in it from then on. */
  private async listening(): Promise<void> {
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('the child has no output');
    stderr.on('data', (text: Buffer) => this.faults.push(text.toString('utf8')));
    await new Promise<void>((resolve, reject) => {
      this.child.once('exit', () => {
        reject(new Error(`the server did not start: it ${this.ending}; ${this.faults.join('')}`));
      });
      createInterface(stdout).on('line', (line) => {
        const { level, msg, url, management } = JSON.parse(line) as Record<string, unknown>;
        if (FAULT_LEVELS.includes(level)) this.faults.push(line);
        if (msg !== 'listening') return;
        this.port = Number(new URL(String(url)).port);
        this.managementPort = Number(new URL(String(management)).port);
        resolve();
      });
    });
  }
}

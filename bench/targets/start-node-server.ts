import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AppCredentials, Dialect, Endpoint } from './endpoint.js';
import { processTree } from './process-usage.js';
import { endProcess, spawnNode } from './spawn-node.js';
import { BenchError, type Target } from './target.js';

/** The app that every server started by the bench serves. */
export const BENCH_APP: AppCredentials = { id: 'app-id', key: 'app-key', secret: 'app-secret' };

const HOST = '127.0.0.1';
/** A server that starts many workers takes longer than this in all, and tells of each. */
const SILENCE_MS = 30_000;

/** More would keep each other from starting in time. */
const STARTED_AT_ONCE = 8;

/** A Node program that prints on standard output where it listens. */
export interface NodeServer {
  readonly name: string;
  readonly version: string;
  readonly dialect: Dialect;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly cpus: string | undefined;
  /** How many of them, each on its own port. */
  readonly processes: number;
  /** The port, from the line of output that tells it. */
  readonly portOf: (line: string) => number | undefined;
  /** Where its metrics are read, from the same line; undefined where nobody asks. */
  readonly metricsUrlOf?: (line: string) => string | undefined;
}

/** Servers that run. */
interface Started extends Target {
  /** By server: its own process, and where its metrics are. */
  readonly servers: readonly { readonly pid: number; readonly metricsUrl: string }[];
}

/**
 * Starts a server, or several side by side.
 *
 * @throws BenchError when one does not tell its port
 */
export async function startNodeServer(server: NodeServer): Promise<Started> {
  const children: ChildProcess[] = [];
  const listening: Listening[] = [];
  const stop = async () => {
    await Promise.all(children.map((child) => endProcess(child, 'SIGKILL')));
  };
  const startOne = () => {
    const child = spawnNode({ ...server, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return readListening(server, child);
  };
  try {
    while (listening.length < server.processes) {
      const count = Math.min(STARTED_AT_ONCE, server.processes - listening.length);
      listening.push(...(await Promise.all(Array.from({ length: count }, startOne))));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: server.name,
    version: server.version,
    endpoints: listening.map(({ port }) => localEndpoint(server.dialect, port)),
    servers: listening.map(({ pid, metricsUrl }) => ({ pid, metricsUrl })),
    pids: () => children.flatMap(({ pid }) => (pid === undefined ? [] : processTree(pid))),
    stop,
  };
}

/** Where a server listens. */
interface Listening {
  readonly pid: number;
  readonly port: number;
  readonly metricsUrl: string;
}

function localEndpoint(dialect: Dialect, port: number): Endpoint {
  const address = { host: HOST, port, tls: false };
  return { dialect, app: BENCH_APP, sockets: address, api: address, pathPrefix: '' };
}

/** Reads the output to its end, so that the server can go on writing. */
function readListening({ name, portOf, metricsUrlOf }: NodeServer, child: ChildProcess): Promise<Listening> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (what: string) => {
      reject(new BenchError(`${name} ${what}\n${output.slice(-2000)}`));
    };
    const timer = setTimeout(() => {
      fail(`told no port, and nothing at all for ${SILENCE_MS / 1000} s`);
    }, SILENCE_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${String(code ?? signal)}`);
    });
    child.stderr?.on('data', (text: Buffer) => {
      if (output.length < 100_000) output += text.toString('utf8');
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (output.length < 100_000) output += `${line}\n`;
      timer.refresh();
      const port = portOf(line);
      if (port === undefined) return;
      clearTimeout(timer);
      resolve({ pid: child.pid ?? 0, port, metricsUrl: metricsUrlOf?.(line) ?? '' });
    });
  });
}

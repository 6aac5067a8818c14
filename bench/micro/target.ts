import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server under test, in a process of its own on the first core. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** CPU seconds used so far, user and system. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** Clock ticks a second in /proc; fixed on Linux. */
const TICKS_PER_SECOND = 100;

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** uWebSockets.js without pregon. */
export function startRaw(): Promise<Target> {
  return start('raw uWS', [file('raw-uws.js')], {});
}

/** pregon with the development app and no limit that a load would meet. */
export function startPregon(transport: 'uws' | 'ws'): Promise<Target> {
  return start(`pregon ${transport}`, [file('../../src/cli/main.js'), 'start'], {
    PREGON_TRANSPORT: transport,
    PREGON_PORT: '0',
    PREGON_MANAGEMENT: 'false',
    PREGON_LOG_FORMAT: 'json',
    PREGON_APP_MAX_PRESENCE_MEMBERS: '100000',
  });
}

async function start(name: string, args: string[], env: Record<string, string>): Promise<Target> {
  const child = spawn('taskset', ['-c', '0', process.execPath, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
  });
  const port = await readPort(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  return {
    name,
    port,
    pid,
    cpuSeconds: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      // Fields 14 and 15 of the whole line.
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
    residentBytes: () => {
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(kilobytes) * 1024;
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}

/** The port from the first line that names one, or from pregon's start log. */
function readPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${code ?? 'a signal'}`));
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { port, url } = JSON.parse(line) as { port?: number; url?: string };
      const found = port ?? (url === undefined ? undefined : Number(new URL(url).port));
      if (found !== undefined) resolve(found);
    });
  });
}

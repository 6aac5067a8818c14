import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server under test, in a process of its own on the first core. */
export interface Target {
  readonly name: string;
  /** The bare library. */
  readonly isRaw: boolean;
  readonly port: number;
  readonly pid: number;
  /** CPU seconds used so far by all threads, user and system. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  residentBytes(): number;
  stop(): Promise<void>;
}

/** This build. */
const DIST = fileURLToPath(new URL('../..', import.meta.url));

/** uWebSockets.js without pregon. */
export function startRaw(): Promise<Target> {
  return start('raw uWS', true, [join(DIST, 'bench/micro/raw-uws.js')], {});
}

/**
 * pregon with the development app and no limit that a load would meet.
 *
 * @param dist the folder of the build
 */
export function startPregon(transport: 'uws' | 'ws', dist = DIST): Promise<Target> {
  const name = `pregon ${transport}${dist === DIST ? '' : ', other build'}`;
  return start(name, false, [join(dist, 'src/cli/main.js'), 'start'], {
    PREGON_TRANSPORT: transport,
    PREGON_PORT: '0',
    PREGON_MANAGEMENT: 'false',
    PREGON_LOG_FORMAT: 'json',
    PREGON_APP_MAX_PRESENCE_MEMBERS: '100000',
  });
}

async function start(
  name: string,
  isRaw: boolean,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Target> {
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
    isRaw,
    port,
    pid,
    cpuSeconds: () => cpuSeconds(pid),
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

/** By the scheduler's own account, in nanoseconds; `/proc/pid/stat` counts in hundredths of a second. */
function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  }
  return nanoseconds / 1e9;
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

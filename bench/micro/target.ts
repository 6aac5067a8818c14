import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Profiler } from './profiler.js';

/** A server under test, in a process of its own on the first core. */
export interface Target {
  readonly name: string;
  /** The bare library. */
  readonly isRaw: boolean;
  readonly port: number;
  readonly pid: number;
  /** Samples it while its CPU time is counted. */
  readonly profiler?: Profiler;
  /** CPU seconds used so far by all threads, user and system. */
  cpuSeconds(): number;
  /** Collects garbage first. */
  memory(): Promise<MemoryUse>;
  stop(): Promise<void>;
}

/** Bytes. */
export interface MemoryUse {
  readonly resident: number;
  /** Of that, live JavaScript objects. */
  readonly heapUsed: number;
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
  const node = [process.execPath, '--expose-gc', '--import', join(DIST, 'bench/micro/memory-probe.js')];
  const child = spawn('taskset', ['-c', '0', ...node, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
  });
  const port = await nextLine(child, portOf);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  return {
    name,
    isRaw,
    port,
    pid,
    cpuSeconds: () => cpuSeconds(pid),
    memory: () => {
      const use = nextLine(child, memoryOf);
      child.kill('SIGUSR2');
      return use;
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

/** What the next line says that says it. */
function nextLine<T>(child: ChildProcess, read: (line: string) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${code ?? 'a signal'}`));
    });
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const found = read(line);
      if (found === undefined) return;
      lines.close();
      resolve(found);
    });
  });
}

/** As the bare server says it, or pregon's start log. */
function portOf(line: string): number | undefined {
  const { port, url } = JSON.parse(line) as { port?: number; url?: string };
  return port ?? (url === undefined ? undefined : Number(new URL(url).port));
}

function memoryOf(line: string): MemoryUse | undefined {
  const use = JSON.parse(line) as Partial<MemoryUse>;
  return use.resident === undefined ? undefined : (use as MemoryUse);
}

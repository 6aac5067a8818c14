import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

/** As many descriptors as a process may be given without asking the kernel for more. */
const WANTED_DESCRIPTORS = 1_048_576;

/** Raises the limit as far as it goes, and becomes the command it is given. */
const RAISE = `ulimit -n ${WANTED_DESCRIPTORS} 2>/dev/null || ulimit -n "$(ulimit -Hn)"; exec "$@"`;

/** How a process is run. */
export interface SpawnOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Cores it may use, as taskset takes them, such as `0` or `2-5`; undefined leaves it to the system. */
  readonly cpus?: string | undefined;
  readonly stdio: StdioOptions;
}

/** Starts Node with as many descriptors as may be had, on the given cores. */
export function spawnNode(options: SpawnOptions): ChildProcess {
  return spawnCommand(process.execPath, options);
}

/** As {@link spawnNode}, another program. */
export function spawnCommand(
  command: string,
  { args, env = {}, cwd = '/', cpus, stdio }: SpawnOptions,
): ChildProcess {
  const pinned = cpus === undefined ? [] : ['taskset', '-c', cpus];
  const child = spawn('sh', ['-c', RAISE, 'sh', ...pinned, command, ...args], {
    cwd,
    // Nothing of this process's settings reaches the servers, which would read them.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** However this process ends, none of those it started outlives it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How many descriptors a process started by {@link spawnNode} may hold. */
export function descriptorLimit(): number {
  const { stdout } = spawnSync('sh', ['-c', RAISE, 'sh', 'sh', '-c', 'ulimit -n'], { encoding: 'utf8' });
  const limit = Number(stdout.trim());
  return Number.isInteger(limit) && limit > 0 ? limit : WANTED_DESCRIPTORS;
}

/** How long a process may take to end by itself before it is ended. */
const PATIENCE_MS = 5000;

/** Ends a process, and waits until it is gone. */
export async function endProcess(
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await exit;
  clearTimeout(timer);
}

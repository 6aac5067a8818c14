import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What processes used since they started, read from /proc. */
export interface ProcessUsage {
  /** User and system time. */
  readonly cpuSeconds: number;
  /** How long they could have run while others had the cores. */
  readonly waitSeconds: number;
  /** Resident memory now. */
  readonly residentBytes: number;
}

/** Clock ticks a second in /proc; fixed on Linux. */
const TICKS_PER_SECOND = 100;

/** The sum over processes that are there; those that have ended count as nothing. */
export function usageOf(pids: readonly number[]): ProcessUsage {
  let cpuSeconds = 0;
  let waitSeconds = 0;
  let residentBytes = 0;
  for (const pid of pids) {
    const stat = readIfThere(`/proc/${pid}/stat`);
    const status = readIfThere(`/proc/${pid}/status`);
    if (stat === undefined || status === undefined) continue;
    // The scheduler forgets threads that have ended; the coarser account never says more than was used.
    cpuSeconds += Math.max(parseCpuSeconds(stat), scheduledSeconds(pid));
    waitSeconds += parseWaitSeconds(readIfThere(`/proc/${pid}/schedstat`) ?? '');
    residentBytes += parseResidentBytes(status);
  }
  return { cpuSeconds, waitSeconds, residentBytes };
}

/** The CPU seconds in `/proc/{pid}/stat`. The command's name, in brackets, may itself hold brackets and blanks. */
export function parseCpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime are fields 14 and 15 of the line, and the first field after the name is the third.
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What the threads of a process ran, to the nanosecond; 0 where the kernel does not tell. */
function scheduledSeconds(pid: number): number {
  return listIfThere(`/proc/${pid}/task`)
    .map((thread) => parseRunSeconds(readIfThere(`/proc/${pid}/task/${thread}/schedstat`) ?? ''))
    .reduce((sum, seconds) => sum + seconds, 0);
}

/** The seconds on a core in a `schedstat` of `/proc`; 0 where the kernel does not tell. */
export function parseRunSeconds(schedstat: string): number {
  return Number(schedstat.split(' ')[0] ?? 0) / 1e9;
}

/** The seconds in a run queue in `/proc/{pid}/schedstat`; 0 where the kernel does not tell. */
export function parseWaitSeconds(schedstat: string): number {
  return Number(schedstat.split(' ')[1] ?? 0) / 1e9;
}

/** CPU time of a process's main thread to the nanosecond, for a program that works in that; 0 where nobody tells. */
export function mainThreadSeconds(pid: number): number {
  return Number((readIfThere(`/proc/${pid}/schedstat`) ?? '').split(' ')[0] ?? 0) / 1e9;
}

/** The resident bytes in `/proc/{pid}/status`. */
export function parseResidentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** A process and all that it started. */
export function processTree(pid: number): number[] {
  const tree = [pid];
  // Children are appended while it is walked, and so are theirs.
  for (const parent of tree) {
    for (const thread of listIfThere(`/proc/${parent}/task`)) {
      const children = readIfThere(`/proc/${parent}/task/${thread}/children`) ?? '';
      tree.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return tree;
}

/** The processes of this machine that listen on a TCP port. */
export function listeningPids(port: number): number[] {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port)));
  if (inodes.size === 0) return [];
  return listIfThere('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => listIfThere(`/proc/${pid}/fd`).some((fd) => inodes.has(inodeOf(pid, fd))))
    .map(Number);
}

const LISTENING = '0A';

function listeningInodes(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return (readIfThere(file) ?? '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) === true && fields[3] === LISTENING)
    .map((fields) => `socket:[${fields[9] ?? ''}]`);
}

function inodeOf(pid: string, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

function listIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A process may end between two looks, and those of others cannot be looked into. */
function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM';
}

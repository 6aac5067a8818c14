import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { costClass, parseStacks } from './cost-class.js';

const SAMPLES_PER_SECOND = 499;

/** Bytes of what `perf script` prints of one recording. */
const MAX_STACKS_BYTES = 1_000_000_000;

/** Where the CPU time of a process goes, sampled by `perf` (Debian: linux-perf), in the kernel as well. */
export class Profiler {
  /** Samples by class. */
  readonly samples = new Map<string, number>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'pregon-profile-'));
  private perf: ChildProcess | undefined = undefined;

  constructor(private readonly pid: number) {}

  /**
   * @returns when samples are being taken
   * @throws Error where perf is missing or may not look
   */
  async start(): Promise<void> {
    // It starts switched off and is told to begin, which it confirms.
    const how = ['-e', 'cpu-clock', '-F', `${SAMPLES_PER_SECOND}`, '-g', '-D', '-1', '--control', 'fd:3,4'];
    const perf = spawn('perf', ['record', ...how, '-o', this.file, '-p', `${this.pid}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.perf = perf;
    const failed = Promise.race([once(perf, 'error'), once(perf, 'exit')]);
    const [, , , control, answers] = perf.stdio as unknown as [null, null, null, Writable, Readable];
    control.on('error', () => undefined); // It has ended, which is told below.
    control.write('enable\n');
    const confirmed = once(answers, 'data').then(() => true);
    if ((await Promise.race([confirmed, failed])) !== true) {
      throw new Error('perf does not record: install it (Debian: linux-perf) and run as root');
    }
  }

  /** Adds what was sampled since the start. */
  async stop(): Promise<void> {
    if (this.perf === undefined) return;
    const ended = once(this.perf, 'exit');
    this.perf.kill('SIGINT');
    await ended;
    const args = ['script', '-i', this.file, '-F', 'tid,ip,sym,dso'];
    const { stdout } = await promisify(execFile)('perf', args, { maxBuffer: MAX_STACKS_BYTES });
    for (const { thread, frames } of parseStacks(stdout)) {
      const name = costClass(frames, thread === this.pid);
      this.samples.set(name, (this.samples.get(name) ?? 0) + 1);
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  private get file(): string {
    return join(this.folder, 'perf.data');
  }
}

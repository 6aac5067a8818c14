import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How a server process is started. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** What a line of its output says when it is ready. */
  readonly ready: RegExp;
}

/** A server of another project, as a process of its own with a folder for its data. */
export class OwnProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'pregon-service-'));
  private child: ChildProcess | undefined;

  async start({ command, args, ready }: Command): Promise<void> {
    const child = spawn(command, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const read = (line: string) => {
        lines.push(line);
        if (ready.test(line)) resolve();
      };
      createInterface(child.stdout).on('line', read);
      createInterface(child.stderr).on('line', read);
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`${command} did not start: ${lines.join('\n')}`));
      });
    });
    // Its output has to be read to its end, but not to be kept.
    lines.length = 0;
  }

  /** Lets it stand still, as a machine that is paused, or go on. */
  stall(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends it, by default at once and without a warning. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exit;
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

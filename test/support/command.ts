import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.js';

const MAIN = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;

/** How long a line of the log may take. Far more than it ever should. */
const PATIENCE_MS = 30_000;

export interface CommandOptions {
  /** The whole environment but for PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file that its output goes to; nothing of that is seen here. */
  readonly stdoutFile?: string;
  /** Files of the folder it runs in, by their paths; what is no text is written as JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
}

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `pregon` as an operator runs it: in a process, a folder and an environment of its own. Ends with the test. */
export class Command {
  stdout = '';
  stderr = '';
  /** Its output is complete by then. */
  readonly ended: Promise<Ending>;
  private readonly arrived = new Set<() => void>();

  private constructor(
    private readonly child: ChildProcess,
    /** Where it runs; also its home. */
    readonly folder: string,
  ) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.wake();
        resolve({ code, signal });
      });
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await this.ended;
    });
  }

  static start(args: readonly string[], { env = {}, files = {}, stdoutFile }: CommandOptions = {}): Command {
    const folder = tempFolder();
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const output = stdoutFile === undefined ? undefined : openSync(stdoutFile, 'w');
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
      stdio: ['ignore', output ?? 'pipe', 'pipe'],
    });
    if (output !== undefined) closeSync(output);
    return new Command(child, folder);
  }

  /** Runs it to its end. */
  static async run(args: readonly string[], options?: CommandOptions) {
    const command = Command.start(args, options);
    const { code } = await command.ended;
    return { code, stdout: command.stdout, stderr: command.stderr };
  }

  /** The lines of its log so far. */
  get log(): LogLine[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for a line of the log. */
  async logged(message: string): Promise<LogLine> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const line = this.log.find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      const { exitCode, signalCode } = this.child;
      if (deadline.aborted || exitCode !== null || signalCode !== null) {
        throw new Error(`no '${message}' in the log, but: ${this.stdout}${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.arrived.add(resolve);
        deadline.addEventListener('abort', () => {
          resolve();
        });
      });
    }
  }

  /** Waits until it serves. */
  async listening(): Promise<{
    readonly port: number;
    readonly managementPort: number;
    readonly line: LogLine;
  }> {
    const line = await this.logged('listening');
    const portOf = (url: unknown) => (URL.canParse(String(url)) ? Number(new URL(String(url)).port) : 0);
    return { port: portOf(line['url']), managementPort: portOf(line['management']), line };
  }

  private wake(): void {
    for (const resolve of this.arrived) resolve();
    this.arrived.clear();
  }
}

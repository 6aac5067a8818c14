import { writeSync } from 'node:fs';

/** What a full pipe may keep waiting. */
const MAX_WAITING_BYTES = 1_048_576;
const RETRY_MS = 20;

/** How long an exit waits for a pipe that is full. */
const LAST_PAUSE_MS = 10;
const LAST_PAUSES = 20;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** Writes to a file descriptor as `fs.writeSync` does; a pipe that is full throws EAGAIN. */
export type WriteSync = (bytes: Uint8Array) => number;

/**
 * Writes lines without ever waiting for their reader. A line is written before {@link write} returns, unless the pipe is
 * full: then lines wait, and those beyond 1 MiB are lost. A disk that is full loses lines too. How many were lost is
 * reported once lines are written again.
 */
export class LineOutput {
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private lost = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param reportLost called with the number of lost lines; may write a line */
  constructor(
    private readonly writeSync: WriteSync,
    private readonly reportLost: (lines: number) => void,
    private readonly maxWaitingBytes = MAX_WAITING_BYTES,
  ) {}

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.waiting.length > 0 && !this.drain()) {
      this.keep(bytes);
      return;
    }
    const rest = this.attempt(bytes);
    if (rest === undefined) return;
    if (rest.length < bytes.length) this.waitFor(rest);
    else this.keep(bytes);
  }

  /** Writes what waits, for a fifth of a second at the most: nothing is written after an exit. */
  flush(): void {
    clearTimeout(this.timer);
    for (let pause = 0; pause < LAST_PAUSES && !this.drain(); pause++) {
      Atomics.wait(NEVER, 0, 0, LAST_PAUSE_MS);
    }
  }

  /** @returns whether nothing waits any more */
  private drain(): boolean {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const rest = this.attempt(next);
      if (rest !== undefined) {
        this.waitingBytes -= next.length - rest.length;
        this.waiting[0] = rest;
        return false;
      }
      this.waiting.shift();
      this.waitingBytes -= next.length;
    }
    this.tellLost();
    return true;
  }

  /** Writes what can be written now. @returns what a full pipe leaves over; undefined when nothing is */
  private attempt(bytes: Buffer): Buffer | undefined {
    let rest = bytes;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(this.writeSync(rest));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return rest;
        // A full disk, or a reader that is gone, ends no service.
        this.lost++;
        return undefined;
      }
    }
    if (this.lost > 0 && this.waiting.length === 0) this.tellLost();
    return undefined;
  }

  private keep(bytes: Buffer): void {
    if (this.waitingBytes + bytes.length > this.maxWaitingBytes) this.lost++;
    else this.waitFor(bytes);
  }

  private waitFor(bytes: Buffer): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.retryLater();
  }

  private retryLater(): void {
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.drain()) this.retryLater();
    }, RETRY_MS);
    this.timer.unref();
  }

  private tellLost(): void {
    const { lost } = this;
    if (lost === 0) return;
    this.lost = 0;
    this.reportLost(lost);
  }
}

const STDOUT_FD = 1;

/** Writes to standard output. */
export function writeToStdout(bytes: Uint8Array): number {
  return writeSync(STDOUT_FD, bytes);
}

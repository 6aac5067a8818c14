import type { Clock, Timer } from '../../src/clock.js';

interface Task {
  at: number;
  readonly intervalMs: number | undefined;
  readonly run: () => void;
}

/** A clock that only moves when it is told to, and then runs what falls due, in order. */
export class FakeClock implements Clock {
  private readonly tasks = new Set<Task>();

  constructor(private milliseconds = 1_700_000_000_000) {}

  now(): number {
    return this.milliseconds;
  }

  monotonic(): number {
    return this.milliseconds;
  }

  every(intervalMs: number, run: () => void): Timer {
    return this.add({ at: this.milliseconds + intervalMs, intervalMs, run });
  }

  after(delayMs: number, run: () => void): Timer {
    return this.add({ at: this.milliseconds + delayMs, intervalMs: undefined, run });
  }

  advance(milliseconds: number): void {
    const end = this.milliseconds + milliseconds;
    for (;;) {
      const next = this.nextDue(end);
      if (next === undefined) break;
      this.milliseconds = next.at;
      if (next.intervalMs === undefined) this.tasks.delete(next);
      else next.at += next.intervalMs;
      next.run();
    }
    this.milliseconds = end;
  }

  /** Passes as time does for a process that stands still: what fell due runs late, and only once. */
  stall(milliseconds: number): void {
    this.milliseconds += milliseconds;
    for (const task of [...this.tasks]) {
      if (task.at > this.milliseconds) continue;
      if (task.intervalMs === undefined) this.tasks.delete(task);
      else task.at = this.milliseconds + task.intervalMs;
      task.run();
    }
  }

  /** Tasks that still wait. */
  get pending(): number {
    return this.tasks.size;
  }

  private nextDue(end: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.tasks) {
      if (task.at <= end && (next === undefined || task.at < next.at)) next = task;
    }
    return next;
  }

  private add(task: Task): Timer {
    this.tasks.add(task);
    return {
      cancel: () => {
        this.tasks.delete(task);
      },
    };
  }
}

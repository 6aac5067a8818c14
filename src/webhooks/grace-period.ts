import type { Clock, Timer } from '../clock.js';

interface Held<T> {
  readonly until: number;
  readonly value: T;
  readonly release: () => void;
}

/**
 * Holds back what may be undone within a moment, such as a member who leaves because his page is loaded again
 * (PROTOCOL.md HOOK-5). All wait equally long, so one timer for the first of them is enough.
 */
export class GracePeriod<T> {
  /** In the order in which they fall due. */
  private readonly held = new Map<string, Held<T>>();
  private timer: Timer | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly clock: Pick<Clock, 'after' | 'monotonic'>,
    /** Beyond this many the first are released early: clients can come and go as fast as they like. */
    private readonly maxHeld = 100_000,
  ) {}

  /**
   * Calls `release` when the time is over, unless {@link cancel} comes first.
   *
   * @param value that `cancel` gives back
   */
  hold(key: string, value: T, release: () => void): void {
    if (this.milliseconds === 0) {
      release();
      return;
    }
    if (this.held.size >= this.maxHeld) this.releaseFirst();
    this.held.set(key, { until: this.clock.monotonic() + this.milliseconds, value, release });
    this.schedule();
  }

  /** @returns the value of what was held under this key, and is now forgotten; undefined where nothing was */
  cancel(key: string): T | undefined {
    const held = this.held.get(key);
    this.held.delete(key);
    return held?.value;
  }

  /** Releases everything at once. */
  end(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.releaseUntil(Infinity);
  }

  private schedule(): void {
    if (this.timer !== undefined) return;
    const [first] = this.held.values();
    if (first === undefined) return;
    this.timer = this.clock.after(Math.max(0, first.until - this.clock.monotonic()), () => {
      this.timer = undefined;
      this.releaseUntil(this.clock.monotonic());
      this.schedule();
    });
  }

  private releaseFirst(): void {
    for (const [key, { release }] of this.held) {
      this.held.delete(key);
      release();
      return;
    }
  }

  private releaseUntil(nowMs: number): void {
    for (const [key, { until, release }] of this.held) {
      if (until > nowMs) return;
      this.held.delete(key);
      release();
    }
  }
}

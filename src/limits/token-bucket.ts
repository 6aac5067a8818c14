/**
 * Allows `perSecond` on average and `burst` at once. Two numbers of state, no timer: what has come in since the last
 * take is worked out when it is asked for.
 */
export class TokenBucket {
  private tokens: number;
  private refilledAtMs: number;

  constructor(burst: number, nowMs: number) {
    this.tokens = burst;
    this.refilledAtMs = nowMs;
  }

  /**
   * Takes `count` tokens if they are there.
   *
   * @param nowMs of a clock that never goes back
   */
  take(count: number, perSecond: number, burst: number, nowMs: number): boolean {
    const refilled = this.tokens + ((nowMs - this.refilledAtMs) / 1000) * perSecond;
    this.tokens = Math.min(burst, refilled);
    this.refilledAtMs = nowMs;
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }

  /** Milliseconds until `count` tokens will be there, if none is taken before. */
  waitMs(count: number, perSecond: number): number {
    return Math.max(0, Math.ceil(((count - this.tokens) / perSecond) * 1000));
  }
}

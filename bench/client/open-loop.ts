/**
 * When events are due at a fixed rate, whatever becomes of those before: a slow server does not slow the load down, as
 * it would not slow its users down.
 */
export class OpenLoopSchedule {
  private sent = 0;
  readonly total: number;
  private readonly intervalMicros: number;

  /** @param startMicros when the first event is due */
  constructor(
    readonly ratePerSecond: number,
    seconds: number,
    private readonly startMicros: number,
  ) {
    this.total = Math.round(ratePerSecond * seconds);
    this.intervalMicros = 1_000_000 / ratePerSecond;
  }

  get isDone(): boolean {
    return this.sent >= this.total;
  }

  /** When the next event is due. It stays due at that time, however late it is taken. */
  get nextMicros(): number {
    return this.startMicros + this.sent * this.intervalMicros;
  }

  /**
   * Takes the next event.
   *
   * @returns when it was due; undefined when none is due yet
   */
  take(nowMicros: number): number | undefined {
    const due = this.nextMicros;
    if (this.isDone || due > nowMicros) return undefined;
    this.sent++;
    return due;
  }
}

/** The setting's bounds. */
export interface BodyLimits {
  readonly maxUnfinishedRequests: number;
  readonly maxUnfinishedBytes: number;
}

/** Counts bodies of which a part has arrived, so that many slow senders together cannot fill the memory. */
export class UnfinishedBodies {
  private requests = 0;
  private bytes = 0;

  constructor(private readonly limits: BodyLimits) {}

  /**
   * Counts bytes of a body that is not whole yet.
   *
   * @param isFirst whether they are the first of theirs
   * @returns whether they may be kept; they count in either case, until {@link remove}
   */
  add(bytes: number, isFirst: boolean): boolean {
    this.bytes += bytes;
    if (isFirst) this.requests++;
    return this.requests <= this.limits.maxUnfinishedRequests && this.bytes <= this.limits.maxUnfinishedBytes;
  }

  /** A body is whole or given up. @param bytes all that were added of it */
  remove(bytes: number): void {
    this.requests--;
    this.bytes -= bytes;
  }
}

/** After so many requests the end of the turn is asked for: less often would let a turn's share pass, more often costs. */
const ARM_EVERY = 32;

/**
 * Counts requests that are answered in one turn of the event loop. The library hands over all that one read of a socket
 * brought, half a megabyte, in one turn; without a share of it nobody else would be served meanwhile.
 */
export class LoopTurn {
  private count = 0;

  /** @param share requests of one turn that are answered at once */
  constructor(private readonly share: number) {}

  /** Counts a request. @returns whether it has to wait for the next turn */
  isOver(): boolean {
    if (++this.count % ARM_EVERY === 0) setImmediate(this.begin);
    return this.count > this.share;
  }

  private readonly begin = () => {
    this.count = 0;
  };
}

/** What became of the events that subscribers should have received. */
export interface AuditTotals {
  readonly received: number;
  /** Never came. */
  readonly lost: number;
  /** Came more than once. */
  readonly duplicated: number;
  /** Came after an event that was sent later. */
  readonly reordered: number;
}

/** Gaps remembered one by one; further ones count as lost, and if they do come, as duplicated. */
const MAX_REMEMBERED_GAPS = 1_000_000;

/** A subscription that has seen nothing and may have begun anywhere. */
const ANYWHERE = -1;

/**
 * Follows the numbers of the events on each subscription, from 0 and without gaps.
 *
 * A gap counts as lost until the missing event comes after all, which makes it reordered.
 */
export class SequenceAudit {
  /** The number that each subscription waits for. */
  private next = new Int32Array(0);
  private readonly gaps = new Map<number, Set<number>>();
  private gapCount = 0;
  private received = 0;
  private lost = 0;
  private duplicated = 0;
  private reordered = 0;

  /**
   * A subscription begins, or begins anew.
   *
   * @param first the number it has to receive first; undefined when that depends on the moment
   */
  begin(subscription: number, first: number | undefined): void {
    if (subscription >= this.next.length) {
      const grown = new Int32Array(Math.max(1024, 2 ** Math.ceil(Math.log2(subscription + 1))));
      grown.set(this.next);
      this.next = grown;
    }
    this.next[subscription] = first ?? ANYWHERE;
    this.forget(subscription);
  }

  receive(subscription: number, sequence: number): void {
    this.received++;
    const next = this.next[subscription] ?? ANYWHERE;
    if (sequence === next || next === ANYWHERE) {
      this.next[subscription] = sequence + 1;
    } else if (sequence > next) {
      this.openGap(subscription, next, sequence);
      this.next[subscription] = sequence + 1;
    } else if (this.gaps.get(subscription)?.delete(sequence) === true) {
      this.gapCount--;
      this.lost--;
      this.reordered++;
    } else {
      this.duplicated++;
    }
  }

  /**
   * All that was sent should be here by now: what is not, is lost.
   *
   * @param sent how many events were sent on the subscription's channel
   */
  settle(subscription: number, sent: number): void {
    const next = this.next[subscription] ?? ANYWHERE;
    if (next === ANYWHERE || next >= sent) return;
    this.openGap(subscription, next, sent);
    this.next[subscription] = sent;
  }

  /** How many of the events sent on the subscription's channel have not come, and are not counted as lost yet. */
  missing(subscription: number, sent: number): number {
    const next = this.next[subscription] ?? ANYWHERE;
    return next === ANYWHERE ? 0 : Math.max(0, sent - next);
  }

  totals(): AuditTotals {
    const { received, lost, duplicated, reordered } = this;
    return { received, lost, duplicated, reordered };
  }

  private openGap(subscription: number, from: number, to: number): void {
    this.lost += to - from;
    const gaps = this.gaps.get(subscription) ?? new Set();
    this.gaps.set(subscription, gaps);
    for (let missing = from; missing < to && this.gapCount < MAX_REMEMBERED_GAPS; missing++) {
      gaps.add(missing);
      this.gapCount++;
    }
  }

  private forget(subscription: number): void {
    this.gapCount -= this.gaps.get(subscription)?.size ?? 0;
    this.gaps.delete(subscription);
  }
}

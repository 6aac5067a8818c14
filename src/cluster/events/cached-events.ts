import { BoundedCache } from '../../bounded-cache.js';
import type { Clock } from '../../clock.js';
import type { ClusterStore } from '../store.js';

/** Bounds of what is remembered; what is forgotten is only not restored in a store that was emptied. */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 16_777_216;

/**
 * The last events of cache channels that this node published or heard, as bus messages: a store that was away or emptied
 * is told of them when it is back.
 */
export class CachedEvents {
  private readonly last: BoundedCache<Uint8Array>;
  /** Keys whose last event the store may not have. */
  private readonly unstored = new Set<string>();

  constructor(
    private readonly store: Pick<ClusterStore, 'cache'>,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.last = new BoundedCache({
      maxEntries: MAX_EVENTS,
      maxSize: MAX_BYTES,
      sizeOf: (message, key) => message.byteLength + key.length,
      clock,
      dispose: (_message, key, reason) => {
        if (reason !== 'set') this.unstored.delete(key);
      },
    });
  }

  /** Notes an event that the store has. */
  note(key: string, message: Uint8Array, ttlMs: number): void {
    this.last.set(key, message, { ttl: ttlMs });
    this.unstored.delete(key);
  }

  /** Notes an event that the store has to be told of when it is back. */
  noteUnstored(key: string, message: Uint8Array, ttlMs: number): void {
    this.last.set(key, message, { ttl: ttlMs });
    this.unstored.add(key);
  }

  /** Tells the store. @returns when it knows, or failed to learn it */
  async tell(key: string, message: Uint8Array, ttlMs: number): Promise<void> {
    try {
      await this.store.cache(key, message, ttlMs, false);
    } catch {
      // A store that failed is told again when it is back.
      if (this.last.peek(key) === message) this.unstored.add(key);
    }
  }

  /**
   * The store is back: tells it what it does not have, unless another node told it of something later.
   *
   * @param isEmptied then it has nothing
   */
  restate(isEmptied: boolean): void {
    for (const key of isEmptied ? [...this.last.keys()] : [...this.unstored]) {
      const message = this.last.peek(key);
      const ttlMs = Math.ceil(this.last.getRemainingTTL(key));
      this.unstored.delete(key);
      if (message === undefined || ttlMs <= 0) continue;
      this.store.cache(key, message, ttlMs, true).catch(() => {
        if (this.last.peek(key) === message) this.unstored.add(key);
      });
    }
  }
}

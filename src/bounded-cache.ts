import { LRUCache } from 'lru-cache';
import type { Clock } from './clock.js';

/** What a {@link BoundedCache} holds at most, and for how long. */
export interface CacheOptions<V> {
  readonly maxEntries: number;
  /** What all entries may take together, by `sizeOf`. */
  readonly maxSize?: number;
  readonly sizeOf?: (value: V, key: string) => number;
  /** Of caches whose entries are gone after a time. */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** After how many milliseconds; `set` may say otherwise of an entry. */
  readonly ttlMs?: number;
  readonly dispose?: (value: V, key: string, reason: LRUCache.DisposeReason) => void;
}

/**
 * The entries that were used last, as many as its bounds allow. It takes room as it fills: lru-cache, told how many
 * entries there may be, takes it for all of them at once, which for 100,000 are some megabytes and milliseconds of every
 * process, whether they come or not.
 */
export class BoundedCache<V extends object | string | number | boolean> extends LRUCache<string, V> {
  private readonly maxEntries: number;

  constructor(options: CacheOptions<V>) {
    const { maxEntries, maxSize = maxEntries, sizeOf = () => 1, clock, ttlMs, dispose } = options;
    super({
      maxSize,
      sizeCalculation: sizeOf,
      ttlResolution: 0,
      ...(ttlMs !== undefined && { ttl: ttlMs }),
      // Its clock must not start at 0, which it takes for "no entry".
      ...(clock !== undefined && { perf: { now: () => clock.monotonic() + 1 } }),
      ...(dispose !== undefined && { dispose }),
    });
    this.maxEntries = maxEntries;
  }

  override set(key: string, value: V, options?: LRUCache.SetOptions<string, V, unknown>): this {
    super.set(key, value, options);
    while (this.size > this.maxEntries) this.pop();
    return this;
  }
}

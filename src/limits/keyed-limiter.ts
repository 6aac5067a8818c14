import { BoundedCache } from '../bounded-cache.js';
import { TokenBucket } from './token-bucket.js';

/**
 * A token bucket for each key, the least recently used ones forgotten: memory is bounded however many keys a peer can
 * make up. A forgotten key starts with a full bucket.
 */
export class KeyedLimiter {
  private readonly buckets: BoundedCache<TokenBucket>;

  constructor(maxKeys = 20_000) {
    this.buckets = new BoundedCache({ maxEntries: maxKeys });
  }

  take(key: string, perSecond: number, burst: number, nowMs: number): boolean {
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(burst, nowMs);
      this.buckets.set(key, bucket);
    }
    return bucket.take(1, perSecond, burst, nowMs);
  }
}

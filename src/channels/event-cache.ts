import { BoundedCache } from '../bounded-cache.js';
import type { Clock } from '../clock.js';

/** The last event that was triggered on a cache channel. */
export interface CachedEvent {
  readonly event: string;
  readonly data: string;
}

export interface EventCacheOptions {
  readonly ttlSeconds: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** What an entry takes beside its texts, roughly. */
const ENTRY_BYTES = 200;

/**
 * The last events of cache channels (PROTOCOL.md CACHE-1). They outlive the channel's subscriptions: an event may come
 * before its first reader. Bounded in number and bytes, the least recently used first out.
 */
export class EventCache {
  private readonly events: BoundedCache<CachedEvent>;
  /** How long an event is kept. */
  readonly ttlMs: number;

  constructor({ ttlSeconds, maxEntries, maxBytes }: EventCacheOptions, clock: Pick<Clock, 'monotonic'>) {
    this.ttlMs = ttlSeconds * 1000;
    this.events = new BoundedCache({
      maxEntries,
      maxSize: maxBytes,
      sizeOf: ({ event, data }, key) => ENTRY_BYTES + 2 * (event.length + data.length + key.length),
      ttlMs: this.ttlMs,
      clock,
    });
  }

  get(appId: string, channel: string): CachedEvent | undefined {
    return this.events.get(entryKey(appId, channel));
  }

  /** @param ttlMs how long it is kept from now on */
  set(appId: string, channel: string, event: CachedEvent, ttlMs = this.ttlMs): void {
    this.events.set(entryKey(appId, channel), event, { ttl: ttlMs });
  }

  /** Whole seconds an event will still be kept; 0 when there is none. */
  remainingSeconds(appId: string, channel: string): number {
    return Math.ceil(this.events.getRemainingTTL(entryKey(appId, channel)) / 1000);
  }

  get size(): number {
    return this.events.size;
  }
}

function entryKey(appId: string, channel: string): string {
  return `${appId}/${channel}`;
}

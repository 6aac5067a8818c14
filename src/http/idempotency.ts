import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { HttpResponse } from './response.js';

/**
 * The answers to requests that carried an idempotency key (PROTOCOL.md API-6): a repeat gets the first answer and
 * publishes nothing. Only successes are kept, so that a corrected request may use the same key.
 */
export class IdempotencyStore {
  private readonly answers: LRUCache<string, HttpResponse>;

  constructor(
    options: { readonly seconds: number; readonly maxKeys: number },
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.answers = new LRUCache({
      max: options.maxKeys,
      ttl: options.seconds * 1000,
      ttlResolution: 0,
      perf: { now: () => clock.monotonic() },
    });
  }

  /** @param scope what the key belongs to: app and endpoint */
  find(scope: string, key: string): HttpResponse | undefined {
    return this.answers.get(`${scope} ${key}`);
  }

  keep(scope: string, key: string, answer: HttpResponse): void {
    if (answer.status === 200) this.answers.set(`${scope} ${key}`, answer);
  }
}

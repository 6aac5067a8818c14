import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { HttpResponse } from './response.js';

/** Bytes that all keys and answers may take, roughly; an answer with `info` on many channels is long. */
const MAX_BYTES = 67_108_864;

/** What an entry takes beside its texts, roughly. */
const ENTRY_BYTES = 200;

/**
 * The answers to requests that carried an idempotency key (PROTOCOL.md API-6): a repeat gets the first answer and
 * publishes nothing. Only successes are kept, so that a corrected request may use the same key.
 */
export class IdempotencyStore {
  private readonly answers: LRUCache<string, HttpResponse>;

  constructor(
    options: { readonly seconds: number; readonly maxKeys: number },
    clock: Pick<Clock, 'monotonic'>,
    maxBytes = MAX_BYTES,
  ) {
    this.answers = new LRUCache({
      max: options.maxKeys,
      maxSize: maxBytes,
      sizeCalculation: ({ body }, key) => ENTRY_BYTES + 2 * (body.length + key.length),
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

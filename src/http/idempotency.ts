import { BoundedCache } from '../bounded-cache.js';
import type { Clock } from '../clock.js';
import { HttpError, type HttpResponse } from './response.js';

/** Idempotency keys as all nodes know them. */
export interface ClaimedKeys {
  readonly isHealthy: boolean;
  claim(key: string, ttlMs: number): Promise<string | undefined>;
  answer(key: string, answer: string | undefined, ttlMs: number): void;
}

/** What stands under a key whose request is still being answered. */
export const PENDING = 'pending';

/** Bytes that all keys and answers may take, roughly; an answer with `info` on many channels is long. */
const MAX_BYTES = 67_108_864;

/** What an entry takes beside its texts, roughly. */
const ENTRY_BYTES = 200;

/** How long a repeat waits for the first request's answer, which takes one way to the store and back. */
const WAIT_MS = 1000;
const POLL_MS = 50;

/**
 * The answers to requests that carried an idempotency key (PROTOCOL.md API-6): a repeat gets the first answer and
 * publishes nothing, whichever node it comes to. Only successes are kept, so that a corrected request may use the same
 * key.
 */
export class IdempotencyStore {
  private readonly answers: BoundedCache<HttpResponse>;
  private readonly ttlMs: number;

  constructor(
    options: { readonly seconds: number; readonly maxKeys: number },
    private readonly clock: Pick<Clock, 'monotonic' | 'after'>,
    /** Undefined where the node is alone. */
    private readonly shared?: ClaimedKeys,
    maxBytes = MAX_BYTES,
  ) {
    this.ttlMs = options.seconds * 1000;
    this.answers = new BoundedCache({
      maxEntries: options.maxKeys,
      maxSize: maxBytes,
      sizeOf: ({ body }, key) => ENTRY_BYTES + 2 * (body.length + key.length),
      ttlMs: this.ttlMs,
      clock,
    });
  }

  /**
   * Answers a request, or repeats its first answer.
   *
   * @param scope what the key belongs to, such as app and endpoint
   * @param replayed called when it was answered before
   * @param isKept whether the answer is repeated; asked once it is there
   */
  once(
    scope: readonly string[],
    key: string,
    handle: () => HttpResponse | Promise<HttpResponse>,
    replayed: () => void,
    isKept = isSuccess,
  ): HttpResponse | Promise<HttpResponse> {
    const id = JSON.stringify([...scope, key]);
    const known = this.answers.get(id);
    if (known !== undefined) {
      replayed();
      return known;
    }
    if (this.shared?.isHealthy === true) {
      return this.onceEverywhere(this.shared, id, handle, replayed, isKept);
    }
    const keep = (answer: HttpResponse) => {
      if (isKept(answer)) this.answers.set(id, answer);
      return answer;
    };
    const response = handle();
    return response instanceof Promise ? response.then(keep) : keep(response);
  }

  private async onceEverywhere(
    shared: ClaimedKeys,
    id: string,
    handle: () => HttpResponse | Promise<HttpResponse>,
    replayed: () => void,
    isKept: typeof isSuccess,
  ): Promise<HttpResponse> {
    const earlier = await this.findEarlier(shared, id);
    if (earlier !== undefined) {
      replayed();
      this.answers.set(id, earlier);
      return earlier;
    }
    let kept: HttpResponse | undefined;
    try {
      const answer = await handle();
      if (isKept(answer)) this.answers.set(id, (kept = answer));
      return answer;
    } finally {
      shared.answer(id, kept && JSON.stringify(kept), this.ttlMs);
    }
  }

  /** @returns the answer another request with this key got; undefined when this one is the first */
  private async findEarlier(shared: ClaimedKeys, id: string): Promise<HttpResponse | undefined> {
    const deadline = this.clock.monotonic() + WAIT_MS;
    for (;;) {
      // Without the store, each node remembers what it answered itself.
      const found = await shared.claim(id, this.ttlMs).catch(() => undefined);
      if (found === undefined) return undefined;
      if (found !== PENDING) return JSON.parse(found) as HttpResponse;
      if (this.clock.monotonic() >= deadline) {
        throw new HttpError(503, 'A request with the same idempotency key is being answered', [
          ['Retry-After', '1'],
        ]);
      }
      await new Promise<void>((resolve) => this.clock.after(POLL_MS, resolve));
    }
  }
}

function isSuccess({ status }: HttpResponse): boolean {
  return status === 200;
}

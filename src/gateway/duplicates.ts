import { hash } from 'node:crypto';
import type { Counters } from '../activity/counters.js';
import type { IdempotencyStore } from '../http/idempotency.js';
import type { HttpRequest } from '../http/request.js';
import { HttpError, type HttpResponse } from '../http/response.js';

/** Keys longer than this are refused, as those of the API. */
const MAX_KEY_LENGTH = 255;

/** The answer to a notification. */
export interface Outcome {
  readonly response: HttpResponse;
  /** Whether it is certain that the notification reached no subscription, so that publishing it again repeats nothing. */
  readonly isUnheard: boolean;
}

/**
 * Answers a repeated request as it was answered before. The older client sends a body up to three times, also after
 * its own patience ended, with the first one under way or done.
 */
export class Duplicates {
  /** Requests under way; as many as are open. */
  private readonly underWay = new Map<string, Promise<HttpResponse>>();

  constructor(
    /** Undefined where equal bodies are not held for the same. */
    private readonly bodies: IdempotencyStore | undefined,
    private readonly keys: IdempotencyStore,
    private readonly counters: Counters,
  ) {}

  /**
   * Answers a request once: by its `Idempotency-Key`, which may also tell equal bodies apart, or else by its body.
   * Only successes are remembered, and of those none that reached nobody: a repeat is published then, and its `sent` says
   * whom that reached.
   *
   * @param handle may be called later, when the request's body is no longer there
   * @throws HttpError 400
   */
  async once(request: HttpRequest, handle: () => Promise<Outcome>): Promise<HttpResponse> {
    const key = request.header('idempotency-key');
    if (key !== undefined && key.length > MAX_KEY_LENGTH) {
      throw new HttpError(400, `Idempotency key too long: at most ${MAX_KEY_LENGTH} characters`);
    }
    const store = key === undefined ? this.bodies : this.keys;
    if (store === undefined) return (await handle()).response;
    const name = key ?? hash('sha256', request.body, 'base64');
    const scope = ['gateway', key === undefined ? 'body' : 'key', request.path];
    const replayed = () => {
      this.counters.gatewayDuplicates++;
    };

    const id = JSON.stringify([...scope, name]);
    const first = this.underWay.get(id);
    if (first !== undefined) {
      replayed();
      return first;
    }
    let isUnheard = false;
    const answerOnce = async () => {
      const outcome = await handle();
      isUnheard = outcome.isUnheard;
      return outcome.response;
    };
    const isKept = ({ status }: HttpResponse) => status === 200 && !isUnheard;
    const answer = Promise.resolve(store.once(scope, name, answerOnce, replayed, isKept));
    this.underWay.set(id, answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(id);
    }
  }
}

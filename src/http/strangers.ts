import type { Counters } from '../activity/counters.js';
import type { Clock } from '../clock.js';
import { KeyedLimiter } from '../limits/keyed-limiter.js';
import { isLoopback, networkOf } from '../limits/network.js';
import type { HttpRequest } from './request.js';
import { HttpError } from './response.js';

/** How many requests one address may make without a signature or a secret. */
export interface StrangerLimits {
  /** Null for no limit. */
  readonly maxUnsignedRequestsPerSecond: number | null;
  readonly unsignedRequestBurst: number;
}

/**
 * Counts requests without a valid signature or secret for each address: whoever has one is bounded by the settings of
 * their app. Loopback is exempt, since a proxy there that is not trusted stands for all its clients.
 */
export class Strangers {
  private readonly limiter = new KeyedLimiter();

  constructor(
    private readonly limits: StrangerLimits,
    private readonly services: { readonly clock: Pick<Clock, 'monotonic'>; readonly counters: Counters },
  ) {}

  /** Takes a request. @returns the 429 for one too many, which ends the connection */
  refusal(request: HttpRequest): HttpError | undefined {
    const { maxUnsignedRequestsPerSecond: perSecond, unsignedRequestBurst: burst } = this.limits;
    if (perSecond === null) return undefined;
    const { address } = request;
    if (isLoopback(address)) return undefined;
    const { clock, counters } = this.services;
    if (this.limiter.take(networkOf(address), perSecond, burst, clock.monotonic())) return undefined;
    counters.rateLimited++;
    return new HttpError(
      429,
      `Too many requests without a signature: one address may make ${perSecond} per second`,
      [['Retry-After', '1']],
      undefined,
      true,
    );
  }
}

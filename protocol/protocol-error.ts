import type { ErrorCode } from './error-codes.js';

/** Codes of refusals that leave the connection open. */
export type RefusalCode = typeof ErrorCode.ClientEventRejected | typeof ErrorCode.WatchListTooLong | null;

/**
 * A client's mistake that is answered with `pusher:error` and leaves the connection open (PROTOCOL.md ERR-2).
 *
 * `code` is null for everything but rates and watch-list limits: a code in 4000–4299 would make clients
 * hang up (Pysher does), so only what ends the connection carries one.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  constructor(
    message: string,
    readonly code: RefusalCode = null,
  ) {
    super(message);
  }
}

/** Why a subscription was refused, as `pusher:subscription_error` tells it (PROTOCOL.md SUB-4). */
export type SubscriptionErrorType = 'AuthError' | 'LimitReached' | 'InvalidChannel';

/** A refused subscription: the client hears `pusher:subscription_error` on the channel and a `pusher:error`. */
export class SubscriptionError extends ProtocolError {
  constructor(
    readonly channel: string,
    readonly type: SubscriptionErrorType,
    /** An HTTP-like status: 401 for a refused authorization, 4xx for a limit. */
    readonly status: number,
    message: string,
    /** What a log may say of it: without what the client may have taken a secret for. */
    readonly logged = message,
    /** 4301 where they come too fast. */
    code: RefusalCode = null,
  ) {
    super(message, code);
  }
}

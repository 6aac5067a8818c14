/**
 * Limits of the protocol. Where the figure is Pusher's own it is an app's default and can be changed;
 * `MAX_*` constants without an app setting are fixed by the wire format.
 */
export const Limits = {
  /** Characters of a channel name, prefix included. Pusher documents 164; four official libraries let 200 pass. */
  channelNameLength: 200,
  /** Characters of an event name. */
  eventNameLength: 200,
  /** UTF-8 bytes of an event's `data`. */
  eventBytes: 10_240,
  /** Channels of one trigger. */
  channelsPerEvent: 100,
  /** Events of one batch. */
  eventsPerBatch: 10,
  /** Members of one presence channel. */
  presenceMembers: 100,
  /** UTF-8 bytes of a member's `user_info`. */
  presenceInfoBytes: 1024,
  /** Characters of a user id, in presence channels and in sign-in. */
  userIdLength: 128,
  /** User ids of one watch list. */
  watchListLength: 100,
  /** Client events per second and connection. */
  clientEventsPerSecond: 10,
  /** Messages per second and connection, and as many control frames; far more than clients have to say. */
  messagesPerSecond: 1000,
  /** Channels one connection may be subscribed to. */
  subscriptionsPerConnection: 1000,
  /** Subscriptions per second and connection that may be asked for in the long run. */
  subscriptionsPerSecond: 100,
  /** Presence channels per second and connection that may be joined in the long run. */
  presenceJoinsPerSecond: 10,
  /** Times a minute one user may join one presence channel anew. */
  presenceJoinsPerMinute: 60,
  /** A signed request is refused when its timestamp is this many seconds or more off. */
  timestampToleranceSeconds: 600,
  /** Seconds a cached event is kept. */
  cacheTtlSeconds: 1800,
  /** Seconds an idempotency key is remembered. */
  idempotencySeconds: 120,
  /** Up to this many subscribers each change is announced with `subscription_count`; above, every few seconds. */
  immediateSubscriptionCount: 100,
} as const;

/**
 * The messages a client may send, once decoded (PROTOCOL.md MSG-1). Discriminated on `event`.
 *
 * On the wire names are spelled with underscores; here everything is camelCase and absent, null and empty values are
 * told apart no more than the protocol does.
 */
export type ClientMessage =
  PingMessage | PongMessage | SubscribeMessage | UnsubscribeMessage | SigninMessage | ClientEventMessage;

export interface PingMessage {
  readonly event: 'pusher:ping';
}

export interface PongMessage {
  readonly event: 'pusher:pong';
}

export interface SubscribeMessage {
  readonly event: 'pusher:subscribe';
  readonly channel: string;
  /** `KEY:HEX`; empty when none was sent. */
  readonly auth: string;
  /** JSON text exactly as it was sent, since the signature covers it; empty when none was sent. */
  readonly channelData: string;
}

export interface UnsubscribeMessage {
  readonly event: 'pusher:unsubscribe';
  readonly channel: string;
}

export interface SigninMessage {
  readonly event: 'pusher:signin';
  /** `KEY:HEX` */
  readonly auth: string;
  /** JSON text exactly as it was sent, since the signature covers it. */
  readonly userData: string;
}

export interface ClientEventMessage {
  readonly event: 'client event';
  /** The event's name, `client-` included. */
  readonly name: string;
  readonly channel: string;
  /** What is relayed: the string the sender sent, or the JSON text of the value he sent. */
  readonly data: string;
}

/** Who a presence member is. */
export interface MemberData {
  readonly id: string;
  /** A JSON object as text, exactly as the application wrote it; `{}` when it gave none (PRES-3). */
  readonly info: string;
}

/** Who signed in. */
export interface UserData extends MemberData {
  /** Ids of the users whose coming and going this user wants to hear of. */
  readonly watchlist: readonly string[];
}

/** A change of a watched user, as `pusher_internal:watchlist_events` tells it. */
export interface WatchlistEvent {
  readonly name: 'online' | 'offline';
  readonly userIds: readonly string[];
}

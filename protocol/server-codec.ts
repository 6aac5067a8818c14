import type { ErrorCode } from './error-codes.js';
import type { MemberData, WatchlistEvent } from './messages.js';
import type { SubscriptionErrorType } from './protocol-error.js';
import { quoteMember } from './quoted-member.js';

/**
 * Every frame the server sends is made here (PROTOCOL.md MSG-5): one JSON object, `data` a string in all but
 * `pusher:error`, no member ever null, no channel frame without `data`. Channel names are valid and need no escaping.
 */
export type Frame = string;

/** The first frame of a connection (CONN-4). No `channel` member: Pysher takes its presence for a channel event. */
export function encodeConnectionEstablished(socketId: string, activityTimeoutSeconds: number): Frame {
  // Digits and a dot: nothing in the data has to be escaped but its own quotes.
  return `{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"${socketId}\\",\\"activity_timeout\\":${activityTimeoutSeconds}}"}`;
}

/** The answer to `pusher:ping` (LIVE-2). */
export const PONG_FRAME: Frame = '{"event":"pusher:pong","data":"{}"}';

/** `pusher:error`: `data` is an object here and nowhere else, since iOS and .NET read no string (ERR-2). */
export function encodeError(message: string, code: ErrorCode | null): Frame {
  return `{"event":"pusher:error","data":{"code":${code ?? 'null'},"message":${JSON.stringify(message)}}}`;
}

/** The subscription stands (SUB-3). `data` is exactly `{}`: the Java client decrypts anything else. */
export function encodeSubscriptionSucceeded(channel: string): Frame {
  return `{"event":"pusher_internal:subscription_succeeded","channel":"${channel}","data":"{}"}`;
}

/** The subscription to a presence channel stands; the members include the subscriber himself (PRES-2). */
export function encodePresenceSucceeded(channel: string, members: Iterable<MemberData>): Frame {
  const ids: string[] = [];
  const hash: string[] = [];
  for (const member of members) {
    const { id, entry } = quoteMember(member);
    ids.push(id);
    hash.push(entry);
  }
  return `{"event":"pusher_internal:subscription_succeeded","channel":"${channel}","data":"{\\"presence\\":{\\"count\\":${ids.length},\\"ids\\":[${ids.join(',')}],\\"hash\\":{${hash.join(',')}}}}"}`;
}

/**
 * The subscription was refused (SUB-4). Echo's `.error()` listens to this name.
 *
 * @param channel as the client named it, valid or not
 */
export function encodeSubscriptionError(
  channel: string,
  type: SubscriptionErrorType,
  error: string,
  status: number,
  event: 'pusher:subscription_error' | 'pusher_internal:subscription_error' = 'pusher:subscription_error',
): Frame {
  const data = JSON.stringify({ type, error, status });
  return `{"event":"${event}","channel":${JSON.stringify(channel)},"data":${JSON.stringify(data)}}`;
}

/** PRES-4 */
export function encodeMemberAdded(channel: string, member: MemberData): Frame {
  const data = `{"user_id":${JSON.stringify(member.id)},"user_info":${member.info}}`;
  return `{"event":"pusher_internal:member_added","channel":"${channel}","data":${JSON.stringify(data)}}`;
}

/** PRES-5 */
export function encodeMemberRemoved(channel: string, userId: string): Frame {
  const data = `{"user_id":${JSON.stringify(userId)}}`;
  return `{"event":"pusher_internal:member_removed","channel":"${channel}","data":${JSON.stringify(data)}}`;
}

/** An event triggered through the HTTP API (EVENT-1). */
export function encodeEvent(event: string, channel: string, data: string): Frame {
  return `{"event":${JSON.stringify(event)},"channel":"${channel}","data":${JSON.stringify(data)}}`;
}

/**
 * A client event as it is relayed (CLIENT-3): nothing the sender put beside name, channel and data passes.
 *
 * @param userId the sender's user id on a presence channel; elsewhere undefined
 */
export function encodeClientEvent(
  event: string,
  channel: string,
  data: string,
  userId: string | undefined,
): Frame {
  const user = userId === undefined ? '' : `,"user_id":${JSON.stringify(userId)}`;
  return `{"event":${JSON.stringify(event)},"channel":"${channel}","data":${JSON.stringify(data)}${user}}`;
}

/** CACHE-2. With `data`, unlike Reverb's and soketi's: a Java listener fails without it. */
export function encodeCacheMiss(channel: string): Frame {
  return `{"event":"pusher:cache_miss","channel":"${channel}","data":"{}"}`;
}

/** COUNT-1 */
export function encodeSubscriptionCount(channel: string, count: number): Frame {
  const data = `{"subscription_count":${count}}`;
  return `{"event":"pusher_internal:subscription_count","channel":"${channel}","data":${JSON.stringify(data)}}`;
}

/**
 * USER-3
 *
 * @param userData the text the client sent, unchanged
 */
export function encodeSigninSuccess(userData: string): Frame {
  const data = `{"user_data":${JSON.stringify(userData)}}`;
  return `{"event":"pusher:signin_success","data":${JSON.stringify(data)}}`;
}

/** WATCH-1. No `channel` member. */
export function encodeWatchlistEvents(events: readonly WatchlistEvent[]): Frame {
  const data = JSON.stringify({ events: events.map(({ name, userIds }) => ({ name, user_ids: userIds })) });
  return `{"event":"pusher_internal:watchlist_events","data":${JSON.stringify(data)}}`;
}

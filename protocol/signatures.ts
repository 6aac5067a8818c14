import { escapeAsPhp } from './json-text.js';

/**
 * The strings that are signed, and how a signature is checked. Hashing itself is behind {@link Sign}, so that this
 * folder runs on any runtime.
 */

/** HMAC-SHA256 of a UTF-8 text with one app secret, as 64 lower-case hex digits. */
export type Sign = (text: string) => string;

/** The credentials that signed something: which key, and its HMAC. */
export interface SigningKey {
  readonly key: string;
  readonly sign: Sign;
}

/**
 * What an application signs to let a connection subscribe (AUTH-1).
 *
 * @param channelData exactly as transmitted; empty when there is none. Signed in on every guarded kind, not only on
 *   presence channels: the PHP, Node, Python and Ruby helpers all do so.
 */
export function channelAuthText(socketId: string, channel: string, channelData: string): string {
  return channelData === '' ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
}

/** What an application signs to let a user sign in (USER-2). */
export function userAuthText(socketId: string, userData: string): string {
  return `${socketId}::user::${userData}`;
}

/** `auth` as it travels: `KEY:HEX`. */
export interface AuthToken {
  readonly key: string;
  readonly signature: string;
}

/** Splits `KEY:HEX` at the first colon; undefined when there is none (AUTH-2). */
export function parseAuthToken(auth: string): AuthToken | undefined {
  const colon = auth.indexOf(':');
  if (colon < 0) return undefined;
  return { key: auth.slice(0, colon), signature: auth.slice(colon + 1) };
}

/** `KEY:HEX` for a channel, as an authorization endpoint answers it. */
export function signChannelAuth(
  key: SigningKey,
  socketId: string,
  channel: string,
  channelData = '',
): string {
  return `${key.key}:${key.sign(channelAuthText(socketId, channel, channelData))}`;
}

/** `KEY:HEX` for a user, as a user-authentication endpoint answers it. */
export function signUserAuth(key: SigningKey, socketId: string, userData: string): string {
  return `${key.key}:${key.sign(userAuthText(socketId, userData))}`;
}

/**
 * Whether the app signed this subscription (AUTH-3, AUTH-4).
 *
 * The text is tried as transmitted and then once more in PHP's spelling of the same JSON: pusher_client_socket encodes
 * `channel_data` anew. The signature is the app's own either way, so nothing is weakened.
 */
export function isChannelAuthValid(
  sign: Sign,
  signature: string,
  socketId: string,
  channel: string,
  channelData: string,
): boolean {
  if (isSameHex(sign(channelAuthText(socketId, channel, channelData)), signature)) return true;
  if (channelData === '') return false;
  const escaped = escapeAsPhp(channelData);
  if (escaped === channelData) return false;
  return isSameHex(sign(channelAuthText(socketId, channel, escaped)), signature);
}

/** Whether the app signed this user (USER-2). */
export function isUserAuthValid(sign: Sign, signature: string, socketId: string, userData: string): boolean {
  return isSameHex(sign(userAuthText(socketId, userData)), signature);
}

/**
 * Compares two hex digests in a time that depends on their length alone. Exact: upper-case hex is another text.
 */
export function isSameHex(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    difference |= expected.charCodeAt(i) ^ given.charCodeAt(i);
  }
  return difference === 0;
}

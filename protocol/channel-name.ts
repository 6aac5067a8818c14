import { Limits } from './limits.js';

/**
 * What a kind of channel demands and allows (PROTOCOL.md CHAN-2). One frozen policy per kind, found by prefix;
 * code asks the policy and never tests a name itself.
 */
export interface ChannelPolicy {
  readonly kind: ChannelKind;
  /** A subscription needs a signature of the app. */
  readonly guarded: boolean;
  /** Subscribers are members that the others see. */
  readonly presence: boolean;
  /** The last event triggered through the HTTP API is kept for late subscribers. */
  readonly cached: boolean;
  /** Payloads are encrypted end to end: clients try to decrypt every event that is not internal. */
  readonly encrypted: boolean;
  /** Belongs to one signed-in user; subscribed by the client library, hidden from the HTTP API and webhooks. */
  readonly serverToUser: boolean;
}

export type ChannelKind = 'public' | 'private' | 'private-encrypted' | 'presence' | 'server-to-user';

const NOTHING = { guarded: false, presence: false, cached: false, encrypted: false, serverToUser: false };

const PUBLIC: ChannelPolicy = Object.freeze({ ...NOTHING, kind: 'public' });
const SERVER_TO_USER: ChannelPolicy = Object.freeze({
  ...NOTHING,
  kind: 'server-to-user',
  serverToUser: true,
});

const PRIVATE = { ...NOTHING, kind: 'private', guarded: true } as const;
const ENCRYPTED = { ...PRIVATE, kind: 'private-encrypted', encrypted: true } as const;
const PRESENCE = { ...NOTHING, kind: 'presence', guarded: true, presence: true } as const;

/** Longest prefix first, so the first match wins. Anchored: `my-private-x` and a bare `private` are public. */
const PREFIXES: readonly (readonly [prefix: string, policy: ChannelPolicy])[] = [
  ['private-encrypted-cache-', Object.freeze({ ...ENCRYPTED, cached: true })],
  ['private-encrypted-', Object.freeze(ENCRYPTED)],
  ['private-cache-', Object.freeze({ ...PRIVATE, cached: true })],
  ['presence-cache-', Object.freeze({ ...PRESENCE, cached: true })],
  ['private-', Object.freeze(PRIVATE)],
  ['presence-', Object.freeze(PRESENCE)],
  ['cache-', Object.freeze({ ...NOTHING, kind: 'public', cached: true })],
];

export const SERVER_TO_USER_PREFIX = '#server-to-user-';

/** The channel that carries events for one signed-in user, on all his connections. */
export function serverToUserChannel(userId: string): string {
  return SERVER_TO_USER_PREFIX + userId;
}

/** The policy of a channel, from its name alone. The name is taken as valid. */
export function channelPolicy(name: string): ChannelPolicy {
  const first = name.charCodeAt(0);
  // Most names begin with neither c, p nor #: they are public without a further look.
  if (first !== 0x63 && first !== 0x70 && first !== 0x23) return PUBLIC;
  for (const [prefix, policy] of PREFIXES) {
    if (name.startsWith(prefix)) return policy;
  }
  return name.startsWith(SERVER_TO_USER_PREFIX) ? SERVER_TO_USER : PUBLIC;
}

const CHANNEL_NAME = /^(?:#server-to-user-)?[A-Za-z0-9_\-=@,.;]+$/;

/**
 * Checks a channel name (PROTOCOL.md CHAN-1).
 *
 * @param maxLength in characters, prefix included
 * @returns what is wrong with it as a short sentence, or undefined when it is valid
 */
export function channelNameProblem(
  name: string,
  maxLength: number = Limits.channelNameLength,
): string | undefined {
  if (name.length === 0) return 'Invalid channel name: it is empty';
  if (name.length > maxLength) {
    return `Invalid channel name: ${name.length} characters, at most ${maxLength} are allowed`;
  }
  if (!CHANNEL_NAME.test(name)) {
    return "Invalid channel name: only letters, digits and _-=@,.; are allowed, and '#' only in #server-to-user-{id}";
  }
  return undefined;
}

const USER_ID = /^[A-Za-z0-9_\-=@,.;]+$/;

/**
 * Checks the id of a user who signs in: it becomes part of a channel name, so it has the same characters (USER-1).
 *
 * @returns what is wrong with it, or undefined when it is valid
 */
export function userIdProblem(id: string, maxLength: number): string | undefined {
  if (id.length === 0) return 'user id is empty';
  if (id.length > maxLength) return `user id has ${id.length} characters, at most ${maxLength} are allowed`;
  if (!USER_ID.test(id)) return 'user id may only hold letters, digits and _-=@,.;';
  return undefined;
}

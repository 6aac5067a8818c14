import { isJsonObject, memberTexts, parseJson, utf8Length } from './json-text.js';
import { userIdProblem } from './channel-name.js';
import type { MemberData, UserData } from './messages.js';
import { isUnicode } from './unicode.js';

/** What bounds a member's or a user's data; an app's settings. */
export interface MemberLimits {
  /** Characters of a user id. */
  readonly userIdLength: number;
  /** UTF-8 bytes of `user_info`. */
  readonly infoBytes: number;
  /** User ids of a watch list. */
  readonly watchListLength: number;
}

/** A parsed value, or what is wrong as a short sentence; `limit` tells a limit from a malformed value. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Rejected;

interface Rejected {
  readonly ok: false;
  readonly problem: string;
  readonly limit: boolean;
}

/**
 * Reads the `channel_data` of a presence subscription (PROTOCOL.md PRES-1).
 *
 * The id is always a string afterwards, taken from the digits of the text so that ids beyond 2^53 survive; `user_info`
 * is kept as the application wrote it.
 */
export function parseMemberData(channelData: string, limits: MemberLimits): Parsed<MemberData> {
  const object = parseJson(channelData);
  if (!isJsonObject(object)) return bad('channel_data must be a JSON object');
  const texts = memberTexts(channelData);

  const id = idText(object['user_id'], texts.get('user_id'));
  if (id === undefined) return bad("channel_data must contain 'user_id', a non-empty string or an integer");
  if (!isUnicode(id)) return bad('user_id must be Unicode text');
  if (id.length > limits.userIdLength) {
    return overLimit(`user_id has ${id.length} characters, at most ${limits.userIdLength} are allowed`);
  }
  return withInfo(id, object['user_info'], texts.get('user_info'), limits.infoBytes);
}

/**
 * Reads the `user_data` of a sign-in (USER-1).
 *
 * @returns the user with at most `watchListLength` ids to watch, and whether there were more
 */
export function parseUserData(
  userData: string,
  limits: MemberLimits,
): Parsed<UserData & { readonly watchlistCut: boolean }> {
  const object = parseJson(userData);
  if (!isJsonObject(object)) return bad('user_data must be a JSON object');
  const { id, user_info: info } = object;
  const watchlist = object['watchlist'] ?? [];

  // A numeric id is refused: the official clients could not use the success frame.
  if (typeof id !== 'string') return bad("user_data must contain 'id', a non-empty string");
  const problem = userIdProblem(id, limits.userIdLength);
  if (problem !== undefined) return bad(problem);
  if (!isStringArray(watchlist)) return bad("'watchlist' must be an array of user id strings");
  if (!watchlist.every(isUnicode)) return bad("'watchlist' must be an array of Unicode texts");

  const member = withInfo(id, info, memberTexts(userData).get('user_info'), limits.infoBytes);
  if (!member.ok) return member;
  return {
    ok: true,
    value: {
      ...member.value,
      watchlist: [...new Set(watchlist.slice(0, limits.watchListLength))],
      watchlistCut: watchlist.length > limits.watchListLength,
    },
  };
}

function withInfo(id: string, info: unknown, infoText = '{}', maxBytes: number): Parsed<MemberData> {
  // PRES-3: a missing or null info is an empty object, since Swift and Kotlin clients crash on anything else.
  // PHP writes an empty map as `[]`.
  if (info === undefined || info === null || isEmptyArray(info))
    return { ok: true, value: { id, info: '{}' } };
  if (!isJsonObject(info)) {
    return bad(
      'user_info supplied to presence subscription is invalid - if supplied it must be a type of hash',
    );
  }
  const bytes = utf8Length(infoText);
  if (bytes > maxBytes) return overLimit(`user_info has ${bytes} bytes, at most ${maxBytes} are allowed`);
  return { ok: true, value: { id, info: infoText } };
}

const INTEGER = /^-?\d+$/;

/** A user id as a string: the string itself, or an integer's digits as they stand in the text. */
function idText(value: unknown, text: string | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' && text !== undefined && INTEGER.test(text)) return text;
  return undefined;
}

function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function bad(problem: string): Rejected {
  return { ok: false, problem, limit: false };
}

function overLimit(problem: string): Rejected {
  return { ok: false, problem, limit: true };
}

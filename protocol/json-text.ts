/**
 * Reading values out of JSON text without changing them.
 *
 * `JSON.parse` turns 9007199254740993 into 9007199254740992 and a round trip through `JSON.stringify` changes
 * spelling that a signature covers. What is only passed on is therefore cut out of the text as it stands.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * The values of a JSON object's own members, as the text they were written in.
 *
 * A repeated name counts with its last value, as `JSON.parse` has it.
 *
 * @param json text that `JSON.parse` accepted as an object; other text gives an unspecified result
 */
export function memberTexts(json: string): Map<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let start = 0;

  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (char === QUOTE) {
      const end = endOfString(json, i);
      if (depth === 1 && name === undefined) {
        // JSON.parse of a string literal is a string.
        name = JSON.parse(json.slice(i, end)) as string;
      }
      i = end - 1;
    } else if (char === 0x7b || char === 0x5b) {
      depth++;
    } else if (depth === 1 && char === COLON) {
      start = i + 1;
    } else if (depth === 1 && (char === COMMA || char === 0x7d)) {
      if (name !== undefined) members.set(name, json.slice(start, i).trim());
      name = undefined;
      if (char === 0x7d) break;
    } else if (char === 0x7d || char === 0x5d) {
      depth--;
    }
  }
  return members;
}

/**
 * The elements of a JSON array, as the text they were written in.
 *
 * @param json text that `JSON.parse` accepted as an array; other text gives an unspecified result
 */
export function elementTexts(json: string): string[] {
  const elements: string[] = [];
  let depth = 0;
  let start = 0;

  for (let i = 0; i < json.length; i++) {
    const char = json.charCodeAt(i);
    if (char === QUOTE) {
      i = endOfString(json, i) - 1;
    } else if (char === 0x7b || char === 0x5b) {
      depth++;
      if (depth === 1) start = i + 1;
    } else if (depth === 1 && (char === COMMA || char === 0x5d)) {
      const text = json.slice(start, i).trim();
      // Only an empty array has an empty element.
      if (text !== '') elements.push(text);
      start = i + 1;
      if (char === 0x5d) break;
    } else if (char === 0x7d || char === 0x5d) {
      depth--;
    }
  }
  return elements;
}

/** The index just past the string literal that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length) {
    const char = json.charCodeAt(i);
    if (char === QUOTE) return i + 1;
    i += char === BACKSLASH ? 2 : 1;
  }
  return json.length;
}

/**
 * Spells JSON text as PHP's `json_encode` does: `/` as `\/` and everything outside ASCII as `\uXXXX`.
 *
 * pusher_client_socket decodes the `channel_data` it got from Laravel and encodes it again in Dart's spelling, which
 * breaks the signature whenever a URL or an accented letter is in it (AUTH-4). This brings the signed spelling back.
 */
export function escapeAsPhp(json: string): string {
  // An escaped slash stays as it is: only one that no backslash precedes is rewritten.
  return json.replace(/\\.|\/|[\u0080-\uffff]/gs, (found) => {
    if (found === '/') return '\\/';
    if (found.charCodeAt(0) === BACKSLASH) return found;
    return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Parses text, or undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The size of a string as UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      // A pair is two units and four bytes.
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

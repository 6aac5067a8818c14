import { utf8Length } from './json-text.js';

/** Bytes that a close frame has for its reason (RFC 6455, 5.5). */
const CLOSE_REASON_BYTES = 123;

/** The text of a close frame: the error's message, as far as it fits (ERR-3). */
export function closeReason(message: string): string {
  // Half a character, here or at the cut, would make the close frame itself an error.
  const text = message.replace(/\p{Surrogate}/gu, '\ufffd');
  if (utf8Length(text) <= CLOSE_REASON_BYTES) return text;
  let reason = '';
  let bytes = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > CLOSE_REASON_BYTES) break;
    reason += character;
  }
  return reason;
}

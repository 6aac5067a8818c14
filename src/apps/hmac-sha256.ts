import { isAscii } from 'node:buffer';
import { hash } from 'node:crypto';
import type { Sign } from '../../protocol/signatures.js';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/**
 * HMAC-SHA256 with one key (RFC 2104). `createHmac` makes a stream object for each signature, which takes longer than
 * the hashing; two one-shot hashes over prepared pads take half the time.
 *
 * @param secret UTF-8 text of any length
 */
export function createHmacSha256(secret: string): Sign {
  const bytes = Buffer.from(secret, 'utf8');
  const key = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes;
  const innerPad = Buffer.alloc(BLOCK_BYTES, 0x36);
  // Behind its pad the outer text has room for the inner digest.
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  for (const [i, byte] of key.entries()) {
    innerPad[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  const inner = isAscii(innerPad) ? hashAfterText(innerPad.toString('latin1')) : hashAfterBytes(innerPad);
  return (text) => {
    outer.write(inner(text), BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, 'hex');
  };
}

/** An ASCII pad, as ASCII secrets have it, can be put before the text as it is. */
function hashAfterText(pad: string): (text: string) => string {
  return (text) => hash('sha256', pad + text, 'binary');
}

function hashAfterBytes(pad: Buffer): (text: string) => string {
  return (text) => hash('sha256', Buffer.concat([pad, Buffer.from(text, 'utf8')]), 'binary');
}

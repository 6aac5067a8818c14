import type { Sign, SigningKey } from '../../protocol/signatures.js';
import { createHmacSha256 } from './hmac-sha256.js';

/** A key of an app with its secret, ready to sign. The secret itself is not kept where a log could show it. */
export class AppKey implements SigningKey {
  readonly sign: Sign;

  constructor(
    readonly key: string,
    secret: string,
  ) {
    this.sign = createHmacSha256(secret);
  }
}

import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHmacSha256 } from '../../../src/apps/hmac-sha256.js';

describe('createHmacSha256', () => {
  const secrets = [
    'a',
    'app-secret',
    'k'.repeat(63),
    'k'.repeat(64),
    'k'.repeat(65),
    'ñ',
    'ñ'.repeat(40),
    '😀'.repeat(20),
  ];

  it.each(secrets)("agrees with Node's own HMAC for the secret %s", (secret) => {
    const sign = createHmacSha256(secret);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(sign(text)).toBe(createHmac('sha256', secret).update(text, 'utf8').digest('hex'));
      }),
    );
  });

  it('signs long texts', () => {
    const text = 'ñ'.repeat(100_000);
    expect(createHmacSha256('app-secret')(text)).toBe(
      createHmac('sha256', 'app-secret').update(text).digest('hex'),
    );
  });
});

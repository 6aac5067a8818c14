import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeReason } from '../../../protocol/close-reason.js';
import { anyText } from './arbitraries.js';

describe('closeReason', () => {
  it.each([
    ['a short text as it is', 'Pong reply not received', 'Pong reply not received'],
    ['123 bytes', 'a'.repeat(123), 'a'.repeat(123)],
    ['124 bytes', 'a'.repeat(124), 'a'.repeat(123)],
    ['a letter of two bytes at the cut', `${'a'.repeat(122)}é`, 'a'.repeat(122)],
    ['a letter of four bytes at the cut', `${'a'.repeat(120)}😀b`, 'a'.repeat(120)],
    ['half of a pair', 'a\ud800b', 'a\ufffdb'],
  ])('keeps %s (ERR-3)', (_title, message, reason) => {
    expect(closeReason(message)).toBe(reason);
  });

  it('fits a close frame and begins as the message, whatever that is (ERR-3)', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary', minLength: 60 })), (message) => {
        const bytes = Buffer.from(closeReason(message), 'utf8');
        expect(bytes.length).toBeLessThanOrEqual(123);
        expect(bytes.toString('utf8')).toBe(closeReason(message));
        expect(Buffer.from(message, 'utf8').toString('utf8').startsWith(bytes.toString('utf8'))).toBe(true);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSocketId, isSocketId, SOCKET_ID_MAX } from '../../../protocol/socket-id.js';

describe('isSocketId', () => {
  it.each([
    '1.1',
    '123.456',
    '3363.1846347',
    '0.0',
    '999999999.999999999',
    '18446744073709551615.18446744073709551615'.slice(0, 40),
  ])('takes %s for one (CONN-3)', (id) => {
    expect(isSocketId(id)).toBe(true);
  });

  it.each([
    '',
    '.',
    '1',
    '1.',
    '.1',
    '1.2.3',
    '1,2',
    '-1.2',
    '1.2\n',
    ' 1.2',
    '1e3.2',
    'a.b',
    '1:2',
    '１.２',
    '0x1.2',
    `${'1'.repeat(40)}.1`,
  ])('does not take %j for one (CONN-3)', (id) => {
    expect(isSocketId(id)).toBe(false);
  });
});

describe('formatSocketId', () => {
  it('builds what every server library accepts (CONN-3)', () => {
    const half = fc.integer({ min: 1, max: SOCKET_ID_MAX });
    fc.assert(
      fc.property(half, half, (first, second) => {
        const id = formatSocketId(first, second);
        expect(id).toMatch(/^[1-9]\d{0,8}\.[1-9]\d{0,8}$/);
        expect(isSocketId(id)).toBe(true);
      }),
    );
  });

  it('draws from numbers that fit 32 bits (CONN-3)', () => {
    expect(SOCKET_ID_MAX).toBe(999_999_999);
  });
});

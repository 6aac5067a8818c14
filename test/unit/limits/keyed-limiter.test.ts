import { describe, expect, it } from 'vitest';
import { KeyedLimiter } from '../../../src/limits/keyed-limiter.js';

describe('KeyedLimiter', () => {
  it('limits each key on its own (CONN-9)', () => {
    const limiter = new KeyedLimiter();
    const take = (key: string) => limiter.take(key, 1, 2, 0);
    expect([take('a'), take('a'), take('a')]).toStrictEqual([true, true, false]);
    expect([take('b'), take('b'), take('b')]).toStrictEqual([true, true, false]);
    expect(limiter.take('a', 1, 2, 1000)).toBe(true);
  });

  it('holds a bounded number of keys, and forgets the one that was longest not asked for', () => {
    const limiter = new KeyedLimiter(3);
    const take = (key: string) => limiter.take(key, 0.001, 1, 0);
    for (const key of ['a', 'b', 'c']) expect(take(key)).toBe(true);
    expect(take('a')).toBe(false);
    expect(take('d')).toBe(true);
    // `b` was forgotten for `d`, and starts with a full bucket; then `c` for `b`.
    expect(take('b')).toBe(true);
    expect([take('a'), take('d'), take('b')]).toStrictEqual([false, false, false]);
  });

  it('stays as large as it may be under a flood of keys', () => {
    const limiter = new KeyedLimiter(100);
    for (let i = 0; i < 100_000; i++) limiter.take(`key-${i}`, 1, 1, 0);
    const spent = Array.from({ length: 100_000 }, (_, i) => `key-${99_999 - i}`).filter(
      (key) => !limiter.take(key, 1, 1, 0),
    );
    expect(spent).toHaveLength(100);
  });
});

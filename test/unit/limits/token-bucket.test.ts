import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../../src/limits/token-bucket.js';

/** How many of a number of takes at one moment succeed. */
function takeMany(
  bucket: TokenBucket,
  count: number,
  perSecond: number,
  burst: number,
  nowMs: number,
): number {
  let taken = 0;
  for (let i = 0; i < count; i++) if (bucket.take(1, perSecond, burst, nowMs)) taken++;
  return taken;
}

describe('TokenBucket', () => {
  it('allows the burst at once, and no more', () => {
    expect(takeMany(new TokenBucket(10, 0), 100, 1, 10, 0)).toBe(10);
  });

  it('fills at the given rate, in fractions too', () => {
    const bucket = new TokenBucket(10, 0);
    takeMany(bucket, 10, 4, 10, 0);
    expect(bucket.take(1, 4, 10, 249)).toBe(false);
    expect(bucket.take(1, 4, 10, 250)).toBe(true);
    expect(takeMany(bucket, 100, 4, 10, 1250)).toBe(4);
  });

  it('never holds more than the burst, however long it rests', () => {
    expect(takeMany(new TokenBucket(3, 0), 100, 1000, 3, 1_000_000)).toBe(3);
  });

  it('takes several tokens or none', () => {
    const bucket = new TokenBucket(5, 0);
    expect(bucket.take(6, 1, 5, 0)).toBe(false);
    expect(bucket.take(5, 1, 5, 0)).toBe(true);
    expect(bucket.take(2, 1, 5, 1000)).toBe(false);
    expect(bucket.take(2, 1, 5, 2000)).toBe(true);
  });

  it('does not let those who ask all the time wait longer', () => {
    const bucket = new TokenBucket(1, 0);
    bucket.take(1, 1, 1, 0);
    let allowed = 0;
    for (let nowMs = 1; nowMs <= 10_000; nowMs++) if (bucket.take(1, 1, 1, nowMs)) allowed++;
    expect(allowed).toBeGreaterThanOrEqual(9);
    expect(allowed).toBeLessThanOrEqual(10);
  });

  it('tells how long it takes until there are enough', () => {
    const bucket = new TokenBucket(4, 0);
    expect(bucket.waitMs(4, 2)).toBe(0);
    takeMany(bucket, 4, 2, 4, 0);
    expect(bucket.waitMs(1, 2)).toBe(500);
    expect(bucket.waitMs(4, 2)).toBe(2000);
    expect(bucket.take(1, 2, 4, 499)).toBe(false);
    expect(bucket.waitMs(1, 2)).toBeLessThanOrEqual(2);
    expect(bucket.take(1, 2, 4, 501)).toBe(true);
  });

  it('allows in any span no more than the burst and what came in meanwhile', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 });
    fc.assert(
      fc.property(
        waits,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (pauses, rate, burst) => {
          const bucket = new TokenBucket(burst, 0);
          let nowMs = 0;
          let taken = 0;
          for (const pause of pauses) {
            nowMs += pause;
            if (bucket.take(1, rate, burst, nowMs)) taken++;
            expect(taken).toBeLessThanOrEqual(burst + (nowMs / 1000) * rate + 1e-6);
          }
        },
      ),
    );
  });
});

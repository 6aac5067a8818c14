import { describe, expect, it } from 'vitest';
import { BoundedCache } from '../../src/bounded-cache.js';
import { FakeClock } from '../support/fake-clock.js';

function fill(cache: BoundedCache<string>, keys: readonly string[]): void {
  for (const key of keys) cache.set(key, key);
}

describe('BoundedCache', () => {
  it('holds as many entries as it may, and those that were used last', () => {
    const gone: string[] = [];
    const cache = new BoundedCache<string>({ maxEntries: 3, dispose: (_value, key) => gone.push(key) });
    fill(cache, ['a', 'b', 'c']);
    cache.get('a');
    fill(cache, ['c', 'd', 'e']);
    expect([...cache.keys()].sort()).toEqual(['c', 'd', 'e']);
    expect(gone).toEqual(['b', 'a']);
  });

  it('holds no more entries where their size would allow it, and none that is larger than all may be', () => {
    const cache = new BoundedCache<string>({ maxEntries: 2, maxSize: 100, sizeOf: (value) => value.length });
    fill(cache, ['a', 'b', 'c']);
    expect([...cache.keys()].sort()).toEqual(['b', 'c']);
    cache.set('large', 'x'.repeat(99));
    expect([...cache.keys()].sort()).toEqual(['c', 'large']);
    cache.set('larger', 'x'.repeat(101));
    expect(cache.has('larger')).toBe(false);
  });

  it('forgets an entry when its time is over, or that which it was given', () => {
    const clock = new FakeClock(0);
    const cache = new BoundedCache<string>({ maxEntries: 10, clock, ttlMs: 1000 });
    cache.set('usual', 'x');
    cache.set('longer', 'x', { ttl: 5000 });
    expect(cache.getRemainingTTL('longer')).toBe(5000);
    clock.advance(1001);
    expect([cache.get('usual'), cache.get('longer')]).toEqual([undefined, 'x']);
    clock.advance(4000);
    expect(cache.get('longer')).toBeUndefined();
  });

  it('takes room as it fills', () => {
    const before = process.memoryUsage();
    const caches = Array.from({ length: 50 }, () => new BoundedCache<string>({ maxEntries: 1_000_000 }));
    const after = process.memoryUsage();
    expect(caches).toHaveLength(50);
    // Room for all at once would be 16 MB and more for each.
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      50_000_000,
    );
  });
});

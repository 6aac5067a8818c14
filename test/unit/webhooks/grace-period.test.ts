import { describe, expect, it } from 'vitest';
import { GracePeriod } from '../../../src/webhooks/grace-period.js';
import { FakeClock } from '../../support/fake-clock.js';

function start(milliseconds = 3000, maxHeld?: number) {
  const clock = new FakeClock();
  const released: string[] = [];
  const grace = new GracePeriod<string>(milliseconds, clock, maxHeld);
  const hold = (key: string) => {
    grace.hold(key, `held ${key}`, () => {
      released.push(key);
    });
  };
  return { clock, released, grace, hold };
}

describe('GracePeriod', () => {
  it('releases what it holds when the time is over, in order (HOOK-5)', () => {
    const { clock, released, hold } = start();
    hold('a');
    clock.advance(1000);
    hold('b');
    clock.advance(1999);
    expect(released).toEqual([]);
    clock.advance(1);
    expect(released).toEqual(['a']);
    clock.advance(1000);
    expect(released).toEqual(['a', 'b']);
  });

  it('forgets what was cancelled (HOOK-5)', () => {
    const { clock, released, grace, hold } = start();
    hold('a');
    hold('b');
    expect(grace.cancel('a')).toBe('held a');
    expect(grace.cancel('a')).toBeUndefined();
    clock.advance(3000);
    expect(released).toEqual(['b']);
  });

  it('starts anew for a key that is held again after it was cancelled', () => {
    const { clock, released, grace, hold } = start();
    hold('a');
    hold('b');
    clock.advance(2000);
    grace.cancel('a');
    hold('a');
    clock.advance(1000);
    expect(released).toEqual(['b']);
    clock.advance(2000);
    expect(released).toEqual(['b', 'a']);
  });

  it('releases at once without a grace period', () => {
    const { released, hold } = start(0);
    hold('a');
    expect(released).toEqual(['a']);
  });

  it('releases everything when it ends, and leaves no timer', () => {
    const { clock, released, grace, hold } = start();
    hold('a');
    hold('b');
    grace.end();
    expect(released).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  it('holds no more than it may: the first go early', () => {
    const { clock, released, hold } = start(3000, 2);
    for (const key of ['a', 'b', 'c', 'd']) hold(key);
    expect(released).toEqual(['a', 'b']);
    clock.advance(3000);
    expect(released).toEqual(['a', 'b', 'c', 'd']);
    expect(clock.pending).toBe(0);
  });
});

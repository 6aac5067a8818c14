import { describe, expect, it } from 'vitest';
import { takeAtPace } from '../../../src/limits/pace.js';

/** How many of a thousand takes at one moment succeed, and the state after them. */
function takeAll(state: number, perSecond: number, burst: number, nowMs: number): [number, number] {
  for (let taken = 0; taken < 1000; taken++) {
    const next = takeAtPace(state, perSecond, burst, nowMs);
    if (next === undefined) return [taken, state];
    state = next;
  }
  return [1000, state];
}

describe('takeAtPace', () => {
  it.each([
    [1, 1],
    [3, 30],
    [7, 1],
    [100, 999],
  ])('allows at %i a second a burst of %i and then what came in, to the last one (SUB-8)', (rate, burst) => {
    const [first, spent] = takeAll(0, rate, burst, 5000);
    expect(first).toBe(burst);
    expect(takeAll(spent, rate, burst, 5000)[0]).toBe(0);
    expect(takeAll(spent, rate, burst, 6000.01)[0]).toBe(Math.min(rate, burst));
    expect(takeAll(spent, rate, burst, 10_000_000)[0]).toBe(burst);
  });
});

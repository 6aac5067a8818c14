import { describe, expect, it } from 'vitest';
import { Queue } from '../../src/queue.js';

describe('Queue', () => {
  it('gives back what it was given, in that order, however the two alternate', () => {
    const queue = new Queue<{ readonly number: number }>();
    let [given, taken] = [0, 0];
    for (let round = 1; round <= 40; round++) {
      for (let i = 0; i < round % 7; i++) queue.push({ number: given++ });
      for (let i = 0; i < round % 5; i++) {
        const wanted = taken < given ? { number: taken } : undefined;
        expect(queue.first).toEqual(wanted);
        expect(queue.shift()).toEqual(wanted);
        if (wanted !== undefined) taken++;
      }
      expect([...queue].map(({ number }) => number)).toEqual(
        Array.from({ length: given - taken }, (_, i) => taken + i),
      );
    }
    expect(given).toBeGreaterThan(taken);
  });

  it('holds nothing that was taken once it is empty', () => {
    const queue = new Queue<object>();
    for (let i = 0; i < 100; i++) queue.push({});
    for (let i = 0; i < 100; i++) queue.shift();
    expect(queue.first).toBeUndefined();
    expect([...queue]).toEqual([]);
    queue.push({ last: true });
    expect(queue.first).toEqual({ last: true });
  });
});

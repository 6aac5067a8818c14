import { describe, expect, it } from 'vitest';
import { Latency } from '../../bench/client/latency.js';
import { OpenLoopSchedule } from '../../bench/client/open-loop.js';

function recorded(values: Iterable<number>): Latency {
  const latency = new Latency();
  for (const value of values) latency.record(value);
  return latency;
}

function* upTo(count: number): Generator<number> {
  for (let value = 1; value <= count; value++) yield value;
}

describe('Latency', () => {
  it('tells percentiles in milliseconds, to three digits', () => {
    const { count, p50, p90, p99, p999, max } = recorded(upTo(100_000)).summary();
    expect(count).toBe(100_000);
    for (const [value, expected] of [
      [p50, 50],
      [p90, 90],
      [p99, 99],
      [p999, 99.9],
      [max, 100],
    ] as const) {
      expect(Math.abs(value - expected) / expected).toBeLessThan(0.001);
    }
  });

  it('adds what other processes recorded', () => {
    const sum = recorded([1000, 1000, 1000]);
    sum.add(new Latency(recorded([9000]).encode()));
    expect(sum.summary().count).toBe(4);
    expect(sum.summary().p50).toBeCloseTo(1, 2);
    expect(sum.summary().max).toBeCloseTo(9, 1);
  });

  it('begins anew after a reset', () => {
    const latency = recorded([5000]);
    latency.reset();
    latency.record(1000);
    expect(latency.summary()).toMatchObject({ count: 1, max: expect.closeTo(1, 2) as number });
  });

  it('keeps what is out of range at its ends', () => {
    const { count, p50 } = recorded([-5, 0]).summary();
    expect({ count, p50 }).toEqual({ count: 2, p50: 0 });
    expect(recorded([1e12]).summary().max).toBeGreaterThan(119_000);
  });
});

describe('OpenLoopSchedule', () => {
  it('has its events due one interval apart, as many as the rate asks for', () => {
    const schedule = new OpenLoopSchedule(1000, 0.005, 50);
    const due = [];
    for (let now = 0; !schedule.isDone; now += 100) {
      for (let at = schedule.take(now); at !== undefined; at = schedule.take(now)) due.push(at);
    }
    expect(due).toEqual([50, 1050, 2050, 3050, 4050]);
  });

  it('gives none before its time, and none after the last', () => {
    const schedule = new OpenLoopSchedule(10, 0.1, 1000);
    expect(schedule.take(999)).toBeUndefined();
    expect(schedule.take(1000)).toBe(1000);
    expect(schedule.take(1e9)).toBeUndefined();
  });

  it('leaves events due when they were, however late they are taken', () => {
    const schedule = new OpenLoopSchedule(1000, 1, 0);
    expect(schedule.take(5000)).toBe(0);
    expect(schedule.take(5000)).toBe(1000);
    expect(schedule.nextMicros).toBe(2000);
  });

  it('shows the stall of a server in the percentiles, where a closed loop would show one slow answer', () => {
    // The server answers nothing in the first of two seconds, and at once from then on.
    const schedule = new OpenLoopSchedule(1000, 2, 0);
    const latency = new Latency();
    for (let now = 1_000_000; !schedule.isDone; now += 1000) {
      for (let due = schedule.take(now); due !== undefined; due = schedule.take(now))
        latency.record(now - due);
    }
    const { count, p50, p90 } = latency.summary();
    expect(count).toBe(2000);
    expect(p50).toBeLessThan(2);
    expect(p90).toBeGreaterThan(790);
  });
});

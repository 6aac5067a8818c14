import type { Parameters } from 'fast-check';

/**
 * The same cases in each run, so that a failure here is one everywhere; `FUZZ_SEED` and `FUZZ_FACTOR` look for new ones
 * and for more. A failure prints its seed and path.
 */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_124);
const FACTOR = Number(process.env['FUZZ_FACTOR'] ?? 1);

export function fuzzOptions<T>(runs: number, more: Parameters<T> = {}): Parameters<T> {
  return { seed: SEED, numRuns: Math.ceil(runs * FACTOR), ...more };
}

/** A test's time limit for so many seconds' worth of runs. */
export function fuzzTimeout(seconds: number): number {
  return Math.max(60_000, seconds * 1000 * FACTOR * 10);
}

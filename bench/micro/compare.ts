import type { BenchOptions } from './options.js';
import { startPregon, startRaw, type Target } from './target.js';

/** The servers that are measured beside each other; the bare library comes first and is the measure. */
export function startTargets({ ws, against }: BenchOptions): Promise<Target[]> {
  return Promise.all([
    startRaw(),
    startPregon('uws'),
    ...(against === undefined ? [] : [startPregon('uws', against)]),
    ...(ws ? [startPregon('ws')] : []),
  ]);
}

/** CPU seconds that a task takes of a target. */
export async function cpuOf(target: Target, task: () => Promise<void>): Promise<number> {
  await target.profiler?.start();
  const before = target.cpuSeconds();
  await task();
  const used = target.cpuSeconds() - before;
  await target.profiler?.stop();
  return used;
}

/** Measures targets in turn and tells the figures and their ratios to the first. */
export async function alternate(
  title: string,
  rounds: number,
  targets: readonly Target[],
  measure: (target: Target) => Promise<number>,
): Promise<void> {
  report(title, targets, await takeTurns(rounds, targets, measure));
}

/**
 * Measures targets in turn, round after round, since a busy machine changes from minute to minute; a round that is not
 * counted warms up.
 *
 * @param measure of one target in one round
 * @returns the figures of each target, round by round
 */
export async function takeTurns<T>(
  rounds: number,
  targets: readonly T[],
  measure: (target: T) => Promise<number>,
): Promise<number[][]> {
  const results = targets.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, target] of targets.entries()) {
      const result = await measure(target);
      if (round >= 0) results[i]?.push(result);
    }
  }
  return results;
}

function report(title: string, targets: readonly Target[], results: readonly (readonly number[])[]): void {
  const [base = []] = results;
  console.log(`\n${title}`);
  for (const [i, { name }] of targets.entries()) {
    const values = results[i] ?? [];
    // Rounds lie close together in time, so what disturbs one disturbs all targets in it.
    const ratio = median(values.map((value, round) => value / (base[round] ?? NaN)));
    const spread = `${Math.round(Math.min(...values))}…${Math.round(Math.max(...values))}`;
    const value = String(Math.round(median(values))).padStart(10);
    console.log(
      `  ${name.padEnd(22)} ${value}   ${ratio.toFixed(2)} of ${targets[0]?.name ?? ''}   (${spread})`,
    );
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

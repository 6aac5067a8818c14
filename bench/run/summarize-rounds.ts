import { addCounts, type Audit, type Limit, type Measurement } from './measurement.js';
import type { MetricResult, TargetResult } from './result.js';
import { summarize, summarizeRatios } from './statistics.js';

/**
 * All rounds of one target in one case.
 *
 * @param base the rounds of the first target, whose figures are told as multiples of this one's; undefined for the first
 */
export function summarizeRounds(
  target: string,
  rounds: readonly Measurement[],
  base: readonly Measurement[] | undefined,
): TargetResult {
  const middle = middleRound(rounds);
  return {
    target,
    metrics: middle.metrics.map((metric) => metricResult(metric.name, rounds, base)),
    audit: sumAudits(rounds),
    faults: addCounts(...rounds.map(({ faults }) => faults)),
    latency: middle.latency ?? null,
    limit: mostFrequent(rounds.map(({ limit }) => limit)),
    client: {
      busy: summarize(rounds.map(({ usage }) => usage.clientBusy)).median,
      ceiling: middle.clientCeiling ?? null,
    },
    server: {
      busy: summarize(rounds.map(({ usage }) => usage.serverBusy)).median,
      waiting: summarize(rounds.map(({ usage }) => usage.serverWaiting)).median,
      bytes: middle.usage.serverBytes ?? null,
    },
    rounds,
  };
}

/** A target that could not do a case. */
export function failedResult(target: string, failure: string): TargetResult {
  return {
    target,
    failure,
    metrics: [],
    audit: null,
    faults: {},
    latency: null,
    limit: 'neither',
    client: { busy: 0, ceiling: null },
    server: { busy: 0, waiting: 0, bytes: null },
    rounds: [],
  };
}

function metricResult(
  name: string,
  rounds: readonly Measurement[],
  base: readonly Measurement[] | undefined,
): MetricResult {
  const found = rounds.flatMap(({ metrics }) => metrics.filter((metric) => metric.name === name));
  const { unit = '', better = 'neither' } = found[0] ?? {};
  const ratio =
    base === undefined || better === 'neither'
      ? undefined
      : summarizeRatios(valuesOf(name, base), valuesOf(name, rounds));
  return { name, unit, better, ...summarize(found.map(({ value }) => value)), ratio: ratio ?? null };
}

function valuesOf(name: string, rounds: readonly Measurement[]): number[] {
  return rounds.map(({ metrics }) => metrics.find((metric) => metric.name === name)?.value ?? NaN);
}

/** The round whose first metric is the median. */
function middleRound(rounds: readonly Measurement[]): Measurement {
  const first = (round: Measurement) => round.metrics[0]?.value ?? 0;
  const sorted = [...rounds].sort((a, b) => first(a) - first(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('there are no rounds');
  return middle;
}

function sumAudits(rounds: readonly Measurement[]): Audit | null {
  const audits = rounds.flatMap(({ audit }) => (audit === undefined ? [] : [audit]));
  if (audits.length === 0) return null;
  const sum = (of: (audit: Audit) => number) => audits.reduce((total, audit) => total + of(audit), 0);
  return {
    received: sum(({ received }) => received),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    misdelivered: sum(({ misdelivered }) => misdelivered),
  };
}

function mostFrequent(limits: readonly Limit[]): Limit {
  const counts = new Map<Limit, number>();
  for (const limit of limits) counts.set(limit, (counts.get(limit) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'neither';
}

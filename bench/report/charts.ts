import type { CaseResult, RunResult } from '../run/result.js';
import { barChart, type BarGroup } from './bar-chart.js';
import { percentileChart } from './percentile-chart.js';

export interface Chart {
  /** Without its ending. */
  readonly name: string;
  readonly svg: string;
}

/** The charts of one run: the figure that counts of every case, and the latencies where there are any. */
export function chartsOf(run: RunResult): Chart[] {
  const targets = run.targets.map(({ name }) => name);
  const name = `${run.scenario}-${run.startedAt.slice(0, 19).replaceAll(/[:T]/g, '-')}`;
  const groups = run.cases.map(barGroup).filter(({ bars }) => bars.length > 0);
  if (groups.length === 0) return [];
  const first = run.cases.flatMap(({ targets: results }) =>
    results.flatMap(({ metrics }) => metrics.slice(0, 1)),
  )[0];
  const better = first?.better === 'lower' ? 'less is better' : 'more is better';
  const subtitle = `${first?.name ?? ''}, median of ${run.settings.rounds} rounds, ${better}; each case to its own scale`;
  const curves = run.cases.flatMap((result, i) => latencyChart(result, targets, `${name}-case${i + 1}`));
  return [{ name, svg: barChart(run.scenario, subtitle, groups, targets) }, ...curves];
}

function barGroup({ label, targets }: CaseResult): BarGroup {
  const bars = targets.flatMap(({ target, metrics }) =>
    metrics.slice(0, 1).map(({ median, min, max, unit }) => ({ target, value: median, min, max, unit })),
  );
  return { label, bars };
}

function latencyChart({ label, targets }: CaseResult, names: readonly string[], name: string): Chart[] {
  const curves = targets.flatMap(({ target, latency }) =>
    latency === null || latency.count === 0 ? [] : [{ target, points: latency.curve }],
  );
  return curves.length === 0 ? [] : [{ name, svg: percentileChart(`Latency: ${label}`, curves, names) }];
}

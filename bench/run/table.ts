import { formatNumber, formatValue } from './format-value.js';
import type { Audit } from './measurement.js';
import type { CaseResult, MetricResult, TargetResult } from './result.js';

/** What is shown of each metric besides the first. */
const FURTHER_METRICS = 12;

/** A case for the terminal: a block per target, the figures that count first. */
export function caseTable({ label, targets }: CaseResult): string {
  const width = Math.max(...targets.map(({ target }) => target.length));
  const base = targets[0]?.target ?? '';
  return [`\n${label}`, ...targets.flatMap((result) => targetLines(result, width, base))].join('\n');
}

function targetLines(result: TargetResult, width: number, base: string): string[] {
  const name = result.target.padEnd(width);
  const blank = ' '.repeat(width);
  if (result.metrics.length === 0) return [`  ${name}  ${result.failure ?? ''}`];
  const [first, ...others] = result.metrics.map((metric) => metricText(metric, base));
  const lines = [`  ${name}  ${first ?? ''}`];
  for (const text of others.slice(0, FURTHER_METRICS)) lines.push(`  ${blank}  ${text}`);
  for (const text of [auditText(result.audit), clientText(result), ...notes(result)]) {
    if (text !== '') lines.push(`  ${blank}  ${text}`);
  }
  return lines;
}

function metricText({ name, unit, median, min, max, ratio }: MetricResult, base: string): string {
  const spread = min === max ? '' : `  (${formatNumber(min, unit)}…${formatNumber(max, unit)})`;
  const times =
    ratio === null
      ? ''
      : `  ${base} ${formatNumber(ratio.median, '×')}× (${formatNumber(ratio.min, '×')}…${formatNumber(ratio.max, '×')})`;
  return `${formatValue(median, unit).padEnd(30)} ${name}${spread}${times}`;
}

/** What became of the events. */
export function auditText(audit: Audit | null): string {
  if (audit === null || Object.values(audit).every((count) => count === 0)) return '';
  const { received, lost, duplicated, reordered, misdelivered } = audit;
  return `${formatNumber(received, '')} received: ${lost} lost, ${duplicated} duplicated, ${reordered} reordered, ${misdelivered} misdelivered`;
}

/** How much the load client had left. */
export function clientText({ client }: TargetResult): string {
  const busy = `client ${Math.round(client.busy * 100)} % busy`;
  if (client.ceiling === null) return busy;
  return `${busy}, its ceiling ${formatValue(client.ceiling.value, client.ceiling.unit)}`;
}

/** The server waited this part of the time for a core that others had. */
const DISTURBED = 0.1;

/** What a reader of the figures has to know. */
export function notes({ faults, limit, server, failure }: TargetResult): string[] {
  return [
    ...(limit === 'client' ? ['! the load client was the limit: the server can do better than this'] : []),
    ...(server.waiting > DISTURBED
      ? [
          `! the machine was busy: the server waited for a core ${Math.round(server.waiting * 100)} % of the time`,
        ]
      : []),
    ...Object.entries(faults).map(([what, count]) => `! ${count} × ${what}`),
    ...(failure === undefined ? [] : [`! ended early: ${failure}`]),
  ];
}

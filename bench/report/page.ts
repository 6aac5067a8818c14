import { formatNumber, formatValue } from '../run/format-value.js';
import type { CaseResult, RunResult, TargetResult } from '../run/result.js';
import { auditText, clientText, notes } from '../run/table.js';
import type { Chart } from './charts.js';
import { escapeXml } from './svg.js';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: 13px; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.note { color: #a33; } .quiet { color: #666; } svg { max-width: 100%; height: auto; }
`;

/** The comparison page: every run with its machine, its charts and its figures. */
export function comparisonPage(
  runs: readonly { readonly run: RunResult; readonly charts: readonly Chart[] }[],
): string {
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Benchmarks</title><style>${STYLE}</style></head><body>`,
    '<h1>Benchmarks</h1>',
    '<p>Medians, with the lowest and the highest round in brackets. Figures per CPU second are of the server’s processes. A ratio is how many times the other target’s figure the first target’s is, round by round in the same run.</p>',
    ...runs.flatMap(({ run, charts }) => runSection(run, charts)),
    '</body></html>\n',
  ].join('\n');
}

function runSection(run: RunResult, charts: readonly Chart[]): string[] {
  const { machine, settings, scenario, startedAt, targets } = run;
  const facts = [
    startedAt.slice(0, 16).replace('T', ' '),
    `${machine.cores} × ${machine.cpu}`,
    formatValue(machine.memoryBytes, 'B'),
    machine.system,
    `Node ${machine.node}`,
    `commit ${machine.commit === '' ? 'unknown' : machine.commit}`,
    `${settings.rounds} rounds of ${settings.seconds} s`,
    `${settings.clients} client processes`,
    `pinned: ${settings.pinned}`,
    targets.map(({ name, version }) => `${name} (${version})`).join(', '),
  ];
  return [
    `<h2>${escapeXml(scenario)}</h2>`,
    `<p class="quiet">${escapeXml(facts.join(' · '))}</p>`,
    ...charts.map(({ svg }) => svg),
    '<table><thead><tr><th>Case</th><th>Target</th><th>Figure</th><th></th><th>Ratio</th><th>Events and client</th></tr></thead><tbody>',
    ...run.cases.flatMap(caseRows),
    '</tbody></table>',
  ];
}

function caseRows({ label, targets }: CaseResult): string[] {
  return targets.flatMap((result, t) => {
    const rows = Math.max(1, result.metrics.length);
    const heads = [
      ...(t === 0 ? [`<td rowspan="${sum(targets)}">${escapeXml(label)}</td>`] : []),
      `<td rowspan="${rows}">${escapeXml(result.target)}</td>`,
    ].join('');
    const remarks = `<td rowspan="${rows}">${remarksOf(result)}</td>`;
    if (result.metrics.length === 0) return [`<tr>${heads}<td colspan="3">–</td>${remarks}</tr>`];
    return result.metrics.map(({ name, unit, median, min, max, ratio }, m) => {
      const spread =
        min === max
          ? ''
          : ` <span class="quiet">(${formatNumber(min, unit)}…${formatNumber(max, unit)})</span>`;
      const times = ratio === null ? '' : `${formatNumber(ratio.median, '×')}×`;
      const figure = `<td>${escapeXml(name)}</td><td class="number">${escapeXml(formatValue(median, unit))}${spread}</td><td class="number">${times}</td>`;
      return `<tr>${m === 0 ? heads : ''}${figure}${m === 0 ? remarks : ''}</tr>`;
    });
  });
}

function sum(targets: readonly TargetResult[]): number {
  return targets.reduce((rows, { metrics }) => rows + Math.max(1, metrics.length), 0);
}

function remarksOf(result: TargetResult): string {
  const told = [auditText(result.audit), result.metrics.length === 0 ? '' : clientText(result)];
  return [
    ...told.filter((text) => text !== '').map(escapeXml),
    ...notes(result).map((text) => `<span class="note">${escapeXml(text)}</span>`),
  ].join('<br>');
}

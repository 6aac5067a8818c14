import { formatNumber, formatValue } from '../run/format-value.js';
import { colourOf, svgDocument, textAt } from './svg.js';

export interface Bar {
  readonly target: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 900;
const LEFT = 20;
const NAME_WIDTH = 110;
const BAR_WIDTH = 480;
const BAR_HEIGHT = 18;
const GROUP_GAP = 34;
const TOP = 52;

/**
 * Bars of each case under its label, as long as they are of the largest in that case: cases differ by orders of
 * magnitude, and it is targets that are compared. A line marks the lowest and the highest round.
 */
export function barChart(
  title: string,
  subtitle: string,
  groups: readonly BarGroup[],
  targets: readonly string[],
): string {
  const parts = [
    textAt(LEFT, 22, title, { size: 16 }),
    textAt(LEFT, 40, subtitle, { size: 11, colour: '#666' }),
  ];
  let y = TOP;
  for (const { label, bars } of groups) {
    parts.push(textAt(LEFT, y + 16, label, { colour: '#444' }));
    y += 24;
    const largest = Math.max(...bars.map(({ max }) => max), Number.MIN_VALUE);
    for (const bar of bars) {
      parts.push(...barParts(bar, y, BAR_WIDTH / largest, colourOf(targets.indexOf(bar.target))));
      y += BAR_HEIGHT + 4;
    }
    y += GROUP_GAP - 24;
  }
  return svgDocument(WIDTH, y + 10, parts);
}

function barParts(
  { target, value, min, max, unit }: Bar,
  y: number,
  scale: number,
  colour: string,
): string[] {
  const x = LEFT + NAME_WIDTH;
  const middle = y + BAR_HEIGHT / 2;
  const from = x + Math.max(0, min) * scale;
  const to = x + Math.max(0, max) * scale;
  const spread = min === max ? '' : `  (${formatNumber(min, unit)}…${formatNumber(max, unit)})`;
  return [
    textAt(x - 8, middle + 4, target, { anchor: 'end' }),
    `<rect x="${x}" y="${y}" width="${(Math.max(0, value) * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>`,
    `<path d="M${from.toFixed(1)} ${middle}H${to.toFixed(1)}m0 -4v8M${from.toFixed(1)} ${middle - 4}v8" stroke="#222" fill="none"/>`,
    textAt(to + 8, middle + 4, `${formatValue(value, unit)}${spread}`, { size: 11 }),
  ];
}

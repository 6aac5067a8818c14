import { formatValue } from '../run/format-value.js';
import { colourOf, svgDocument, textAt } from './svg.js';

export interface Curve {
  readonly target: string;
  readonly points: readonly (readonly [percentile: number, milliseconds: number])[];
}

const WIDTH = 900;
const HEIGHT = 340;
const LEFT = 80;
const RIGHT = 40;
const TOP = 60;
const BOTTOM = 50;

/** Each tick has a tenth of the events of the one before above it. */
const TICKS = [0, 90, 99, 99.9, 99.99, 99.999];

/**
 * Latency over percentiles, as HDR histograms are drawn: the further to the right, the rarer.
 *
 * @param targets all of the run, which have their colours by their place
 */
export function percentileChart(title: string, curves: readonly Curve[], targets: readonly string[]): string {
  const values = curves
    .flatMap(({ points }) => points.map(([, value]) => value))
    .filter((value) => value > 0);
  const low = 10 ** Math.floor(Math.log10(Math.min(...values, 1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values, 1)));
  const xOf = (percentile: number) =>
    LEFT + (rarity(percentile) / rarity(TICKS.at(-1) ?? 0)) * (WIDTH - LEFT - RIGHT);
  const yOf = (value: number) => {
    const share = Math.log10(Math.max(value, low) / low) / Math.log10(high / low || 10);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  };
  return svgDocument(WIDTH, HEIGHT, [
    textAt(20, 22, title, { size: 16 }),
    ...curves.map(({ target }, i) =>
      textAt(LEFT + i * 150, 44, `● ${target}`, { colour: colourOf(targets.indexOf(target)) }),
    ),
    ...TICKS.flatMap((percentile) => [
      `<path d="M${xOf(percentile).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#e3e3e3"/>`,
      textAt(xOf(percentile), HEIGHT - BOTTOM + 18, `${percentile} %`, { anchor: 'middle', size: 11 }),
    ]),
    ...decades(low, high).flatMap((value) => [
      `<path d="M${LEFT} ${yOf(value).toFixed(1)}H${WIDTH - RIGHT}" stroke="#e3e3e3"/>`,
      textAt(LEFT - 8, yOf(value) + 4, formatValue(value, 'ms'), { anchor: 'end', size: 11 }),
    ]),
    ...curves.map(({ target, points }) => {
      const path = points
        .filter(([percentile]) => percentile < 100)
        .map(([percentile, value]) => `${xOf(percentile).toFixed(1)} ${yOf(value).toFixed(1)}`)
        .join('L');
      return `<path d="M${path}" stroke="${colourOf(targets.indexOf(target))}" stroke-width="2" fill="none"/>`;
    }),
  ]);
}

/** How many tens of events it takes until one is above: 0 for 0 %, 1 for 90 %, 2 for 99 %. */
function rarity(percentile: number): number {
  return -Math.log10(1 - Math.min(percentile, 99.999) / 100);
}

function decades(low: number, high: number): number[] {
  const values = [];
  for (let value = low; value <= high * 1.001; value *= 10) values.push(value);
  return values;
}

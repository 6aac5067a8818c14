const PREFIXES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** Units of time and shares are written out; all others take a prefix when they grow. */
const PLAIN_UNITS = new Set(['ms', 's', 'CPU s', '% of a core', '×']);

/** From here on a number is shortened: four digits are still read at a glance. */
const SHORTENED = 10_000;

/** A figure with three digits and its unit, such as `2.61 M deliveries/s`. */
export function formatValue(value: number, unit: string): string {
  const { digits, prefix } = shorten(value, unit);
  const separator = prefix !== '' && unit !== 'B' ? ' ' : '';
  return `${digits} ${prefix}${separator}${unit}`;
}

/** A figure of a known unit, without it: `2.61 M`. */
export function formatNumber(value: number, unit: string): string {
  const { digits, prefix } = shorten(value, unit);
  return prefix === '' ? digits : `${digits} ${prefix}`;
}

function shorten(value: number, unit: string): { digits: string; prefix: string } {
  if (!PLAIN_UNITS.has(unit) && Math.abs(value) >= SHORTENED) {
    for (const [size, prefix] of PREFIXES) {
      if (Math.abs(value) >= size) return { digits: threeDigits(value / size), prefix };
    }
  }
  return { digits: threeDigits(value), prefix: '' };
}

function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  if (Number.isInteger(value) && Math.abs(value) < SHORTENED) return String(value);
  const decimals = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(3, Math.max(0, decimals)));
}

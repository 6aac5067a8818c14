import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** Percentiles in milliseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** The curve: percentile and milliseconds, for a plot. */
  readonly curve: readonly (readonly [percentile: number, milliseconds: number])[];
}

const MAX_MICROS = 120_000_000;

const CURVE = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999, 100];

/**
 * Times in microseconds, kept to three digits. What is recorded is measured from when an event was *meant* to be sent,
 * so a sender that is held up does not hide the wait (coordinated omission).
 */
export class Latency {
  private readonly histogram: Histogram;

  constructor(encoded?: string) {
    this.histogram =
      encoded === undefined
        ? build({ highestTrackableValue: MAX_MICROS, numberOfSignificantValueDigits: 3 })
        : decodeFromCompressedBase64(encoded);
  }

  /** Negative times, which two clocks readings a moment apart may give, count as none. */
  record(micros: number): void {
    this.histogram.recordValue(Math.min(MAX_MICROS, Math.max(0, Math.round(micros))));
  }

  add(other: Latency): void {
    this.histogram.add(other.histogram);
  }

  reset(): void {
    this.histogram.reset();
  }

  /** For another process. */
  encode(): string {
    return encodeIntoCompressedBase64(this.histogram);
  }

  summary(): LatencySummary {
    const at = (percentile: number) => this.histogram.getValueAtPercentile(percentile) / 1000;
    return {
      count: this.histogram.totalCount,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: at(100),
      curve: CURVE.map((percentile) => [percentile, at(percentile)]),
    };
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LatencySummary } from '../client/latency.js';
import type { MachineInfo } from './machine.js';
import type { Audit, Limit, Measurement, Metric } from './measurement.js';
import type { Summary } from './statistics.js';

/** The form of the files below; a reader refuses another. */
export const RESULT_FORMAT = 1;

/** One run of a scenario, as it is written to disk. */
export interface RunResult {
  readonly format: typeof RESULT_FORMAT;
  readonly scenario: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: MachineInfo;
  readonly settings: RunSettings;
  readonly targets: readonly { readonly name: string; readonly version: string }[];
  readonly cases: readonly CaseResult[];
}

export interface RunSettings {
  readonly rounds: number;
  readonly seconds: number;
  readonly clients: number;
  readonly pinned: string;
  readonly workers: number | null;
  readonly processes: number;
}

export interface CaseResult {
  readonly label: string;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly targets: readonly TargetResult[];
}

/** What one target did in one case. */
export interface TargetResult {
  readonly target: string;
  /** Why there is nothing, where the target could not do it. */
  readonly failure?: string;
  readonly metrics: readonly MetricResult[];
  readonly audit: Audit | null;
  readonly faults: Record<string, number>;
  /** Of the round in the middle by the first metric. */
  readonly latency: LatencySummary | null;
  /** Who was the limit, in most rounds. */
  readonly limit: Limit;
  readonly client: { readonly busy: number; readonly ceiling: Metric | null };
  readonly server: { readonly busy: number; readonly waiting: number; readonly bytes: number | null };
  readonly rounds: readonly Measurement[];
}

export interface MetricResult extends Summary {
  readonly name: string;
  readonly unit: string;
  readonly better: Metric['better'];
  /** How many times this figure the first target's is, round by round; null for the first target itself. */
  readonly ratio: Summary | null;
}

/** @returns the path of the file */
export function writeResult(folder: string, result: RunResult): string {
  mkdirSync(folder, { recursive: true });
  const moment = result.startedAt.replaceAll(/[:.]/g, '-');
  const path = join(folder, `${result.scenario}-${moment}.json`);
  writeFileSync(path, `${JSON.stringify(result, null, 1)}\n`);
  return path;
}

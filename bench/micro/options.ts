import { parseArgs } from 'node:util';

/** What to measure, and how often. */
export interface BenchOptions {
  readonly rounds: number;
  /** Names of the parts to run; all where it is empty. */
  readonly parts: readonly string[];
  /** The `dist` folder of another build of pregon, measured beside this one. */
  readonly against: string | undefined;
  /** Also the ws transport. */
  readonly ws: boolean;
  /** Says what the time of each target goes into. */
  readonly profile: boolean;
}

export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      against: { type: 'string' },
      ws: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: Number(values.rounds),
    parts: positionals,
    against: values.against,
    ws: values.ws,
    profile: values.profile,
  };
}

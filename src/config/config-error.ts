/** One mistake of the operator: which key, its value, where it came from and what is allowed. */
export interface ConfigProblem {
  /** The setting or variable as the operator wrote it. */
  readonly key: string;
  /** The value as it was read, masked if it is a secret; undefined when there is none. */
  readonly value: string | undefined;
  /** Environment, a file's name, or the command line. */
  readonly origin: string;
  readonly problem: string;
}

/** The server must not start like this. The message lists every problem, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join('\n'));
  }
}

/** As one line: key, value, origin and what is wrong. */
export function formatProblem({ key, value, origin, problem }: ConfigProblem): string {
  const shown = value === undefined ? '' : ` = ${value}`;
  return `${key}${shown} (${origin}): ${problem}`;
}

import { ConfigError, type ConfigProblem } from '../../src/config/config-error.js';
import { loadConfig, type LoadedConfig } from '../../src/config/load-config.js';

/** The sources of a configuration, as a test writes them. */
export interface TestSources {
  readonly flags?: Readonly<Record<string, { readonly flag: string; readonly value: unknown }>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of `pregon.json`. */
  readonly file?: unknown;
  /** The values of `../app/.env`. */
  readonly envFile?: Readonly<Record<string, string>>;
  /** Files that `*_FILE` variables name. */
  readonly files?: Readonly<Record<string, string>>;
}

export function load({ flags = {}, environment = {}, file, envFile, files = {} }: TestSources): LoadedConfig {
  return loadConfig({
    flags: new Map(Object.entries(flags)),
    environment,
    file: file === undefined ? undefined : { name: 'pregon.json', value: file },
    envFile: envFile === undefined ? undefined : { name: '../app/.env', values: envFile },
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return text;
    },
  });
}

/** What is wrong with a configuration; none where it loads. */
export function problemsOf(sources: TestSources): readonly ConfigProblem[] {
  try {
    load(sources);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

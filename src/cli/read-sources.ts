import { existsSync, readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.js';
import { parseEnvFile, type EnvRecord } from '../config/env-file.js';
import type { ConfigSources } from '../config/load-config.js';
import { fileProblem, showPath } from '../config/secrets.js';
import { FILE_VARIABLES } from '../config/settings.js';

/** Options of the command line that name files. */
export interface FileOptions {
  readonly config?: string | undefined;
  readonly envFile?: string | undefined;
}

/**
 * Reads the config file and the `.env` (of the working folder unless one is named).
 *
 * @throws ConfigError when a named file cannot be read or is not what it should be
 */
export function readSources(
  options: FileOptions,
  flags: ConfigSources['flags'],
  environment: EnvRecord,
): ConfigSources {
  const configPath = options.config ?? environment[FILE_VARIABLES.config];
  const envPath = options.envFile ?? environment[FILE_VARIABLES.envFile];
  return {
    flags,
    environment,
    file: configPath === undefined ? undefined : { name: configPath, value: readJson(configPath) },
    envFile: readEnv(envPath, environment),
    readFile: (path) => readFileSync(path, 'utf8'),
  };
}

function readJson(path: string): unknown {
  const text = readText('config file', path).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw fileError('config file', path, `must be JSON (${describeJsonError(messageOf(cause), text)})`);
  }
}

/** What V8 says of a text that is no JSON, with the line, but without the piece of the text that it may show. */
function describeJsonError(message: string, text: string): string {
  const [, what = message, excerpt] = /^(.*?), \.{0,3}"(.*?)"\.{0,3} is not valid JSON$/s.exec(message) ?? [];
  const position =
    excerpt === undefined
      ? /at position (\d+)/.exec(message)?.[1]
      : text.indexOf(excerpt) + excerpt.length / 2;
  if (position === undefined) return what;
  const line = text.slice(0, Number(position)).split('\n').length;
  return `${what.replace(/ at position.*/s, '')} near line ${line}`;
}

function readEnv(named: string | undefined, environment: EnvRecord): ConfigSources['envFile'] {
  const path = named ?? '.env';
  if (named === undefined && !existsSync(path)) return undefined;
  try {
    return { name: path, values: parseEnvFile(readText('env file', path), environment) };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw fileError('env file', path, messageOf(cause));
  }
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError(key, path, `cannot be read (${fileProblem(cause)})`);
  }
}

function fileError(key: string, path: string, problem: string): ConfigError {
  return new ConfigError([{ key, value: showPath(path), origin: 'file', problem }]);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

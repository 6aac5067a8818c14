import type { ConfigProblem } from './config-error.js';
import { laravelValue, type EnvRecord } from './env-file.js';
import { readBoolean } from './readers.js';
import { fileProblem, showRefusedText } from './secrets.js';
import type { Setting, Variable } from './settings.js';

/** A value, and where the operator wrote it. */
export interface Found {
  readonly value: unknown;
  readonly origin: string;
  /** The variable, flag or path, as the operator wrote it. */
  readonly key: string;
}

/** Values found so far, by path, and what was wrong with others. */
export class Collected {
  readonly found = new Map<string, Found>();
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigProblem[] = [];
  /** Where variables stand, by name, whose values begin and end with a quote that nobody took off. */
  readonly quoted = new Map<string, string>();

  add(path: string, found: Found): void {
    this.found.set(path, found);
  }
}

/** The places variables stand in. */
interface SourceTexts {
  readonly environment: EnvRecord;
  readonly envFile: { readonly name: string; readonly values: EnvRecord } | undefined;
  readonly readFile: (path: string) => string;
}

/** Where variables are looked up; the environment wins over the `.env`. */
export interface VariableSources {
  readonly environment: readonly VariableSource[];
  readonly envFile: readonly VariableSource[];
  readonly all: readonly VariableSource[];
}

export interface VariableSource {
  readonly origin: string;
  /** Whether values stand there as they were given, and no reader of a file took quotes off. */
  readonly isPlain: boolean;
  readonly get: (name: string) => string | undefined;
  readonly readFile: (path: string) => string;
}

export function variableSources({ environment, envFile, readFile }: SourceTexts): VariableSources {
  const source = (origin: string, values: EnvRecord, isPlain: boolean): VariableSource => ({
    origin,
    isPlain,
    get: (name) => laravelValue(values[name]),
    readFile,
  });
  const first = [source('environment', environment, true)];
  const second = envFile === undefined ? [] : [source(envFile.name, envFile.values, false)];
  return { environment: first, envFile: second, all: [...first, ...second] };
}

/** A setting's value from the first source and variable that has one. */
export function readSetting(
  setting: Setting,
  sources: readonly VariableSource[],
  collected: Collected,
): Found | undefined {
  const isSecret = setting.secret === true;
  for (const source of sources) {
    for (const variable of setting.variables) {
      if (variable.behind !== undefined && !isOn(variable.behind.name, sources, collected)) {
        warnOfSwitch(variable.name, variable.behind.name, source, collected);
        continue;
      }
      const written = readVariable(variable.name, isSecret, source, collected);
      if (written === undefined) continue;
      if (source.isPlain && isQuoted(written.text)) collected.quoted.set(written.key, source.origin);
      const value = convert(setting, variable, written, source.origin, collected);
      if (value !== undefined) return { value, origin: source.origin, key: written.key };
    }
  }
  return behindSwitch(setting, sources, collected);
}

function warnOfSwitch(
  name: string,
  switchName: string,
  { get, origin }: VariableSource,
  { warnings }: Collected,
): void {
  if (get(name) === undefined) return;
  warnings.push({ key: name, value: undefined, origin, problem: `counts only with ${switchName}=true` });
}

/** What a switch that stands alone means. */
function behindSwitch(
  { variables }: Setting,
  sources: readonly VariableSource[],
  collected: Collected,
): Found | undefined {
  const switched = variables.find(
    ({ behind }) => behind !== undefined && isOn(behind.name, sources, collected),
  )?.behind;
  return switched && { value: switched.otherwise, origin: 'default', key: switched.name };
}

function isOn(name: string, sources: readonly VariableSource[], collected: Collected): boolean {
  return (
    readSetting({ path: name, variables: [{ name, read: readBoolean }] }, sources, collected)?.value === true
  );
}

function isQuoted(text: string): boolean {
  return /^(["'])[^]*\1$/.test(text) && text.length > 1;
}

/** What the operator wrote, and the variable that holds it. */
interface Written {
  readonly key: string;
  readonly text: string;
}

/** A variable's text; for a secret also the content of the file that `{NAME}_FILE` names. */
function readVariable(
  name: string,
  isSecret: boolean,
  source: VariableSource,
  collected: Collected,
): Written | undefined {
  const text = source.get(name);
  if (text !== undefined) return { key: name, text };
  if (!isSecret) return undefined;
  const key = `${name}_FILE`;
  const path = source.get(key);
  if (path === undefined) return undefined;
  try {
    return { key, text: source.readFile(path).trim() };
  } catch (cause) {
    collected.problems.push({
      key,
      // The secret itself is often written in the place of the name.
      value: '***',
      origin: source.origin,
      problem: `must name a file that can be read (${fileProblem(cause)})`,
    });
    return undefined;
  }
}

function convert(
  { path, secret }: Setting,
  variable: Variable,
  { key, text }: Written,
  origin: string,
  collected: Collected,
): unknown {
  try {
    return variable.read(text);
  } catch (cause) {
    collected.problems.push({
      key,
      value: secret === true ? '***' : showRefusedText(path, text),
      origin,
      problem: cause instanceof Error ? cause.message : String(cause),
    });
    return undefined;
  }
}

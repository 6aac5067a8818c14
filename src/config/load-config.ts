import { addApp } from './app-variables.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { addDevelopmentApp, refuseUnsafeInProduction } from './development-app.js';
import type { EnvRecord } from './env-file.js';
import { ConfigSchema, type Config } from './schema.js';
import { showRefused, showUnknownName } from './secrets.js';
import { GATEWAY_PORT, SERVER_SETTINGS, SOKETI_METRICS, SOKETI_PORT } from './settings.js';
import { deepFreeze, getPath, isTree, leaves, nearest, setPath, type Tree } from './tree.js';
import { unknownVariables } from './unknown-variables.js';
import { Collected, readSetting, variableSources, type Found, type VariableSource } from './variables.js';

/** What the configuration is made of; each source wins over those after it. */
export interface ConfigSources {
  /** From the command line, by setting (`server.port`). */
  readonly flags: ReadonlyMap<string, { readonly flag: string; readonly value: unknown }>;
  readonly environment: EnvRecord;
  /** The parsed config file. */
  readonly file: { readonly name: string; readonly value: unknown } | undefined;
  /** The Laravel project's `.env`. */
  readonly envFile: { readonly name: string; readonly values: EnvRecord } | undefined;
  /** Reads a file named by a `*_FILE` variable. */
  readonly readFile: (path: string) => string;
}

/** The configuration, and where each value in it came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** By path, such as `server.port` or `apps.0.secret`; what is not in here is a default. */
  readonly origins: ReadonlyMap<string, string>;
  /** Served with the published development credentials, on loopback only. */
  readonly development: boolean;
  /** What the operator wrote that has no effect, or another one than they may think; values are left out. */
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads, merges and checks the configuration.
 *
 * @throws ConfigError that lists every mistake with its key, its value and what is allowed
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const collected = new Collected();
  const tree: Tree = structuredClone(fileTree(sources, collected));
  const variables = variableSources(sources);

  const unknown = unknownVariables(sources);
  collected.problems.push(...unknown.problems);
  for (const setting of SERVER_SETTINGS) {
    const flag = sources.flags.get(setting.path);
    const inFile = getPath(tree, setting.path) !== undefined;
    const found =
      flag === undefined
        ? readSetting(setting, inFile ? variables.environment : variables.all, collected)
        : { value: flag.value, origin: 'command line', key: flag.flag };
    if (found === undefined) continue;
    collected.add(setting.path, found);
    setPath(tree, setting.path, found.value);
  }
  addGatewayPort(tree, variables.all, collected);
  const family = addApp(tree, variables, collected);
  if (family?.id === 'SOKETI_DEFAULT_APP_ID') addSoketiPorts(tree, variables.all, collected);
  const development = family === undefined && Array.isArray(tree['apps']) && tree['apps'].length === 0;
  if (development) addDevelopmentApp(tree, variables, collected);

  const parsed = ConfigSchema.safeParse(tree);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      collected.problems.push(describeIssue(issue, tree, collected, sources));
    }
  }
  const quoted = hintAtQuotes(collected);
  if (collected.problems.length > 0 || parsed.data === undefined) throw new ConfigError(collected.problems);
  refuseUnsafeInProduction(parsed.data, variables);

  return {
    config: deepFreeze(parsed.data),
    origins: new Map([
      ...fileOrigins(sources, collected),
      ...[...collected.found].map(([path, { key, origin }]) => [path, `${origin}: ${key}`] as const),
    ]),
    development,
    warnings: [...unknown.warnings, ...collected.warnings, ...quoted],
  };
}

/** With the gateway on, the port is the one that the server it stands in for listened on, unless something sets another. */
function addGatewayPort(tree: Tree, sources: readonly VariableSource[], collected: Collected): void {
  const secret = getPath(tree, 'gateway.secret');
  if (secret === undefined || secret === null || getPath(tree, 'server.port') !== undefined) return;
  const found = readSetting(GATEWAY_PORT, sources, collected);
  if (found === undefined) return;
  collected.add(GATEWAY_PORT.path, found);
  setPath(tree, GATEWAY_PORT.path, found.value);
}

/** An application that comes from soketi finds its ports, unless something sets others. */
function addSoketiPorts(tree: Tree, sources: readonly VariableSource[], collected: Collected): void {
  const add = (path: string, found: Found | undefined) => {
    if (found === undefined || getPath(tree, path) !== undefined) return;
    collected.add(path, found);
    setPath(tree, path, found.value);
  };
  add('server.port', { value: SOKETI_PORT, origin: 'default', key: 'soketi' });
  add(SOKETI_METRICS.path, readSetting(SOKETI_METRICS, sources, collected));
}

const QUOTES =
  'begins and ends with a quote, which is part of the value: docker run --env-file takes none off';

/** Says of refused values in quotes that these are the reason. @returns what to warn of: those that were accepted */
function hintAtQuotes({ problems, quoted }: Collected): ConfigProblem[] {
  const refused = new Set<string>();
  for (const [index, problem] of problems.entries()) {
    const key = [...quoted.keys()].find((name) => problem.key === name || problem.key.startsWith(`${name}.`));
    if (key === undefined) continue;
    refused.add(key);
    problems[index] = { ...problem, problem: `${problem.problem}; it ${QUOTES}` };
  }
  return [...quoted]
    .filter(([key]) => !refused.has(key))
    .map(([key, origin]) => ({ key, value: undefined, origin, problem: QUOTES }));
}

/** The config file as a tree that the other sources are laid over. */
function fileTree(sources: ConfigSources, collected: Collected): Tree {
  const value = sources.file?.value ?? {};
  if (isTree(value)) return { ...value, apps: value['apps'] ?? [] };
  collected.problems.push({
    key: 'config file',
    value: undefined,
    origin: sources.file?.name ?? '',
    problem: 'must be a JSON object',
  });
  return { apps: [] };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
}

/** A schema issue in the operator's words: the variable or flag he set, or the place in the file. */
function describeIssue(
  issue: Issue,
  tree: unknown,
  collected: Collected,
  sources: ConfigSources,
): ConfigProblem {
  // The name of a header that is none may be a whole header, with its value.
  const named = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
  const path = named.map(String).join('.');
  const value = named === issue.path ? getPath(tree, path) : undefined;
  const setter = nearest(collected.found, path);
  // What a variable holds is named by the variable; an item of a list by the list, since its value is told.
  const written = (inner: string) =>
    setter === undefined ? inner : setter.value.key + inner.slice(setter.path.length).replace(/\.\d+$/, '');
  const unknown = issue.keys
    ?.map(showUnknownName)
    .map((key) => written(path === '' ? key : `${path}.${key}`))
    .join(', ');
  return {
    key: unknown ?? written(path),
    value: unknown !== undefined || value === undefined ? undefined : showRefused(path, value),
    origin: setter?.value.origin ?? sources.file?.name ?? 'default',
    problem: unknown === undefined ? issue.message : 'is not a setting',
  };
}

/** Where the config file's values are, but for those that something else replaced. */
function fileOrigins({ file }: ConfigSources, collected: Collected): [string, string][] {
  if (file === undefined) return [];
  return leaves(file.value)
    .filter((path) => nearest(collected.found, path) === undefined)
    .map((path) => [path, file.name]);
}

import { showRefusedText } from './secrets.js';
import { APP_SETTINGS, CREDENTIALS } from './settings.js';
import { isTree, type Tree } from './tree.js';
import {
  readSetting,
  type Collected,
  type Found,
  type VariableSource,
  type VariableSources,
} from './variables.js';

export type CredentialFamily = (typeof CREDENTIALS)[number];

const PARTS = ['id', 'key', 'secret'] as const;

/**
 * Adds the app that variables describe. The environment's joins those of the config file, and replaces the one with
 * its id; that of the `.env` counts only where no other is configured.
 *
 * @returns the names of its id, key and secret, whether all of them are set or not; undefined where none is described
 */
export function addApp(
  tree: Tree,
  variables: VariableSources,
  collected: Collected,
): CredentialFamily | undefined {
  const apps = tree['apps'];
  if (!Array.isArray(apps)) return undefined;
  const family =
    findFamily(variables.environment) ?? (apps.length === 0 ? findFamily(variables.envFile) : undefined);
  if (family === undefined) {
    if (apps.length > 0) refuseSettingsOfNoApp(variables.environment, collected);
    return undefined;
  }
  const credentials = readCredentials(family, variables.all, collected);
  const app = new Map([...credentials, ...readAppSettings(variables.all, collected)]);
  // What is missing is told of; the schema need not tell it again.
  if (credentials.size < PARTS.length) return family;

  const same = apps.findIndex((other: unknown) => isTree(other) && other['id'] === app.get('id')?.value);
  const index = same < 0 ? apps.length : same;
  const settings: Tree = same < 0 ? {} : { ...(apps[same] as Tree) };
  delete settings['keys'];
  apps[index] = settings;
  for (const [name, found] of app) {
    settings[name] = found.value;
    collected.add(`apps.${index}.${name}`, found);
  }
  // Reverb lets members whisper unless told otherwise, and applications rely on it.
  if (family.id === 'REVERB_APP_ID' && settings['clientEvents'] === undefined) {
    settings['clientEvents'] = 'members';
    collected.add(`apps.${index}.clientEvents`, { value: 'members', origin: 'default', key: 'Reverb' });
  }
  return family;
}

/** Our own variables for an app's settings would be lost in silence where they describe no app. */
function refuseSettingsOfNoApp(sources: readonly VariableSource[], collected: Collected): void {
  for (const { path, variables, secret } of APP_SETTINGS) {
    const own = variables[0]?.name ?? '';
    for (const { get, origin } of sources) {
      const value = get(own);
      if (value === undefined) continue;
      collected.problems.push({
        key: own,
        value: secret === true ? '***' : showRefusedText(path, value),
        origin,
        problem: `goes with the app of PREGON_APP_ID, which is not set; set ${path} of an app in the config file instead`,
      });
    }
  }
}

/** The first family of variables with any value. */
function findFamily(sources: readonly VariableSource[]): CredentialFamily | undefined {
  return CREDENTIALS.find((family) =>
    sources.some(({ get }) =>
      [family.id, family.key, family.secret, `${family.secret}_FILE`].some((name) => get(name) !== undefined),
    ),
  );
}

/** Id, key and secret; a half-given family is a mistake. */
function readCredentials(
  family: CredentialFamily,
  sources: readonly VariableSource[],
  collected: Collected,
): Map<string, Found> {
  const credentials = new Map<string, Found>();
  for (const part of PARTS) {
    const variables = [{ name: family[part], read: (text: string) => text }];
    const setting =
      part === 'secret' ? { path: part, variables, secret: true as const } : { path: part, variables };
    const problems = collected.problems.length;
    const found = readSetting(setting, sources, collected);
    if (found !== undefined) credentials.set(part, found);
    // A file that cannot be read is told of already.
    if (found !== undefined || collected.problems.length > problems) continue;
    collected.problems.push({
      key: family[part],
      value: undefined,
      origin: sources.map(({ origin }) => origin).join(', '),
      problem: `is missing; an app needs ${family.id}, ${family.key} and ${family.secret}`,
    });
  }
  return credentials;
}

/** The settings of the app that variables describe, beside its credentials. */
export function readAppSettings(
  sources: readonly VariableSource[],
  collected: Collected,
): Map<string, Found> {
  const settings = new Map<string, Found>();
  for (const setting of APP_SETTINGS) {
    const found = readSetting(setting, sources, collected);
    if (found !== undefined) settings.set(setting.path, found);
  }
  return settings;
}

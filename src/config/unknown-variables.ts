import type { ConfigProblem } from './config-error.js';
import type { EnvRecord } from './env-file.js';
import { foreignVariables, type ForeignVariables } from './foreign-variables.js';
import { isServiceAddress } from './readers.js';
import { mostSimilar } from './similar.js';
import { APP_SETTINGS, CREDENTIALS, FILE_VARIABLES, SERVER_SETTINGS } from './settings.js';

interface UnknownIn {
  readonly environment: EnvRecord;
  readonly envFile: { readonly name: string; readonly values: EnvRecord } | undefined;
}

/** Misspelt variables, and those of other servers that are not served, would otherwise be lost in silence. */
export function unknownVariables(sources: UnknownIn): ForeignVariables {
  const known = new Set<string>(Object.values(FILE_VARIABLES));
  for (const { variables, secret } of [...SERVER_SETTINGS, ...APP_SETTINGS]) {
    for (const { name, behind } of variables) {
      known.add(name).add(secret === true ? `${name}_FILE` : name);
      if (behind !== undefined) known.add(behind.name);
    }
  }
  for (const { id, key, secret } of CREDENTIALS) known.add(id).add(key).add(secret).add(`${secret}_FILE`);

  const own = [...known].filter((candidate) => candidate.startsWith('PREGON_'));
  const problems: ConfigProblem[] = [];
  const places = [
    { origin: 'environment', values: sources.environment },
    ...(sources.envFile === undefined
      ? []
      : [{ origin: sources.envFile.name, values: sources.envFile.values }]),
  ];
  for (const { origin, values } of places) {
    for (const [name, value] of Object.entries(values)) {
      if (!name.startsWith('PREGON_') || known.has(name) || isServiceVariable(name, value)) continue;
      const similar = mostSimilar(name, own);
      problems.push({
        key: name,
        value: undefined,
        origin,
        problem: `is not a setting${similar === undefined ? '' : `; did you mean ${similar}?`}`,
      });
    }
  }
  const foreign = foreignVariables(places, known);
  return { ...foreign, problems: [...problems, ...foreign.problems] };
}

/** What Kubernetes sets in every container for a service whose name begins with `pregon`. */
function isServiceVariable(name: string, value = ''): boolean {
  return (
    isServiceAddress(value) ||
    /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)_(?:PROTO|PORT|ADDR))$/.test(name)
  );
}

import { readAppSettings } from './app-variables.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { appKeys, type AppConfig } from './app-schema.js';
import type { Config } from './schema.js';
import { DEVELOPMENT_APP, isDevelopmentApp } from './settings.js';
import { getPath, setPath, type Tree } from './tree.js';
import type { Collected, VariableSource, VariableSources } from './variables.js';

const ORIGIN = { origin: 'development', key: 'no app configured' } as const;

/** With no app configured: the development app, on loopback only, and never in production. */
export function addDevelopmentApp(tree: Tree, variables: VariableSources, collected: Collected): void {
  const production = productionVariable(variables.all);
  if (production !== undefined) {
    collected.problems.push({
      key: 'REVERB_APP_ID, REVERB_APP_KEY, REVERB_APP_SECRET',
      value: undefined,
      origin: production,
      problem:
        'no app is configured, and the development app is not served in production; set these (or PUSHER_APP_*, or apps in the config file)',
    });
    return;
  }

  const host = collected.found.get('server.host');
  const given = host?.value ?? getPath(tree, 'server.host');
  if (given !== undefined && !isLoopback(given)) {
    collected.problems.push({
      key: host?.key ?? 'server.host',
      value: JSON.stringify(given),
      origin: host?.origin ?? 'config file',
      problem:
        'no app is configured, and the development app is served on 127.0.0.1 only; set REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET (or PUSHER_APP_*, or apps in the config file)',
    });
    return;
  }
  if (given === undefined) {
    setPath(tree, 'server.host', '127.0.0.1');
    collected.add('server.host', { value: '127.0.0.1', ...ORIGIN });
  }

  const app = readAppSettings(variables.all, collected);
  const settings = Object.fromEntries([...app].map(([name, { value }]) => [name, value]));
  tree['apps'] = [{ ...DEVELOPMENT_APP, ...settings }];
  for (const [name, value] of Object.entries(DEVELOPMENT_APP)) {
    collected.add(`apps.0.${name}`, { value, ...ORIGIN });
  }
  for (const [name, found] of app) collected.add(`apps.0.${name}`, found);
}

/** `NODE_ENV=production` or `APP_ENV=production`, with where it stands; of each the first source that has it counts. */
function productionVariable(sources: readonly VariableSource[]): string | undefined {
  for (const name of ['NODE_ENV', 'APP_ENV']) {
    const source = sources.find(({ get }) => get(name) !== undefined);
    if (
      source
        ?.get(name)
        ?.replace(/^(["'])(.*)\1$/, '$2')
        .toLowerCase() === 'production'
    )
      return `${source.origin}: ${name}=production`;
  }
  return undefined;
}

/** Characters of a secret in production; fewer are guessed. */
const MIN_SECRET_LENGTH = 8;

type Guarded = Pick<Config, 'apps' | 'gateway' | 'hub'>;

/**
 * In production the published development secret is refused wherever it was copied from, and so are secrets that can be
 * guessed and keys of tokens that come over a connection that anybody on the way can change.
 *
 * @throws ConfigError
 */
export function refuseUnsafeInProduction(config: Guarded, sources: VariableSources): void {
  const production = productionVariable(sources.all);
  if (production === undefined) return;
  refusePublishedSecret(config.apps, production);
  const problems = shortSecrets(config).map((key): ConfigProblem => ({
    key,
    value: undefined,
    origin: production,
    problem: `has fewer than ${MIN_SECRET_LENGTH} characters; in production a secret has ${MIN_SECRET_LENGTH} or more`,
  }));
  const { jwksUrl } = config.hub;
  if (jwksUrl !== null && !/^https:/i.test(jwksUrl)) {
    problems.push({
      key: 'hub.jwksUrl (PREGON_HUB_JWKS_URL)',
      value: undefined,
      origin: production,
      problem:
        'must be an https:// address in production: who can change the keys on their way can sign tokens',
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** The settings that hold a secret of few characters. */
function shortSecrets({ apps, gateway, hub }: Guarded): string[] {
  const secrets: [string, string | null][] = [
    ...apps.flatMap((app) =>
      appKeys(app).map(({ secret }): [string, string] => [`secret of app ${app.id}`, secret]),
    ),
    ['gateway.secret (PREGON_GATEWAY_SECRET, WS_SECRET)', gateway.secret],
    ['hub.notifySecret (PREGON_HUB_NOTIFY_SECRET)', hub.notifySecret],
  ];
  return secrets
    .filter(([, secret]) => secret !== null && secret.length < MIN_SECRET_LENGTH)
    .map(([key]) => key);
}

function refusePublishedSecret(apps: readonly AppConfig[], production: string): void {
  const published = apps.find(isDevelopmentApp);
  if (published === undefined) return;
  throw new ConfigError([
    {
      key: `secret of app ${published.id}`,
      value: DEVELOPMENT_APP.secret,
      origin: production,
      problem: 'is the published development secret; give the app a secret of its own',
    },
  ]);
}

function isLoopback(host: unknown): boolean {
  return typeof host === 'string' && /^(?:localhost|::1|\[::1\]|127(?:\.\d{1,3}){3})$/.test(host);
}

import { z } from 'zod';
import { AppSchema } from './app-schema.js';
import { ConfigSchema } from './schema.js';
import { APP_SETTINGS, CREDENTIALS, SERVER_SETTINGS, type Setting } from './settings.js';
import { getPath } from './tree.js';

/**
 * The settings as Markdown tables, for docs/settings.md: each with its variables, default and meaning.
 */
export function settingsTables(): string {
  return [
    '### Server',
    '',
    ...table(SERVER_SETTINGS, serverSchema()),
    '',
    '### The app of the environment or `.env`',
    '',
    `Its id, key and secret: ${CREDENTIALS.map(({ id }) => `\`${id.replace(/ID$/, '{ID,KEY,SECRET}')}\``).join(', ')}; the first family with a value is taken whole.`,
    '',
    ...table(APP_SETTINGS, z.toJSONSchema(AppSchema, { io: 'output', unrepresentable: 'any' })),
  ].join('\n');
}

function serverSchema(): unknown {
  return z.toJSONSchema(ConfigSchema, { io: 'output', unrepresentable: 'any' });
}

function table(settings: readonly Setting[], schema: unknown): string[] {
  return [
    '| setting | variable | also read | default | |',
    '|---|---|---|---|---|',
    ...settings.map((setting) => row(setting, schema)),
  ];
}

function row({ path, variables }: Setting, schema: unknown): string {
  const at = `properties.${path.replaceAll('.', '.properties.')}`;
  const [own, ...others] = variables.map(({ name, behind }) =>
    behind === undefined ? code(name) : `${code(behind.name)} with ${code(name)}`,
  );
  const cells = [
    code(path),
    own ?? '',
    others.join(' '),
    code(JSON.stringify(getPath(schema, `${at}.default`))),
    String(getPath(schema, `${at}.description`)) + allowed(getPath(schema, at)),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The values that are taken, where they are few. */
function allowed(schema: unknown): string {
  const values = getPath(schema, 'enum');
  return Array.isArray(values) ? ` (${values.map((value) => code(String(value))).join(', ')})` : '';
}

function code(text: string): string {
  return `\`${text}\``;
}

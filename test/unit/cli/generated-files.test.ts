import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../../src/cli/generated-files.js';
import { APP_SETTINGS, SERVER_SETTINGS } from '../../../src/config/settings.js';
import { settingsTables } from '../../../src/config/settings-table.js';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('files that are made from the code', () => {
  it.each(generatedFiles(read))('$path is committed as `npm run generate` writes it', ({ path, content }) => {
    expect(read(path)).toBe(content);
  });

  it('are found again when they are written', () => {
    const [, settings] = generatedFiles(read);
    const [, again] = generatedFiles((path) => (path === settings!.path ? settings!.content : read(path)));
    expect(again).toStrictEqual(settings);
  });
});

describe('the settings tables', () => {
  const rows = settingsTables().split('\n');

  it.each([...SERVER_SETTINGS, ...APP_SETTINGS])('have $path with a default and a meaning', ({ path }) => {
    const row = rows.find((line) => line.startsWith(`| \`${path}\` |`));
    expect(row).toBeDefined();
    expect(row).not.toContain('undefined');
  });
});

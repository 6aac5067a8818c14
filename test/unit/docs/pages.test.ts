import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { APP_SETTINGS, CREDENTIALS, FILE_VARIABLES, SERVER_SETTINGS } from '../../../src/config/settings.js';
import { ownFiles } from '../../support/own-files.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const pages = ownFiles('README.md', 'protocol/PROTOCOL.md', 'docs', 'bench', 'examples').filter((path) =>
  path.endsWith('.md'),
);

/** The anchors of a page, as GitHub makes them of its headings. */
function anchors(path: string): Set<string> {
  const headings = readFileSync(path, 'utf8').matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    Array.from(headings, ([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What is wrong with a page's link to a place in this repository; undefined where it leads somewhere. */
function linkProblem(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(target)) return `${link}: is not there`;
  if (anchor === undefined || statSync(target).isDirectory() || anchors(target).has(anchor)) return undefined;
  return `${link}: has no such heading`;
}

describe('the pages for people', () => {
  it.each(pages)('%s has no link that leads nowhere', (page) => {
    const links = Array.from(
      readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g),
      ([, link]) => link!,
    );
    const inside = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(inside.map((link) => linkProblem(page, link)).filter((problem) => problem !== undefined)).toEqual(
      [],
    );
  });

  const settings = [...SERVER_SETTINGS, ...APP_SETTINGS].flatMap(({ variables, secret }) =>
    variables.flatMap(({ name }) => (secret === true ? [name, `${name}_FILE`] : [name])),
  );
  const credentials = CREDENTIALS.flatMap(({ id, key, secret }) => [id, key, secret, `${secret}_FILE`]);
  const known = new Set([...settings, ...credentials, ...Object.values(FILE_VARIABLES)]);
  /** Of the tests and of the bench. */
  const others = /^PREGON_(?:LONG_|BENCH_)/;

  it.each(pages)('%s names no PREGON_ variable that is not one', (page) => {
    const named = readFileSync(join(root, page), 'utf8').match(/\bPREGON_[A-Z0-9_]+\b(?!\*)/g) ?? [];
    expect(named.filter((name) => !name.endsWith('_') && !known.has(name) && !others.test(name))).toEqual([]);
  });
});

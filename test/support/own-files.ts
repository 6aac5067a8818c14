import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Files of this repository below some folders, without what git ignores: packages, caches and settings that a developer's own
 * trial of an example leaves there.
 *
 * @returns paths from the root, in order
 */
export function ownFiles(...folders: readonly string[]): string[] {
  const list = (...options: readonly string[]) =>
    execFileSync('git', ['ls-files', '-z', ...options, '--', ...folders], { cwd: root, encoding: 'utf8' })
      .split('\0')
      .filter((path) => path !== '');
  const deleted = new Set(list('--deleted'));
  return list('--cached', '--others', '--exclude-standard', '--deduplicate')
    .filter((path) => !deleted.has(path))
    .sort();
}

/** Copies a folder of this repository, without what git ignores. */
export async function copyOwnFiles(folder: string, target: string): Promise<void> {
  for (const path of ownFiles(folder)) {
    await cp(join(root, path), join(target, path.slice(folder.length + 1)));
  }
}

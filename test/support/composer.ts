import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Packages that Laravel asks for and broadcasting never uses. Where a registry lacks one of them, `completion.php` has
 * what is then missing.
 */
const REPLACEABLE = [
  'fruitcake/php-cors',
  'league/config',
  'symfony/clock',
  'symfony/polyfill-php85',
] as const;

const COMPLETION = new URL('../laravel/completion.php', import.meta.url).pathname;

/** A `composer.json`, as far as tests change it. */
export interface ComposerManifest {
  require: Record<string, string>;
  replace?: Record<string, string>;
  autoload: { files?: string[] };
}

/** Changes a folder's `composer.json`. */
export async function editManifest(
  folder: string,
  edit: (manifest: ComposerManifest) => void,
): Promise<void> {
  const file = join(folder, 'composer.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as ComposerManifest;
  edit(manifest);
  await writeFile(file, JSON.stringify(manifest, null, 2));
}

/**
 * Installs a folder's packages, and does without those of {@link REPLACEABLE} that the registry lacks.
 *
 * @returns the packages that were done without
 * @throws Error with what composer printed, when it fails
 */
export async function composerInstall(folder: string): Promise<readonly string[]> {
  const known = await Promise.all(REPLACEABLE.map((name) => isKnown(name, folder)));
  const missing = REPLACEABLE.filter((_name, i) => known[i] === false);
  if (missing.length > 0) {
    await copyFile(COMPLETION, join(folder, basename(COMPLETION)));
    await editManifest(folder, (manifest) => {
      manifest.replace = Object.fromEntries(missing.map((name) => [name, '*']));
      manifest.autoload.files = [basename(COMPLETION)];
    });
  }
  await composer(folder, 'install', '--no-progress', '--no-ansi');
  return missing;
}

async function isKnown(name: string, cwd: string): Promise<boolean> {
  try {
    await composer(cwd, 'show', '--all', name);
    return true;
  } catch (error) {
    if (String(error).includes(`Package "${name}" not found`)) return false;
    throw error;
  }
}

async function composer(cwd: string, ...args: readonly string[]): Promise<void> {
  const env = { ...process.env, COMPOSER_ALLOW_SUPERUSER: '1', COLUMNS: '500' };
  try {
    await run('composer', [...args, '--no-interaction'], { cwd, env, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`composer ${args.join(' ')} failed: ${stdout}${stderr}`, { cause: error });
  }
}

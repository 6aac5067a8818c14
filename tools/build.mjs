// `npm run build`, and before `npm start`: compiles where the sources are not those of the build. With --force it always does.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const main = join(root, 'dist/src/cli/main.js');
/** The sum of the sources that were compiled last. */
const stamp = join(root, 'dist/sources.sha256');

/** Sources and what says how to compile them, sorted; empty in an installed package. */
function sources() {
  const compiled = ['protocol', 'src', 'bench'].flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder), { recursive: true })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(folder, path));
  });
  if (compiled.length === 0) return [];
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'];
  return [...compiled, ...settings.filter((path) => existsSync(join(root, path)))].sort();
}

function sumOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    return undefined;
  }
}

const paths = sources();
const isBuilt = existsSync(main);
// An installed package has no sources.
if (paths.length === 0 && isBuilt) process.exit(0);

const sum = sumOf(paths);
const isFresh = isBuilt && existsSync(stamp) && readFileSync(stamp, 'utf8') === sum;
if (isFresh && !process.argv.includes('--force')) process.exit(0);

const tsc = compiler();
if (tsc === undefined) {
  if (isBuilt) {
    console.error(
      'The sources are not those of the build, and there is no compiler: the former build runs. Run `npm ci` to build.',
    );
    process.exit(0);
  }
  console.error('There is no build, and no compiler to make one. Run `npm ci`.');
  process.exit(1);
}
if (isBuilt) console.error('The sources have changed since the last build; compiling.');
// A build that breaks off is not taken for a whole one.
rmSync(stamp, { force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
writeFileSync(stamp, sum);

// `npm run lock`: adds to package-lock.json the hashes that it lacks, as far as the registry in use offers the packages.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(path, 'utf8'));
let added = 0;
let missing = 0;
for (const [place, entry] of Object.entries(lock.packages)) {
  if (place === '' || entry.integrity !== undefined || entry.inBundle === true) continue;
  const name = entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const { stdout } = spawnSync(
    'npm',
    ['view', `${name}@${entry.version}`, 'dist.integrity', '--fetch-retries=0'],
    {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  const integrity = stdout.trim();
  if (!integrity.startsWith('sha512-')) {
    missing++;
    console.log(`${name}@${entry.version}: not offered by this registry`);
    continue;
  }
  // npm writes the hash behind the version.
  const { version, ...rest } = entry;
  lock.packages[place] = { version, integrity, ...rest };
  added++;
}
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} hashes added, ${missing} still missing`);

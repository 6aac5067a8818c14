// Part of `npm run check`: what package-lock.json brings in has a hash, a licence that may be used, and no known hole.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { auditFindings, licenceFaults, lockFaults } from './lock-rules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'));

const { faults, unhashed } = lockFaults(lock);
if (unhashed.length > 0) {
  console.log(
    `hashes: ${unhashed.length} binaries of uWebSockets.js for other machines are locked by version alone (docs/supply-chain.md); ` +
      '`npm run lock` adds the hashes that the registry has',
  );
}
faults.push(...licenceFaults(lock));

const audit = spawnSync(
  'npm',
  ['audit', '--json', '--package-lock-only', '--fetch-retries=0', '--fetch-timeout=15000'],
  { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' },
);
const findings = auditFindings(audit.stdout);
if (findings.skipped !== undefined) console.log(`npm audit: skipped, since ${findings.skipped}`);
else console.log(`npm audit: ${findings.summary}`);
faults.push(...findings.faults);

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`package-lock.json: ${Object.keys(lock.packages).length - 1} packages looked at`);

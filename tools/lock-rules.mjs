// Rules for package-lock.json, as functions of its content.

/** Licences that code in production may have. */
const LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
  '(MIT AND Zlib)',
];

/** Licences that only tools may have, which are never part of what is shipped. */
const LICENCES_OF_TOOLS = [...LICENCES, 'MPL-2.0', 'Python-2.0'];

/**
 * Binaries whose hash this lock may lack: those of machines other than the ones on which the lock is made and tested. The
 * registry that it is made with has to offer a package before its hash can be known.
 */
const MAY_LACK_HASH = /^node_modules\/(.+\/)?@uwsjs\/(?!linux-x64-)[a-z0-9]+-(x64|arm64|arm)-\d+$/;

/** A strong hash, as npm writes it. */
const HASH = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Packages of a lock by their place in node_modules, without the project itself. */
function packagesOf(lock) {
  return Object.entries(lock.packages).filter(([place]) => place !== '');
}

/**
 * Finds packages that npm would install without comparing them to a hash, or from elsewhere than the registry.
 *
 * @returns faults as sentences, and the places of binaries that may lack a hash and do
 */
export function lockFaults(lock) {
  const faults = [];
  const unhashed = [];
  for (const [place, { integrity, resolved, link, inBundle }] of packagesOf(lock)) {
    if (link === true) faults.push(`${place} is a link: packages come from the registry alone`);
    // Addresses in the registry are left out of the lock (.npmrc).
    if (resolved !== undefined && link !== true)
      faults.push(`${place} comes from elsewhere than the registry`);
    if (integrity === undefined && inBundle !== true) {
      if (MAY_LACK_HASH.test(place)) unhashed.push(place);
      else faults.push(`${place} has no hash (integrity) in package-lock.json`);
    } else if (integrity !== undefined && !HASH.test(integrity)) {
      faults.push(`${place} has no SHA-512 hash in package-lock.json, but ${integrity.slice(0, 20)}…`);
    }
  }
  return { faults, unhashed };
}

/** Finds packages whose licence is not one of those above. */
export function licenceFaults(lock) {
  const faults = [];
  for (const [place, { license, dev }] of packagesOf(lock)) {
    const allowed = dev === true ? LICENCES_OF_TOOLS : LICENCES;
    if (allowed.includes(license)) continue;
    const what = license === undefined ? 'no licence' : `the licence ${license}`;
    faults.push(`${place} has ${what}; allowed are ${allowed.join(', ')}`);
  }
  return faults;
}

/**
 * Reads what `npm audit --json` printed. A registry that has no such endpoint, or cannot be reached, is no fault of the lock.
 *
 * @returns the reason why nothing can be told, or a summary and what fails the check: holes of high or critical severity
 */
export function auditFindings(text) {
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { skipped: 'npm printed no report', faults: [] };
  }
  const counts = report.metadata?.vulnerabilities;
  if (counts === undefined) {
    const { statusCode, message, error } = report;
    const reason =
      statusCode === undefined
        ? error?.summary || error?.code || message || 'npm printed no report'
        : `the registry answers the audit with status ${statusCode}`;
    return {
      skipped: String(reason)
        .split('\n')[0]
        .replaceAll(/https?:\/\/\S+/g, 'the registry'),
      faults: [],
    };
  }
  const faults = Object.values(report.vulnerabilities ?? {})
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `npm audit: ${name} ${range} has a hole of ${severity} severity`);
  const summary = Object.entries(counts)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');
  return { summary, faults };
}

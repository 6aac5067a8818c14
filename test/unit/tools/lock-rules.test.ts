import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { auditFindings, licenceFaults, lockFaults, type Lock } from '../../../tools/lock-rules.mjs';

const LOCK = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
const HASH = `sha512-${'a'.repeat(86)}==`;

/** A lock that holds one package. */
function lockOf(place: string, entry: Lock['packages'][string]): Lock {
  return { packages: { '': {}, [place]: entry } };
}

describe('package-lock.json', () => {
  it('has a hash for each package, except binaries for machines that it is not made on', () => {
    const { faults, unhashed } = lockFaults(LOCK);
    expect(faults).toEqual([]);
    // Fewer is better: `npm run lock` adds those that a registry offers. A further one is looked at before it gets in.
    expect(unhashed.length).toBeLessThanOrEqual(32);
  });

  it('has no licence that may not be used', () => {
    expect(licenceFaults(LOCK)).toEqual([]);
  });
});

describe('lockFaults', () => {
  it.each<[string, string, Lock['packages'][string]]>([
    ['a package without a hash', 'node_modules/left', { version: '1.0.0' }],
    ['a binary of this machine without a hash', 'node_modules/@uwsjs/linux-x64-22', { version: '20.69.0' }],
    ['the wrapper of the binaries without a hash', 'node_modules/@uwsjs/core', { version: '20.69.0' }],
    ['a weak hash', 'node_modules/left', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    [
      'a package from elsewhere',
      'node_modules/left',
      { integrity: HASH, resolved: 'https://elsewhere.example/a.tgz' },
    ],
    ['a link', 'node_modules/left', { integrity: HASH, link: true }],
  ])('refuses %s', (_title, place, entry) => {
    expect(lockFaults(lockOf(place, entry)).faults).toEqual([expect.stringContaining(place)]);
  });
});

describe('licenceFaults', () => {
  it('refuses in production what it allows in tools', () => {
    expect(licenceFaults(lockOf('node_modules/left', { license: 'MPL-2.0', dev: true }))).toEqual([]);
    expect(licenceFaults(lockOf('node_modules/left', { license: 'MPL-2.0' }))).toHaveLength(1);
  });

  it.each(['AGPL-3.0-only', 'UNLICENSED', undefined])('refuses the licence %s everywhere', (license) => {
    const entry = license === undefined ? { dev: true } : { license, dev: true };
    expect(licenceFaults(lockOf('node_modules/left', entry))).toHaveLength(1);
  });
});

describe('auditFindings', () => {
  const report = (severity: string) =>
    JSON.stringify({
      metadata: { vulnerabilities: { moderate: 0, [severity]: 1 } },
      vulnerabilities: { left: { name: 'left', severity, range: '<1.2.3' } },
    });

  it.each(['high', 'critical'])('fails for a hole of %s severity', (severity) => {
    expect(auditFindings(report(severity)).faults).toEqual([
      `npm audit: left <1.2.3 has a hole of ${severity} severity`,
    ]);
  });

  it('only counts a hole of moderate severity', () => {
    expect(auditFindings(report('moderate'))).toEqual({ summary: '1 moderate', faults: [] });
  });

  it.each([
    ['that has no audit', '{"statusCode":405,"message":"405 Method Not Allowed"}', /status 405/],
    [
      'that cannot be reached',
      '{"error":{"code":"ENOTFOUND","summary":"getaddrinfo failed"}}',
      /getaddrinfo/,
    ],
    [
      'that gives its address',
      '{"error":{"summary":"request to https://u:p@host/ failed"}}',
      /^request to the registry failed$/,
    ],
    ['that makes npm print nothing', '', /no report/],
  ])('skips a registry %s, and says why', (_title, text, reason) => {
    const { skipped, faults } = auditFindings(text);
    expect(skipped).toMatch(reason);
    expect(faults).toEqual([]);
  });
});

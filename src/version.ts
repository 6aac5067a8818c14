import { readFileSync } from 'node:fs';

/** This package's version. */
export function packageVersion(): string {
  // From dist/src/ as well as from src/ the package is found by going up.
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'pregon' && version !== undefined) return version;
    } catch {
      // Not there: one folder further up.
    }
  }
  return 'unknown';
}

import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSocketFolder } from '../../../src/workers/private-folder.js';
import { tempFolder } from '../../support/temp-folder.js';

function longFolder(): string {
  const folder = join(tempFolder(), 'x'.repeat(120));
  mkdirSync(folder);
  return folder;
}

describe('makeSocketFolder', () => {
  it('makes a folder that nobody else may look into', () => {
    const parent = tempFolder();
    const folder = makeSocketFolder('hub', [parent]);
    expect(dirname(folder)).toBe(parent);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('leaves out a parent whose path leaves no room for a socket, or that cannot be written to', () => {
    const parent = tempFolder();
    expect(dirname(makeSocketFolder('hub', [longFolder(), '/nowhere', parent]))).toBe(parent);
  });

  it('counts bytes to the last one', () => {
    const base = tempFolder();
    const socket = (length: number) => 'é'.repeat(length);
    // One folder with six random characters, and a slash on either side.
    const room =
      (process.platform === 'linux' ? 107 : 103) - Buffer.byteLength(join(base, 'pregon-xxxxxx')) - 1;
    expect(() => makeSocketFolder(socket(Math.floor(room / 2)), [base])).not.toThrow();
    expect(() => makeSocketFolder(socket(Math.floor(room / 2) + 1), [base])).toThrow('is too long');
  });

  it('fails the start where there is no place, and says why', () => {
    const long = longFolder();
    expect(() => makeSocketFolder('hub', [long, '/nowhere'])).toThrow(
      /^server\.workers \(workers\): needs a folder for temporary files that can be written to, for instance one that TMPDIR names \(\/.*x is too long for the path of a socket; Error: ENOENT: .*\)$/,
    );
  });
});

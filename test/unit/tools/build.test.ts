import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = 'dist/src/cli/main.js';
const COMPILER = 'node_modules/typescript/bin/tsc';

/** A project in a folder of its own, with a compiler that copies and counts. */
let folder = '';

function write(path: string, text: string): void {
  const to = join(folder, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8');

function build(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, ['tools/build.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stderr };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pregon-build-'));
  cpSync('tools/build.mjs', join(folder, 'tools/build.mjs'));
  write('package.json', '{"type":"module"}');
  write('tsconfig.build.json', '{}');
  write('src/cli/main.ts', '1');
  write('node_modules/typescript/package.json', '{"name":"typescript","type":"commonjs"}');
  write(
    COMPILER,
    `const fs = require('node:fs');
     const source = fs.readFileSync('src/cli/main.ts', 'utf8');
     if (source === 'broken') process.exit(2);
     fs.mkdirSync('dist/src/cli', { recursive: true });
     fs.writeFileSync('${MAIN}', source);
     fs.appendFileSync('compiled', '.');`,
  );
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('tools/build.mjs', () => {
  it('compiles once for the same sources, whatever their time', () => {
    expect(build()).toEqual({ status: 0, stderr: '' });
    write('src/cli/main.ts', '1');
    expect(build()).toEqual({ status: 0, stderr: '' });
    expect(read('compiled')).toBe('.');
  });

  it.each([
    [
      'a changed source',
      () => {
        write('src/cli/main.ts', '2');
      },
    ],
    [
      'a further source',
      () => {
        write('protocol/more.ts', '');
      },
    ],
    [
      'another setting of the compiler',
      () => {
        write('tsconfig.build.json', '{"include":[]}');
      },
    ],
  ])('compiles again for %s', (_title, change) => {
    build();
    change();
    expect(build().status).toBe(0);
    expect(read('compiled')).toBe('..');
    expect(read(MAIN)).toBe(read('src/cli/main.ts'));
  });

  it('compiles again when told to', () => {
    build();
    build('--force');
    expect(read('compiled')).toBe('..');
  });

  it('fails where the sources cannot be compiled, and tries again', () => {
    build();
    write('src/cli/main.ts', 'broken');
    expect(build().status).toBe(2);
    expect(build().status).toBe(2);
    write('src/cli/main.ts', '1');
    expect(build().status).toBe(0);
    expect(read('compiled')).toBe('..');
  });

  it('needs no compiler where only the package is installed', () => {
    build();
    rmSync(join(folder, 'src'), { recursive: true });
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(build()).toEqual({ status: 0, stderr: '' });
  });

  it('says that the former build runs where there is no compiler for newer sources', () => {
    build();
    write('src/cli/main.ts', '2');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(build()).toEqual({
      status: 0,
      stderr: expect.stringContaining('the former build runs') as unknown,
    });
  });

  it('fails where there is neither a build nor a compiler', () => {
    rmSync(join(folder, 'node_modules'), { recursive: true });
    expect(build()).toEqual({ status: 1, stderr: expect.stringContaining('npm ci') as unknown });
  });
});

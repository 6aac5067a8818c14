import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this run, for what test files share: see once-per-run.ts. */
    readonly runFolder: string;
  }
}

/** Tests that run the command line run what is built, so the build is brought up to date first. */
export default function setup({ provide }: TestProject): () => Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const runFolder = mkdtempSync(join(tmpdir(), 'pregon-run-'));
  provide('runFolder', runFolder);
  return () => rm(runFolder, { recursive: true, force: true });
}

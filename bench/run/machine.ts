import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { packageVersion } from '../../src/version.js';
import { descriptorLimit } from '../targets/spawn-node.js';

/** What figures depend on. */
export interface MachineInfo {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Descriptors that a process may hold. */
  readonly descriptors: number;
  /** Of this project. */
  readonly version: string;
  /** The commit that was measured, with `+` where files were changed since; empty outside of a repository. */
  readonly commit: string;
}

export function machineInfo(): MachineInfo {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    descriptors: descriptorLimit(),
    version: packageVersion(),
    commit: commit(),
  };
}

function commit(): string {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    // An installed package has no repository.
    return '';
  }
}

import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

/** Something outside of npm that some tests need. */
export interface Service {
  readonly name: string;
  /** Why it cannot be used here and how to get it; undefined where it is there. */
  missing(): string | undefined;
}

/** PHP with what Pusher's library needs, and composer to install that. */
export const PHP: Service = {
  name: "Pusher's PHP library",
  missing() {
    const modules = outputOf('php', ['-m'])?.toLowerCase().split(/\s+/);
    if (modules === undefined) return 'there is no php; on Debian: apt-get install php-cli php-curl composer';
    if (!modules.includes('curl')) return 'php has no curl; on Debian: apt-get install php-curl';
    if (outputOf('composer', ['--version', '--no-interaction']) === undefined) {
      return 'there is no composer; on Debian: apt-get install composer';
    }
    return undefined;
  },
};

/** PHP alone. */
export const PHP_CLI: Service = {
  name: 'PHP',
  missing() {
    if (outputOf('php', ['--version']) !== undefined) return undefined;
    return 'there is no php; on Debian: apt-get install php-cli';
  },
};

/** Where `.ci/install` puts a Dart for machines that have none. */
const OWN_DART = join(homedir(), '.cache/pregon-tests/dart/dart');

/** The command that runs Dart source; undefined where there is none. */
export function dartCommand(): string | undefined {
  return ['dart', OWN_DART].find((command) => spawnSync(command, ['--version']).status === 0);
}

export const DART: Service = {
  name: 'Dart',
  missing() {
    if (dartCommand() !== undefined) return undefined;
    return 'there is no dart; install its SDK, or run .ci/install on Debian';
  },
};

/** What the Laravel example needs beside. */
export const LARAVEL: Service = {
  name: 'Laravel',
  missing() {
    const missing = PHP.missing();
    if (missing !== undefined) return missing;
    const modules = outputOf('php', ['-m'])?.toLowerCase().split(/\s+/) ?? [];
    const needed = { pdo_sqlite: 'php-sqlite3', mbstring: 'php-mbstring', dom: 'php-xml' };
    const lacking = Object.entries(needed).find(([module]) => !modules.includes(module));
    return lacking && `php has no ${lacking[0]}; on Debian: apt-get install ${lacking[1]}`;
  },
};

/** A browser for playwright-core to drive. */
export const CHROMIUM: Service = {
  name: 'Chromium',
  missing: () =>
    chromiumPath() === undefined ? 'there is no chromium; on Debian: apt-get install chromium' : undefined,
};

/** Where Chromium is; undefined where it is not. */
export function chromiumPath(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome']
    .map((name) => outputOf('which', [name])?.trim())
    .find((path) => path !== undefined);
}

/** Several services that one suite needs. */
export function together(name: string, ...services: readonly Service[]): Service {
  return {
    name,
    missing: () => services.map((service) => service.missing()).find((missing) => missing !== undefined),
  };
}

export const REDIS: Service = {
  name: 'Redis',
  missing: () =>
    outputOf('redis-server', ['--version']) === undefined
      ? 'there is no redis-server; on Debian: apt-get install redis-server'
      : undefined,
};

export const NATS: Service = {
  name: 'NATS',
  missing: () =>
    outputOf('nats-server', ['--version']) === undefined
      ? 'there is no nats-server; on Debian: apt-get install nats-server'
      : undefined,
};

/**
 * A suite that needs a service. Without it the suite is skipped, its title saying why.
 *
 * @throws Error in CI (`CI=true`), where every service has to be there
 */
export function describeWith(service: Service, suite: () => void): void {
  const missing = service.missing();
  if (missing === undefined) {
    describe(service.name, suite);
    return;
  }
  if (process.env['CI'] === 'true') throw new Error(`${service.name}: ${missing}`);
  describe.skip(`${service.name} (skipped: ${missing})`, suite);
}

/** What a command prints; undefined where it is not there or fails. */
function outputOf(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

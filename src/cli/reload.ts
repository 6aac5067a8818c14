import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from '../config/config-error.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { getPath, leaves } from '../config/tree.js';
import type { AdjustableLog } from '../log.js';

/** What can read again what it was started with. */
export interface Reloadable {
  /** Takes another log level, and reads the certificate files again. @returns whether TLS is on */
  reload(level: Config['log']['level']): boolean;
}

/** Settings that are taken over while the server runs. */
const EXCHANGED: ReadonlySet<string> = new Set(['log.level']);

/**
 * Reads the configuration again, as SIGHUP asks for it: the log level and the certificate files are taken over, and the
 * log names the settings that have changed and need a restart. A configuration that is wrong changes nothing.
 */
export class Reloading {
  constructor(
    private readonly load: () => LoadedConfig,
    private readonly log: AdjustableLog,
    /** What the server was started with; `log.level` is that of the last reload. */
    private running: Config,
  ) {}

  reload(server: Reloadable): void {
    let config: Config;
    try {
      ({ config } = this.load());
    } catch (error) {
      const problems = error instanceof ConfigError ? { problems: error.message } : { err: error };
      this.log.error(problems, 'SIGHUP: the configuration is wrong, so nothing is taken from it');
      return;
    }
    const changed = changedSettings(this.running, config);
    const { level } = config.log;
    this.log.setLevel(level);
    const isTls = server.reload(level);
    this.running = { ...this.running, log: { ...this.running.log, level } };
    this.log.announce(
      {
        logLevel: level,
        certificate: isTls ? 'read again' : 'none',
        needRestart: changed.filter((path) => !EXCHANGED.has(path)),
      },
      'SIGHUP: the configuration was read again',
    );
  }
}

/** Paths of settings that differ; values are not told, since some are secret. */
function changedSettings(before: Config, after: Config): string[] {
  const paths = new Set([...leaves(before), ...leaves(after)]);
  return [...paths].filter((path) => !isDeepStrictEqual(getPath(before, path), getPath(after, path)));
}

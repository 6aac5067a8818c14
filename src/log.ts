import { pino, type DestinationStream, type Level } from 'pino';
import pretty from 'pino-pretty';

/**
 * What any part may write to the log. `fields` come first, as pino has it; never a secret, never a payload.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  /** Whether `debug` writes anything; ask before work that only a debug line needs. */
  readonly isDebug: boolean;
}

/** How the log is written. */
export interface LogOptions {
  readonly level: Level | 'silent';
  /** `auto` is pretty on a terminal and JSON lines elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/**
 * @param output where lines go; standard output unless given
 */
export function createLog(options: LogOptions, output?: DestinationStream): Log {
  const isPretty =
    options.format === 'pretty' ||
    (options.format === 'auto' && output === undefined && process.stdout.isTTY);
  const stream = isPretty ? pretty({ ignore: 'pid,hostname', sync: true }) : output;
  const logger = pino(
    { level: options.level, base: { pid: process.pid } },
    stream ?? pino.destination({ sync: true }),
  );
  return {
    debug: (fields, message) => {
      logger.debug(fields, message);
    },
    info: (fields, message) => {
      logger.info(fields, message);
    },
    warn: (fields, message) => {
      logger.warn(fields, message);
    },
    error: (fields, message) => {
      logger.error(fields, message);
    },
    fatal: (fields, message) => {
      logger.fatal(fields, message);
    },
    isDebug: logger.isLevelEnabled('debug'),
  };
}

/** Writes nothing. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
  isDebug: false,
};

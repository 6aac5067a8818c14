import { writeSync } from 'node:fs';
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
 * Writes to standard output.
 *
 * @param fields of each line, beside the process id
 */
export function createLog({ level, format }: LogOptions, fields: object = {}): Log {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  const output = isPretty ? pretty({ ignore: 'pid,hostname', sync: true }) : STANDARD_OUTPUT;
  const logger = pino({ level, base: { pid: process.pid, ...fields } }, output);
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

/** The last boundary: what none of the others caught is logged, and everybody else goes on being served. */
export function logUncaught(log: Log): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal({ err: reason }, 'unhandled rejection');
  });
}

const STANDARD_OUTPUT: DestinationStream = { write: writeLine };

const STDOUT_FD = 1;
const FULL_PIPE_PAUSE_MS = 10;
const FULL_PIPE_PAUSES = 10;
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes a line before it returns. One that cannot be written is lost: a full disk, or a reader that has gone, ends no
 * service.
 */
function writeLine(line: string): void {
  let rest = Buffer.from(line);
  let pauses = 0;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT_FD, rest));
    } catch (error) {
      // A pipe that is full for now.
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull || pauses++ === FULL_PIPE_PAUSES) return;
      Atomics.wait(NEVER, 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
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

import { formatWithOptions } from 'node:util';
import { pino, type DestinationStream, type Level } from 'pino';
import { LineOutput, writeToStdout } from './line-output.js';
import { createReadable } from './readable-line.js';

/**
 * What any part may write to the log. `fields` come first, as pino has it; never a secret, never a payload.
 */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  /** Written whatever the level, unless it is `silent`: what an operator has to know of a start. */
  announce(fields: object, message: string): void;
  /** Whether `debug` writes anything; ask before work that only a debug line needs. */
  readonly isDebug: boolean;
}

/** How the log is written. */
export interface LogOptions {
  readonly level: Level | 'silent';
  /** `auto` is pretty on a terminal and JSON lines elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/** That of the log which was made last; a process has one as a rule. */
let reportLost: (lines: number) => void = () => undefined;

const STANDARD_OUTPUT = new LineOutput(writeToStdout, (lines) => {
  reportLost(lines);
});

process.once('exit', () => {
  STANDARD_OUTPUT.flush();
});

/** A log whose level can be changed while it is used. */
export interface AdjustableLog extends Log {
  setLevel(level: LogOptions['level']): void;
}

/**
 * Writes to standard output.
 *
 * @param fields of each line, beside the process id
 */
export function createLog({ level, format }: LogOptions, fields: object = {}): AdjustableLog {
  // Looked at in any case: from then on writing to a full pipe fails, where it would wait for its reader.
  const { isTTY } = process.stdout;
  const readable =
    format === 'pretty' || (format === 'auto' && isTTY) ? createReadable(isTTY) : (line: string) => line;
  const stream: DestinationStream = {
    write: (line) => {
      STANDARD_OUTPUT.write(readable(line));
    },
  };
  reportLost = (lost) => {
    logger.warn({ lost }, 'log lines were lost: whoever reads the log was too slow, or the disk is full');
  };
  const options = {
    base: { pid: process.pid, ...fields },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino({ ...options, level }, stream);
  const always = pino({ ...options, level: level === 'silent' ? level : 'info' }, stream);
  const log = {
    debug: (fields: object, message: string) => {
      logger.debug(fields, message);
    },
    info: (fields: object, message: string) => {
      logger.info(fields, message);
    },
    warn: (fields: object, message: string) => {
      logger.warn(fields, message);
    },
    error: (fields: object, message: string) => {
      logger.error(fields, message);
    },
    fatal: (fields: object, message: string) => {
      logger.fatal(fields, message);
    },
    announce: (fields: object, message: string) => {
      always.info(fields, message);
    },
    isDebug: logger.isLevelEnabled('debug'),
    setLevel: (changed: LogOptions['level']) => {
      logger.level = changed;
      log.isDebug = logger.isLevelEnabled('debug');
    },
  };
  return log;
}

/**
 * Takes what libraries print and what Node warns of into the log: in a JSON log each line is to be JSON. For a process
 * that is the server's own.
 *
 * @returns a function that ends it
 */
export function captureConsole(log: Log): () => void {
  const capture = (...values: unknown[]) => {
    log.warn({ text: formatWithOptions({ breakLength: Infinity }, ...values) }, 'a library prints');
  };
  const { log: print, info, warn, error, debug } = console;
  Object.assign(console, { log: capture, info: capture, warn: capture, error: capture, debug: capture });
  // Node's own listener prints them.
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    log.warn({ name, text: message }, 'a warning of Node.js');
  });
  return () => {
    Object.assign(console, { log: print, info, warn, error, debug });
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

/** Writes nothing. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
  announce: () => undefined,
  isDebug: false,
};

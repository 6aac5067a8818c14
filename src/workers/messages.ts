import type { IpcAddress } from '../cluster/drivers/ipc/ipc-connection.js';
import { ConfigError, type ConfigProblem } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { Readiness } from '../http/handlers/health.js';
import type { MetricValues } from '../metrics/metrics.js';
import { ListenError, type TransportName } from '../transports/transport.js';

/** What the process that was started and its workers send each other. */
export type ToWorker =
  | StartWorker
  /** Follows `prepared`. */
  | { readonly type: 'listen'; readonly port: number }
  | { readonly type: 'stop' }
  /** Reads the certificate files again and takes another log level. */
  | { readonly type: 'reload'; readonly level: Config['log']['level'] }
  | { readonly type: 'ask'; readonly question: number; readonly about: keyof WorkerAnswers };

export type FromWorker =
  /** It listens to messages from here on. */
  | { readonly type: 'awake' }
  /** Everything is ready but for the port, which it listens on when it is told to. */
  | { readonly type: 'prepared'; readonly transport: TransportName }
  | ({ readonly type: 'listening' } & Listening)
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'answer'; readonly question: number; readonly answer: unknown };

/** The answer to `awake`. The configuration is read once, so that all workers have the same. */
export interface StartWorker {
  readonly type: 'start';
  /** From 1; a worker that replaces another has its number. */
  readonly number: number;
  readonly config: Config;
  /** Where the workers meet; undefined where they do so elsewhere. */
  readonly ipc: IpcAddress | undefined;
}

export interface Listening {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** What the start log says of the server. */
  readonly description: object;
}

/** What a worker can be asked about. */
export interface WorkerAnswers {
  readonly metrics: MetricValues;
  readonly readiness: Readiness;
}

/** An error that ended a start, as it travels between processes. */
export type Failure =
  | { readonly kind: 'config'; readonly problems: readonly ConfigProblem[] }
  | { readonly kind: 'listen' | 'other'; readonly message: string };

export function toFailure(error: unknown): Failure {
  if (error instanceof ConfigError) return { kind: 'config', problems: error.problems };
  if (error instanceof ListenError) return { kind: 'listen', message: error.message };
  return { kind: 'other', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromFailure(failure: Failure): Error {
  switch (failure.kind) {
    case 'config':
      return new ConfigError(failure.problems);
    case 'listen':
      return new ListenError(failure.message);
    case 'other':
      return new Error(`a worker could not start: ${failure.message}`);
  }
}

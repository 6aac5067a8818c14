import { availableParallelism } from 'node:os';
import type { Clock } from '../clock.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../log.js';
import type { TransportName } from '../transports/transport.js';
import type { Listening, StartWorker, WorkerAnswers } from './messages.js';
import { WorkerProcess } from './worker-process.js';

/** A worker that lived this long was well: the next is started at once. */
const CALM_MS = 10_000;
/** Otherwise after a pause, twice as long each time. */
const PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;

/** More would keep each other from starting in time. */
const STARTED_AT_ONCE = 8;

/** What a stopping worker may take beyond the time over which it closes connections. */
const STOP_MS = 20_000;

/** How many processes are to serve. */
export function workerCount(wanted: Config['server']['workers']): number {
  return wanted === 'auto' ? availableParallelism() : wanted;
}

export interface WorkersContext {
  readonly config: Config;
  readonly count: number;
  readonly ipc: StartWorker['ipc'];
  readonly clock: Clock;
  readonly log: Log;
  /** A worker's process has ended, whatever the reason. */
  readonly ended: (worker: WorkerProcess) => void;
}

/** The workers of this server. One that ends is replaced. */
export class Workers {
  private readonly present = new Map<number, WorkerProcess>();
  private readonly keeping: Promise<void>[] = [];
  private isStopping = false;
  /** Those who wait to replace a worker. */
  private readonly pauses = new Set<() => void>();
  private port: number;
  private level: Config['log']['level'];
  /** Workers that were started in place of others. */
  restarts = 0;

  constructor(private readonly context: WorkersContext) {
    this.port = context.config.server.port;
    this.level = context.config.log.level;
  }

  get count(): number {
    return this.context.count;
  }

  get listening(): number {
    return [...this.present.values()].filter(({ isListening }) => isListening).length;
  }

  /**
   * Prepares one, which finds out whether the configuration can be served, and then the others. They listen when all
   * are prepared: the first to do so alone would get everybody who waits for the port.
   *
   * @throws what made one of them fail; none is left then
   */
  async start(): Promise<Listening> {
    const numbers = Array.from({ length: this.context.count }, (_, i) => i + 1);
    try {
      const transport = await this.prepareAll(numbers.splice(0, 1));
      while (numbers.length > 0) await this.prepareAll(numbers.splice(0, STARTED_AT_ONCE));
      // Node shares a port by the number it was asked for, and the kernel by the one that it is. One that is not known
      // yet is not waited for by anybody.
      if (transport === 'uws' && this.port === 0) this.port = (await this.listenAll(1)).port;
      const first = await this.listenAll(this.present.size);
      for (const [number, worker] of this.present) this.keeping.push(this.keep(number, worker));
      return first;
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  /** Asks all of them at once. @returns undefined for those that do not answer */
  ask<About extends keyof WorkerAnswers>(
    about: About,
  ): Promise<{ readonly number: number; readonly answer: WorkerAnswers[About] | undefined }[]> {
    return Promise.all(
      [...this.present].map(async ([number, worker]) => ({ number, answer: await worker.ask(about) })),
    );
  }

  /** Lets all of them drain, and waits until they have ended. */
  async stop(drainSeconds: number): Promise<void> {
    const { clock, config, log } = this.context;
    this.endPauses();
    for (const worker of this.present.values()) worker.stop();
    const patienceMs = drainSeconds * 1000 + config.webhooks.graceMilliseconds + STOP_MS;
    const timer = clock.after(patienceMs, () => {
      log.error({ workers: this.present.size }, 'workers do not end; they are killed');
      this.kill();
    });
    await Promise.all(this.keeping);
    timer.cancel();
  }

  /** Lets all of them, and those that replace them, log from this level on, and read their certificates again. */
  reload(level: Config['log']['level']): void {
    this.level = level;
    for (const worker of this.present.values()) worker.reload(level);
  }

  /** Ends all of them at once. */
  kill(): void {
    this.endPauses();
    for (const worker of this.present.values()) worker.kill();
  }

  private async prepareAll(numbers: readonly number[]): Promise<TransportName> {
    const [first] = await Promise.all(numbers.map((number) => this.fork(number).prepared));
    if (first === undefined) throw new Error('there is no worker to start');
    return first;
  }

  /** Lets so many workers listen at the same time, those that do not yet. */
  private async listenAll(count: number): Promise<Listening> {
    const workers = [...this.present.values()].slice(0, count);
    for (const worker of workers) if (!worker.isListening) worker.listen(this.port);
    const [first] = await Promise.all(workers.map(({ listening }) => listening));
    if (first === undefined) throw new Error('there is no worker to listen');
    return first;
  }

  private fork(number: number): WorkerProcess {
    const { config, ipc } = this.context;
    const server = { ...config.server, port: this.port };
    const log = { ...config.log, level: this.level };
    const worker = new WorkerProcess({ type: 'start', number, config: { ...config, server, log }, ipc });
    this.present.set(number, worker);
    return worker;
  }

  /** Follows a worker and those that replace it. */
  private async keep(number: number, first: WorkerProcess): Promise<void> {
    const { clock, ended, log } = this.context;
    let worker = first;
    let pauseMs = 0;
    for (;;) {
      const startedMs = clock.monotonic();
      const { code, signal } = await worker.ended;
      this.present.delete(number);
      ended(worker);
      if (this.isStopping) return;
      const isCalm = clock.monotonic() - startedMs > CALM_MS;
      pauseMs = isCalm ? 0 : Math.min(MAX_PAUSE_MS, Math.max(PAUSE_MS, 2 * pauseMs));
      const ending = { worker: number, ended: worker.pid, code, signal, pauseMs };
      log.error(ending, 'a worker has ended; it is replaced');
      if (!(await this.pause(pauseMs))) return;
      this.restarts++;
      worker = this.fork(number);
      const replacing = worker;
      replacing.prepared.then(
        () => {
          replacing.listen(this.port);
        },
        // Told of below.
        () => undefined,
      );
      worker.listening.then(
        () => {
          log.info({ worker: number }, 'the worker was replaced');
        },
        (error: unknown) => {
          log.error({ err: error, worker: number }, 'the worker could not be replaced');
        },
      );
    }
  }

  /** Waits, unless all is to be stopped. @returns whether it is not */
  private async pause(delayMs: number): Promise<boolean> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        timer.cancel();
        this.pauses.delete(wake);
        resolve();
      };
      const timer = this.context.clock.after(delayMs, wake);
      this.pauses.add(wake);
    });
    return !this.isStopping;
  }

  private endPauses(): void {
    this.isStopping = true;
    for (const wake of this.pauses) wake();
  }
}

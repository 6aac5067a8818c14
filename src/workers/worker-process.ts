import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/schema.js';
import type { TransportName } from '../transports/transport.js';
import {
  fromFailure,
  type FromWorker,
  type Listening,
  type StartWorker,
  type ToWorker,
  type WorkerAnswers,
} from './messages.js';

/** A worker that stands still is not waited for. */
const ANSWER_MS = 1000;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** One worker, from its fork to its end. */
export class WorkerProcess {
  /** Its transport, once it could listen. Rejects with the reason when it could not start. */
  readonly prepared: Promise<TransportName>;
  /** Rejects with the reason when it could not start. */
  readonly listening: Promise<Listening>;
  readonly ended: Promise<Ending>;
  isListening = false;
  hasEnded = false;
  private readonly worker: Worker;
  private readonly asked = new Map<number, (answer: unknown) => void>();
  private questions = 0;

  readonly number: number;

  constructor(start: StartWorker) {
    this.number = start.number;
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('../cli/worker.js', import.meta.url)),
      args: [],
      // As numbers are, such as NaN.
      serialization: 'advanced',
    });
    const worker = (this.worker = cluster.fork());
    this.ended = new Promise((resolve) => {
      worker.once('exit', (code: number | null, signal: string | null) => {
        this.hasEnded = true;
        this.isListening = false;
        for (const settle of this.asked.values()) settle(undefined);
        this.asked.clear();
        resolve({ code, signal });
      });
    });
    let prepared: (transport: TransportName) => void = () => undefined;
    let failed: (reason: unknown) => void = () => undefined;
    this.prepared = new Promise((resolve, reject) => {
      prepared = resolve;
      failed = reject;
    });
    this.listening = new Promise((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        switch (message.type) {
          case 'awake':
            this.send(start);
            return;
          case 'prepared':
            prepared(message.transport);
            return;
          case 'listening':
            this.isListening = true;
            resolve(message);
            return;
          case 'failed':
            reject(fromFailure(message.failure));
            return;
          case 'answer':
            this.asked.get(message.question)?.(message.answer);
            return;
        }
      });
      void this.ended.then(({ code, signal }) => {
        reject(new Error(`a worker could not start: it ended with ${String(signal ?? code)}`));
      });
    });
    // Whoever waits for them hears of it.
    this.listening.catch(failed);
    this.prepared.catch(() => undefined);
    // A worker that is gone cannot be written to; `exit` tells.
    worker.on('error', () => undefined);
  }

  get pid(): number {
    return this.worker.process.pid ?? 0;
  }

  /** Lets a worker that is prepared listen. */
  listen(port: number): void {
    this.send({ type: 'listen', port });
  }

  /** @returns undefined when it does not answer */
  ask<About extends keyof WorkerAnswers>(about: About): Promise<WorkerAnswers[About] | undefined> {
    if (!this.isListening) return Promise.resolve(undefined);
    const question = ++this.questions;
    return new Promise((resolve) => {
      const settle = (answer: unknown) => {
        clearTimeout(timer);
        this.asked.delete(question);
        // The worker is this very program.
        resolve(answer as WorkerAnswers[About] | undefined);
      };
      const timer = setTimeout(settle, ANSWER_MS, undefined);
      this.asked.set(question, settle);
      this.send({ type: 'ask', question, about });
    });
  }

  /** Lets it drain and end. */
  stop(): void {
    this.send({ type: 'stop' });
  }

  reload(level: Config['log']['level']): void {
    this.send({ type: 'reload', level });
  }

  kill(): void {
    if (!this.hasEnded) this.worker.process.kill('SIGKILL');
  }

  private send(message: ToWorker): void {
    if (this.worker.isConnected()) this.worker.send(message);
  }
}

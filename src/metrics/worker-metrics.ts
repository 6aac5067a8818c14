import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { MetricValues } from './metrics.js';

/** The workers, as far as their numbers are concerned. */
export interface MeasuredWorkers {
  readonly listening: number;
  readonly count: number;
  readonly restarts: number;
  /** @returns undefined for those that do not answer */
  ask(
    about: 'metrics',
  ): Promise<readonly { readonly number: number; readonly answer: MetricValues | undefined }[]>;
}

/**
 * The numbers of all workers and of the process that started them, as Prometheus text: counters and histograms are
 * summed, gauges as each one means it. What ended workers had counted stays in the sums, or those would fall.
 */
export class WorkerMetrics {
  private readonly own = new Registry();
  /** By worker, as it last answered. */
  private readonly latest = new Map<number, MetricValues>();
  private ended: MetricValues = [];
  /** Until those who ended are all in the sum. */
  private adding = Promise.resolve();

  constructor(private readonly workers: MeasuredWorkers) {
    collectDefaultMetrics({ register: this.own, prefix: 'pregon_' });
    const registers = [this.own];
    new Gauge({
      name: 'pregon_workers',
      help: 'Worker processes that serve',
      registers,
      collect() {
        this.set(workers.listening);
      },
    });
    new Gauge({
      name: 'pregon_workers_wanted',
      help: 'Worker processes that should serve',
      registers,
      collect() {
        this.set(workers.count);
      },
    });
    new Counter({
      name: 'pregon_worker_restarts_total',
      help: 'Worker processes that were started in place of others',
      registers,
      collect() {
        this.reset();
        this.inc(workers.restarts);
      },
    });
  }

  get contentType(): string {
    return this.own.contentType;
  }

  async text(): Promise<string> {
    for (const { number, answer } of await this.workers.ask('metrics')) {
      if (answer !== undefined) this.latest.set(number, answer);
    }
    const own = await this.own.getMetricsAsJSON();
    await this.adding;
    return AggregatorRegistry.aggregate([...this.latest.values(), this.ended, own]).metrics();
  }

  /** A worker has ended: of what it last told, that is kept which was counted. */
  end(number: number): void {
    const counted = (this.latest.get(number) ?? []).filter(isCounted);
    this.latest.delete(number);
    this.adding = this.adding.then(async () => {
      this.ended = await AggregatorRegistry.aggregate([this.ended, counted]).getMetricsAsJSON();
    });
  }
}

function isCounted({ type }: MetricValues[number]): boolean {
  // An enumeration in the library's types, a word when it runs.
  return ['counter', 'histogram'].includes(String(type));
}

import type { ChannelPlan } from '../client/channel-plan.js';
import { Latency, type LatencySummary } from '../client/latency.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import type { Metric } from '../run/measurement.js';
import { addResults } from './publish-result.js';
import type { Case, Scenario } from './scenario.js';

const GROUP = 'subscribers';

/** HTTP connections; an event that finds all of them busy waits, and its wait counts. */
const HTTP_CONNECTIONS = 64;

const PLAN: ChannelPlan = { names: ['bench-news'], spread: 1, streams: HTTP_CONNECTIONS };

/** A publisher that is this late, one time in a hundred, measures itself. */
const MAX_LATENESS_MS = 2;

/** Events in flight while the saturation is sought. */
const SATURATION_BURST = 16;

type Rate = number | { readonly percent: number };

interface LatencySettings {
  readonly subscribers: number;
  readonly bytes: number;
  readonly rate: Rate;
}

/** How long an event takes from when it was due to be triggered until a subscriber has it. */
export const LATENCY: Scenario = {
  name: 'latency',
  summary: 'time from trigger to delivery at fixed rates, whether the server keeps up or not',
  options: [
    {
      name: 'rates',
      description: 'events per second, or shares of the saturation such as 50%',
      default: '100,500,1000,50%',
    },
    { name: 'subscribers', description: 'subscribers of the channel', default: '1,1000' },
    { name: 'bytes', description: "bytes of an event's data", default: '200' },
  ],
  cases: (options) => {
    const bytes = options.number('bytes', STAMP_BYTES);
    return options
      .numbers('subscribers')
      .flatMap((subscribers) =>
        options.shares('rates').map((rate) => latencyCase({ subscribers, bytes, rate })),
      );
  },
};

function latencyCase(settings: LatencySettings): Case {
  const { subscribers, bytes, rate } = settings;
  const shown = typeof rate === 'number' ? `${rate}/s` : `${rate.percent}% of saturation`;
  return {
    label: `1→${subscribers}, ${bytes} B, ${shown}`,
    settings: { subscribers, bytes, rate: shown },
    connections: subscribers,
    isForRaw: true,
    prepare: (load) => prepare(load, settings),
  };
}

async function prepare(load: Load, { subscribers, bytes, rate }: LatencySettings) {
  await load.openAll(GROUP, PLAN, subscribers);
  await load.preparePublishers(GROUP, PLAN, bytes, HTTP_CONNECTIONS);
  const ratePerSecond = typeof rate === 'number' ? rate : await shareOfSaturation(load, rate.percent);
  return async () => {
    await load.fleet.all('recordLatency', { group: GROUP });
    const { result, usage } = await load.measure(async () => {
      const sent = await load.publisher.call('openLoop', {
        group: GROUP,
        ratePerSecond,
        seconds: load.seconds,
        isExact: true,
      });
      await load.settle(GROUP, PLAN);
      return sent;
    });
    const latency = await load.takeLatency(GROUP);
    const lateness = new Latency(result.lateness).summary();
    const { sent, faults } = addResults([result]);
    return load.measurement('deliveries', sent * subscribers, usage, {
      metrics: [
        ...percentiles(latency),
        { name: 'rate', unit: 'events/s', value: ratePerSecond, better: 'neither' },
      ],
      faults,
      latency,
      groups: [GROUP],
      // A publisher that watches the clock is always busy; whether it kept its times tells whether it was the limit.
      limit: lateness.p99 > MAX_LATENESS_MS ? 'client' : 'neither',
    });
  };
}

async function shareOfSaturation(load: Load, percent: number): Promise<number> {
  const isShared = load.fleet.size > 1;
  const params = { group: GROUP, seconds: load.seconds, burst: SATURATION_BURST, batch: 1, isShared };
  // The first makes the server warm.
  await load.publisher.call('burst', params);
  const { sent } = await load.publisher.call('burst', params);
  await load.settle(GROUP, PLAN);
  return Math.max(1, Math.round(((sent / load.seconds) * percent) / 100));
}

function percentiles({ p50, p90, p99, p999, max }: LatencySummary): Metric[] {
  const named = { p99, p50, p90, 'p99.9': p999, max };
  return Object.entries(named).map(([name, value]) => ({ name, unit: 'ms', value, better: 'lower' }));
}

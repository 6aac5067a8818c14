import type { ChannelPlan } from '../client/channel-plan.js';
import { Latency } from '../client/latency.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import type { Metric } from '../run/measurement.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const STEADY: ChannelPlan = { names: ['bench-news'], spread: 1, streams: 16 };
const GROUP = 'steady';
const CHURN_GROUP = 'churn';
const EVENT_BYTES = 200;
const SECOND_MS = 1000;

interface Soak {
  readonly minutes: number;
  readonly subscribers: number;
  readonly rate: number;
  readonly churn: number;
}

/** Hours of ordinary work: nothing may be lost, and memory may not grow. */
export const SOAK: Scenario = {
  name: 'soak',
  summary: 'steady events while connections come and go, for as long as wanted; loss, latency and memory',
  options: [
    { name: 'minutes', description: 'how long', default: '5' },
    { name: 'subscribers', description: 'subscribers that stay', default: '1000' },
    { name: 'rate', description: 'events per second to all of them', default: '50' },
    { name: 'churn', description: 'connections per second that come, subscribe and go', default: '100' },
  ],
  cases: (options) => {
    const settings = {
      minutes: options.number('minutes'),
      subscribers: options.number('subscribers'),
      rate: options.number('rate'),
      churn: options.number('churn', 0),
    };
    return [
      {
        label: `${settings.minutes} min, ${settings.rate} events/s to ${settings.subscribers}, ${settings.churn} connections/s come and go`,
        settings,
        connections: settings.subscribers + settings.churn,
        isForRaw: false,
        maxRounds: 1,
        isWithoutWarmup: true,
        prepare: (load) => prepare(load, settings),
      },
    ];
  },
};

async function prepare(load: Load, { minutes, subscribers, rate, churn }: Soak) {
  const plan: ChannelPlan = { names: ['private-user.{n}', 'presence-team'], spread: Math.max(1, churn) };
  await load.openAll(GROUP, STEADY, subscribers);
  await load.preparePublishers(GROUP, STEADY, EVENT_BYTES, 16);
  await churnOnce(load, plan, churn);
  return async () => {
    const bytesBefore = load.serverBytes() ?? 0;
    await load.fleet.all('recordLatency', { group: GROUP });
    let isOver = false;
    let churned = 0;
    const churning = async () => {
      while (!isOver) {
        const next = pause(SECOND_MS);
        await churnOnce(load, plan, churn);
        churned += churn;
        await next;
      }
    };
    const params = { group: GROUP, ratePerSecond: rate, seconds: minutes * 60, isExact: false };
    const { result, usage } = await load.measure(async () => {
      const coming = churning();
      const sent = await load.publisher.call('openLoop', params).finally(() => {
        isOver = true;
      });
      await coming;
      return sent;
    });
    await load.settle(GROUP, STEADY);
    const latency = await load.takeLatency(GROUP);
    const metrics: Metric[] = [
      { name: 'memory grown', unit: 'B', value: (usage.serverBytes ?? 0) - bytesBefore, better: 'lower' },
      { name: 'connections that came and went', unit: 'connections', value: churned, better: 'neither' },
      { name: 'p99', unit: 'ms', value: latency.p99, better: 'lower' },
      {
        name: 'publisher late, p99',
        unit: 'ms',
        value: new Latency(result.lateness).summary().p99,
        better: 'neither',
      },
    ];
    const { sent, faults } = addResults([result]);
    return load.measurement('deliveries', sent * subscribers, usage, {
      metrics,
      faults,
      latency,
      groups: [GROUP, CHURN_GROUP],
    });
  };
}

async function churnOnce(load: Load, plan: ChannelPlan, count: number): Promise<void> {
  if (count === 0) return;
  await load.openAll(CHURN_GROUP, plan, count, { concurrency: 20, joinsLate: true });
  await load.drop(CHURN_GROUP, count);
}

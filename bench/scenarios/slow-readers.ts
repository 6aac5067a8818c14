import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import { addCounts, type Metric } from '../run/measurement.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'subscribers';
const SLOW = 'slow';

const BURST = 4;

const PLAN: ChannelPlan = { names: ['bench-news'], spread: 1, streams: BURST };

/** When they read again, what is still on its way to them arrives, or the end of their connection. */
const CATCH_UP_MS = 1000;

interface SlowReaders {
  readonly subscribers: number;
  readonly slow: number;
  readonly bytes: number;
}

/**
 * Some subscribers stop to read. The others must not notice, the server's memory must stay bounded, and a slow one must
 * either get everything or be told by the end of its connection: what it lost without that is counted.
 */
export const SLOW_READERS: Scenario = {
  name: 'slow-readers',
  summary: 'some subscribers stop to read; what the others, the memory, and they themselves make of it',
  options: [
    { name: 'subscribers', description: 'subscribers that read', default: '100' },
    { name: 'slow', description: 'subscribers that stop to read', default: '20' },
    { name: 'bytes', description: "bytes of an event's data", default: '10000' },
  ],
  cases: (options) =>
    options.numbers('slow', 0).map((slow) => {
      const settings = {
        subscribers: options.number('subscribers'),
        slow,
        bytes: options.number('bytes', STAMP_BYTES),
      };
      return {
        label: `${settings.subscribers} subscribers, ${slow} of them besides slow, ${settings.bytes} B`,
        settings,
        connections: settings.subscribers + slow,
        isForRaw: true,
        maxRounds: 5,
        prepare: (load) => prepare(load, settings),
      };
    }),
};

async function prepare(load: Load, { subscribers, slow, bytes }: SlowReaders) {
  await load.openAll(GROUP, PLAN, subscribers);
  await load.preparePublishers(GROUP, PLAN, bytes, BURST);
  const isShared = load.fleet.size > 1;
  return async () => {
    await load.openAll(SLOW, PLAN, slow, { joinsLate: true });
    const slowBefore = await load.totals(SLOW);
    const bytesBefore = load.serverBytes() ?? 0;
    await load.fleet.all('pause', { group: SLOW });
    const { result, usage } = await load.measure(() =>
      load.publisher.call('burst', { group: GROUP, seconds: load.seconds, burst: BURST, batch: 1, isShared }),
    );
    await load.settle(GROUP, PLAN);
    await load.fleet.all('resume', { group: SLOW });
    await pause(CATCH_UP_MS);
    const sent = await load.publisher.call('sentCounts', { group: GROUP });
    await load.fleet.all('settle', { group: SLOW, sent });
    const slowAfter = await load.totals(SLOW);
    await load.drop(SLOW, slow);
    const metrics: Metric[] = [
      {
        name: 'memory grown',
        unit: 'B',
        value: Math.max(0, (usage.serverBytes ?? 0) - bytesBefore),
        better: 'lower',
      },
      {
        name: 'slow ones closed',
        unit: 'connections',
        value: slowBefore.open - slowAfter.open,
        better: 'neither',
      },
      { name: 'lost silently', unit: 'events', value: slowAfter.lost - slowBefore.lost, better: 'lower' },
    ];
    const { faults, ...published } = addResults([result]);
    const measurement = await load.measurement('deliveries', published.sent * subscribers, usage, {
      faults: addCounts(faults),
      groups: [GROUP],
    });
    return { ...measurement, metrics: [...measurement.metrics, ...metrics] };
  };
}

import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import { addResults } from './publish-result.js';
import type { Case, Scenario } from './scenario.js';

const GROUP = 'subscribers';

/** Bytes under way at a time: more would measure how the kernel swaps buffers, and cut slow readers off. */
const MAX_BYTES_IN_FLIGHT = 128 * 1024 * 1024;

interface FanOut {
  readonly subscribers: number;
  readonly bytes: number;
  readonly burst: number;
  readonly batch: number;
}

/** One channel, many subscribers. */
export const FAN_OUT: Scenario = {
  name: 'fan-out',
  summary: 'events on one channel, delivered to all its subscribers',
  options: [
    { name: 'subscribers', description: 'subscribers of the channel', default: '1,10,100,1000,10000' },
    { name: 'bytes', description: "bytes of an event's data", default: '100,1000,10000' },
    { name: 'burst', description: 'requests in flight, each over its own HTTP connection', default: '16' },
    { name: 'batch', description: 'events of a request, 10 at most', default: '1' },
  ],
  cases: (options) =>
    options
      .numbers('bytes', STAMP_BYTES)
      .flatMap((bytes) =>
        options
          .numbers('subscribers')
          .flatMap((subscribers) =>
            options
              .numbers('burst')
              .flatMap((burst) =>
                options.numbers('batch').map((batch) => fanOutCase({ subscribers, bytes, burst, batch })),
              ),
          ),
      ),
};

function fanOutCase(wanted: FanOut): Case {
  const { subscribers, bytes, batch } = wanted;
  const most = Math.max(1, Math.floor(MAX_BYTES_IN_FLIGHT / (subscribers * bytes * batch)));
  const settings = { ...wanted, burst: Math.min(wanted.burst, most) };
  return {
    label: `1→${subscribers}, ${bytes} B, ${settings.burst} in flight${batch === 1 ? '' : `, ${batch} a batch`}`,
    settings: { ...settings },
    connections: subscribers,
    isForRaw: true,
    prepare: (load) => prepare(load, settings),
  };
}

async function prepare(load: Load, { subscribers, bytes, burst, batch }: FanOut) {
  const plan: ChannelPlan = { names: ['bench-news'], spread: 1, streams: burst };
  await load.openAll(GROUP, plan, subscribers);
  await load.preparePublishers(GROUP, plan, bytes, burst);
  const isShared = load.fleet.size > 1;
  return async () => {
    const { result, usage } = await load.measure(() =>
      load.publisher.call('burst', { group: GROUP, seconds: load.seconds, burst, batch, isShared }),
    );
    await load.settle(GROUP, plan);
    const { sent, faults } = addResults([result]);
    return load.measurement('deliveries', sent * subscribers, usage, { faults, groups: [GROUP] });
  };
}

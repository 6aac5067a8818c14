import type { ChannelPlan } from '../client/channel-plan.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import type { Metric } from '../run/measurement.js';
import { BenchError } from '../targets/target.js';
import type { Scenario } from './scenario.js';

const GROUP = 'idle';
const WARMUP_GROUP = 'first';

/** Whatever the first connections make a server load is not theirs. */
const WARMUP_CONNECTIONS = 500;
const SETTLE_MS = 3000;

interface Memory {
  readonly connections: number;
  readonly subscriptions: number;
}

/** What connections that do nothing cost. */
export const MEMORY: Scenario = {
  name: 'memory',
  summary: "the server's memory for each idle connection with private subscriptions of its own",
  options: [
    { name: 'connections', description: 'idle connections', default: '1000,10000' },
    { name: 'subscriptions', description: 'subscriptions of each', default: '1,3' },
  ],
  cases: (options) =>
    options.numbers('connections').flatMap((connections) =>
      options.numbers('subscriptions').map((subscriptions) => ({
        label: `${connections} connections, ${subscriptions} subscription${subscriptions === 1 ? '' : 's'} each`,
        settings: { connections, subscriptions },
        connections: connections + WARMUP_CONNECTIONS,
        isForRaw: true,
        isFresh: true,
        maxRounds: 3,
        prepare: (load) => prepare(load, { connections, subscriptions }),
      })),
    ),
};

async function prepare(load: Load, { connections, subscriptions }: Memory) {
  const plan = (prefix: string, spread: number): ChannelPlan => ({
    names: Array.from({ length: subscriptions }, (_, i) => `private-${prefix}${i}.{n}`),
    spread,
  });
  await load.openAll(WARMUP_GROUP, plan('first', WARMUP_CONNECTIONS), WARMUP_CONNECTIONS);
  await pause(SETTLE_MS);
  return async () => {
    const before = residentBytes(load);
    const { usage } = await load.measure(() => load.openAll(GROUP, plan('user', connections), connections));
    await pause(SETTLE_MS);
    const perConnection: Metric = {
      name: 'memory per connection',
      unit: 'B',
      value: (residentBytes(load) - before) / connections,
      better: 'lower',
    };
    return load.measurement(undefined, 0, usage, { metrics: [perConnection], groups: [GROUP] });
  };
}

function residentBytes(load: Load): number {
  const bytes = load.serverBytes();
  if (bytes === undefined) {
    throw new BenchError(`${load.target.name} has no process on this machine whose memory could be read`);
  }
  return bytes;
}

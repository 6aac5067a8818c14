import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import { mainThreadSeconds } from '../targets/process-usage.js';
import { BenchError, type ClusterNode } from '../targets/target.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'subscribers';
const OTHERS = 'others';

interface Interest {
  readonly subscribers: number;
  readonly bytes: number;
  readonly burst: number;
}

/** What events cost a node of a cluster whose clients do not want them. */
export const INTEREST: Scenario = {
  name: 'interest',
  summary:
    'events of a channel that the last of several nodes has no subscriber of: what that node hears of them',
  options: [
    {
      name: 'subscribers',
      description: 'subscribers on the other nodes, and as many elsewhere on the last',
      default: '100',
    },
    { name: 'bytes', description: "bytes of an event's data", default: '200' },
    { name: 'burst', description: 'requests in flight, each over its own HTTP connection', default: '16' },
  ],
  cases: (options) => {
    const settings = {
      subscribers: options.number('subscribers'),
      bytes: options.number('bytes', STAMP_BYTES),
      burst: options.number('burst'),
    };
    return [
      {
        label: `${settings.subscribers} subscribers, ${settings.bytes} B, none on the last node`,
        settings,
        connections: 2 * settings.subscribers,
        isForRaw: false,
        prepare: (load) => prepare(load, settings),
      },
    ];
  },
};

async function prepare(load: Load, { subscribers, bytes, burst }: Interest) {
  const nodes = load.target.cluster?.nodes ?? [];
  const last = nodes.at(-1);
  if (last === undefined || nodes.length < 2) {
    throw new BenchError(`${load.target.name} is no cluster: give --target pregon-2-nodes`);
  }
  const plan: ChannelPlan = { names: ['bench-news'], spread: 1, streams: burst };
  const otherPlan: ChannelPlan = { names: ['bench-other-{n}'], spread: subscribers };
  const isOnLast = (client: number) => client % nodes.length === nodes.length - 1;
  await load.openOn((client) => !isOnLast(client), GROUP, plan, subscribers);
  await load.openOn(isOnLast, OTHERS, otherPlan, subscribers);
  await load.prepareGroup(GROUP, plan, bytes, burst);
  return async () => {
    const before = { heard: await heardBy(last), cpu: mainThreadSeconds(last.pid) };
    const { result, usage } = await load.measure(() =>
      load.publisher.call('burst', { group: GROUP, seconds: load.seconds, burst, batch: 1, isShared: true }),
    );
    await load.settle(GROUP, plan);
    const heard = (await heardBy(last)) - before.heard;
    const cpu = mainThreadSeconds(last.pid) - before.cpu;
    const { sent, faults } = addResults([result]);
    const measurement = await load.measurement('events', sent, usage, { faults, groups: [GROUP] });
    const idle = [
      { name: 'messages the last node received', unit: 'messages', value: heard, better: 'lower' as const },
      {
        name: 'CPU of the last node per event',
        unit: 'µs',
        value: (cpu * 1e6) / sent,
        better: 'lower' as const,
      },
    ];
    return { ...measurement, metrics: [...idle, ...measurement.metrics] };
  };
}

/** How many messages of other nodes a node has received. */
async function heardBy({ metricsUrl }: ClusterNode): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const [, count] = /^pregon_cluster_messages_received_total(?:\{[^}]*\})? (\d+)/m.exec(text) ?? [];
  if (count === undefined) throw new BenchError(`${metricsUrl} does not tell what the node received`);
  return Number(count);
}

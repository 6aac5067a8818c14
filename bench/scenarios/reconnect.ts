import type { ChannelPlan } from '../client/channel-plan.js';
import type { Load } from '../run/load.js';
import type { Metric } from '../run/measurement.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'users';
const NOTICE_BYTES = 200;

/** How long users are sent notices after a storm, to see that their subscriptions are good. */
const CHECK_SECONDS = 0.5;

interface Reconnect {
  readonly connections: number;
  readonly concurrency: number;
}

/** Everybody is cut off at once and comes back at once. */
export const RECONNECT: Scenario = {
  name: 'reconnect',
  summary: 'all connections dropped at once, until all are subscribed again to their private channels',
  options: [
    { name: 'connections', description: 'connections', default: '10000' },
    { name: 'concurrency', description: 'connections that come back at a time', default: '500' },
  ],
  cases: (options) =>
    options.numbers('connections').map((connections) => {
      const settings = { connections, concurrency: options.number('concurrency') };
      return {
        label: `${connections} connections, ${settings.concurrency} at a time`,
        settings,
        connections,
        isForRaw: true,
        maxRounds: 5,
        prepare: (load) => prepare(load, settings),
      };
    }),
};

async function prepare(load: Load, { connections, concurrency }: Reconnect) {
  const plan: ChannelPlan = { names: ['private-user.{n}'], spread: connections };
  await load.openAll(GROUP, plan, connections, { concurrency });
  await load.preparePublishers(GROUP, plan, NOTICE_BYTES, 16);
  return async () => {
    const { usage } = await load.measure(async () => {
      await load.drop(GROUP, connections);
      await load.openAll(GROUP, plan, connections, { concurrency });
    });
    const checked = await load.fleet.all('burst', {
      group: GROUP,
      seconds: CHECK_SECONDS,
      burst: 16,
      batch: 1,
      isShared: false,
    });
    await load.settle(GROUP, plan);
    const { wallSeconds, serverCpuSeconds } = usage;
    const wall: Metric = { name: 'until all are back', unit: 's', value: wallSeconds, better: 'lower' };
    const cpu: Metric[] =
      serverCpuSeconds === undefined
        ? []
        : [
            {
              name: 'server CPU until all are back',
              unit: 'CPU s',
              value: serverCpuSeconds,
              better: 'lower',
            },
          ];
    const { faults } = addResults(checked);
    return load.measurement('reconnects', connections, usage, {
      metrics: [...cpu, wall],
      faults,
      groups: [GROUP],
    });
  };
}

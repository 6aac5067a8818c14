import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'users';

interface Notify {
  readonly users: number;
  readonly bytes: number;
  readonly burst: number;
}

/** A notice for one user at a time, as a back end sends them: each user has a private channel. */
export const NOTIFY: Scenario = {
  name: 'notify',
  summary: 'notices to one user at a time, each on a private channel of its own',
  options: [
    { name: 'users', description: 'connected users', default: '1000,10000' },
    { name: 'bytes', description: "bytes of an event's data", default: '200' },
    { name: 'burst', description: 'events in flight, each over its own HTTP connection', default: '16' },
  ],
  cases: (options) =>
    options.numbers('users').map((users) => {
      const settings = {
        users,
        bytes: options.number('bytes', STAMP_BYTES),
        burst: options.number('burst'),
      };
      return {
        label: `${users} users, ${settings.bytes} B, ${settings.burst} in flight`,
        settings,
        connections: users,
        isForRaw: true,
        prepare: (load) => prepare(load, settings),
      };
    }),
};

async function prepare(load: Load, { users, bytes, burst }: Notify) {
  const plan: ChannelPlan = { names: ['private-user.{n}'], spread: users };
  await load.openAll(GROUP, plan, users);
  await load.preparePublishers(GROUP, plan, bytes, burst);
  return async () => {
    const { result, usage } = await load.measure(() =>
      load.fleet.all('burst', { group: GROUP, seconds: load.seconds, burst, batch: 1, isShared: false }),
    );
    await load.settle(GROUP, plan);
    const { sent, faults } = addResults(result);
    return load.measurement('notices', sent, usage, { faults, groups: [GROUP] });
  };
}

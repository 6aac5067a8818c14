import type { ChannelPlan } from '../client/channel-plan.js';
import { STAMP_BYTES } from '../client/stamp.js';
import type { Load } from '../run/load.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const SENDERS = 'senders';
const RECEIVERS = 'receivers';

interface ClientEvents {
  readonly pairs: number;
  readonly bytes: number;
  readonly burst: number;
}

/** Clients that whisper to each other. */
export const CLIENT_EVENTS: Scenario = {
  name: 'client-events',
  summary: 'client events between pairs of connections, each pair on a private channel',
  options: [
    { name: 'pairs', description: 'pairs of connections', default: '100' },
    { name: 'bytes', description: "bytes of an event's data", default: '200' },
    { name: 'burst', description: 'events in flight', default: '16' },
  ],
  cases: (options) =>
    options.numbers('pairs').map((pairs) => {
      const settings = { pairs, bytes: options.number('bytes', STAMP_BYTES), burst: options.number('burst') };
      return {
        label: `${pairs} pairs, ${settings.bytes} B, ${settings.burst} in flight`,
        settings,
        connections: pairs * 2,
        isForRaw: false,
        prepare: (load) => prepare(load, settings),
      };
    }),
};

async function prepare(load: Load, { pairs, bytes, burst }: ClientEvents) {
  const plan: ChannelPlan = { names: ['private-chat.{n}'], spread: pairs };
  await load.openAll(SENDERS, plan, pairs);
  await load.openAll(RECEIVERS, plan, pairs, { first: pairs });
  const params = { senders: SENDERS, receivers: RECEIVERS, seconds: load.seconds, burst, dataBytes: bytes };
  return async () => {
    const { result, usage } = await load.measure(() => load.fleet.all('clientEvents', params));
    const { sent, faults } = addResults(result);
    return load.measurement('client events', sent, usage, { faults, groups: [SENDERS, RECEIVERS] });
  };
}

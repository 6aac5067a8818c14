import type { ChannelPlan } from '../client/channel-plan.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import type { Scenario } from './scenario.js';

const GROUP = 'connections';
const KINDS = ['none', 'public', 'private'] as const;
type Kind = (typeof KINDS)[number];

const NAMES: Record<Kind, readonly string[]> = {
  none: [],
  public: ['bench-user.{n}'],
  private: ['private-user.{n}'],
};

/** After the connections of a round are cut, the server clears them away before the next begins. */
const CLEAR_MS = 500;

interface Connect {
  readonly connections: number;
  readonly subscribe: Kind;
  readonly concurrency: number;
}

/** How fast connections come to be. */
export const CONNECT: Scenario = {
  name: 'connect',
  summary: 'connections opened and subscribed one after the other, some at a time',
  options: [
    { name: 'connections', description: 'connections of a round', default: '5000' },
    {
      name: 'subscribe',
      description: `what each subscribes to: ${KINDS.join(', ')}`,
      default: 'none,private',
    },
    { name: 'concurrency', description: 'connections that are being opened at a time', default: '100' },
  ],
  cases: (options) =>
    options.texts('subscribe', KINDS).map((subscribe) => {
      const settings = {
        connections: options.number('connections'),
        subscribe,
        concurrency: options.number('concurrency'),
      };
      const what = subscribe === 'none' ? 'no subscription' : `a ${subscribe} subscription`;
      return {
        label: `${settings.connections} with ${what}, ${settings.concurrency} at a time`,
        settings,
        connections: settings.connections,
        isForRaw: true,
        prepare: (load) => Promise.resolve(() => round(load, settings)),
      };
    }),
};

async function round(load: Load, { connections, subscribe, concurrency }: Connect) {
  const plan: ChannelPlan = { names: NAMES[subscribe], spread: connections };
  const { usage } = await load.measure(() => load.openAll(GROUP, plan, connections, { concurrency }));
  const measurement = await load.measurement('handshakes', connections, usage, { groups: [GROUP] });
  await load.drop(GROUP, connections);
  await pause(CLEAR_MS);
  return measurement;
}

import type { ChannelPlan } from '../client/channel-plan.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import { rates, type Metric } from '../run/measurement.js';
import type { Scenario } from './scenario.js';

const MEMBERS = 'members';
const JOINERS = 'joiners';
const KINDS = ['new', 'again'] as const;
type Kind = (typeof KINDS)[number];

const CHANNEL = 'presence-team';
const CLEAR_MS = 500;

interface Presence {
  readonly members: number;
  readonly joins: number;
  readonly kind: Kind;
  readonly infoBytes: number;
}

/** Users who come and go on a presence channel. */
export const PRESENCE: Scenario = {
  name: 'presence',
  summary: 'users who join and leave a presence channel, and the members who are told',
  options: [
    { name: 'members', description: 'members who are there all the time', default: '10,1000' },
    { name: 'joins', description: 'joins and leaves of a round', default: '500' },
    {
      name: 'kinds',
      description:
        "who joins: 'new' users, or members who open another connection ('again'), which nobody is told",
      default: 'new,again',
    },
    { name: 'info-bytes', description: "bytes of a member's user_info", default: '40' },
  ],
  cases: (options) =>
    options.numbers('members').flatMap((members) =>
      options.texts('kinds', KINDS).map((kind) => {
        const settings = {
          members,
          joins: options.number('joins'),
          kind,
          infoBytes: options.number('info-bytes', 0),
        };
        return {
          label: `${members} members, ${settings.joins} ${kind === 'new' ? 'new users' : 'further connections'}`,
          settings,
          connections: members + settings.joins,
          isForRaw: false,
          prepare: (load) => prepare(load, settings),
        };
      }),
    ),
};

async function prepare(load: Load, { members, joins, kind, infoBytes }: Presence) {
  const plan: ChannelPlan = { names: [CHANNEL], spread: 1, userInfoBytes: infoBytes };
  await load.openAll(MEMBERS, plan, members);
  // Joiners beyond the members' numbers are new; those of a lower number are users who are there.
  const isNew = kind === 'new';
  const joinerPlan = isNew ? plan : { ...plan, connectionsPerUser: Math.ceil(joins / members) };
  const first = isNew ? members : 0;
  await untilQuiet(load);
  const before = await load.fleet.all('totals', { group: MEMBERS });
  let changes = 0;
  const untilTold = async () => {
    if (!isNew) return;
    changes += joins;
    await Promise.all(
      load.fleet.clients.map((client, k) => {
        const { memberEvents = 0, open = 0 } = before[k] ?? {};
        return client.call('untilMemberEvents', { group: MEMBERS, goal: memberEvents + changes * open });
      }),
    );
  };
  return async () => {
    const storeBefore = load.storeCpuSeconds();
    const joining = await load.measure(async () => {
      await load.openAll(JOINERS, joinerPlan, joins, { first, concurrency: 10 });
      await untilTold();
    });
    const storeAfter = load.storeCpuSeconds();
    const leaving = await load.measure(async () => {
      await load.drop(JOINERS, joins);
      await untilTold();
    });
    // What nobody is told of has to be over too before the next round.
    await pause(CLEAR_MS);
    const leaves = rates('leaves', joins, leaving.usage).filter(({ unit }) => unit.endsWith('/CPU s'));
    const measurement = await load.measurement('joins', joins, joining.usage, { groups: [MEMBERS, JOINERS] });
    return {
      ...measurement,
      metrics: [
        ...measurement.metrics,
        ...leaves,
        ...cost('CPU', joining.usage.serverCpuSeconds, joins),
        ...cost('Redis CPU', (storeAfter ?? 0) - (storeBefore ?? 0), joins),
      ],
    };
  };
}

function cost(what: string, cpuSeconds: number | undefined, joins: number): Metric[] {
  if (cpuSeconds === undefined || cpuSeconds === 0) return [];
  return [{ name: `${what} per join`, unit: 'µs', value: (cpuSeconds * 1e6) / joins, better: 'lower' }];
}

/** Waits until no more member events come: those of the members' own coming. */
async function untilQuiet(load: Load): Promise<void> {
  let last = await load.totals(MEMBERS);
  for (;;) {
    await pause(CLEAR_MS);
    const now = await load.totals(MEMBERS);
    if (now.memberEvents === last.memberEvents) return;
    last = now;
  }
}

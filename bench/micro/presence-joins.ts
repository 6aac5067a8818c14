import { alternate, cpuOf } from './compare.js';
import { closeAll, openMany, openPresence, type Subscriber } from './load.js';
import type { BenchOptions } from './options.js';
import { startPregon } from './target.js';

const JOINS = 500;

/**
 * Further connections of a member who is already there, so that nobody hears of it, in a channel with few members and
 * in one with many. What the second costs more is the snapshot: some 340 kB for each.
 */
export async function benchPresenceJoins({ rounds }: BenchOptions): Promise<void> {
  const small = { ...(await startPregon('uws')), name: 'channel of 10 members', members: 10 };
  const large = { ...(await startPregon('uws')), name: 'channel of 5,000 members', members: 5000 };
  const present: Subscriber[] = [];
  for (const { port, members } of [small, large]) {
    let user = 0;
    present.push(...(await openMany(members, () => openPresence(port, `${user++}`))));
  }
  await alternate('presence joins per CPU second', rounds, [small, large], async (target) => {
    let joined: Subscriber[] = [];
    const cpu = await cpuOf(target, async () => {
      joined = await openMany(JOINS, () => openPresence(target.port, '1'));
    });
    await closeAll(joined);
    return JOINS / cpu;
  });
  await Promise.all([small, large].map((target) => target.stop()));
}

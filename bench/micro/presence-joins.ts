import { setTimeout } from 'node:timers/promises';
import type { MemberData } from '../../protocol/messages.js';
import { encodeMemberAdded, encodePresenceSucceeded } from '../../protocol/server-codec.js';
import { cpuOf, median, startTargets, takeTurns } from './compare.js';
import { closeAll, openMany, openPresence, received, type Subscriber } from './load.js';
import type { BenchOptions } from './options.js';
import type { Target } from './target.js';

/** A channel with its members, on one server. */
interface Room {
  readonly target: Target;
  readonly channel: string;
  readonly present: readonly Subscriber[];
}

/** How members come. */
interface Kind {
  readonly title: string;
  readonly joins: number;
  readonly warmUps: number;
  readonly next: () => MemberData;
  /** How many bytes each of those who are there hears of a join. */
  readonly heardBytes: (channel: string) => number;
}

/** More at once would wait for a client that has so many snapshots to read. */
const AT_ONCE = 20;

const SIZES = [10, 5000] as const;

/** As long as all others of its kind. */
function member(id: string): MemberData {
  return { id, info: `{"name":"Collector ${id}","role":"collector"}` };
}

let newest = 10_000;
const newMember = () => member(`new-${++newest}`);
const addedFrame = (channel: string) => encodeMemberAdded(channel, newMember());

const KINDS: readonly Kind[] = [
  {
    title: 'a further connection of a member',
    joins: 400,
    warmUps: 4000,
    next: () => member('1'),
    heardBytes: () => 0,
  },
  {
    title: 'a new member, of whom all others are told',
    joins: 100,
    warmUps: 100,
    next: newMember,
    // A header of four bytes before each frame.
    heardBytes: (channel) => addedFrame(channel).length + 4,
  },
];

/**
 * Joins to a channel of 10 members and to one of 5,000. The bare library sends the same bytes, which it has ready; what
 * it takes for the large snapshot more than for the small one is nothing that a server could save, and is taken off the
 * ratio.
 */
export async function benchPresenceJoins(options: BenchOptions): Promise<void> {
  const targets = await startTargets(options);
  const rooms: Room[] = [];
  for (const target of targets) for (const size of SIZES) rooms.push(await fill(target, size));
  for (const kind of KINDS) {
    // The code of a join is compiled bit by bit; a round that is too short would count that as the cost of a small one.
    for (const room of rooms) await join(room, { ...kind, joins: kind.warmUps });
    const results = await takeTurns(options.rounds, rooms, (room) => join(room, kind));
    report(`presence joins, ${kind.title}: CPU microseconds each`, targets, results);
  }
  await Promise.all(targets.map((target) => target.stop()));
}

async function fill(target: Target, size: number): Promise<Room> {
  const channel = `presence-${size}`;
  const members = Array.from({ length: size }, (_, i) => member(`${i}`));
  const snapshot = encodePresenceSucceeded(channel, members);
  if (target.isRaw) {
    await fetch(`http://127.0.0.1:${target.port}/presence`, {
      method: 'POST',
      body: `${snapshot}\n${addedFrame(channel)}`,
    });
  }
  const coming = members.values();
  const present = await openMany(
    size,
    () => openPresence(target.port, channel, coming.next().value ?? newMember()),
    AT_ONCE,
  );
  const probe = await openPresence(target.port, channel, member('1'));
  // Who reads too slowly while they all come is cut off.
  if (probe.socket.bytesRead < snapshot.length) throw new Error(`${target.name} lost members of ${channel}`);
  await closeAll([probe]);
  return { target, channel, present };
}

async function join({ target, channel, present }: Room, kind: Kind): Promise<number> {
  const { joins, next } = kind;
  let joined: Subscriber[] = [];
  const heardBytes = kind.heardBytes(channel) * joins;
  const cpu = await cpuOf(target, async () => {
    const told = heardBytes === 0 ? undefined : received(present, heardBytes);
    joined = await openMany(joins, () => openPresence(target.port, channel, next()), AT_ONCE);
    await told;
  });
  await closeAll(joined);
  await untilIdle(target);
  return (cpu / joins) * 1e6;
}

/** The others hear of those who leave, which is not to be counted with the next joins. */
async function untilIdle(target: Target): Promise<void> {
  for (let used = 1; used > 0.005;) {
    used = await cpuOf(target, () => setTimeout(50));
  }
}

/** @param results of each target's rooms, the small one first */
function report(title: string, targets: readonly Target[], results: readonly (readonly number[])[]): void {
  console.log(`\n${title}`);
  console.log(`  ${''.padEnd(24)} ${SIZES.map((size) => `${size} members`.padStart(13)).join('')}`);
  const [rawSmall = [], rawLarge = []] = results;
  for (const [i, { name, isRaw }] of targets.entries()) {
    const [small = [], large = []] = results.slice(2 * i);
    const cells = [small, large].map((values) => `${Math.round(median(values))}`.padStart(13)).join('');
    const ratios = small.map((value, round) => {
      const bytes = (rawLarge[round] ?? NaN) - (rawSmall[round] ?? NaN);
      return ((large[round] ?? NaN) - bytes) / value;
    });
    const spread = `${Math.min(...ratios).toFixed(2)}…${Math.max(...ratios).toFixed(2)}`;
    const ratio = isRaw
      ? 'the same bytes, ready'
      : `${median(ratios).toFixed(2)} times, sending those bytes aside (${spread})`;
    console.log(`  ${name.padEnd(24)} ${cells}   ${ratio}`);
  }
}

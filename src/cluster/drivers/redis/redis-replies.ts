import type { Standing } from './redis-node-index.js';
import type {
  Beat,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  NodeInfo,
  NodeShare,
  Peer,
  Released,
  SharedMember,
} from '../../store.js';

/**
 * What the scripts of `redis-scripts.ts` answer, as the store's types. A reply of another shape is an error: another
 * program, or another version of this one, uses the same keys.
 */

const OCCUPANCIES = new Map<unknown, ChannelResult['occupancy']>([
  [1, 'occupied'],
  [-1, 'vacated'],
  [0, 'unchanged'],
]);

/** Standing, the change that the answer is of, answer and, where it was asked for, a snapshot. */
export function readChange(reply: unknown): { readonly standing: Standing; readonly result: ChannelResult } {
  const [standing, change, answer, ...snapshot] = list(reply);
  const [version, occupancy, momentUs, lost, added, removed, refused] = list(JSON.parse(text(answer)));
  return {
    standing: readStanding(standing),
    result: {
      change: text(change),
      version: Number(version),
      momentUs: Number(momentUs),
      isLost: lost === 1,
      occupancy: OCCUPANCIES.get(occupancy) ?? 'unchanged',
      added: texts(added),
      removed: texts(removed),
      refused: texts(refused),
      snapshot: snapshot.length === 0 ? undefined : readSnapshot(snapshot),
    },
  };
}

export function readRelease(reply: unknown): { readonly standing: Standing; readonly released: Released } {
  const [standing, released] = list(reply);
  return {
    standing: readStanding(standing),
    released: released === 1 ? 'away' : released === 2 ? 'unknown' : 'back',
  };
}

/** For each channel subscriptions, members and change as one text, or nothing. */
export function readShares(reply: unknown): (NodeShare | undefined)[] {
  return list(reply).map((share) => {
    const [, subscriptions, members, change] = /^(\d+) (\d+) (.*)$/s.exec(text(share)) ?? [];
    if (change === undefined) return undefined;
    return { subscriptions: Number(subscriptions), members: Number(members), change };
  });
}

/** Version, life, subscriptions, and by their ids number, nodes and info of the members. */
export function readSnapshot(reply: unknown): ChannelSnapshot {
  const [version, life, subscriptions, fields] = list(reply);
  const held = list(fields);
  const members: { readonly number: number; readonly member: SharedMember }[] = [];
  for (let i = 0; i < held.length; i += 2) {
    const value = text(held[i + 1]);
    const first = value.indexOf(' ');
    const second = value.indexOf(' ', first + 1);
    members.push({
      number: Number(value.slice(0, first)),
      member: {
        id: text(held[i]),
        info: value.slice(second + 1),
        nodes: Number(value.slice(first + 1, second)),
      },
    });
  }
  members.sort((a, b) => a.number - b.number);
  return {
    version: Number(version),
    life: Number(life),
    subscriptions: Number(subscriptions),
    members: members.map(({ member }) => member),
  };
}

/** Version, subscriptions, then id, info and nodes of each member. */
export function readDelta(message: Buffer): ChannelDelta {
  const [version, subscriptions, ...fields] = list(JSON.parse(message.toString('utf8')));
  const members: SharedMember[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    members.push({ id: text(fields[i]), info: text(fields[i + 1]), nodes: Number(fields[i + 2]) });
  }
  return { version: Number(version), subscriptions: Number(subscriptions), members };
}

/** Gone, lost, epoch, its age, graves, then id, silence, whether it beat in this epoch, and info of each peer. */
export function readBeat(reply: unknown): Beat {
  const [gone, lost, epoch, epochAgeMs, graves, ...fields] = list(reply);
  const peers: Peer[] = [];
  for (let i = 0; i < fields.length; i += 4) {
    // Written by `writeNode` of a peer.
    const info = JSON.parse(text(fields[i + 3])) as Partial<NodeInfo>;
    peers.push({
      id: text(fields[i]),
      sent: info.sent ?? 0,
      beat: info.beat ?? 0,
      silentMs: Number(fields[i + 1]),
      isCurrent: fields[i + 2] === 1,
    });
  }
  return {
    gone: gone === 1,
    isLost: lost === 1,
    epoch: text(epoch),
    epochAgeMs: Number(epochAgeMs),
    peers,
    graves: texts(graves),
  };
}

export function writeNode({ sent, beat }: NodeInfo): string {
  return JSON.stringify({ sent, beat });
}

function readStanding(standing: unknown): Standing {
  return standing === 'o' || standing === 'g' ? standing : '';
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('Redis answered something else than a list');
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('Redis answered something else than text');
  return value;
}

/** Lua writes an empty list as an object. */
function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

import type { Standing } from './redis-node-index.js';
import type { Beat, ChannelDelta, ChannelResult, ChannelSnapshot, NodeInfo, SharedMember } from './store.js';

/**
 * What the scripts of `redis-scripts.ts` answer, as the store's types. A reply of another shape is an error: another
 * program, or another version of this one, uses the same keys.
 */

const OCCUPANCIES = new Map<unknown, ChannelResult['occupancy']>([
  [1, 'occupied'],
  [-1, 'vacated'],
  [0, 'unchanged'],
]);

/** Standing, answer and, where it was asked for, a snapshot. */
export function readChange(reply: unknown): { readonly standing: Standing; readonly result: ChannelResult } {
  const [standing, answer, ...snapshot] = list(reply);
  const [version, occupancy, momentUs, added, removed, refused] = list(JSON.parse(text(answer)));
  return {
    standing: readStanding(standing),
    result: {
      version: Number(version),
      momentUs: Number(momentUs),
      occupancy: OCCUPANCIES.get(occupancy) ?? 'unchanged',
      added: texts(added),
      removed: texts(removed),
      refused: texts(refused),
      snapshot: snapshot.length === 0 ? undefined : readSnapshot(snapshot),
    },
  };
}

export function readRelease(reply: unknown): { readonly standing: Standing; readonly isAway: boolean } {
  const [standing, isAway] = list(reply);
  return { standing: readStanding(standing), isAway: isAway === 1 };
}

/** Version, subscriptions, and by their ids number, nodes and info of the members. */
export function readSnapshot(reply: unknown): ChannelSnapshot {
  const [version, subscriptions, fields] = list(reply);
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

/** Gone, epoch, its age, graves, then id, silence and info of each peer. */
export function readBeat(reply: unknown): Beat {
  const [gone, epoch, epochAgeMs, graves, ...fields] = list(reply);
  const peers: (NodeInfo & { readonly silentMs: number })[] = [];
  for (let i = 0; i < fields.length; i += 3) {
    // Written by `writeNode` of a peer.
    const info = JSON.parse(text(fields[i + 2])) as Partial<NodeInfo>;
    peers.push({
      id: text(fields[i]),
      sent: info.sent ?? 0,
      silentMs: Number(fields[i + 1]),
    });
  }
  return {
    gone: gone === 1,
    epoch: text(epoch),
    epochAgeMs: Number(epochAgeMs),
    peers,
    graves: texts(graves),
  };
}

export function writeNode({ sent }: NodeInfo): string {
  return JSON.stringify({ sent });
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

import type { MemberData } from '../../protocol/messages.js';

/**
 * What the nodes know in common: who is subscribed where, which members there are, which nodes live. Each change is one
 * atomic step that names the wanted state of one node in one channel, so that repeating it does no harm.
 *
 * A channel stands under its key, `app/channel`. A call that fails leaves open whether it took effect; it is repeated
 * with the same `change` number and then gets the first answer.
 */
export interface ClusterStore {
  /** Starts to connect. While the store is away, all calls but {@link watch} fail at once. */
  start(listener: StoreListener): void;
  /**
   * From when it resolves, {@link StoreListener.delta} hears of every later change of the channel. Waits while the store
   * is away, and ends the wait also when the channel is unwatched or the store closed.
   */
  watch(key: string): Promise<void>;
  unwatch(key: string): void;
  /** Changes what a node has in a channel. */
  apply(node: string, change: ChannelChange): Promise<ChannelResult>;
  /**
   * Takes out all that a node has in a channel, as when it died. What left by the node's own changes, and whose grace it
   * did not end, is answered as leaving now. With a grace, that is answered again a while after it is over, for whoever
   * asked first may have died as well. Until everything is released, {@link channelsOf} names the channel.
   *
   * @param graceMs as in a change; {@link release} is then called with the same `node`
   */
  drop(node: string, key: string, graceMs: number): Promise<ChannelResult>;
  /**
   * Ends the grace of something that left a channel. To be called once for each `removed` and `vacated` that was
   * answered to a change or drop with a grace; a repeat gets the first answer.
   *
   * @param node who left: it made the change, or was dropped
   * @param what `member {id}` or `channel`
   * @param by the node that asks
   * @returns `away` to one node only
   */
  release(node: string, key: string, what: string, by: string): Promise<Released>;
  /**
   * What a node has in channels, in their order, as far as it is whole: undefined where the node has nothing there, or where
   * the store lost a part of the channel.
   */
  shares(node: string, keys: readonly string[]): Promise<readonly (NodeShare | undefined)[]>;
  snapshot(key: string): Promise<ChannelSnapshot>;
  /** A moment of the channel, as {@link ChannelResult.momentUs}: later than all before, and earlier than any after it. */
  moment(key: string): Promise<number>;
  /** Subscriptions and members of channels, in their order. */
  counts(keys: readonly string[]): Promise<readonly ChannelCounts[]>;
  /** Ids of the members of a presence channel. */
  memberIds(key: string): Promise<readonly string[]>;
  /** Keys of all occupied channels of an app, without duplicates. */
  channels(appId: string): Promise<readonly string[]>;

  /** The last event of a cache channel, as a bus message. */
  cached(key: string): Promise<CachedMessage | undefined>;
  /**
   * Keeps a bus message as a channel's last event.
   *
   * @param onlyIfLater than what is kept: by the numbers of their node, or by what is left to them of the time for which
   *   any event is kept, since the clocks of two nodes may differ
   */
  cache(key: string, message: Uint8Array, ttlMs: number, onlyIfLater: boolean): Promise<void>;

  /**
   * Claims an idempotency key.
   *
   * @returns undefined to the first who asks; later `pending`, and then the text given to {@link answer}
   */
  claim(key: string, ttlMs: number): Promise<string | undefined>;
  answer(key: string, answer: string | undefined, ttlMs: number): void;

  /**
   * Renews a node's lease.
   *
   * @param joining whether the node has no lease yet; one that had a lease, and was not given up, is taken in again and hears
   *   that this was lost
   */
  beat(node: BeatingNode, joining: boolean): Promise<Beat>;
  /** Ends a lease, and tells whether it was this call that did. */
  bury(node: string, silentMs: number): Promise<boolean>;
  /** Takes the lock under which a dead node's entries are removed; who has it takes it for longer. */
  lockGrave(node: string, by: string, ttlMs: number): Promise<boolean>;
  /** Keys of the channels that a node has entries in. */
  channelsOf(node: string): Promise<readonly string[]>;
  /** Leaves the cluster: its channels are empty already. */
  leave(node: string): Promise<void>;

  /**
   * How the server makes room when its memory is full; undefined where it has no limit, where it cannot be learned, and
   * where the store has no such server.
   */
  evictionPolicy?(): Promise<string | undefined>;
  /** Whether parts of the store may be lost while it is available, as when a server evicts keys. */
  readonly mayLoseParts: boolean;
  readonly isUp: boolean;
  /** As of a bus. */
  readonly address?: string;
  close(): Promise<void>;
}

/** Who is told of what happens in the store. Its methods do not throw. */
export interface StoreListener {
  /** A watched channel changed. */
  delta(key: string, delta: ChannelDelta): void;
  /** A node was found dead, and this one is to look after it now rather than with its next beat. */
  died?(): void;
  up(): void;
  down(reason: string): void;
  /** As of a bus. */
  failed?(reason: string): void;
}

/** The wanted state of one node in one channel. */
export interface ChannelChange {
  readonly key: string;
  /** Unique for a node and channel; a repeat has the same. */
  readonly change: string;
  /** The node's last change that left it in the channel; empty where it is not in it. */
  readonly after: string;
  /** A change that may have taken effect and that this one replaces: if it did, its answer is given, and nothing done. */
  readonly instead: string;
  /** The highest version of the channel that the node has seen; later ones are higher, also in a store that went back. */
  readonly seenVersion: number;
  /** Subscriptions of the node; 0 takes it out of the channel. */
  readonly subscriptions: number;
  readonly join: readonly MemberData[];
  readonly leave: readonly string[];
  /** `join` is all there is: other members of the node are taken out. */
  readonly replace: boolean;
  readonly maxMembers: number;
  /** Whether watchers are told of the number of subscriptions. */
  readonly tellSubscriptions: boolean;
  /** How long what leaves may come back without being told; 0 tells at once. */
  readonly graceMs: number;
  readonly wantSnapshot: boolean;
}

/** What a change did in the cluster. */
export interface ChannelResult {
  /** The change that this is the answer to: `change`, or `instead`; empty for a drop. */
  readonly change: string;
  readonly version: number;
  /**
   * When that was, in microseconds since 1970 by the store's clock, and later than any change of the channel before it. 0
   * where the change did nothing that is told outside.
   */
  readonly momentUs: number;
  /** The store did not have what `after` left, so that nothing was done, unless the change replaces all. */
  readonly isLost: boolean;
  /** `occupied` and `vacated` are this change's doing. */
  readonly occupancy: 'occupied' | 'vacated' | 'unchanged';
  /** Users who came with this change and were nowhere before, and who left with it and are nowhere now. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Members not taken, since the channel is full. */
  readonly refused: readonly string[];
  readonly snapshot: ChannelSnapshot | undefined;
}

/** A channel at one moment. */
export interface ChannelSnapshot {
  readonly version: number;
  /** Changes when the store lost the channel, or went back in time; 0 for a channel it does not know. */
  readonly life: number;
  readonly subscriptions: number;
  /** In the order they came. */
  readonly members: readonly SharedMember[];
}

/** A member, and on how many nodes he is. */
export interface SharedMember extends MemberData {
  readonly nodes: number;
}

/** One change of a channel. Versions of a channel that is occupied follow each other without a gap. */
export interface ChannelDelta {
  readonly version: number;
  /** Those who changed, as they are now; one whose `nodes` is 0 has left, and his info is `{}`. */
  readonly members: readonly SharedMember[];
  readonly subscriptions: number;
}

export interface ChannelCounts {
  readonly subscriptions: number;
  readonly members: number;
}

export interface CachedMessage {
  readonly message: Uint8Array;
  /** How long it is kept from now on. */
  readonly ttlMs: number;
}

/** What became of something that left: nobody but the asking node announces `away`; the store knows nothing of `unknown`. */
export type Released = 'away' | 'back' | 'unknown';

/** What a node has in a channel. */
export interface NodeShare {
  readonly subscriptions: number;
  readonly members: number;
  readonly change: string;
}

/** A node, as the others see it. */
export interface NodeInfo {
  readonly id: string;
  /** Number of its last bus message. */
  readonly sent: number;
  /** Number of the beat. */
  readonly beat: number;
}

/** Another node with a lease. */
export interface Peer extends NodeInfo {
  readonly silentMs: number;
  /** Whether it has beaten since the epoch changed. */
  readonly isCurrent: boolean;
}

/** A node that renews its lease. */
export interface BeatingNode extends NodeInfo {
  /** Number of its last beat that was answered; 0 where none was. */
  readonly answered: number;
}

export interface Beat {
  /** The node was given up and its entries are being removed: it has to come back under another id. */
  readonly gone: boolean;
  /** The store has lost the node's lease, or knows an earlier beat of it than the last that it answered. */
  readonly isLost: boolean;
  /** Changes when the store was emptied, or lost something that a beat finds missing. */
  readonly epoch: string;
  /** For how long the store has been emptied, or to be reached again. */
  readonly epochAgeMs: number;
  /** All other nodes with a lease, and how long they have been silent while the store was to be reached. */
  readonly peers: readonly Peer[];
  /** Dead nodes that may still have entries. */
  readonly graves: readonly string[];
}

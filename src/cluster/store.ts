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
   * @returns whether it is still away, so that the leave may be told; true to one node only
   */
  release(node: string, key: string, what: string, by: string): Promise<boolean>;
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
   * @param joining whether a node that is not known is to be taken in; otherwise it is told that it is `gone`, and so is
   *   for ten minutes everyone who asks under that id
   */
  beat(node: NodeInfo, joining: boolean): Promise<Beat>;
  /** Ends a lease, and tells whether it was this call that did. */
  bury(node: string, silentMs: number): Promise<boolean>;
  /** Takes the lock under which a dead node's entries are removed; who has it takes it for longer. */
  lockGrave(node: string, by: string, ttlMs: number): Promise<boolean>;
  /** Keys of the channels that a node has entries in. */
  channelsOf(node: string): Promise<readonly string[]>;
  /** Leaves the cluster: its channels are empty already. */
  leave(node: string): Promise<void>;

  readonly isUp: boolean;
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
}

/** The wanted state of one node in one channel. */
export interface ChannelChange {
  readonly key: string;
  /** Unique for a node and channel; a repeat has the same. */
  readonly change: string;
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
  readonly version: number;
  /**
   * When that was, in microseconds since 1970 by the store's clock, and later than any change of the channel before it. 0
   * where the change did nothing that is told outside.
   */
  readonly momentUs: number;
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

/** A node, as the others see it. */
export interface NodeInfo {
  readonly id: string;
  /** Number of its last bus message. */
  readonly sent: number;
}

export interface Beat {
  /** The node was given up and its entries are being removed: it has to come back under another id. */
  readonly gone: boolean;
  /** Changes when the store was emptied. */
  readonly epoch: string;
  /** For how long the store has been emptied, or to be reached again. */
  readonly epochAgeMs: number;
  /** All other nodes with a lease, and how long they have been silent while the store was to be reached. */
  readonly peers: readonly (NodeInfo & { readonly silentMs: number })[];
  /** Dead nodes that may still have entries. */
  readonly graves: readonly string[];
}

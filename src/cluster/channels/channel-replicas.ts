import { KeptSnapshots } from '../../../protocol/kept-snapshots.js';
import type { MemberData } from '../../../protocol/messages.js';
import type { Frame } from '../../../protocol/server-codec.js';
import type { ActivityEmitter } from '../../activity/activity.js';
import type { Clock, Timer } from '../../clock.js';
import type { Log } from '../../log.js';
import { decodeBusMessage } from '../bus-message.js';
import type { Bus } from '../bus.js';
import type { CachedEvents } from '../events/cached-events.js';
import { channelKey, CONNECTIONS_CHANNEL, isHiddenChannel, isUnheardChannel } from '../channel-key.js';
import type { AppListener } from '../app-listener.js';
import type { Inbox } from '../events/inbox.js';
import type { Joining } from '../membership.js';
import {
  COUNTED,
  ChannelReplica,
  type ChannelReplicaContext,
  type ReplicaKind,
  type Ticket,
} from './channel-replica.js';
import { SETTLE_MS } from '../store-times.js';
import type { ChannelDelta, ChannelResult, ClusterStore, NodeShare } from '../store.js';
import { inSlices, Turns } from './turns.js';

/**
 * Calls of channels that wait for bus or store at once. Those of a node that has many more, and comes back, would hold up its
 * heartbeats for so long that the others gave it up. A channel that is left before it had its turn leaves nothing behind.
 */
export const CALLS_AT_ONCE = 5000;

/** Numbers of subscriptions that change often are told at most this often. */
const COUNT_MS = 100;

/** Channels that are compared with the store at once. */
const AUDITED_AT_ONCE = 2000;

/** What a subscription demands of the cluster. */
export interface EnterOptions {
  readonly kind: ReplicaKind;
  /** The channel's last event is fetched. */
  readonly cached: boolean;
  /** Who subscribes, as webhooks are shared out by; undefined where nobody asks. */
  readonly source?: string | undefined;
}

/** What the channels need of their node. */
export interface ChannelReplicasContext {
  readonly bus: Pick<Bus, 'subscribe' | 'unsubscribe'>;
  readonly store: Pick<
    ClusterStore,
    'apply' | 'snapshot' | 'shares' | 'channelsOf' | 'release' | 'cached' | 'watch' | 'unwatch'
  >;
  readonly inbox: Pick<Inbox, 'nowMs' | 'skip' | 'close'>;
  readonly cachedEvents: Pick<CachedEvents, 'note'>;
  readonly findApp: (appId: string) => AppListener | undefined;
  readonly activity: ActivityEmitter;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly log: Log;
  readonly graceMs: number;
  readonly nodeId: () => string;
  /** Whether bus and store can be relied on. */
  readonly isHealthy: () => boolean;
  /** Whether the store was emptied a moment ago, so that not all nodes have told it yet what they have. */
  readonly isRefilling: () => boolean;
  /** What a change of this node did in the whole cluster. */
  readonly changed: (key: string, result: ChannelResult, source: string | undefined) => void;
  /** `member {id}` or `channel` left while the store was emptied, so that no change told it. */
  readonly departed: (key: string, what: string) => void;
  /** Bus or store failed. */
  readonly failed: (error: unknown) => void;
}

/** The channels with subscriptions on this node, as it shares them with the others: from the first to the last. */
export class ChannelReplicas {
  private readonly byKey = new Map<string, ChannelReplica>();
  /** Those whose number of subscriptions is still to be told. */
  private readonly uncounted = new Set<ChannelReplica>();
  private countTimer: Timer | undefined;
  private readonly snapshots = new KeptSnapshots();
  private readonly turns = new Turns<ChannelReplica>(CALLS_AT_ONCE);
  private readonly channelContext: ChannelReplicaContext;
  private changes = 0;
  /** Channels that the store lost or knows an older state of, and when each is looked at again. */
  private readonly unsettled = new Map<ChannelReplica, number>();
  private settleTimer: Timer | undefined;
  /** The rest of the channels that the present round of {@link audit} looks at. */
  private auditing: Iterator<ChannelReplica> | undefined;
  private isAuditing = false;

  constructor(private readonly context: ChannelReplicasContext) {
    this.channelContext = this.createChannelContext();
  }

  get size(): number {
    return this.byKey.size;
  }

  find(key: string): ChannelReplica | undefined {
    return this.byKey.get(key);
  }

  all(): IterableIterator<ChannelReplica> {
    return this.byKey.values();
  }

  /**
   * Adds a subscription of this node.
   *
   * @param ticket to be shown when it leaves while it waits
   * @returns undefined when it stands at once; otherwise when it stands
   * @throws ChannelFull, also as a rejection; the subscription is then taken back
   */
  enter(
    appId: string,
    name: string,
    options: EnterOptions,
    member: MemberData | undefined,
    ticket: Ticket,
  ): Promise<void> | undefined {
    const key = channelKey(appId, name);
    const channel = this.byKey.get(key) ?? this.open(appId, name, key, options);
    channel.source = options.source;
    return channel.enter(member, ticket);
  }

  /**
   * @param ticket of a subscription that may still wait
   * @param source who leaves, as {@link EnterOptions.source}
   */
  leave(appId: string, name: string, userId: string | undefined, ticket?: Ticket, source?: string): void {
    const channel = this.byKey.get(channelKey(appId, name));
    if (channel === undefined) return;
    channel.source = source;
    channel.leave(userId, ticket);
    this.closeIfIdle(channel);
  }

  /** The members of a presence channel that has subscriptions on this node. */
  members(appId: string, name: string): ReadonlyMap<string, MemberData> {
    return this.byKey.get(channelKey(appId, name))?.members ?? NOBODY;
  }

  /** Tells a joiner of them (PRES-2); bytes are good until they change. */
  snapshot(appId: string, name: string): Frame | Uint8Array {
    return this.snapshots.frame(name, this.members(appId, name));
  }

  /** Hears of the connections of all nodes to an app from now on, also while this node has none. */
  keepConnections(appId: string): void {
    const key = channelKey(appId, CONNECTIONS_CHANNEL);
    const options = { kind: COUNTED, cached: false };
    const channel = this.byKey.get(key) ?? this.open(appId, CONNECTIONS_CHANNEL, key, options);
    channel.isKept = true;
    channel.restate(AS_BEFORE);
  }

  /** Another node, or this one, changed a channel. */
  take(key: string, delta: ChannelDelta): void {
    this.byKey.get(key)?.take(delta);
  }

  /** A channel's last event is known. */
  noteCached(key: string): void {
    const channel = this.byKey.get(key);
    if (channel !== undefined) channel.isCacheDue = false;
  }

  /** Tells the numbers of subscriptions that have changed. */
  sendCounts(): void {
    this.countTimer?.cancel();
    this.countTimer = undefined;
    for (const channel of this.uncounted) channel.send(true);
    this.uncounted.clear();
  }

  /** The store was away or was emptied: it is told everything again. */
  restate(how: Joining): void {
    for (const channel of this.byKey.values()) channel.restate(how);
  }

  /**
   * Compares what the store has of this node with what this node told it, some channels at a time, and restates what was
   * lost. To be called now and then.
   */
  async audit(): Promise<void> {
    if (this.isAuditing) return;
    this.isAuditing = true;
    try {
      const slice = this.nextToAudit();
      const shares = await this.context.store.shares(
        this.context.nodeId(),
        slice.map(({ channel }) => channel.key),
      );
      const lost = slice.filter(
        ({ channel, share }, i) => !isSame(share, shares[i]) && channel.isStill(share),
      );
      for (const { channel } of lost) channel.restate(AS_BEFORE);
      if (lost.length > 0) this.noteLost(lost.length);
    } catch (error) {
      this.context.failed(error);
    } finally {
      this.isAuditing = false;
    }
  }

  /** Takes out of the store what it has of this node in channels that this node is not in, as when it went back in time. */
  async removeLeftBehind(): Promise<void> {
    const { store, nodeId } = this.context;
    const node = nodeId();
    try {
      const keys = (await store.channelsOf(node)).filter((key) => !this.byKey.has(key));
      for (let start = 0; start < keys.length; start += AUDITED_AT_ONCE) {
        const slice = keys.slice(start, start + AUDITED_AT_ONCE);
        const shares = await store.shares(node, slice);
        await Promise.all(slice.map((key, i) => this.removeShare(node, key, shares[i])));
      }
    } catch (error) {
      this.context.failed(error);
    }
  }

  /** Fetches the last events that could not be had when their channels were opened. */
  fetchMissed(): void {
    const due = [...this.byKey.values()].filter((channel) => channel.isCacheDue && channel.hearing === 'yes');
    inSlices(due, CALLS_AT_ONCE, (channel) => this.fetchCached(channel)).catch((error: unknown) => {
      this.context.failed(error);
    });
  }

  /**
   * All nodes have told the store what they have: asks it for the lists and numbers.
   *
   * @param wasEmptied so that who is missing left unseen
   */
  lookAgain(wasEmptied: boolean): void {
    for (const channel of this.byKey.values()) {
      if (isWatched(channel.kind) && !this.unsettled.has(channel)) channel.refetch(wasEmptied);
    }
  }

  /** Bus or store went away: whoever waits is served by this node alone, and everything is told anew later. */
  degrade(): void {
    this.turns.forgetAll();
    this.settleTimer?.cancel();
    this.settleTimer = undefined;
    this.unsettled.clear();
    for (const channel of this.byKey.values()) channel.degrade();
  }

  /** Tells nothing more. */
  close(): void {
    this.countTimer?.cancel();
    this.settleTimer?.cancel();
  }

  private nextToAudit(): { readonly channel: ChannelReplica; readonly share: NodeShare }[] {
    const slice: { readonly channel: ChannelReplica; readonly share: NodeShare }[] = [];
    this.auditing ??= this.byKey.values();
    for (let i = 0; i < AUDITED_AT_ONCE; i++) {
      const next = this.auditing.next();
      if (next.done === true) {
        this.auditing = undefined;
        break;
      }
      const channel = next.value;
      const { share } = channel;
      if (share !== undefined) slice.push({ channel, share });
    }
    return slice;
  }

  private noteLost(channels: number): void {
    this.context.log.warn(
      { channels },
      'the cluster store lost what this node has in some channels; it is restated',
    );
  }

  /** Only what the store was seen to have, so that a subscription made meanwhile stays. Its leave was announced before. */
  private async removeShare(node: string, key: string, share: NodeShare | undefined): Promise<void> {
    if (share === undefined || this.byKey.has(key)) return;
    await this.context.store.apply(node, {
      key,
      change: String(++this.changes),
      after: share.change,
      instead: '',
      seenVersion: 0,
      subscriptions: 0,
      join: [],
      leave: [],
      replace: false,
      maxMembers: 0,
      tellSubscriptions: true,
      graceMs: 0,
      wantSnapshot: false,
    });
  }

  private settleLater(channel: ChannelReplica): void {
    const { clock } = this.context;
    if (this.unsettled.has(channel)) return;
    this.unsettled.set(channel, clock.monotonic() + SETTLE_MS);
    this.settleTimer ??= clock.after(SETTLE_MS, () => {
      this.settleDue();
    });
  }

  private settleDue(): void {
    const { clock } = this.context;
    this.settleTimer = undefined;
    const now = clock.monotonic();
    for (const [channel, dueMs] of this.unsettled) {
      if (dueMs > now) {
        this.settleTimer = clock.after(dueMs - now, () => {
          this.settleDue();
        });
        return;
      }
      this.unsettled.delete(channel);
      if (this.byKey.get(channel.key) === channel) channel.settle();
    }
  }

  private open(appId: string, name: string, key: string, { kind, cached }: EnterOptions): ChannelReplica {
    const { inbox, store } = this.context;
    const channel = new ChannelReplica(appId, name, key, kind, inbox.nowMs, this.channelContext);
    channel.isCacheDue = cached;
    this.byKey.set(key, channel);
    if (isUnheardChannel(name)) {
      channel.hearing = 'yes';
      if (name === CONNECTIONS_CHANNEL && kind.tellSubscriptions) void store.watch(key);
    } else if (this.context.isHealthy()) {
      channel.hear();
    } else {
      // Nobody waits for it: it is asked for with all others when the bus is there, and looked at with what is restated.
      void this.context.bus.subscribe(key);
      if (isWatched(kind)) void store.watch(key);
    }
    return channel;
  }

  private async subscribe(channel: ChannelReplica): Promise<void> {
    const { bus, store } = this.context;
    try {
      await Promise.all([
        bus.subscribe(channel.key),
        isWatched(channel.kind) ? store.watch(channel.key) : undefined,
      ]);
      if (this.context.isHealthy()) await this.fetchCached(channel);
    } catch (error) {
      this.context.failed(error);
    }
  }

  /**
   * Fetches a channel's last event, if nothing newer is known. Each event is kept before it is published: one that is
   * not kept yet arrives over the bus.
   */
  private async fetchCached(channel: ChannelReplica): Promise<void> {
    const { key, appId, name } = channel;
    // What is heard or published in the meantime is newer.
    const isWanted = () => channel.isCacheDue && this.byKey.get(key) === channel;
    if (!isWanted()) return;
    const cached = await this.context.store.cached(key);
    if (!isWanted()) return;
    channel.isCacheDue = false;
    const message = cached === undefined ? undefined : decodeBusMessage(cached.message);
    if (cached === undefined || message === undefined) return;
    // It may still come over the bus, as what its node published before it; that is older, and passed over as well.
    this.context.inbox.skip(channel, message);
    this.context.cachedEvents.note(key, cached.message, cached.ttlMs);
    const frame = message.body.toString('utf8');
    this.context.findApp(appId)?.restoreCached(name, frame, message.except, cached.ttlMs);
  }

  private closeIfIdle(channel: ChannelReplica): void {
    if (channel.isKept || !channel.isIdle || this.byKey.get(channel.key) !== channel) return;
    this.byKey.delete(channel.key);
    this.snapshots.forget(channel.members);
    this.uncounted.delete(channel);
    this.unsettled.delete(channel);
    this.turns.forget(channel);
    const { bus, inbox, store } = this.context;
    if (isUnheardChannel(channel.name)) {
      if (channel.name === CONNECTIONS_CHANNEL) store.unwatch(channel.key);
      return;
    }
    inbox.close(channel.key);
    bus.unsubscribe(channel.key);
    if (isWatched(channel.kind)) store.unwatch(channel.key);
  }

  private createChannelContext(): ChannelReplicaContext {
    const { store, findApp, activity, nodeId, isHealthy, isRefilling, graceMs, failed } = this.context;
    return {
      store: {
        apply: (node, change) => this.turns.take(() => store.apply(node, change)),
        snapshot: (key) => this.turns.take(() => store.snapshot(key)),
      },
      nodeId,
      snapshots: this.snapshots,
      nextChange: () => String(++this.changes),
      isUp: isHealthy,
      isRefilling,
      graceMs,
      memberAdded: ({ appId, name }, member) => findApp(appId)?.memberAdded(name, member),
      memberRemoved: ({ appId, name }, userId) => findApp(appId)?.memberRemoved(name, userId),
      subscriptionsChanged: ({ appId, name, totalSubscriptions }) =>
        findApp(appId)?.subscriptionsChanged(name, totalSubscriptions),
      countChanged: (channel) => {
        this.uncounted.add(channel);
        this.countTimer ??= this.context.clock.after(COUNT_MS, () => {
          this.sendCounts();
        });
      },
      countTold: ({ appId, name: channel, totalSubscriptions: count, source }, momentUs) => {
        if (isHiddenChannel(channel)) return;
        activity.emit({ type: 'SubscriptionCountChanged', appId, channel, count, momentUs, source });
      },
      departed: ({ key }, what) => {
        this.context.departed(key, what);
      },
      unsettled: (channel) => {
        this.settleLater(channel);
      },
      endGrace: ({ key }, what) => {
        // What fails here is forgotten by the store after a while.
        store.release(nodeId(), key, what, nodeId()).catch(() => undefined);
      },
      lost: () => {
        this.noteLost(1);
      },
      changed: ({ key, source }, result) => {
        this.context.changed(key, result, source);
        const present = this.byKey.get(key);
        if (present !== undefined) this.closeIfIdle(present);
      },
      failed,
      hasTurn: (channel) => this.turns.ask(channel),
      subscribe: (channel) => this.turns.take(() => this.subscribe(channel)),
    };
  }
}

/** Whether nodes that have it hear of its changes. */
function isWatched({ presence, tellSubscriptions }: ReplicaKind): boolean {
  return presence || tellSubscriptions;
}

function isSame(a: NodeShare, b: NodeShare | undefined): boolean {
  return a.change === b?.change && a.subscriptions === b.subscriptions && a.members === b.members;
}

const AS_BEFORE: Joining = { isNewNode: false, isEmptied: false };

const NOBODY: ReadonlyMap<string, MemberData> = new Map();

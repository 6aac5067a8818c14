import type { ChannelPolicy } from '../../../protocol/channel-name.js';
import type { KeptSnapshots } from '../../../protocol/kept-snapshots.js';
import { Limits } from '../../../protocol/limits.js';
import type { MemberData } from '../../../protocol/messages.js';
import type { KnownConnections } from '../connection-room.js';
import type { HeardTopic, LastHeard } from '../events/inbox.js';
import type { Joining } from '../membership.js';
import type {
  ChannelChange,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  ClusterStore,
  NodeShare,
  SharedMember,
} from '../store.js';

/** What a channel shares with the other nodes. */
export interface ReplicaKind {
  /** Members are shared: their list is kept up to date here, and those who come wait until they stand in it. */
  readonly presence: boolean;
  /** The number of subscriptions is told to all nodes that have some. */
  readonly tellSubscriptions: boolean;
  readonly maxMembers: number;
}

/** Of channels that share their occupancy alone. */
export const UNCOUNTED: ReplicaKind = { presence: false, tellSubscriptions: false, maxMembers: 0 };

/** Of channels whose subscriptions are counted for all. */
export const COUNTED: ReplicaKind = { presence: false, tellSubscriptions: true, maxMembers: 0 };

/** What a channel of an app shares. All but presence channels have it in common, since there may be one for each connection. */
export function replicaKind(
  { presence, serverToUser }: ChannelPolicy,
  settings: { readonly subscriptionCount: boolean; readonly maxPresenceMembers: number },
): ReplicaKind {
  if (presence) return { presence, tellSubscriptions: false, maxMembers: settings.maxPresenceMembers };
  return settings.subscriptionCount && !serverToUser ? COUNTED : UNCOUNTED;
}

/** What a shared channel needs of its surroundings. */
export interface ChannelReplicaContext {
  readonly store: Pick<ClusterStore, 'apply' | 'snapshot'>;
  readonly snapshots: Pick<KeptSnapshots, 'added' | 'removing' | 'forget'>;
  readonly nodeId: () => string;
  /** A number that no change of this node had. */
  readonly nextChange: () => string;
  /** Whether the store can be relied on; otherwise this node decides for itself. */
  readonly isUp: () => boolean;
  /** Whether the store was emptied a moment ago, so that not all nodes have told it yet what they have. */
  readonly isRefilling: () => boolean;
  /** How long a leave may be undone before it is told. */
  readonly graceMs: number;
  readonly memberAdded: (channel: ChannelReplica, member: MemberData) => void;
  readonly memberRemoved: (channel: ChannelReplica, userId: string) => void;
  readonly subscriptionsChanged: (channel: ChannelReplica) => void;
  /** The present total is due, among others, to this node: it alone makes it known outside. */
  readonly countTold: (channel: ChannelReplica, momentUs: number) => void;
  /** `member {id}` or `channel` left while the store was emptied, so that no change told it. */
  readonly departed: (channel: ChannelReplica, what: string) => void;
  /** The store lost the channel, or went back in time: the channel is looked at again when other nodes have restated it. */
  readonly unsettled: (channel: ChannelReplica) => void;
  /** The store began a grace of something whose leave is announced otherwise, or was announced before. */
  readonly endGrace: (channel: ChannelReplica, what: string) => void;
  /** What a change of this node did in the whole cluster. */
  readonly changed: (channel: ChannelReplica, result: ChannelResult) => void;
  /** The store had lost what this node told it, which a change found out; it is restated. */
  readonly lost: () => void;
  /** The number of subscriptions changed, which may be told a little later: see {@link ChannelReplica.send}. */
  readonly countChanged: (channel: ChannelReplica) => void;
  /** A call to the store failed: it may have taken effect or not. */
  readonly failed: (error: unknown) => void;
  /** Whether bus or store may be called now; otherwise {@link ChannelReplica.resume} is, when they may. */
  readonly hasTurn: (channel: ChannelReplica) => boolean;
  /** Subscribes on the bus, and to changes. @returns when events of the other nodes arrive; never fails */
  readonly subscribe: (channel: ChannelReplica) => Promise<void>;
}

/** A subscription, as far as it can be told from others of the same channel and user. */
export type Ticket = object;

/** Someone who waits until his subscription stands everywhere. */
interface Waiter {
  readonly ticket: Ticket;
  readonly userId: string | undefined;
  readonly resolve: () => void;
  readonly reject: (reason: ChannelFull) => void;
}

interface LocalMember {
  data: MemberData;
  connections: number;
}

/** Of all channels without members; never written to. */
const NO_LOCAL = new Map<string, LocalMember>();
const NO_MEMBERS = new Map<string, SharedMember>();
const NO_IDS = new Set<string>();
const NO_WAITERS: Iterable<Waiter> = [];

/** Up to so many subscriptions, each change of their number is told at once. */
const FEW = Limits.immediateSubscriptionCount;

/** The channel has as many members as it may. */
export class ChannelFull extends Error {
  constructor(readonly members: number) {
    super(`the channel has ${members} members`);
  }
}

/**
 * One channel as this node shares it with the others: who is here, what the store was told of it, and the members of
 * the whole cluster as the clients of this node know them. Clients hear of a change exactly when that list changes, so
 * whatever is repeated, lost or found out late is told once.
 *
 * At most one change is under way; what happens meanwhile goes with the next.
 */
export class ChannelReplica implements HeardTopic {
  /** Subscriptions of this node, waiting ones included. */
  subscriptions = 0;
  /** Of the whole cluster, as last heard. */
  totalSubscriptions = 0;
  /** Who came or left here last, as {@link EnterOptions.source}. */
  source: string | undefined = undefined;
  private readonly local: Map<string, LocalMember>;
  /** The members of the cluster, in the order they came. */
  private readonly replica: Map<string, SharedMember>;
  private version = 0;
  /** Of the last change of this node that watchers hear of, and when that was. */
  private ownVersion = 0;
  private ownMomentUs = 0;
  private isInstalled = false;
  /** Deltas that came before the first snapshot, or after one that is missing. */
  private early: ChannelDelta[] | undefined;

  /** Members of this node that the store knows. */
  private readonly told: Set<string>;
  /** Those it is still to be told of, and whose leaving it is to be told. */
  private readonly coming: Set<string>;
  private readonly going: Set<string>;
  /** Members of the list who are only here, and of whom the store knows nothing. */
  private readonly onlyHere: Set<string>;
  private toldSubscriptions = 0;
  /** Subscriptions of this node that the total as last heard contains. */
  private countedSubscriptions = 0;
  private underWay: ChannelChange | undefined;
  /** The change that {@link underWay} replaces, and that may have taken effect. */
  private superseded: ChannelChange | undefined;
  /** The last change that left this node in the channel; empty while it is not in it. */
  private after = '';
  private isSending = false;
  /** The next change states all that this node has. */
  private replaceAll = false;
  /** Members that were known before everything was restated, until the store has answered that. */
  private known: ReadonlySet<string> | undefined;
  /** True from when the store was emptied until this node has restated the channel. */
  private isRefilling = false;
  /** The life of the channel in the store, as last heard; 0 while unknown. */
  private life = 0;
  /**
   * True from when the store lost the channel, or went back, until the other nodes had time to restate it. Meanwhile the
   * store may name members who have left, and not name others who are there.
   */
  private isUnsettled = false;
  /** Whether a member may have left meanwhile without a change that announced it. */
  private mayHaveDeparted = false;
  private isFetching = false;
  /** Waits for its turn to fetch. */
  private isFetchDue = false;
  /** Who is missing in the next list left unseen by the store. */
  private looksForDeparted = false;
  /** By their tickets. */
  private waiters: Map<Ticket, Waiter> | undefined;
  private isHearingDue = false;

  /** Whether it stays when this node has no subscriptions. */
  isKept = false;
  last: LastHeard | undefined;
  /** Whether events of the other nodes arrive: not before it was their turn to be asked for. */
  hearing: 'no' | 'asked' | 'yes' = 'no';
  /** Whether the channel's last event is still to be fetched: nothing newer was heard or published here. */
  isCacheDue = false;

  constructor(
    readonly appId: string,
    readonly name: string,
    readonly key: string,
    readonly kind: ReplicaKind,
    readonly sinceMs: number,
    private readonly context: ChannelReplicaContext,
  ) {
    // There may be one channel for each connection, and most have no members.
    const { presence } = kind;
    this.local = presence ? new Map<string, LocalMember>() : NO_LOCAL;
    this.replica = presence ? new Map<string, SharedMember>() : NO_MEMBERS;
    this.told = presence ? new Set() : NO_IDS;
    this.coming = presence ? new Set() : NO_IDS;
    this.going = presence ? new Set() : NO_IDS;
    this.onlyHere = presence ? new Set() : NO_IDS;
  }

  /** The members of the cluster. */
  get members(): ReadonlyMap<string, MemberData> {
    return this.replica;
  }

  /** What is known of the subscriptions of this node and of the others, where their number is told. */
  get knownCounts(): KnownConnections {
    const { totalSubscriptions: total, toldSubscriptions: told, countedSubscriptions: counted } = this;
    const isUp = this.context.isUp();
    // A change that is under way, or answered just now, may be part of the total already or not yet.
    const sent = this.underWay?.subscriptions ?? told;
    const least = isUp ? Math.min(counted, told, sent) : counted;
    const most = isUp ? Math.max(counted, told, sent) : counted;
    return {
      isKnown: this.isInstalled,
      untold: Math.max(0, this.subscriptions - told),
      othersMin: Math.max(0, total - most),
      othersMax: Math.max(0, total - least),
    };
  }

  /** Nothing is left of it, here and in what the store knows of here. */
  get isIdle(): boolean {
    return (
      this.subscriptions === 0 &&
      this.toldSubscriptions === 0 &&
      this.underWay === undefined &&
      this.superseded === undefined
    );
  }

  /**
   * One more subscription.
   *
   * @param ticket to be shown when it leaves while it waits
   * @returns undefined when it stands at once
   * @throws ChannelFull, also as a rejection; the subscription is then taken back
   */
  enter(member: MemberData | undefined, ticket: Ticket): Promise<void> | undefined {
    this.subscriptions++;
    if (member !== undefined) this.enterLocally(member);
    if (!this.context.isUp()) {
      if (member !== undefined) this.decideAlone(member);
      this.countedSubscriptions++;
      this.setTotal(this.totalSubscriptions + 1);
      return undefined;
    }
    this.send();
    if (this.stands(member?.id)) return undefined;
    return new Promise((resolve, reject) => {
      this.await({ ticket, userId: member?.id, resolve, reject });
    });
  }

  /**
   * One subscription less.
   *
   * @param ticket of one that may still wait: it ends now, and is refused no more
   */
  leave(userId: string | undefined, ticket?: Ticket): void {
    if (ticket !== undefined) {
      this.waiters?.get(ticket)?.resolve();
      this.waiters?.delete(ticket);
    }
    this.subscriptions--;
    if (userId !== undefined) this.leaveLocally(userId);
    if (this.context.isUp()) {
      this.send();
      return;
    }
    this.countedSubscriptions--;
    this.setTotal(this.totalSubscriptions - 1);
  }

  /** The store was unavailable or lost something: everything is restated. */
  restate({ isNewNode, isEmptied }: Joining): void {
    this.isRefilling ||= isEmptied;
    this.known ??= this.knownMembers();
    if (isNewNode) {
      this.underWay = this.superseded = undefined;
      this.told.clear();
      this.toldSubscriptions = 0;
      this.after = '';
    }
    // What happened since goes with the change that is repeated: who came back meanwhile has not left.
    if (this.superseded === undefined) {
      this.superseded = this.underWay;
      this.underWay = undefined;
    }
    this.replaceAll = true;
    this.hear();
    this.send();
  }

  /** What the store should have of this node; undefined while a change is on its way. */
  get share(): NodeShare | undefined {
    if (this.after === '' || this.underWay !== undefined || this.replaceAll) return undefined;
    return { change: this.after, subscriptions: this.toldSubscriptions, members: this.told.size };
  }

  /** Whether the store should still have this of the node. */
  isStill(share: NodeShare): boolean {
    return this.share?.change === share.change;
  }

  /** The other nodes had time to restate what they have: the store is believed again. */
  settle(): void {
    this.isUnsettled = false;
    this.refetch(this.mayHaveDeparted);
    this.mayHaveDeparted = false;
  }

  /**
   * Asks the store for the present state, as when deltas were lost.
   *
   * @param wasEmptied so that who is missing left unseen
   */
  refetch(wasEmptied = false): void {
    this.looksForDeparted ||= wasEmptied;
    if (this.isFetching || !this.isInstalled) return;
    this.isFetchDue = !this.context.hasTurn(this);
    if (this.isFetchDue) return;
    this.isFetching = true;
    this.context.store
      .snapshot(this.key)
      .then((snapshot) => {
        this.isFetching = false;
        if (this.context.isUp()) this.install(snapshot, this.context.isRefilling());
      })
      .catch((error: unknown) => {
        this.isFetching = false;
        this.context.failed(error);
      });
  }

  /** Asks for the events of the other nodes, when it is its turn. */
  hear(): void {
    if (this.hearing !== 'no') return;
    this.isHearingDue = !this.context.hasTurn(this);
    if (this.isHearingDue) return;
    this.hearing = 'asked';
    void this.context.subscribe(this).then(() => {
      this.hearing = 'yes';
      this.settleWaiters();
    });
  }

  /** Does what it had no turn for. */
  resume(): void {
    if (this.isHearingDue) this.hear();
    this.send(true);
    if (this.isFetchDue) this.refetch();
  }

  /** The store went away: whoever waits is served by this node alone. */
  degrade(): void {
    for (const { userId, resolve, reject } of this.takeWaiters()) {
      const member = userId === undefined ? undefined : this.local.get(userId)?.data;
      try {
        if (member !== undefined) this.decideAlone(member);
        resolve();
      } catch (error) {
        if (error instanceof ChannelFull) reject(error);
        else throw error;
      }
    }
  }

  /** Another node, or this one, changed the channel. */
  take(delta: ChannelDelta): void {
    if (!this.isInstalled || this.isFetching) {
      this.keepEarly(delta);
      return;
    }
    if (delta.version <= this.version) return;
    if (delta.version !== this.version + 1) {
      this.keepEarly(delta);
      this.refetch();
      return;
    }
    this.applyDelta(delta);
    this.settleWaiters();
  }

  /**
   * Makes the list what the store says.
   *
   * @param mayKeepOthers members that the store does not know are kept, since their nodes may not have told it yet
   */
  install(snapshot: ChannelSnapshot, mayKeepOthers = false): void {
    const isOtherLife = this.life !== 0 && this.life !== snapshot.life;
    this.life = snapshot.life;
    if (isOtherLife && this.toldSubscriptions > 0) this.loseTrust();
    const keepOthers = mayKeepOthers || this.isUnsettled;
    const present = new Set(snapshot.members.map(({ id }) => id));
    for (const [id, { nodes }] of keepOthers ? [] : [...this.replica]) {
      if (present.has(id)) continue;
      if (this.looksForDeparted && nodes > 0 && !this.local.has(id))
        this.context.departed(this, `member ${id}`);
      this.remove(id);
    }
    if (!keepOthers) this.looksForDeparted = false;
    for (const member of snapshot.members) {
      if (!this.isDoubtful(member.id)) this.put(member);
    }
    this.version = snapshot.version;
    this.isInstalled = true;
    this.setTotal(snapshot.subscriptions);
    this.noteCounted();
    this.takeEarly();
    this.settleWaiters();
  }

  /** The store is another than before, at least as far as this channel goes. */
  private loseTrust(): void {
    this.unsettle(true);
    if (this.underWay !== undefined || this.replaceAll) return;
    this.replaceAll = true;
    this.send();
  }

  /** Whether a member may have left, and one of their nodes has not said so again. */
  private isDoubtful(id: string): boolean {
    return this.isUnsettled && !this.replica.has(id) && !this.local.has(id);
  }

  private unsettle(mayHaveDeparted: boolean): void {
    this.isUnsettled = true;
    this.mayHaveDeparted ||= mayHaveDeparted;
    this.context.unsettled(this);
  }

  /** Members whom this node told the store of, or that other nodes have. */
  private knownMembers(): ReadonlySet<string> {
    const known = new Set(this.told);
    for (const { id, nodes } of this.replica.values()) {
      if (nodes > (this.told.has(id) ? 1 : 0)) known.add(id);
    }
    return known;
  }

  /** What a change did, without what was so before the store lost something. */
  private news(change: ChannelChange, result: ChannelResult): ChannelResult {
    const isLost = result.isLost || this.isRefilling;
    const { known, told } = this;
    const wasIn = this.toldSubscriptions > 0;
    if (change.replace) {
      this.known = undefined;
      this.isRefilling = false;
    }
    if (!isLost) return { ...result, added: result.added.filter((id) => !told.has(id)) };
    // Each leave is announced by one node, when it is known that what left is nowhere else.
    for (const id of result.removed) this.context.endGrace(this, `member ${id}`);
    if (result.occupancy === 'vacated') this.context.endGrace(this, 'channel');
    const present = new Set([...change.join, ...(result.snapshot?.members ?? [])].map(({ id }) => id));
    for (const id of told) if (!present.has(id)) this.context.departed(this, `member ${id}`);
    if (wasIn && change.subscriptions === 0) this.context.departed(this, 'channel');
    return {
      ...result,
      added: result.added.filter((id) => known?.has(id) !== true && !told.has(id)),
      removed: [],
      occupancy: result.occupancy === 'occupied' && !wasIn ? 'occupied' : 'unchanged',
    };
  }

  private enterLocally(data: MemberData): void {
    const known = this.local.get(data.id);
    if (known === undefined) {
      this.local.set(data.id, { data, connections: 1 });
      if (!this.going.delete(data.id) || this.replica.get(data.id)?.info !== data.info)
        this.coming.add(data.id);
      return;
    }
    known.connections++;
    if (known.data.info === data.info) return;
    known.data = data;
    this.coming.add(data.id);
  }

  private leaveLocally(userId: string): void {
    const known = this.local.get(userId);
    if (known === undefined || --known.connections > 0) return;
    this.forgetLocally(userId);
    if (this.context.isUp()) return;
    // Without the store, a member who is nowhere else, as far as is known, is gone.
    const shared = this.replica.get(userId);
    const elsewhere = (shared?.nodes ?? 0) - (this.told.has(userId) ? 1 : 0);
    if (shared !== undefined && elsewhere <= 0) this.remove(userId);
  }

  private decideAlone(member: MemberData): void {
    if (!this.kind.presence) return;
    const known = this.replica.get(member.id);
    if (known === undefined && this.replica.size >= this.kind.maxMembers) {
      this.takeBack(member.id);
      throw new ChannelFull(this.replica.size);
    }
    this.put({ ...member, nodes: known?.nodes ?? 0 });
  }

  /** A refused subscription leaves nothing behind. */
  private takeBack(userId: string): void {
    this.subscriptions--;
    const known = this.local.get(userId);
    if (known !== undefined && --known.connections <= 0) this.forgetLocally(userId);
  }

  private forgetLocally(userId: string): void {
    this.local.delete(userId);
    this.coming.delete(userId);
    if (this.told.has(userId)) this.going.add(userId);
    // The store said already that he is gone, and will not say it again.
    if (this.onlyHere.delete(userId)) this.remove(userId);
  }

  private stands(userId: string | undefined): boolean {
    if (this.hearing !== 'yes') return false;
    if (!this.kind.presence) return true;
    if (!this.isInstalled) return false;
    // Who has left in the meantime waits for nothing any more.
    return (
      userId === undefined || !this.local.has(userId) || (this.replica.has(userId) && this.told.has(userId))
    );
  }

  private settleWaiters(): void {
    for (const waiter of this.takeWaiters()) {
      if (this.stands(waiter.userId)) waiter.resolve();
      else this.await(waiter);
    }
  }

  private await(waiter: Waiter): void {
    this.waiters ??= new Map();
    this.waiters.set(waiter.ticket, waiter);
  }

  /** Those who waited; who still has to wait is added again. */
  private takeWaiters(): Iterable<Waiter> {
    const { waiters } = this;
    this.waiters = undefined;
    return waiters?.values() ?? NO_WAITERS;
  }

  private keepEarly(delta: ChannelDelta): void {
    this.early ??= [];
    this.early.push(delta);
  }

  private applyDelta({ version, members, subscriptions }: ChannelDelta): void {
    for (const member of members) {
      if (member.nodes === 0) this.remove(member.id);
      else if (!this.isDoubtful(member.id)) this.put(member);
    }
    this.version = version;
    this.setTotal(subscriptions);
    this.noteCounted();
    this.tellCount();
  }

  private put(member: SharedMember): void {
    const known = this.replica.get(member.id);
    this.replica.set(member.id, member);
    if (member.nodes > 0) this.onlyHere.delete(member.id);
    if (known === undefined) {
      this.context.snapshots.added(this.replica, member);
      this.context.memberAdded(this, member);
    } else if (known.info !== member.info) {
      this.context.snapshots.forget(this.replica);
    }
  }

  private remove(userId: string): void {
    // Who is connected here is here, whatever the store says: this node was given up, or is about to tell it.
    if (this.local.has(userId)) {
      this.onlyHere.add(userId);
      return;
    }
    if (!this.replica.has(userId)) return;
    this.context.snapshots.removing(this.replica, userId);
    this.replica.delete(userId);
    this.context.memberRemoved(this, userId);
  }

  /** The total contains the last change of this node from the version on that this had. */
  private noteCounted(): void {
    if (this.version >= this.ownVersion) this.countedSubscriptions = this.toldSubscriptions;
  }

  private tellCount(): void {
    if (this.ownVersion === 0 || this.version < this.ownVersion) return;
    this.ownVersion = 0;
    this.context.countTold(this, this.ownMomentUs);
  }

  private setTotal(subscriptions: number): void {
    if (this.totalSubscriptions === subscriptions) return;
    this.totalSubscriptions = subscriptions;
    if (this.kind.tellSubscriptions) this.context.subscriptionsChanged(this);
  }

  private takeEarly(): void {
    if (this.early === undefined) return;
    const early = this.early.sort((a, b) => a.version - b.version);
    this.early = undefined;
    for (const delta of early) this.take(delta);
  }

  /**
   * Tells the store what has changed here, unless a change is under way: then that comes first.
   *
   * @param withCount also when it is only a number of subscriptions that nobody waits for
   */
  send(withCount = false): void {
    if (this.isSending || !this.context.isUp() || !this.context.hasTurn(this)) return;
    const change = this.underWay ?? this.nextChange(withCount);
    if (change === undefined) return;
    this.underWay = change;
    this.isSending = true;
    this.context.store
      .apply(this.context.nodeId(), change)
      .then((result) => {
        this.isSending = false;
        // Otherwise this node has another id by now, and the change was that of the old one.
        if (this.underWay === change) this.answered(change, result);
        this.send();
      })
      .catch((error: unknown) => {
        // It is repeated, with its number, when the store is back.
        this.isSending = false;
        this.context.failed(error);
      });
  }

  private nextChange(withCount: boolean): ChannelChange | undefined {
    const { presence, tellSubscriptions, maxMembers } = this.kind;
    const { subscriptions, replaceAll: replace } = this;
    if (!replace && this.coming.size === 0 && this.going.size === 0) {
      if (subscriptions === this.toldSubscriptions) return undefined;
      const isUrgent =
        (tellSubscriptions && this.totalSubscriptions <= FEW) ||
        subscriptions === 0 ||
        this.toldSubscriptions === 0;
      if (!isUrgent && !withCount) {
        this.context.countChanged(this);
        return undefined;
      }
    }
    const join = replace ? [...this.local.values()].map(({ data }) => data) : this.takeComing();
    const leave = replace ? [] : [...this.going];
    this.coming.clear();
    this.going.clear();
    this.replaceAll = false;
    if (replace) this.known ??= this.knownMembers();
    return {
      key: this.key,
      change: this.context.nextChange(),
      after: this.after,
      instead: this.superseded?.change ?? '',
      seenVersion: this.version,
      subscriptions,
      join,
      leave,
      replace,
      maxMembers,
      tellSubscriptions,
      graceMs: this.context.graceMs,
      wantSnapshot: (presence || tellSubscriptions) && (replace || !this.isInstalled),
    };
  }

  private takeComing(): MemberData[] {
    const members: MemberData[] = [];
    for (const id of this.coming) {
      const member = this.local.get(id);
      if (member !== undefined) members.push(member.data);
    }
    return members;
  }

  /** The store has answered a change that was under way. */
  private answered(change: ChannelChange, result: ChannelResult): void {
    const { superseded } = this;
    this.underWay = this.superseded = undefined;
    if (superseded?.change === result.change) {
      // It had taken effect, and what came in its place has not.
      this.replaceAll = true;
      this.acknowledge(superseded, result);
    } else if (result.isLost && !change.replace) {
      this.replaceAll = true;
      this.known ??= this.knownMembers();
      this.context.lost();
    } else {
      this.acknowledge(change, result);
    }
  }

  private acknowledge(change: ChannelChange, result: ChannelResult): void {
    const news = this.news(change, result);
    if (change.replace) this.told.clear();
    for (const { id } of change.join) {
      if (result.refused.includes(id)) continue;
      this.told.add(id);
      if (!this.local.has(id)) this.going.add(id);
    }
    for (const id of change.leave) {
      this.told.delete(id);
      if (this.local.has(id)) this.coming.add(id);
    }
    if (this.kind.tellSubscriptions && this.toldSubscriptions !== change.subscriptions) {
      this.ownVersion = result.version;
      this.ownMomentUs = result.momentUs;
    }
    this.toldSubscriptions = change.subscriptions;
    this.after = change.subscriptions > 0 ? change.change : '';
    const { snapshot } = result;
    if (change.replace && snapshot !== undefined) {
      if (this.life !== 0 && (result.isLost || this.life !== snapshot.life)) this.unsettle(result.isLost);
      this.life = snapshot.life;
    }
    this.context.changed(this, news);
    if (result.refused.length > 0) this.refuse(result.refused);
    // Others may still be on their way to a store that was emptied: what is gone is found out by a later look.
    if (snapshot !== undefined) this.install(snapshot, change.replace);
    this.noteCounted();
    this.tellCount();
    this.settleWaiters();
  }

  private refuse(userIds: readonly string[]): void {
    for (const waiter of this.takeWaiters()) {
      if (waiter.userId === undefined || !userIds.includes(waiter.userId)) {
        this.await(waiter);
        continue;
      }
      this.takeBack(waiter.userId);
      waiter.reject(new ChannelFull(this.kind.maxMembers));
    }
  }
}

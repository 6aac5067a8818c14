import { KeptSnapshots } from '../../protocol/kept-snapshots.js';
import type { MemberData } from '../../protocol/messages.js';
import type { Frame } from '../../protocol/server-codec.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { Clock, Timer } from '../clock.js';
import type { Log } from '../log.js';
import { BusMessageKind, decodeBusMessage, encodeBusMessage, type BusMessage } from './bus-message.js';
import { Announcer } from './announcer.js';
import { CachedEvents } from './cached-events.js';
import {
  channelKey,
  CONNECTIONS_CHANNEL,
  isHiddenChannel,
  isUnheardChannel,
  splitKey,
  userChannel,
  userOfChannel,
} from './channel-key.js';
import type { ClusterDrivers } from './create-cluster-drivers.js';
import { ClusterStats } from './cluster-stats.js';
import { Inbox, type HeardTopic } from './inbox.js';
import { Membership, originOf, SETTLE_MS, type Joining } from './membership.js';
import { nodeTopic, Outbox } from './outbox.js';
import {
  COUNTED,
  SharedChannel,
  UNCOUNTED,
  type SharedChannelContext,
  type SharedChannelKind,
} from './shared-channel.js';
import { SharedUsers } from './shared-users.js';
import type { Beat, ChannelCounts } from './store.js';
import { inSlices, Turns } from './turns.js';

/** One app of this node, as the cluster calls it. */
export interface ClusterApp {
  /**
   * An event of another node.
   *
   * @returns for how long it is the channel's last event; 0 where it is none
   */
  deliver(channel: string, frame: string, except: string): number;
  /** The last event of a cache channel, as the cluster has it; also for those who subscribed without the cluster. */
  restoreCached(channel: string, frame: string, except: string, ttlMs: number): void;
  memberAdded(channel: string, member: MemberData): void;
  memberRemoved(channel: string, userId: string): void;
  /** @param subscriptions of all nodes */
  subscriptionsChanged(channel: string, subscriptions: number): void;
  /** A watched user came online or went offline. */
  userChanged(userId: string, isOnline: boolean): void;
  terminate(userId: string): void;
  /** Whether each node has to know how many connections the others have. */
  readonly limitsConnections: boolean;
}

export interface ClusterServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly activity: ActivityEmitter;
  /** How long a leave may be undone before it is told, also one of an app that this node has not served yet. */
  readonly graceMs: number;
}

/**
 * Calls of channels that wait for the store at once. Those of a node that has many more, and comes back, would hold up its
 * heartbeats for so long that the others gave it up.
 */
const CALLS_AT_ONCE = 5000;

const TERMINATE_TOPIC = '#terminate';
const COUNT_MS = 100;

/** What a subscription demands of the cluster. */
export interface EnterOptions {
  readonly kind: SharedChannelKind;
  /** The channel's last event is fetched. */
  readonly cached: boolean;
}

/**
 * This node among the others: what leaves for them and what comes from them. While bus or store is away it is
 * degraded: it serves its own clients, and nothing on a client's path waits.
 */
export class Cluster {
  readonly stats = new ClusterStats();
  private readonly apps = new Map<string, ClusterApp>();
  /** Channels with subscriptions on this node, by their keys. */
  private readonly shared = new Map<string, SharedChannel>();
  private readonly uncounted = new Set<SharedChannel>();
  private readonly snapshots = new KeptSnapshots();
  private readonly turns = new Turns<SharedChannel>(CALLS_AT_ONCE);
  private readonly timers: Timer[] = [];
  private settleTimer: Timer | undefined;
  private readonly membership: Membership;
  private readonly outbox: Outbox;
  private readonly inbox: Inbox;
  private readonly terminations: HeardTopic;
  private readonly cachedEvents: CachedEvents;
  private readonly users: SharedUsers;
  private readonly announcer: Announcer;
  private readonly channelContext: SharedChannelContext;
  /** Those who wait for the bus; while degraded nobody does. */
  private readonly standing = new Map<SharedChannel, () => void>();
  /** What left unseen by a store that was emptied; told when all nodes have said what they have. */
  private readonly departed: { readonly key: string; readonly what: string }[] = [];
  /** Since all nodes were last known to have told it what they have. */
  private wasEmptied = false;
  /** That of the store, once all nodes have had the time to tell it what they have. */
  private settledEpoch: string | undefined;
  private changes = 0;
  private isUp = false;
  private wasUp = false;
  private resolveFirstUp: (() => void) | undefined;

  constructor(
    private readonly drivers: ClusterDrivers,
    private readonly services: ClusterServices,
  ) {
    const { bus, store } = drivers;
    const { clock, log } = services;
    const { stats } = this;
    this.membership = new Membership({
      store,
      clock,
      log,
      stats,
      describe: () => ({ sent: this.outbox.sent }),
      graceMs: services.graceMs,
      joined: (how, beat) => {
        this.rejoin(how, beat);
      },
      heard: (peers) => {
        this.inbox.heartbeats(new Map(peers.map(({ id, sent }) => [originOf(id), sent])));
      },
      dropped: (node, key, result) => {
        this.announcer.announce(node, key, result);
      },
      lost: (error) => {
        this.degrade(messageOf(error));
      },
    });
    this.outbox = new Outbox(this.membership.origin, bus, clock, stats);
    this.inbox = new Inbox(
      {
        find: (topic) => this.heardTopic(topic),
        all: () => this.heardTopics(),
        deliver: (topic, message) => {
          this.deliver(topic, message);
        },
        askAgain: (node, after) => {
          this.send(nodeTopic(node), BusMessageKind.Resend, String(after));
        },
      },
      clock,
      stats,
    );
    this.terminations = { sinceMs: this.inbox.nowMs, last: undefined };
    this.cachedEvents = new CachedEvents(store, clock);
    this.users = new SharedUsers({
      store,
      changed: (key, isOnline) => {
        const { appId, name } = splitKey(key);
        const userId = userOfChannel(name);
        if (userId !== undefined) this.apps.get(appId)?.userChanged(userId, isOnline);
      },
      failed: (error) => {
        this.degrade(messageOf(error));
      },
    });
    this.announcer = new Announcer({
      ...services,
      store,
      nodeId: () => this.nodeId,
    });
    this.channelContext = this.createChannelContext();
  }

  get nodeId(): string {
    return this.membership.nodeId;
  }

  get beatAgeMs(): number {
    return this.membership.beatAgeMs;
  }

  /** Time without the others, up to now. */
  get degradedMs(): number {
    const { degradedMs, degradedSinceMs } = this.stats;
    return (
      degradedMs + (degradedSinceMs === undefined ? 0 : this.services.clock.monotonic() - degradedSinceMs)
    );
  }

  get peers(): Beat['peers'] {
    return this.membership.peers;
  }

  /** Channels whose events this node receives. */
  get interest(): number {
    return this.shared.size;
  }

  /** Whether bus and store can be relied on; asked before each use of them. */
  get isHealthy(): boolean {
    if (this.isUp && !this.membership.isTrusted) this.degrade('this node was stopped for some time');
    return this.isUp;
  }

  /** Makes an app of this node known. */
  add(appId: string, app: ClusterApp): void {
    this.apps.set(appId, app);
  }

  /** @returns when the cluster was reached, or after some time without it */
  async start(timeoutMs: number): Promise<void> {
    const { bus, store } = this.drivers;
    const { clock, log } = this.services;
    this.stats.degradedSinceMs = clock.monotonic();
    store.start({
      delta: (key, delta) => {
        this.guard(() => {
          this.shared.get(key)?.take(delta);
          this.users.take(key, delta.version, delta.subscriptions);
        });
      },
      died: () => {
        this.membership.hurry();
      },
      up: () => {
        log.info({}, 'the cluster store is there');
        this.membership.rejoin();
      },
      down: (reason) => {
        this.degrade(reason);
      },
    });
    bus.start({
      message: (topic, message) => {
        this.guard(() => {
          this.receive(topic, message);
        });
      },
      up: () => {
        log.info({}, 'the bus is there');
        if (this.wasUp) this.inbox.recover();
        this.outbox.sendKept();
        if (!this.isUp) this.membership.rejoin();
      },
      down: (reason) => {
        this.inbox.interrupt();
        this.degrade(reason);
      },
      unsure: (message) => {
        this.outbox.unsure(message);
      },
    });
    this.listen(TERMINATE_TOPIC);
    this.listen(nodeTopic(this.membership.origin));
    this.timers.push(
      clock.every(COUNT_MS, () => {
        this.sendCounts();
      }),
    );
    await new Promise<void>((resolve) => {
      const timer = clock.after(timeoutMs, resolve);
      this.resolveFirstUp = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** Leaves the others, after all connections of this node are gone and what was held of them was told. */
  async stop(): Promise<void> {
    try {
      await this.announcer.settled();
      if (this.isUp) await this.membership.leave();
    } catch (error) {
      this.services.log.warn({ err: error }, 'the other nodes could not be told that this one leaves');
    }
  }

  /** Ends it at once; the others find out. */
  async close(): Promise<void> {
    this.isUp = false;
    for (const timer of this.timers.splice(0)) timer.cancel();
    this.settleTimer?.cancel();
    this.membership.stop();
    await Promise.all([this.drivers.bus.close(), this.drivers.store.close()]);
  }

  /**
   * Publishes an event to the other nodes.
   *
   * @param cacheMs keeps it as the channel's last event
   * @param except a socket id
   */
  publish(appId: string, channel: string, frame: string, except = '', cacheMs = 0): void {
    const key = channelKey(appId, channel);
    const outgoing = { kind: BusMessageKind.Event, topic: key, body: frame, except } as const;
    const isHealthy = this.isHealthy;
    if (cacheMs === 0) {
      this.outbox.publish(outgoing, isHealthy);
      return;
    }
    this.noteCached(key);
    if (!isHealthy) {
      this.cachedEvents.noteUnstored(key, this.outbox.publish(outgoing, false), cacheMs);
      return;
    }
    // Kept before it is published: who subscribes too late to hear it finds it there.
    this.outbox.publish(outgoing, true, (message) => {
      this.cachedEvents.note(key, message, cacheMs);
      return this.cachedEvents.tell(key, message, cacheMs);
    });
  }

  /**
   * Adds a subscription of this node.
   *
   * @returns undefined when it stands at once; otherwise when it stands
   * @throws ChannelFull, also as a rejection; the subscription is then taken back
   */
  enter(
    appId: string,
    name: string,
    options: EnterOptions,
    member: MemberData | undefined,
  ): Promise<void> | undefined {
    const key = channelKey(appId, name);
    const channel = this.shared.get(key) ?? this.open(appId, name, key, options);
    const standing = this.isHealthy ? channel.standing : undefined;
    const entering = channel.enter(member);
    if (standing === undefined) return entering;
    return entering === undefined ? standing : Promise.all([entering, standing]).then(() => undefined);
  }

  leave(appId: string, name: string, userId: string | undefined): void {
    const channel = this.shared.get(channelKey(appId, name));
    channel?.leave(userId);
    if (channel !== undefined) this.closeIfIdle(channel);
  }

  /** The members of a presence channel that has subscriptions on this node. */
  members(appId: string, name: string): ReadonlyMap<string, MemberData> {
    return this.shared.get(channelKey(appId, name))?.members ?? NOBODY;
  }

  /** Tells a joiner of them (PRES-2); bytes are good until they change. */
  snapshot(appId: string, name: string): Frame | Uint8Array {
    return this.snapshots.frame(name, this.members(appId, name));
  }

  /** Subscriptions of all nodes to a channel that has some on this node. */
  subscriptions(appId: string, name: string): number {
    return this.shared.get(channelKey(appId, name))?.totalSubscriptions ?? 0;
  }

  terminate(appId: string, userId: string): void {
    const { Terminate: kind } = BusMessageKind;
    const outgoing = { kind, topic: TERMINATE_TOPIC, body: `${appId}\n${userId}`, except: '' };
    this.outbox.publish(outgoing, this.isHealthy);
  }

  /** A connection of this node was opened. */
  connected(appId: string): void {
    const kind = this.apps.get(appId)?.limitsConnections === true ? COUNTED : UNCOUNTED;
    void this.enter(appId, CONNECTIONS_CHANNEL, { kind, cached: false }, undefined);
  }

  disconnected(appId: string): void {
    this.leave(appId, CONNECTIONS_CHANNEL, undefined);
  }

  /** Connections of the other nodes to an app that limits them, a moment ago. */
  otherConnections(appId: string): number {
    return this.shared.get(channelKey(appId, CONNECTIONS_CHANNEL))?.otherSubscriptions ?? 0;
  }

  /** Connections of all nodes to an app. */
  async countConnections(appId: string): Promise<number> {
    const [counts] = await this.counts(appId, [CONNECTIONS_CHANNEL]);
    return counts?.subscriptions ?? 0;
  }

  /** Occupied channels of the whole cluster. */
  async channels(appId: string): Promise<string[]> {
    this.sendCounts();
    const keys = await this.drivers.store.channels(appId);
    return keys.map((key) => splitKey(key).name).filter((name) => !isHiddenChannel(name));
  }

  async counts(appId: string, names: readonly string[]): Promise<readonly ChannelCounts[]> {
    this.sendCounts();
    return this.drivers.store.counts(names.map((name) => channelKey(appId, name)));
  }

  memberIds(appId: string, name: string): Promise<readonly string[]> {
    return this.drivers.store.memberIds(channelKey(appId, name));
  }

  async cached(appId: string, name: string): Promise<{ frame: string; ttlMs: number } | undefined> {
    const cached = await this.drivers.store.cached(channelKey(appId, name));
    const message = cached === undefined ? undefined : decodeBusMessage(cached.message);
    if (cached === undefined || message === undefined) return undefined;
    return { frame: message.body.toString('utf8'), ttlMs: cached.ttlMs };
  }

  /** An idempotency key across nodes; see `ClusterStore.claim`. */
  claim(key: string, ttlMs: number): Promise<string | undefined> {
    return this.drivers.store.claim(key, ttlMs);
  }

  answer(key: string, answer: string | undefined, ttlMs: number): void {
    this.drivers.store.answer(key, answer, ttlMs);
  }

  /** A user signed in on a connection of this node. */
  userOnline(appId: string, userId: string): void {
    void this.enter(appId, userChannel(userId), USER_OPTIONS, undefined);
    this.decideOnUser(appId, userId);
  }

  userOffline(appId: string, userId: string): void {
    this.leave(appId, userChannel(userId), undefined);
    this.decideOnUser(appId, userId);
  }

  /**
   * Watches a user.
   *
   * @returns when it is known whether he is online, or undefined when it is known already
   */
  watchUser(appId: string, userId: string): Promise<void> | undefined {
    const ready = this.users.watch(channelKey(appId, userChannel(userId)));
    return this.isHealthy ? ready : undefined;
  }

  unwatchUser(appId: string, userId: string): void {
    this.users.unwatch(channelKey(appId, userChannel(userId)));
  }

  /** Whether a watched user is online anywhere. */
  isUserOnline(appId: string, userId: string): boolean {
    return this.users.isOnline(channelKey(appId, userChannel(userId)));
  }

  private decideOnUser(appId: string, userId: string): void {
    if (this.isHealthy) return;
    const key = channelKey(appId, userChannel(userId));
    this.users.decideAlone(key, (this.shared.get(key)?.totalSubscriptions ?? 0) > 0);
  }

  private open(appId: string, name: string, key: string, { kind, cached }: EnterOptions): SharedChannel {
    const channel = new SharedChannel(appId, name, key, kind, this.inbox.nowMs, this.channelContext);
    channel.isCacheDue = cached;
    this.shared.set(key, channel);
    if (isUnheardChannel(name)) {
      if (name === CONNECTIONS_CHANNEL && kind.tellSubscriptions) void this.drivers.store.watch(key);
      return channel;
    }
    const standing = this.stand(channel).finally(() => {
      channel.standing = undefined;
      this.standing.delete(channel);
    });
    channel.standing = new Promise((resolve) => {
      this.standing.set(channel, resolve);
      void standing.then(resolve);
    });
    return channel;
  }

  private async stand(channel: SharedChannel): Promise<void> {
    const { bus, store } = this.drivers;
    const { kind } = channel;
    try {
      await Promise.all([
        bus.subscribe(channel.key),
        kind.presence || kind.tellSubscriptions ? store.watch(channel.key) : undefined,
      ]);
      if (this.isHealthy) await this.fetchCached(channel);
    } catch (error) {
      this.degrade(messageOf(error));
    }
  }

  /**
   * Fetches a channel's last event, if nothing newer is known. Each event is kept before it is published: one that is
   * not kept yet arrives over the bus.
   */
  private async fetchCached(channel: SharedChannel): Promise<void> {
    const { key, appId, name } = channel;
    // What is heard or published in the meantime is newer.
    const isWanted = () => channel.isCacheDue && this.shared.get(key) === channel;
    if (!isWanted()) return;
    const cached = await this.drivers.store.cached(key);
    if (!isWanted()) return;
    channel.isCacheDue = false;
    const message = cached === undefined ? undefined : decodeBusMessage(cached.message);
    if (cached === undefined || message === undefined) return;
    // It may still come over the bus, as what its node published before it; that is older, and passed over as well.
    this.inbox.skip(channel, message);
    this.cachedEvents.note(key, cached.message, cached.ttlMs);
    this.apps.get(appId)?.restoreCached(name, message.body.toString('utf8'), message.except, cached.ttlMs);
  }

  /** An event, or an order, of another node. */
  private deliver(topic: string, message: BusMessage): void {
    if (message.kind === BusMessageKind.Terminate) {
      const [appId = '', userId = ''] = message.body.toString('utf8').split('\n');
      this.apps.get(appId)?.terminate(userId);
      return;
    }
    const { appId, name } = splitKey(topic);
    const cacheMs = this.apps.get(appId)?.deliver(name, message.body.toString('utf8'), message.except) ?? 0;
    if (cacheMs === 0) return;
    this.noteCached(topic);
    this.cachedEvents.note(topic, encodeBusMessage(message, message.body), cacheMs);
  }

  /** A channel's last event is known. */
  private noteCached(key: string): void {
    const channel = this.shared.get(key);
    if (channel !== undefined) channel.isCacheDue = false;
  }

  private closeIfIdle(channel: SharedChannel): void {
    if (!channel.isIdle || this.shared.get(channel.key) !== channel) return;
    this.shared.delete(channel.key);
    this.snapshots.forget(channel.members);
    this.uncounted.delete(channel);
    this.turns.forget(channel);
    if (isUnheardChannel(channel.name)) {
      if (channel.name === CONNECTIONS_CHANNEL) this.drivers.store.unwatch(channel.key);
      return;
    }
    this.inbox.close(channel.key);
    this.drivers.bus.unsubscribe(channel.key);
    if (channel.kind.presence || channel.kind.tellSubscriptions) this.drivers.store.unwatch(channel.key);
  }

  private createChannelContext(): SharedChannelContext {
    const { store } = this.drivers;
    return {
      store: {
        apply: (node, change) => this.turns.take(() => store.apply(node, change)),
        // A store that was emptied would make everybody leave.
        snapshot: async (key) => {
          const snapshot = await this.turns.take(() => store.snapshot(key));
          if (!(await this.membership.verify())) throw new Error('the store changed meanwhile');
          return snapshot;
        },
      },
      nodeId: () => this.nodeId,
      snapshots: this.snapshots,
      nextChange: () => String(++this.changes),
      isUp: () => this.isHealthy,
      isRefilling: () => this.wasEmptied,
      graceMs: this.services.graceMs,
      memberAdded: ({ appId, name }, member) => this.apps.get(appId)?.memberAdded(name, member),
      memberRemoved: ({ appId, name }, userId) => this.apps.get(appId)?.memberRemoved(name, userId),
      subscriptionsChanged: ({ appId, name, totalSubscriptions }) =>
        this.apps.get(appId)?.subscriptionsChanged(name, totalSubscriptions),
      countChanged: (channel) => {
        this.uncounted.add(channel);
      },
      countTold: ({ appId, name: channel, totalSubscriptions: count }) => {
        if (isHiddenChannel(channel)) return;
        this.services.activity.emit({ type: 'SubscriptionCountChanged', appId, channel, count });
      },
      departed: ({ key }, what) => {
        this.departed.push({ key, what });
        this.tellDeparted();
      },
      changed: (channel, result) => {
        this.announcer.announce(this.nodeId, channel.key, result);
        const present = this.shared.get(channel.key);
        if (present !== undefined) this.closeIfIdle(present);
      },
      failed: (error) => {
        this.degrade(messageOf(error));
      },
      hasTurn: (channel) => this.turns.ask(channel),
    };
  }

  private heardTopic(topic: string): HeardTopic | undefined {
    return topic === TERMINATE_TOPIC ? this.terminations : this.shared.get(topic);
  }

  private *heardTopics(): Iterable<HeardTopic> {
    yield this.terminations;
    yield* this.shared.values();
  }

  private receive(topic: string, bytes: Uint8Array): void {
    const message = decodeBusMessage(bytes);
    if (message === undefined || message.node === this.membership.origin) return;
    switch (message.kind) {
      case BusMessageKind.Event:
      case BusMessageKind.Terminate:
        this.inbox.take(topic, message);
        return;
      case BusMessageKind.Resend:
        this.outbox.resend(Number(message.body.toString('latin1')), message.node);
        return;
      case BusMessageKind.Resent:
        this.inbox.takeResent(message);
        return;
    }
  }

  /** Sends what is no event: it has no number. */
  private send(topic: string, kind: BusMessageKind, body: string): void {
    const header = {
      kind,
      node: this.membership.origin,
      number: 0,
      previous: 0,
      sentMs: this.services.clock.now(),
      except: '',
    };
    this.drivers.bus.publish(topic, encodeBusMessage(header, body));
  }

  private listen(topic: string): void {
    this.drivers.bus.subscribe(topic).catch((error: unknown) => {
      this.degrade(messageOf(error));
    });
  }

  /** The store is there, and does not know, or no longer knows, what this node has. */
  private rejoin(how: Joining, beat: Beat): void {
    // Otherwise it is begun again when the bus is there.
    if (!this.drivers.bus.isUp) return;
    const { clock, log } = this.services;
    this.isUp = this.wasUp = true;
    if (this.stats.degradedSinceMs !== undefined) {
      this.stats.degradedMs += clock.monotonic() - this.stats.degradedSinceMs;
      this.stats.degradedSinceMs = undefined;
    }
    log.info({ node: this.nodeId, peers: beat.peers.length, ...how }, 'this node is part of the cluster');
    this.outbox.sendKept();
    this.wasEmptied ||= how.isEmptied;
    this.settledEpoch = undefined;
    for (const channel of this.shared.values()) channel.restate(how);
    this.cachedEvents.restate(how.isEmptied);
    this.announcer.retry();
    this.fetchMissed();
    this.lookAgainLater(beat);
    this.resolveFirstUp?.();
  }

  /** Fetches the last events that could not be had when their channels were opened. */
  private fetchMissed(): void {
    const due = [...this.shared.values()].filter(
      (channel) => channel.isCacheDue && channel.standing === undefined,
    );
    inSlices(due, CALLS_AT_ONCE, (channel) => this.fetchCached(channel)).catch((error: unknown) => {
      this.degrade(messageOf(error));
    });
  }

  /** When all nodes have told what they have, whoever is in no list any more is gone. */
  private lookAgainLater({ epoch, epochAgeMs }: Beat): void {
    this.settleTimer?.cancel();
    const delayMs = Math.max(0, SETTLE_MS - epochAgeMs);
    this.settleTimer = this.services.clock.after(delayMs, () => {
      for (const channel of this.shared.values()) {
        if (channel.kind.presence || channel.kind.tellSubscriptions) channel.refetch(this.wasEmptied);
      }
      this.wasEmptied = false;
      void this.users.refetch(CALLS_AT_ONCE);
      this.settledEpoch = epoch;
      this.tellDeparted();
    });
  }

  private tellDeparted(): void {
    const { settledEpoch: epoch } = this;
    if (epoch === undefined) return;
    for (const { key, what } of this.departed.splice(0)) this.announcer.announceDeparted(key, what, epoch);
  }

  private degrade(reason: string): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.settleTimer?.cancel();
    this.stats.degradedSinceMs = this.services.clock.monotonic();
    this.services.log.warn({ reason }, 'degraded: serving the connections of this node only');
    // Everything is told anew when the store is back.
    this.turns.forgetAll();
    for (const channel of this.shared.values()) channel.degrade();
    for (const resolve of this.standing.values()) resolve();
    this.standing.clear();
    this.membership.interrupt();
  }

  private sendCounts(): void {
    for (const channel of this.uncounted) channel.send(true);
    this.uncounted.clear();
  }

  /** The boundary of what comes from drivers. */
  private guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.services.log.error({ err: error }, 'a message of the cluster could not be handled');
    }
  }
}

const NOBODY: ReadonlyMap<string, MemberData> = new Map();

const USER_OPTIONS: EnterOptions = { kind: COUNTED, cached: false };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { MemberData } from '../../protocol/messages.js';
import type { Frame } from '../../protocol/server-codec.js';
import { isSocketId } from '../../protocol/socket-id.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { Clock, Timer } from '../clock.js';
import type { Log } from '../log.js';
import {
  BusMessageKind,
  decodeBusMessage,
  decodeLate,
  decodeTermination,
  encodeBusMessage,
  encodeTermination,
  type BusMessage,
} from './bus-message.js';
import { Announcer } from './channels/announcer.js';
import { CachedEvents } from './events/cached-events.js';
import {
  channelKey,
  CONNECTIONS_CHANNEL,
  isHiddenChannel,
  splitKey,
  userChannel,
  userOfChannel,
} from './channel-key.js';
import type { AppListener } from './app-listener.js';
import type { ClusterDrivers } from './drivers.js';
import { ClusterStats } from './stats.js';
import { roomFor, type Room } from './connection-room.js';
import { EvictionWarning } from './eviction-warning.js';
import { Inbox, type HeardTopic } from './events/inbox.js';
import { Membership, originOf, type Joining } from './membership.js';
import { OutageLog } from './outage-log.js';
import { nodeTopic, Outbox } from './events/outbox.js';
import { COUNTED, UNCOUNTED, type Ticket } from './channels/channel-replica.js';
import { CALLS_AT_ONCE, ChannelReplicas, type EnterOptions } from './channels/channel-replicas.js';
import { WatchedUsers } from './channels/watched-users.js';
import { SETTLE_MS } from './store-times.js';
import type { Beat, ChannelCounts } from './store.js';

export interface ClusterServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly activity: ActivityEmitter;
  /** How long a leave may be undone before it is told, also one of an app that this node has not served yet. */
  readonly graceMs: number;
}

const TERMINATE_TOPIC = '#terminate';

/**
 * This node among the others: what leaves for them and what comes from them. While bus or store is away it is
 * degraded: it serves its own clients, and nothing on a client's path waits.
 */
export class Cluster {
  readonly stats = new ClusterStats();
  private readonly apps = new Map<string, AppListener>();
  private settleTimer: Timer | undefined;
  private readonly membership: Membership;
  private readonly evictionWarning: EvictionWarning;
  private readonly outbox: Outbox;
  private readonly inbox: Inbox;
  private readonly terminations: HeardTopic;
  private readonly cachedEvents: CachedEvents;
  private readonly users: WatchedUsers;
  private readonly announcer: Announcer;
  private readonly shared: ChannelReplicas;
  /** What left unseen by a store that was emptied; told when all nodes have said what they have. */
  private readonly departed: { readonly key: string; readonly what: string }[] = [];
  /** Since all nodes were last known to have told it what they have. */
  private wasEmptied = false;
  /** That of the store, once all nodes have had the time to tell it what they have. */
  private settledEpoch: string | undefined;
  private readonly outages: { readonly store: OutageLog; readonly bus: OutageLog };
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
    this.outages = {
      store: new OutageLog(log, clock, 'the cluster store', store.address),
      bus: new OutageLog(log, clock, 'the bus', bus.address),
    };
    this.membership = new Membership({
      store,
      clock,
      log,
      stats,
      describe: () => ({ sent: this.outbox.sent }),
      graceMs: services.graceMs,
      joined: (how, beat) => this.rejoin(how, beat),
      heard: (peers) => {
        this.inbox.heartbeats(new Map(peers.map(({ id, sent }) => [originOf(id), sent])));
        if (this.isUp && store.mayLoseParts) void this.shared.audit();
      },
      dropped: (node, key, result) => {
        this.announcer.announce(node, key, result, undefined);
      },
      lost: (error) => {
        // A connected store may refuse what it is asked, as where an ACL leaves a command out.
        if (store.isUp) this.outages.store.failed(messageOf(error));
        this.degrade(messageOf(error));
      },
    });
    this.evictionWarning = new EvictionWarning(store, log);
    this.outbox = new Outbox(this.membership.origin, bus, clock, stats);
    this.inbox = new Inbox(
      {
        find: (topic) => this.heardTopic(topic),
        all: () => this.heardTopics(),
        deliver: (topic, message, triggeredMs) => {
          this.deliver(topic, message, triggeredMs);
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
    this.users = new WatchedUsers({
      store,
      isHealthy: () => this.isHealthy,
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
      departed: (key, what) => {
        this.noteDeparted(key, what);
      },
    });
    this.shared = new ChannelReplicas({
      ...services,
      bus,
      store,
      inbox: this.inbox,
      cachedEvents: this.cachedEvents,
      findApp: (appId) => this.apps.get(appId),
      nodeId: () => this.nodeId,
      isHealthy: () => this.isHealthy,
      isRefilling: () => this.wasEmptied,
      changed: (key, result, source) => {
        this.announcer.announce(this.nodeId, key, result, source);
      },
      departed: (key, what) => {
        this.noteDeparted(key, what);
      },
      failed: (error) => {
        this.degrade(messageOf(error));
      },
    });
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

  /** Whole milliseconds of this node, by which late events are dated. */
  get nowMs(): number {
    return this.inbox.nowMs;
  }

  /** Whether events may come later than they were triggered, sent again. */
  get resends(): boolean {
    return this.drivers.bus.lossy;
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

  /** Why the other nodes cannot be reached; undefined where nothing is known. For operators: it names addresses. */
  get trouble(): string | undefined {
    return this.outages.store.reason ?? this.outages.bus.reason;
  }

  /** Makes an app of this node known. */
  add(appId: string, app: AppListener): void {
    this.apps.set(appId, app);
    if (app.limitsConnections) this.shared.keepConnections(appId);
  }

  /** @returns when the cluster was reached, or after some time without it */
  async start(timeoutMs: number): Promise<void> {
    const { bus, store } = this.drivers;
    const { clock, log } = this.services;
    this.stats.degradedSinceMs = clock.monotonic();
    store.start({
      delta: (key, delta) => {
        this.guard(() => {
          this.shared.take(key, delta);
          this.users.take(key, delta.version, delta.subscriptions);
        });
      },
      died: () => {
        this.membership.hurry();
      },
      up: () => {
        this.outages.store.ended();
        log.info({}, 'the cluster store is there');
        this.membership.rejoin();
        void this.evictionWarning.look();
      },
      down: (reason) => {
        this.degrade(reason);
      },
      failed: (reason) => {
        this.outages.store.failed(reason);
      },
    });
    bus.start({
      message: (topic, message) => {
        this.guard(() => {
          this.receive(topic, message);
        });
      },
      up: () => {
        this.outages.bus.ended();
        log.info({}, 'the bus is there');
        if (this.wasUp) this.inbox.recover();
        this.outbox.sendKept();
        if (!this.isUp) this.membership.rejoin();
      },
      down: (reason) => {
        this.inbox.interrupt();
        this.degrade(reason);
      },
      failed: (reason) => {
        this.outages.bus.failed(reason);
      },
      unsure: (message) => {
        this.outbox.unsure(message);
      },
    });
    this.listen(TERMINATE_TOPIC);
    this.listen(nodeTopic(this.membership.origin));
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
    this.shared.close();
    this.settleTimer?.cancel();
    this.membership.stop();
    await Promise.all([this.drivers.bus.close(), this.drivers.store.close()]);
  }

  /**
   * Publishes an event to the other nodes.
   *
   * @param cacheMs keeps it as the channel's last event
   * @param exceptId a socket id; text that is none leaves nobody out
   */
  publish(appId: string, channel: string, frame: string, exceptId = '', cacheMs = 0): void {
    const key = channelKey(appId, channel);
    // API-4: callers may send any text, of which a message has room for a socket id.
    const except = exceptId === '' || isSocketId(exceptId) ? exceptId : '';
    const outgoing = { kind: BusMessageKind.Event, topic: key, body: frame, except } as const;
    const isHealthy = this.isHealthy;
    if (cacheMs === 0) {
      this.outbox.publish(outgoing, isHealthy);
      return;
    }
    this.shared.noteCached(key);
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
   * @param ticket an object of its own for each that may leave while it waits, to be shown then
   * @returns undefined when it stands at once; otherwise when it stands
   * @throws ChannelFull, also as a rejection; the subscription is then taken back
   */
  enter(
    appId: string,
    name: string,
    options: EnterOptions,
    member: MemberData | undefined,
    ticket: Ticket = {},
  ): Promise<void> | undefined {
    return this.shared.enter(appId, name, options, member, ticket);
  }

  /**
   * @param ticket of a subscription that may still wait: it ends now
   * @param source who leaves, as {@link EnterOptions.source}
   */
  leave(appId: string, name: string, userId: string | undefined, ticket?: Ticket, source?: string): void {
    this.shared.leave(appId, name, userId, ticket, source);
  }

  /** The members of a presence channel that has subscriptions on this node. */
  members(appId: string, name: string): ReadonlyMap<string, MemberData> {
    return this.shared.members(appId, name);
  }

  /** Tells a joiner of them (PRES-2); bytes are good until they change. */
  snapshot(appId: string, name: string): Frame | Uint8Array {
    return this.shared.snapshot(appId, name);
  }

  /** Subscriptions of all nodes to a channel that has some on this node. */
  subscriptions(appId: string, name: string): number {
    return this.shared.find(channelKey(appId, name))?.totalSubscriptions ?? 0;
  }

  terminate(appId: string, userId: string): void {
    const { Terminate: kind } = BusMessageKind;
    const outgoing = { kind, topic: TERMINATE_TOPIC, body: encodeTermination(appId, userId), except: '' };
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

  /**
   * Decides on one more connection to an app that limits them (CONN-10).
   *
   * @param own connections of this node to the app
   */
  roomFor(appId: string, own: number, limit: number): Room {
    const channel = this.shared.find(channelKey(appId, CONNECTIONS_CHANNEL));
    const nodes = this.isHealthy ? this.peers.length + 1 : 0;
    const room = roomFor(limit, own, channel?.knownCounts, nodes);
    // The others learn of what this node took, which is then given its next share.
    if (room === 'unsure') channel?.send(true);
    return room;
  }

  /** Connections of all nodes to an app. */
  async countConnections(appId: string): Promise<number> {
    const [counts] = await this.counts(appId, [CONNECTIONS_CHANNEL]);
    return counts?.subscriptions ?? 0;
  }

  /** Occupied channels of the whole cluster. */
  async channels(appId: string): Promise<string[]> {
    this.shared.sendCounts();
    const keys = await this.drivers.store.channels(appId);
    return keys.map((key) => splitKey(key).name).filter((name) => !isHiddenChannel(name));
  }

  async counts(appId: string, names: readonly string[]): Promise<readonly ChannelCounts[]> {
    this.shared.sendCounts();
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
    this.users.decideAlone(key, (this.shared.find(key)?.totalSubscriptions ?? 0) > 0);
  }

  /** An event, or an order, of another node. */
  private deliver(topic: string, message: BusMessage, triggeredMs: number | undefined): void {
    if (message.kind === BusMessageKind.Terminate) {
      const { appId, userId } = decodeTermination(message.body) ?? {};
      if (appId !== undefined && userId !== undefined) this.apps.get(appId)?.terminate(userId);
      return;
    }
    const { appId, name } = splitKey(topic);
    const frame = message.body.toString('utf8');
    const cacheMs = this.apps.get(appId)?.deliver(name, frame, message.except, triggeredMs) ?? 0;
    if (cacheMs === 0) return;
    this.shared.noteCached(topic);
    this.cachedEvents.note(topic, encodeBusMessage(message, message.body), cacheMs);
  }

  private heardTopic(topic: string): HeardTopic | undefined {
    return topic === TERMINATE_TOPIC ? this.terminations : this.shared.find(topic);
  }

  private *heardTopics(): Iterable<HeardTopic> {
    yield this.terminations;
    yield* this.shared.all();
  }

  private receive(topic: string, bytes: Uint8Array): void {
    const message = decodeBusMessage(bytes);
    if (message === undefined || message.node === this.membership.origin) return;
    switch (message.kind) {
      case BusMessageKind.Event:
      case BusMessageKind.Terminate:
        this.inbox.take(topic, message);
        return;
      case BusMessageKind.Late: {
        const late = decodeLate(message);
        if (late !== undefined) this.inbox.takeLate(topic, late.message, late.ageMs);
        return;
      }
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

  /**
   * The store is there, and does not know, or no longer knows, what this node has.
   *
   * @returns false while the bus is unavailable; the node rejoins when that is there as well
   */
  private rejoin(how: Joining, beat: Beat): boolean {
    if (!this.drivers.bus.isUp) return false;
    const { clock, log } = this.services;
    this.isUp = this.wasUp = true;
    if (this.stats.degradedSinceMs !== undefined) {
      this.stats.degradedMs += clock.monotonic() - this.stats.degradedSinceMs;
      this.stats.degradedSinceMs = undefined;
    }
    this.outages.store.ended();
    log.info({ node: this.nodeId, peers: beat.peers.length, ...how }, 'this node is part of the cluster');
    this.outbox.sendKept();
    this.wasEmptied ||= how.isEmptied;
    this.settledEpoch = undefined;
    this.shared.restate(how);
    void this.shared.removeLeftBehind();
    this.cachedEvents.restate(how.isEmptied);
    this.announcer.retry();
    this.shared.fetchMissed();
    void this.users.lookAtMissed(CALLS_AT_ONCE);
    this.lookAgainLater(beat);
    this.resolveFirstUp?.();
    return true;
  }

  /** When all nodes have told what they have, whoever is in no list any more is gone. */
  private lookAgainLater({ epoch }: Beat): void {
    this.settleTimer?.cancel();
    this.settleTimer = this.services.clock.after(SETTLE_MS, () => {
      this.shared.lookAgain(this.wasEmptied);
      this.wasEmptied = false;
      void this.users.refetch(CALLS_AT_ONCE);
      this.settledEpoch = epoch;
      this.tellDeparted();
    });
  }

  private noteDeparted(key: string, what: string): void {
    this.departed.push({ key, what });
    this.tellDeparted();
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
    this.shared.degrade();
    this.membership.interrupt();
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

const USER_OPTIONS: EnterOptions = { kind: COUNTED, cached: false };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

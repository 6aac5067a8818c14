import { BoundedCache } from '../../../bounded-cache.js';
import type { Clock } from '../../../clock.js';
import { decodeBusMessage } from '../../bus-message.js';
import { Interest } from '../link/interest.js';
import { MemoryChannel, unchanged, type Applied } from './memory-channel.js';
import { MemoryNodes } from './memory-nodes.js';
import { Moment } from '../../../moment.js';
import { Queue } from '../../../queue.js';
import { LINGER_MS } from '../../store-times.js';
import type {
  Beat,
  BeatingNode,
  CachedMessage,
  ChannelChange,
  ChannelCounts,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  ClusterStore,
  NodeShare,
  Released,
  StoreListener,
} from '../../store.js';

/** Bounds of what a {@link MemoryState} keeps for a time. */
export interface MemoryLimits {
  readonly maxCachedEvents: number;
  readonly maxCachedBytes: number;
  readonly maxIdempotencyKeys: number;
}

const DEFAULT_LIMITS: MemoryLimits = {
  maxCachedEvents: 100_000,
  maxCachedBytes: 67_108_864,
  maxIdempotencyKeys: 100_000,
};

const EMPTY_SNAPSHOT: ChannelSnapshot = { version: 0, life: 0, subscriptions: 0, members: [] };

/** What the stores of one process share. It can be interrupted and emptied, as a server can go away and be flushed. */
export class MemoryState {
  readonly nodes: MemoryNodes;
  readonly cached: BoundedCache<Uint8Array>;
  readonly claims: BoundedCache<string>;
  private readonly channels = new Map<string, MemoryChannel>();
  /** Which channels a node has, or may have, something in. */
  private readonly index = new Map<string, { readonly node: string; readonly keys: Set<string> }>();
  private readonly stores = new Set<MemoryStore>();
  /** @internal */
  readonly watchers = new Interest<MemoryStore>();
  /** What is forgotten later, in about the order it falls due. */
  private readonly forgetting = new Queue<{ readonly dueMs: number; readonly forget: () => void }>();
  private interruption: string | undefined;
  private lastMomentUs = 0;

  constructor(
    private readonly clock: Pick<Clock, 'now' | 'monotonic'>,
    limits: MemoryLimits = DEFAULT_LIMITS,
  ) {
    const nowMs = () => clock.monotonic();
    this.nodes = new MemoryNodes(nowMs);
    this.cached = new BoundedCache({
      maxEntries: limits.maxCachedEvents,
      maxSize: limits.maxCachedBytes,
      sizeOf: (message, key) => message.byteLength + key.length + 1,
      clock,
    });
    this.claims = new BoundedCache({ maxEntries: limits.maxIdempotencyKeys, clock });
  }

  get isUp(): boolean {
    return this.interruption === undefined;
  }

  interrupt(reason: string): void {
    if (this.interruption !== undefined) return;
    this.interruption = reason;
    for (const store of this.stores) store.interrupted(reason);
  }

  resume(): void {
    if (this.interruption === undefined) return;
    this.interruption = undefined;
    for (const store of this.stores) store.resumed();
  }

  /** Forgets everything. */
  clear(): void {
    this.channels.clear();
    this.index.clear();
    this.cached.clear();
    this.claims.clear();
    this.nodes.clear();
  }

  /** Forgets a channel, as a server does that makes room. */
  evict(key: string): void {
    this.channels.delete(key);
  }

  /** @internal */
  attach(store: MemoryStore): void {
    this.stores.add(store);
  }

  /** @internal */
  detach(store: MemoryStore): void {
    this.stores.delete(store);
  }

  apply(node: string, change: ChannelChange): ChannelResult {
    const { key } = change;
    const entry = this.indexOf(node);
    // As the Redis store's index, which cannot change in the same step, it names the channel before there is anything.
    entry.keys.add(key);
    const channel = this.channelAt(key);
    // The same text for all channels of the node.
    const { answer } = this.told(key, channel.apply(entry.node, change, this.moment()));
    this.lastMomentUs = Math.max(this.lastMomentUs, answer.version);
    this.tidy(node, key, channel, change.graceMs);
    return { ...answer, snapshot: change.wantSnapshot ? channel.snapshot : undefined };
  }

  drop(node: string, key: string, graceMs: number): ChannelResult {
    const channel = this.channels.get(key);
    if (channel === undefined) {
      this.unindex(node, key);
      return { ...unchanged(0), snapshot: undefined };
    }
    const { answer } = this.told(key, channel.drop(node, graceMs, this.clock.monotonic(), this.moment()));
    if (graceMs === 0) {
      this.later(LINGER_MS, channel.releaseToForget('channel'));
      for (const id of answer.removed) this.later(LINGER_MS, channel.releaseToForget(`member ${id}`));
    }
    this.tidy(node, key, channel, graceMs);
    return { ...answer, snapshot: undefined };
  }

  release(node: string, key: string, what: string, by: string): Released {
    const channel = this.channels.get(key);
    if (channel === undefined) {
      this.unindex(node, key);
      return 'unknown';
    }
    const released = channel.release(node, what, by);
    if (released === 'away') this.later(LINGER_MS, channel.releaseToForget(what));
    this.tidy(node, key, channel, 0);
    return released;
  }

  shares(node: string, keys: readonly string[]): readonly (NodeShare | undefined)[] {
    const indexed = this.index.get(node)?.keys;
    return keys.map((key) => (indexed?.has(key) === true ? this.channels.get(key)?.share(node) : undefined));
  }

  /** Now, in microseconds since 1970; later than all before, also where the clock was set back. */
  moment(): number {
    this.lastMomentUs = Math.max(this.lastMomentUs + 1, Math.floor(this.clock.now() * 1000));
    return this.lastMomentUs;
  }

  snapshot(key: string): ChannelSnapshot {
    return this.channels.get(key)?.snapshot ?? EMPTY_SNAPSHOT;
  }

  counts(key: string): ChannelCounts {
    return this.channels.get(key)?.counts ?? { subscriptions: 0, members: 0 };
  }

  memberIds(key: string): readonly string[] {
    return this.channels.get(key)?.memberIds ?? [];
  }

  occupied(appId: string): readonly string[] {
    const found: string[] = [];
    for (const [key, channel] of this.channels) {
      if (channel.isOccupied && key.startsWith(`${appId}/`)) found.push(key);
    }
    return found;
  }

  channelsOf(node: string): readonly string[] {
    return [...(this.index.get(node)?.keys ?? [])];
  }

  /** Hands a delta to the stores that watch the channel. */
  private told(key: string, applied: Applied): Applied {
    const { delta } = applied;
    if (delta !== undefined) {
      queueMicrotask(() => {
        this.watchers.tell(key, (store) => {
          store.changed(key, delta);
        });
      });
    }
    return applied;
  }

  private channelAt(key: string): MemoryChannel {
    let channel = this.channels.get(key);
    if (channel === undefined) {
      channel = new MemoryChannel();
      this.channels.set(key, channel);
    }
    return channel;
  }

  /** Forgets what is not needed any more, now or after the time in which calls are repeated. */
  private tidy(node: string, key: string, channel: MemoryChannel, graceMs: number): void {
    const isIn = channel.isOccupiedBy(node);
    if (!isIn && !channel.hasGraceOf(node)) this.unindex(node, key);
    if (isIn) return;
    const forgetAnswer = channel.answerToForget(node);
    this.later(LINGER_MS + graceMs, () => {
      forgetAnswer();
      if (channel.canBeForgotten && this.channels.get(key) === channel) this.channels.delete(key);
    });
  }

  private later(delayMs: number, forget: () => void): void {
    const now = this.clock.monotonic();
    const { forgetting } = this;
    forgetting.push({ dueMs: now + delayMs, forget });
    for (let { first } = forgetting; first !== undefined && first.dueMs <= now; first = forgetting.first) {
      forgetting.shift();
      first.forget();
    }
  }

  private indexOf(node: string): { readonly node: string; readonly keys: Set<string> } {
    let entry = this.index.get(node);
    if (entry === undefined) {
      entry = { node, keys: new Set() };
      this.index.set(node, entry);
    }
    return entry;
  }

  private unindex(node: string, key: string): void {
    const keys = this.index.get(node)?.keys;
    keys?.delete(key);
    if (keys?.size === 0) this.index.delete(node);
  }
}

/** A node's view of a {@link MemoryState}. */
export class MemoryStore implements ClusterStore {
  readonly mayLoseParts = true;
  private listener: StoreListener | undefined;
  private readonly nextUp = new Moment();
  private isClosed = false;

  constructor(private readonly state: MemoryState) {}

  get isUp(): boolean {
    return this.listener !== undefined && this.state.isUp;
  }

  start(listener: StoreListener): void {
    this.state.attach(this);
    queueMicrotask(() => {
      if (this.isClosed) return;
      this.listener = listener;
      if (this.state.isUp) this.resumed();
    });
  }

  watch(key: string): Promise<void> {
    this.state.watchers.add(key, this);
    if (this.isUp) return Promise.resolve();
    return this.nextUp.wait();
  }

  unwatch(key: string): void {
    this.state.watchers.delete(key, this);
  }

  apply(node: string, change: ChannelChange): Promise<ChannelResult> {
    return this.ask((state) => state.apply(node, change));
  }

  drop(node: string, key: string, graceMs: number): Promise<ChannelResult> {
    return this.ask((state) => state.drop(node, key, graceMs));
  }

  release(node: string, key: string, what: string, by: string): Promise<Released> {
    return this.ask((state) => state.release(node, key, what, by));
  }

  moment(): Promise<number> {
    return this.ask((state) => state.moment());
  }

  shares(node: string, keys: readonly string[]): Promise<readonly (NodeShare | undefined)[]> {
    return this.ask((state) => state.shares(node, keys));
  }

  snapshot(key: string): Promise<ChannelSnapshot> {
    return this.ask((state) => state.snapshot(key));
  }

  counts(keys: readonly string[]): Promise<readonly ChannelCounts[]> {
    return this.ask((state) => keys.map((key) => state.counts(key)));
  }

  memberIds(key: string): Promise<readonly string[]> {
    return this.ask((state) => state.memberIds(key));
  }

  channels(appId: string): Promise<readonly string[]> {
    return this.ask((state) => state.occupied(appId));
  }

  cached(key: string): Promise<CachedMessage | undefined> {
    return this.ask(({ cached }) => {
      const message = cached.get(key);
      return message === undefined ? undefined : { message, ttlMs: cached.getRemainingTTL(key) };
    });
  }

  cache(key: string, message: Uint8Array, ttlMs: number, onlyIfLater: boolean): Promise<void> {
    return this.ask(({ cached }) => {
      const [before, now] = [cached.get(key), decodeBusMessage(message)];
      const kept = before === undefined ? undefined : decodeBusMessage(before);
      if (onlyIfLater && kept !== undefined && now !== undefined) {
        const isLater =
          now.node === kept.node ? now.number > kept.number : ttlMs > cached.getRemainingTTL(key);
        if (!isLater) return;
      }
      cached.set(key, message, { ttl: ttlMs });
    });
  }

  claim(key: string, ttlMs: number): Promise<string | undefined> {
    return this.ask(({ claims }) => {
      const answer = claims.get(key);
      if (answer === undefined) claims.set(key, 'pending', { ttl: ttlMs });
      return answer;
    });
  }

  answer(key: string, answer: string | undefined, ttlMs: number): void {
    if (!this.isUp) return;
    if (answer === undefined) this.state.claims.delete(key);
    else this.state.claims.set(key, answer, { ttl: ttlMs });
  }

  beat(node: BeatingNode, joining: boolean): Promise<Beat> {
    return this.ask(({ nodes }) => nodes.beat(node, joining));
  }

  bury(node: string, silentMs: number): Promise<boolean> {
    return this.ask(({ nodes }) => nodes.bury(node, silentMs));
  }

  lockGrave(node: string, by: string, ttlMs: number): Promise<boolean> {
    return this.ask(({ nodes }) => nodes.lock(node, by, ttlMs));
  }

  channelsOf(node: string): Promise<readonly string[]> {
    return this.ask((state) => state.channelsOf(node));
  }

  leave(node: string): Promise<void> {
    return this.ask(({ nodes }) => {
      nodes.leave(node);
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.state.detach(this);
    this.listener = undefined;
    this.state.watchers.forget(this);
    this.nextUp.come();
    return Promise.resolve();
  }

  /** @internal */
  changed(key: string, delta: ChannelDelta): void {
    if (this.isUp) this.listener?.delta(key, delta);
  }

  /** @internal */
  interrupted(reason: string): void {
    this.listener?.down(reason);
  }

  /** @internal */
  resumed(): void {
    if (this.listener === undefined) return;
    this.nextUp.come();
    this.listener.up();
  }

  private ask<T>(question: (state: MemoryState) => T): Promise<T> {
    if (!this.isUp) return Promise.reject(new Error('the store is away'));
    return Promise.resolve(question(this.state));
  }
}

import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../clock.js';
import type { Log } from '../log.js';
import type { ClusterStats } from './stats.js';
import { GRAVE_MS } from './store-times.js';
import type { Beat, ChannelResult, ClusterStore, NodeInfo } from './store.js';

/** Between two beats, give or take a tenth, so that nodes that started together do not beat together. */
const BEAT_MS = 2000;
/** Silent this long, a node is dead. */
const DEAD_MS = 9000;
/** A node whose own last beat is older does not trust itself: the others may have given it up. */
const DOUBT_MS = 6000;
/** While the store is away; longer and longer when it comes back only to fail again soon. */
const RETRY_MS = 300;
const MAX_RETRY_MS = 3000;
const CALM_MS = 10_000;
/** How long one node may take to remove a dead one's entries before another goes on with it. */
const GRAVE_LOCK_MS = 5000;

export interface MembershipContext {
  readonly store: ClusterStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly stats: ClusterStats;
  /** What the others are to know of this node. */
  readonly describe: () => Omit<NodeInfo, 'id' | 'beat'>;
  readonly graceMs: number;
  /**
   * Called with the first beat after the store was unavailable, was emptied, or gave this node up.
   *
   * @returns whether the node restates everything now; otherwise the next beat that joins says the same again
   */
  readonly joined: (how: Joining, beat: Beat) => boolean;
  readonly heard: (peers: Beat['peers']) => void;
  /** A dead node's entries in a channel are gone, by this node's doing. */
  readonly dropped: (node: string, key: string, result: ChannelResult) => void;
  readonly lost: (error: unknown) => void;
}

/** How a node comes to a store that it has to tell everything, other than that one of them was away. */
export interface Joining {
  /** It was given up, and what it had under its old id was, or will be, taken out. */
  readonly isNewNode: boolean;
  /** The store has lost what the nodes told it, or some of it. */
  readonly isEmptied: boolean;
}

const AS_BEFORE: Joining = { isNewNode: false, isEmptied: false };

/** This node among the others: its lease, and what has to be done when another's runs out. */
export class Membership {
  /**
   * This process, as the bus knows it. Its lease is under an id that begins with it and ends with how often the node was
   * given up: what it publishes goes on as before when that changes.
   */
  readonly origin = originOf(randomBytes(8).toString('hex'));
  private id = this.origin;
  /** Whether a beat of this id was ever answered: only a new one takes a lease, an old one renews it or is gone. */
  private hadLease = false;
  /** Whether the others have been told what this node has since it was last away. */
  private isJoined = false;
  /** What the beats found that the node has not acted on yet, as the bus was unavailable. */
  private pending: Joining = AS_BEFORE;
  private epoch: string | undefined;
  /** Beats of this process, and the number of the last that was answered. */
  private beats = 0;
  private answered = 0;
  /** Nodes that left or died. A store that went back names such a node again, and it has not beaten since. */
  private readonly parted = new Set<string>();
  /** Nodes of a past that the store went back to: what they have was announced as gone already. */
  private readonly ghosts = new Set<string>();
  private timer: Timer | undefined;
  private joinedAtMs = -Infinity;
  private retryMs = RETRY_MS;
  private isBeating = false;
  /** The next beat is not to wait. */
  private isHurried = false;
  private isStopped = false;
  /** Since when the beats came in time, as far as other nodes may be judged by that. */
  private steadySinceMs: number;
  private lastBeatMs: number;
  peers: Beat['peers'] = [];

  constructor(private readonly context: MembershipContext) {
    this.steadySinceMs = this.lastBeatMs = context.clock.monotonic();
  }

  get nodeId(): string {
    return this.id;
  }

  /** Age of the last answered beat. */
  get beatAgeMs(): number {
    return this.context.clock.monotonic() - this.lastBeatMs;
  }

  /** Whether this node has reason to believe that the others hold it for alive. */
  get isTrusted(): boolean {
    return this.isJoined && this.beatAgeMs < DOUBT_MS;
  }

  /** Store and bus are there, for the first time or again: beats now, and then on. */
  rejoin(): void {
    this.isJoined = false;
    void this.beat();
  }

  /** The store is away: whatever was known of it has to be seen anew, the sooner the longer it went well before. */
  interrupt(): void {
    const now = this.context.clock.monotonic();
    this.retryMs = now - this.joinedAtMs > CALM_MS ? RETRY_MS : Math.min(2 * this.retryMs, MAX_RETRY_MS);
    this.isJoined = false;
    this.schedule(this.retryMs);
  }

  /** Another node is known to be dead: looks after it without waiting for the next beat. */
  hurry(): void {
    if (this.isBeating) this.isHurried = true;
    else void this.beat();
  }

  /** Gives the lease back. */
  async leave(): Promise<void> {
    this.stop();
    if (this.hadLease) await this.context.store.leave(this.id);
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
  }

  private async beat(): Promise<void> {
    if (this.isBeating || this.isStopped) return;
    this.isBeating = true;
    this.timer?.cancel();
    try {
      const number = ++this.beats;
      const { id, answered } = this;
      const info = { id, beat: number, answered, ...this.context.describe() };
      const beat = await this.context.store.beat(info, !this.hadLease);
      this.answered = number;
      this.take(beat);
      this.schedule(this.isJoined && !this.isHurried ? BEAT_MS * (0.9 + Math.random() * 0.2) : 0);
      this.isHurried = false;
    } catch (error) {
      this.isJoined = false;
      this.schedule(RETRY_MS);
      this.context.lost(error);
    } finally {
      this.isBeating = false;
    }
  }

  private take(beat: Beat): void {
    if (this.isStopped) return;
    const { clock, stats, log } = this.context;
    const now = clock.monotonic();
    if (beat.gone || (beat.isLost && now - this.lastBeatMs > GRAVE_MS)) {
      log.warn({ node: this.id }, 'the other nodes gave this one up; it comes back under another id');
      stats.returns++;
      this.isJoined = this.hadLease = false;
      this.id = nextId(this.id);
      // From a store that was emptied before, nobody removed what this node had.
      this.pending = { ...this.pending, isNewNode: !this.pending.isEmptied };
      return;
    }
    if (!this.isJoined || now - this.lastBeatMs > 2 * BEAT_MS) this.steadySinceMs = now;
    this.lastBeatMs = now;
    this.hadLease = true;
    this.findGhosts(beat.peers);
    this.peers = beat.peers.filter(({ id }) => !this.ghosts.has(id));
    this.context.heard(this.peers);
    const isEmptied = beat.isLost || this.isOther(beat);
    this.epoch = beat.epoch;
    if (isEmptied) {
      log.warn({ node: this.id }, 'the cluster store has lost what it was told; all of it is restated');
      stats.emptied++;
      this.pending = { ...this.pending, isEmptied };
    }
    if (!this.isJoined || isEmptied) {
      this.isJoined = true;
      this.joinedAtMs = now;
      if (this.context.joined(this.pending, beat)) this.pending = AS_BEFORE;
    }
    this.lookAfter(beat, now);
  }

  /** Whether the store was emptied since the last beat. */
  private isOther({ epoch }: Beat): boolean {
    return this.epoch !== undefined && this.epoch !== epoch;
  }

  /** Finds nodes that the store names again, although they had gone, and former ids of this one. */
  private findGhosts(peers: Beat['peers']): void {
    const { parted, ghosts } = this;
    for (const { id, isCurrent } of peers) {
      if (originOf(id) === this.origin || (parted.has(id) && !isCurrent)) ghosts.add(id);
      else parted.delete(id);
    }
    const present = new Set(peers.map(({ id }) => id));
    for (const { id } of this.peers) if (!present.has(id)) parted.add(id);
    for (const remembered of [parted, ghosts]) {
      for (const id of remembered.keys()) {
        if (remembered.size <= MAX_REMEMBERED) break;
        remembered.delete(id);
      }
    }
  }

  /** Gives up who is silent, and removes what dead nodes left. A node that was away itself judges nobody. */
  private lookAfter(beat: Beat, now: number): void {
    const isSteady = now - this.steadySinceMs >= DEAD_MS;
    const isDead = ({ id, silentMs }: Beat['peers'][number]) =>
      this.ghosts.has(id) || (isSteady && silentMs >= DEAD_MS);
    const buried = beat.peers.filter(isDead).map(async ({ id }) => {
      if (!(await this.context.store.bury(id, this.ghosts.has(id) ? 0 : DEAD_MS))) return;
      this.context.log.warn({ node: id }, 'a node is dead; its entries are removed');
      this.context.stats.takeOvers++;
      await this.clear(id);
    });
    const cleared = beat.graves.map((id) => this.clear(id));
    Promise.all([...buried, ...cleared]).catch((error: unknown) => {
      this.context.lost(error);
    });
  }

  /** Removes all that a dead node has, unless another node is doing so. */
  private async clear(node: string): Promise<void> {
    const { store, dropped } = this.context;
    const isGhost = this.ghosts.has(node);
    const graceMs = isGhost ? 0 : this.context.graceMs;
    const keys = await store.channelsOf(node);
    if (keys.length === 0 || !(await store.lockGrave(node, this.id, GRAVE_LOCK_MS))) return;
    for (let start = 0; start < keys.length; start += DROPS_AT_ONCE) {
      const slice = keys.slice(start, start + DROPS_AT_ONCE);
      const results = await Promise.all(slice.map((key) => store.drop(node, key, graceMs)));
      slice.forEach((key, i) => {
        const result = results[i];
        if (result !== undefined && !isGhost) dropped(node, key, result);
      });
      await store.lockGrave(node, this.id, GRAVE_LOCK_MS);
    }
  }

  private schedule(delayMs: number): void {
    this.timer?.cancel();
    if (this.isStopped) return;
    this.timer = this.context.clock.after(delayMs, () => {
      void this.beat();
    });
  }
}

const DROPS_AT_ONCE = 200;

/** Nodes that are remembered after they have gone. */
const MAX_REMEMBERED = 1000;

/** Hex digits of an id that count how often the node was given up. */
const COUNT_DIGITS = 4;

/** The process behind a node's id. */
export function originOf(id: string): string {
  return id.slice(0, -COUNT_DIGITS) + '0'.repeat(COUNT_DIGITS);
}

function nextId(id: string): string {
  const count = (parseInt(id.slice(-COUNT_DIGITS), 16) + 1) % 16 ** COUNT_DIGITS;
  return id.slice(0, -COUNT_DIGITS) + count.toString(16).padStart(COUNT_DIGITS, '0');
}

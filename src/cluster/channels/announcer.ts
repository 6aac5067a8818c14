import type { ActivityEmitter, Circumstances } from '../../activity/activity.js';
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import { isHiddenChannel, splitKey } from '../channel-key.js';
import { LINGER_MS, SETTLE_MS } from '../store-times.js';
import type { ChannelResult, ClusterStore, Released } from '../store.js';

export interface AnnouncerContext {
  readonly store: Pick<ClusterStore, 'release' | 'counts' | 'memberIds' | 'claim' | 'moment'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly activity: ActivityEmitter;
  readonly nodeId: () => string;
  readonly graceMs: number;
  /** Something left, and the store, which lost its grace, cannot say whether it is back. */
  readonly departed: (key: string, what: string) => void;
}

/** A leave that may still be undone. */
interface Hold {
  readonly node: string;
  readonly key: string;
  /** `member {id}` or `channel`. */
  readonly what: string;
  /** When it left, and by whom. */
  readonly circumstances: Circumstances;
}

const MEMBER = 'member ';

/**
 * Makes known, once in the cluster, who came and who left. A leave is told after a grace, by whichever node made it
 * happen or cleared away the one that did, unless it was undone on any node meanwhile.
 */
export class Announcer {
  /** By node, channel and what left: the latest leave, which tells that an earlier one was undone. */
  private readonly holds = new Map<string, Hold>();
  private readonly running = new Set<Promise<void>>();
  /** Those who ask again when the store is back. */
  private waiting: (() => void)[] = [];
  private isStopping = false;

  constructor(private readonly context: AnnouncerContext) {}

  /**
   * @param node whose change it was, or who was dropped
   * @param result what that did in the whole cluster
   * @param source who made it change, as far as that is known
   */
  announce(
    node: string,
    key: string,
    { occupancy, added, removed, momentUs }: ChannelResult,
    source: string | undefined,
  ): void {
    const { appId, name: channel } = splitKey(key);
    if (isHiddenChannel(channel)) return;
    const { activity } = this.context;
    const circumstances = { momentUs, source };
    const at = { appId, channel, ...circumstances };
    if (occupancy === 'occupied') activity.emit({ type: 'ChannelOccupied', ...at });
    for (const userId of added) activity.emit({ type: 'MemberAdded', ...at, userId });
    for (const userId of removed) this.afterGrace({ node, key, what: `${MEMBER}${userId}`, circumstances });
    if (occupancy === 'vacated') this.afterGrace({ node, key, what: 'channel', circumstances });
  }

  /**
   * Something is not there any more of which the store, since it was emptied, cannot know that it left. Told by one of the
   * nodes that find it out, unless it is there after all.
   *
   * @param epoch of the store
   */
  announceDeparted(key: string, what: string, epoch: string): void {
    if (isHiddenChannel(splitKey(key).name)) return;
    const { store, log } = this.context;
    const tell = async () => {
      // Asked for first: who comes back after the look has a later one.
      const momentUs = await store.moment(key);
      if (await this.isThere(key, what)) return;
      if ((await store.claim(`#left/${epoch}/${key}/${what}`, LINGER_MS)) === undefined)
        this.emitLeave(key, what, { momentUs });
    };
    this.run(
      tell().catch((error: unknown) => {
        log.warn({ err: error, key }, 'it could not be found out whether what left a channel is back');
      }),
    );
  }

  /** The store is back: what it could not be asked is asked again. */
  retry(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** From now on nothing waits for a store that is away. @returns when all that is held has been told or undone */
  async settled(): Promise<void> {
    this.isStopping = true;
    this.retry();
    await Promise.all(this.running);
  }

  private afterGrace(hold: Hold): void {
    if (this.context.graceMs === 0) this.emitLeave(hold.key, hold.what, hold.circumstances);
    else this.run(this.hold(hold));
  }

  private run(task: Promise<void>): void {
    const running = task.finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private emitLeave(key: string, what: string, circumstances: Circumstances): void {
    const { appId, name: channel } = splitKey(key);
    this.context.activity.emit(
      what === 'channel'
        ? { type: 'ChannelVacated', appId, channel, ...circumstances }
        : { type: 'MemberRemoved', appId, channel, userId: what.slice(MEMBER.length), ...circumstances },
    );
  }

  private async isThere(key: string, what: string): Promise<boolean> {
    const { store } = this.context;
    if (what !== 'channel') return (await store.memberIds(key)).includes(what.slice(MEMBER.length));
    const [counts] = await store.counts([key]);
    return (counts?.subscriptions ?? 0) > 0;
  }

  private async hold(hold: Hold): Promise<void> {
    const id = JSON.stringify([hold.node, hold.key, hold.what]);
    this.holds.set(id, hold);
    await new Promise<void>((resolve) => this.context.clock.after(this.context.graceMs, resolve));
    if (this.holds.get(id) !== hold) return;
    const released = await this.release(hold);
    if (released === 'unknown') {
      if (this.holds.get(id) === hold) this.holds.delete(id);
      await this.passOn(hold);
      return;
    }
    const isAway = released === 'away';
    // Left anew while the question was on its way: what is released now is told now, and otherwise the later one asks.
    if (!isAway && this.holds.get(id) !== hold) return;
    const isToldAlready = isAway && !this.holds.has(id);
    this.holds.delete(id);
    if (isAway && !isToldAlready) this.emitLeave(hold.key, hold.what, hold.circumstances);
  }

  /** The nodes restate what they have before it is found out whether what left is there. */
  private async passOn({ key, what }: Hold): Promise<void> {
    if (!this.isStopping) await new Promise<void>((resolve) => this.context.clock.after(SETTLE_MS, resolve));
    this.context.departed(key, what);
  }

  /** @returns `back` also when the node stops and the store cannot be asked */
  private async release({ node, key, what }: Hold): Promise<Released> {
    const { store, log, nodeId } = this.context;
    for (;;) {
      try {
        return await store.release(node, key, what, nodeId());
      } catch (error) {
        if (this.isStopping) {
          log.warn({ err: error, key }, 'it could not be found out whether what left a channel is back');
          return 'back';
        }
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    }
  }
}

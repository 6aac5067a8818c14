import { Limits } from '../../protocol/limits.js';
import { encodeSubscriptionCount } from '../../protocol/server-codec.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { Channel } from './channel.js';
import type { Channels } from './channels.js';

/** After so many leaves within one second, what follows on a channel is announced at its end. */
const LEAVES_AT_ONCE = 5;

interface Changed {
  readonly count: number;
  readonly source: string | undefined;
}

/**
 * Tells the subscribers of a channel how many they are (PROTOCOL.md COUNT-1): at once while they are few, otherwise
 * every few seconds if something changed. Where one of few comes and goes all the time, what is too much of a second is
 * announced together at its end: many who come, each once, are not.
 */
export class SubscriptionCounts {
  /** Counts that are still to be announced, and whose subscription changed them last, by channel. */
  private readonly changed = new Map<string, Changed>();
  /** Those that are announced at the end of this second. */
  private readonly gathered = new Map<string, Changed>();
  /** What was announced in this second, by channel: the last count, and how often it was less than the one before. */
  private readonly announced = new Map<string, { readonly count: number; readonly leaves: number }>();

  constructor(
    private readonly appId: string,
    private readonly channels: Channels,
    /** Undefined where somebody else tells what happens. */
    private readonly activity: ActivityEmitter | undefined,
  ) {}

  /**
   * @param count of the whole channel, after a subscription came or went
   * @param source whose subscription that was, as `Circumstances.source` has it
   * @returns whether it was announced; otherwise that follows
   */
  update(channel: Channel, count: number, source?: string): boolean {
    const { name, policy } = channel;
    if (policy.presence || policy.serverToUser) return false;
    this.changed.delete(name);
    this.gathered.delete(name);
    if (count > Limits.immediateSubscriptionCount) {
      this.changed.set(name, { count, source });
      return false;
    }
    const before = this.announced.get(name) ?? { count: 0, leaves: 0 };
    if (before.leaves === LEAVES_AT_ONCE) {
      this.gathered.set(name, { count, source });
      return false;
    }
    this.announced.set(name, { count, leaves: before.leaves + Number(count < before.count) });
    this.announce(channel, count, source);
    return true;
  }

  /** Announces what has changed since the last time; called every 5 seconds. */
  flush(): void {
    this.announceAll(this.changed);
  }

  /** Announces what was too much of a second; called at its end. */
  nextSecond(): void {
    this.announced.clear();
    this.announceAll(this.gathered);
  }

  private announceAll(counts: Map<string, Changed>): void {
    for (const [name, { count, source }] of counts) {
      const channel = this.channels.find(name);
      if (channel !== undefined) this.announce(channel, count, source);
    }
    counts.clear();
  }

  private announce({ name, policy }: Channel, count: number, source: string | undefined): void {
    // The Java client would try to decrypt the count of an encrypted channel.
    if (!policy.encrypted) this.channels.broadcast(name, encodeSubscriptionCount(name, count));
    const { appId } = this;
    this.activity?.emit({ type: 'SubscriptionCountChanged', appId, channel: name, count, source });
  }
}

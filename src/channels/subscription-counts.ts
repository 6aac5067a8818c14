import { Limits } from '../../protocol/limits.js';
import { encodeSubscriptionCount } from '../../protocol/server-codec.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { Channel } from './channel.js';
import type { Channels } from './channels.js';

/**
 * Tells the subscribers of a channel how many they are (PROTOCOL.md COUNT-1): at once while they are few, otherwise
 * every few seconds if something changed.
 */
export class SubscriptionCounts {
  /** Counts that are still to be announced, and whose subscription changed them last, by channel. */
  private readonly changed = new Map<
    string,
    { readonly count: number; readonly source: string | undefined }
  >();

  constructor(
    private readonly appId: string,
    private readonly channels: Channels,
    /** Undefined where somebody else tells what happens. */
    private readonly activity: ActivityEmitter | undefined,
  ) {}

  /**
   * @param count of the whole channel, after a subscription came or went
   * @param source whose subscription that was, as `Circumstances.source` has it
   */
  update(channel: Channel, count: number, source?: string): void {
    if (channel.policy.presence || channel.policy.serverToUser) return;
    if (count <= Limits.immediateSubscriptionCount) {
      this.changed.delete(channel.name);
      this.announce(channel, count, source);
    } else {
      this.changed.set(channel.name, { count, source });
    }
  }

  /** Announces what has changed since the last time; called every 5 seconds. */
  flush(): void {
    for (const [name, { count, source }] of this.changed) {
      const channel = this.channels.find(name);
      if (channel !== undefined) this.announce(channel, count, source);
    }
    this.changed.clear();
  }

  private announce({ name, policy }: Channel, count: number, source: string | undefined): void {
    // The Java client would try to decrypt the count of an encrypted channel.
    if (!policy.encrypted) this.channels.broadcast(name, encodeSubscriptionCount(name, count));
    const { appId } = this;
    this.activity?.emit({ type: 'SubscriptionCountChanged', appId, channel: name, count, source });
  }
}

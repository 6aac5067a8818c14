import type { ChannelPolicy } from '../../protocol/channel-name.js';

/** A channel with at least one subscription on this node. */
export class Channel {
  /** Connections of this node that are subscribed. */
  subscriptionCount = 0;

  constructor(
    readonly name: string,
    readonly policy: ChannelPolicy,
    /** Under which the transport publishes; unique among all apps. */
    readonly topic: string,
  ) {}
}

import type { ChannelPolicy } from '../../protocol/channel-name.js';
import type { Frame } from '../../protocol/server-codec.js';

/** Hears what is broadcast on a channel of this node. It must not throw. */
export type FrameListener = (frame: Frame) => void;

/** A channel with at least one subscription on this node. */
export class Channel {
  /** Connections of this node that are subscribed. */
  subscriptionCount = 0;
  /** Those who hear its frames without a socket of the transport. */
  listeners: Set<FrameListener> | undefined = undefined;

  constructor(
    private readonly appId: string,
    readonly name: string,
    readonly policy: ChannelPolicy,
  ) {}

  /**
   * Under which the transport publishes; unique among all apps, since app ids hold no slash. Not kept: there may be a
   * channel for each connection.
   */
  get topic(): string {
    return `${this.appId}/${this.name}`;
  }
}

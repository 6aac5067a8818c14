import { channelPolicy } from '../../protocol/channel-name.js';
import type { Frame } from '../../protocol/server-codec.js';
import type { ActivityEmitter } from '../activity/activity.js';
import { Channel, type FrameListener } from './channel.js';

/** Sends a frame to every socket of this node that is on a topic. */
export interface TopicPublisher {
  publish(topic: string, frame: Frame): void;
}

/** One connection, as far as delivery is concerned. */
export interface Subscriber {
  isSubscribed(channel: string): boolean;
  readonly socket: TopicSocket;
}

export interface TopicSocket {
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends to everyone else on the topic. */
  publish(topic: string, frame: Frame): void;
}

/** The occupied channels of one app on this node. */
export class Channels {
  private readonly byName = new Map<string, Channel>();

  constructor(
    private readonly appId: string,
    private readonly publisher: TopicPublisher,
    /** Undefined where what happens on one node is not to be told. */
    private readonly activity: ActivityEmitter | undefined,
  ) {}

  find(name: string): Channel | undefined {
    return this.byName.get(name);
  }

  /** All occupied channels. */
  occupied(): IterableIterator<Channel> {
    return this.byName.values();
  }

  get size(): number {
    return this.byName.size;
  }

  /** Counts one more subscription, before its socket joins the topic. */
  occupy(name: string): Channel {
    let channel = this.byName.get(name);
    if (channel === undefined) {
      channel = new Channel(this.appId, name, channelPolicy(name));
      this.byName.set(name, channel);
    }
    channel.subscriptionCount++;
    if (channel.subscriptionCount === 1 && !channel.policy.serverToUser) {
      this.activity?.emit({ type: 'ChannelOccupied', appId: this.appId, channel: name });
    }
    return channel;
  }

  /** Counts one subscription less, after its socket left the topic. */
  vacate(channel: Channel): void {
    channel.subscriptionCount--;
    if (channel.subscriptionCount > 0) return;
    this.byName.delete(channel.name);
    if (!channel.policy.serverToUser) {
      this.activity?.emit({ type: 'ChannelVacated', appId: this.appId, channel: channel.name });
    }
  }

  /**
   * Hears what is broadcast on a channel of this node, and counts as a subscription meanwhile.
   *
   * @returns a function that ends it
   */
  listen(name: string, listener: FrameListener): () => void {
    const channel = this.occupy(name);
    channel.listeners ??= new Set();
    channel.listeners.add(listener);
    return () => {
      if (channel.listeners?.delete(listener) === true) this.vacate(channel);
    };
  }

  /**
   * Delivers a frame to the subscriptions of a channel on this node.
   *
   * @param except a connection that is left out
   */
  broadcast(name: string, frame: Frame, except?: Subscriber): void {
    const channel = this.byName.get(name);
    if (channel === undefined) return;
    if (except?.isSubscribed(name) === true) except.socket.publish(channel.topic, frame);
    else this.publisher.publish(channel.topic, frame);
    if (channel.listeners === undefined) return;
    for (const listener of channel.listeners) listener(frame);
  }
}

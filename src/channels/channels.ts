import { channelPolicy } from '../../protocol/channel-name.js';
import type { Frame } from '../../protocol/server-codec.js';
import type { ActivityEmitter } from '../activity/activity.js';
import { Channel, type FrameListener } from './channel.js';
import { RecentSubscriptions } from './recent-subscriptions.js';

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
  private readonly recent = new RecentSubscriptions();

  constructor(
    private readonly appId: string,
    private readonly publisher: TopicPublisher,
    /** Undefined where what happens on one node is not to be told. */
    private readonly activity: ActivityEmitter | undefined,
    /** Dates subscriptions as late events are dated; undefined where no event comes late. */
    private readonly nowMs?: () => number,
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

  /**
   * Counts one more subscription, before its socket joins the topic.
   *
   * @param source who subscribes, as `Circumstances.source` has it
   */
  occupy(name: string, source?: string): Channel {
    let channel = this.byName.get(name);
    if (channel === undefined) {
      channel = new Channel(this.appId, name, channelPolicy(name));
      this.byName.set(name, channel);
    }
    channel.subscriptionCount++;
    if (channel.subscriptionCount === 1 && !channel.policy.serverToUser) {
      this.activity?.emit({ type: 'ChannelOccupied', appId: this.appId, channel: name, source });
    }
    return channel;
  }

  /** A subscription begins to hear its channel. */
  began(channel: Channel, who: Subscriber | FrameListener): void {
    if (this.nowMs !== undefined) this.recent.note(channel, who, this.nowMs());
  }

  /** Called every second. */
  sweep(): void {
    if (this.nowMs !== undefined) this.recent.sweep(this.nowMs());
  }

  /** Counts one subscription less, after its socket left the topic. */
  vacate(channel: Channel, source?: string): void {
    channel.subscriptionCount--;
    if (channel.subscriptionCount > 0) return;
    this.byName.delete(channel.name);
    if (!channel.policy.serverToUser) {
      this.activity?.emit({ type: 'ChannelVacated', appId: this.appId, channel: channel.name, source });
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
    this.began(channel, listener);
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

  /**
   * Delivers a frame that comes late: as {@link broadcast}, but not to those who subscribed after it was triggered.
   *
   * @param triggeredMs of the clock that dates subscriptions
   */
  broadcastLate(name: string, frame: Frame, except: Subscriber | undefined, triggeredMs: number): void {
    const channel = this.byName.get(name);
    if (channel === undefined) return;
    const { topic, listeners } = channel;
    const later = this.recent.after(channel, triggeredMs);
    const sockets: TopicSocket[] = [];
    for (const who of later) if (!isListener(who) && who.isSubscribed(name)) sockets.push(who.socket);
    for (const socket of sockets) {
      // uWS would throw away what it has gathered for a socket that is on no topic.
      socket.subscribe(HELD_BACK);
      socket.unsubscribe(topic);
    }
    if (except?.isSubscribed(name) === true && !later.has(except)) except.socket.publish(topic, frame);
    else this.publisher.publish(topic, frame);
    for (const socket of sockets) {
      socket.subscribe(topic);
      socket.unsubscribe(HELD_BACK);
    }
    for (const listener of listeners ?? []) if (!later.has(listener)) listener(frame);
  }
}

/** A topic on which nothing is published; none of a channel begins like this. */
const HELD_BACK = '#held-back';

function isListener(who: Subscriber | FrameListener): who is FrameListener {
  return typeof who === 'function';
}

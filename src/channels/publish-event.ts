import { channelPolicy } from '../../protocol/channel-name.js';
import { encodeEvent, type Frame } from '../../protocol/server-codec.js';
import type { Channels, Subscriber } from './channels.js';
import type { EventCache } from './event-cache.js';

/** An event triggered by the application. */
export interface TriggeredEvent {
  readonly event: string;
  readonly channel: string;
  /** Delivered as it is, to the byte. */
  readonly data: string;
}

/** Hands a frame on to the other nodes. */
export interface RemotePublisher {
  publish(appId: string, channel: string, frame: Frame, except: string | undefined, cacheMs: number): void;
}

/**
 * Delivers an event to the subscriptions of its channel on this node and the others, and keeps it where the channel is a
 * cache channel: for those who come later, the left-out connection among them (PROTOCOL.md EVENT-1, CACHE-1).
 */
export class EventPublisher {
  /** Hears of every event that the application triggers on this node, whether its channel is occupied or not. */
  triggered: ((event: TriggeredEvent) => void) | undefined = undefined;

  constructor(
    private readonly appId: string,
    private readonly channels: Channels,
    private readonly cache: EventCache,
    private readonly remote: RemotePublisher | undefined,
  ) {}

  /**
   * @param exceptId socket id that is left out, on whichever node it is
   * @param except its connection, where it is one of this node
   */
  publish(triggered: TriggeredEvent, exceptId?: string, except?: Subscriber): void {
    const { event, channel, data } = triggered;
    this.triggered?.(triggered);
    const { cached } = channelPolicy(channel);
    if (cached) this.cache.set(this.appId, channel, { event, data });
    const isHeardHere = this.channels.find(channel) !== undefined;
    // Most channels of an installation have nobody on them at a time.
    if (!isHeardHere && this.remote === undefined) return;
    const frame = encodeEvent(event, channel, data);
    if (isHeardHere) this.channels.broadcast(channel, frame, except);
    this.remote?.publish(this.appId, channel, frame, exceptId, cached ? this.cache.ttlMs : 0);
  }
}

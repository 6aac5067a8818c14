import { channelPolicy } from '../../protocol/channel-name.js';
import { encodeEvent } from '../../protocol/server-codec.js';
import type { Channels, Subscriber } from './channels.js';
import type { EventCache } from './event-cache.js';

/** An event triggered by the application. */
export interface TriggeredEvent {
  readonly event: string;
  readonly channel: string;
  /** Delivered as it is, to the byte. */
  readonly data: string;
}

/**
 * Delivers an event to the subscriptions of its channel, and keeps it where the channel is a cache channel: for those
 * who come later, the left-out connection among them (PROTOCOL.md EVENT-1, CACHE-1).
 */
export function publishEvent(
  appId: string,
  channels: Channels,
  cache: EventCache,
  { event, channel, data }: TriggeredEvent,
  except?: Subscriber,
): void {
  if (channelPolicy(channel).cached) cache.set(appId, channel, { event, data });
  // Most channels of an installation have nobody on them at a time.
  if (channels.find(channel) === undefined) return;
  channels.broadcast(channel, encodeEvent(event, channel, data), except);
}

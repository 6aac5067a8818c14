import type { Activity } from '../activity/activity.js';

/**
 * What a webhook tells of (PROTOCOL.md HOOK-1): scalars only, and always a channel, since consumers expect both.
 *
 * `time_ms` is when it happened. `version` rises with each change of a channel, whichever node tells of it (HOOK-7).
 */
export type WebhookEvent = WebhookFact & { readonly time_ms: number; readonly version?: number };

type WebhookFact =
  | { readonly name: 'channel_occupied' | 'channel_vacated' | 'cache_miss'; readonly channel: string }
  | { readonly name: 'member_added' | 'member_removed'; readonly channel: string; readonly user_id: string }
  | {
      readonly name: 'client_event';
      readonly channel: string;
      readonly event: string;
      readonly data: string;
      readonly socket_id: string;
      readonly user_id?: string;
    }
  | { readonly name: 'subscription_count'; readonly channel: string; readonly subscription_count: number };

/**
 * The event that tells of an activity.
 *
 * @param momentUs when it happened, in microseconds since 1970
 */
export function webhookEvent(activity: Activity, momentUs: number): WebhookEvent {
  const fact = webhookFact(activity);
  const time_ms = Math.floor(momentUs / 1000);
  const isState = fact.name !== 'client_event' && fact.name !== 'cache_miss';
  return isState ? { ...fact, time_ms, version: momentUs } : { ...fact, time_ms };
}

function webhookFact(activity: Activity): WebhookFact {
  const { channel } = activity;
  switch (activity.type) {
    case 'ChannelOccupied':
      return { name: 'channel_occupied', channel };
    case 'ChannelVacated':
      return { name: 'channel_vacated', channel };
    case 'MemberAdded':
      return { name: 'member_added', channel, user_id: activity.userId };
    case 'MemberRemoved':
      return { name: 'member_removed', channel, user_id: activity.userId };
    case 'CacheMissed':
      return { name: 'cache_miss', channel };
    case 'SubscriptionCountChanged':
      return { name: 'subscription_count', channel, subscription_count: activity.count };
    case 'ClientEventSent': {
      const { event, data, socketId: socket_id, userId } = activity;
      const user = userId === undefined ? {} : { user_id: userId };
      return { name: 'client_event', channel, event, data, socket_id, ...user };
    }
  }
}

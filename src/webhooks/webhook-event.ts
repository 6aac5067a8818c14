import type { Activity } from '../activity/activity.js';

/** What a webhook tells of (PROTOCOL.md HOOK-1): scalars only, and always a channel, since consumers expect both. */
export type WebhookEvent =
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

/** The event that tells of an activity. */
export function webhookEvent(activity: Activity): WebhookEvent {
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

import type { ChannelPolicy } from '../../protocol/channel-name.js';
import type { LocalApp } from '../connections/local-app.js';
import type { Attribute } from './api-call.js';

/** Counts of a channel that an answer may carry. */
export interface ChannelCounts {
  user_count?: number;
  subscription_count?: number;
}

/** The counts that were asked for and that a channel of this kind has: users on presence channels, else subscriptions. */
export function channelCounts(
  app: LocalApp,
  name: string,
  policy: ChannelPolicy,
  info: ReadonlySet<Attribute>,
): ChannelCounts {
  const counts: ChannelCounts = {};
  if (policy.presence) {
    if (info.has('user_count')) counts.user_count = app.presence.members(name).size;
  } else if (info.has('subscription_count')) {
    counts.subscription_count = app.channels.find(name)?.subscriptionCount ?? 0;
  }
  return counts;
}

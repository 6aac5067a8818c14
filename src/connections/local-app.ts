import type { SocketId } from '../../protocol/socket-id.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { App } from '../apps/app.js';
import { Channels, type TopicPublisher } from '../channels/channels.js';
import { SubscriptionCounts } from '../channels/subscription-counts.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import { Presence } from '../presence/presence.js';
import type { Connection } from './connection.js';
import { Users } from './users.js';

/** An app as it lives on this node: its connections, its channels, their members, its users. */
export class LocalApp {
  readonly connections = new Map<SocketId, Connection>();
  readonly channels: Channels;
  readonly subscriptionCounts: SubscriptionCounts;
  readonly presence = new Presence();
  readonly users: Users;
  /** What the HTTP API may still be asked for, where the app has a limit. */
  readonly budgets: { triggers?: TokenBucket; reads?: TokenBucket } = {};

  constructor(
    readonly app: App,
    publisher: TopicPublisher,
    readonly activity: ActivityEmitter,
  ) {
    this.channels = new Channels(app.id, publisher, activity);
    this.subscriptionCounts = new SubscriptionCounts(app.id, this.channels, activity);
    this.users = new Users(() => app.settings.watchlist);
  }
}

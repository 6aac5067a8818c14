import type { KeptSnapshots } from '../../protocol/kept-snapshots.js';
import type { Frame } from '../../protocol/server-codec.js';
import type { SocketId } from '../../protocol/socket-id.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { App } from '../apps/app.js';
import { Channels, type TopicPublisher } from '../channels/channels.js';
import type { EventCache } from '../channels/event-cache.js';
import { EventPublisher } from '../channels/publish-event.js';
import { SubscriptionCounts } from '../channels/subscription-counts.js';
import { frameRate, type FrameRate } from '../limits/frame-rate.js';
import { KeyedLimiter } from '../limits/keyed-limiter.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { Cluster } from '../cluster/cluster.js';
import { Presence, type Members } from '../presence/presence.js';
import type { Connection } from './connection.js';
import { Users } from './users.js';

/** An app as it lives on this node: its connections, its channels, their members, its users. */
export class LocalApp {
  readonly connections = new Map<SocketId, Connection>();
  readonly channels: Channels;
  readonly subscriptionCounts: SubscriptionCounts;
  readonly events: EventPublisher;
  readonly presence: Presence;
  /** How fast each connection may send; undefined where there is no limit. */
  readonly frameRate: FrameRate | undefined;
  readonly users: Users;
  /** How often users came to presence channels, by both: only a member, who was let in by the application, has an entry. */
  readonly joins = new KeyedLimiter();
  /** What the HTTP API may still be asked for, where the app has a limit. */
  readonly budgets: { triggers?: TokenBucket; reads?: TokenBucket } = {};

  constructor(
    readonly app: App,
    publisher: TopicPublisher,
    readonly activity: ActivityEmitter,
    readonly cache: EventCache,
    snapshots: KeptSnapshots,
    /** The other nodes; undefined where this one is alone. It then knows the members, and who comes and goes. */
    readonly cluster: Cluster | undefined,
  ) {
    this.frameRate = frameRate(app.settings);
    this.channels = new Channels(
      app.id,
      publisher,
      cluster === undefined ? activity : undefined,
      cluster?.resends === true ? () => cluster.nowMs : undefined,
    );
    this.events = new EventPublisher(app.id, this.channels, cache, cluster);
    this.subscriptionCounts = new SubscriptionCounts(
      app.id,
      this.channels,
      cluster === undefined ? activity : undefined,
    );
    this.presence = new Presence(snapshots);
    this.users = new Users(app, cluster);
  }

  /** The members of a presence channel, of all nodes. */
  members(channel: string): Members {
    return this.cluster?.members(this.app.id, channel) ?? this.presence.members(channel);
  }

  /** Tells a joiner of them (PRES-2); bytes are good until the members change. */
  snapshot(channel: string): Frame | Uint8Array {
    return this.cluster?.snapshot(this.app.id, channel) ?? this.presence.snapshot(channel);
  }
}

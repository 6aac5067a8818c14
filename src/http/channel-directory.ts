import type { ChannelPolicy } from '../../protocol/channel-name.js';
import { channelPolicy } from '../../protocol/channel-name.js';
import type { CachedEvent } from '../channels/event-cache.js';
import { readEventFrame } from '../connections/cluster-link.js';
import type { LocalApp } from '../connections/local-app.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Attribute } from './api-call.js';

/** Counts of a channel that an answer may carry. */
export interface ChannelCounts {
  user_count?: number;
  subscription_count?: number;
}

/** What the API tells of an app's channels: of this node, or of all nodes. */
export interface ChannelDirectory {
  /** Names of occupied channels, those of users included. */
  names(): Promise<readonly string[]>;
  /** The counts that were asked for and that a channel of its kind has: subscriptions, and users of presence channels. */
  counts(names: readonly string[], info: ReadonlySet<Attribute>): Promise<readonly ChannelCounts[]>;
  isOccupied(name: string): Promise<boolean>;
  memberIds(name: string): Promise<readonly string[]>;
  cached(name: string): Promise<{ readonly data: string; readonly ttl: number } | undefined>;
}

/** While the other nodes cannot be reached, this one tells what it knows. */
export function channelDirectory(app: LocalApp): ChannelDirectory {
  const { cluster } = app;
  return cluster?.isHealthy === true ? new ClusterDirectory(app, cluster) : new LocalDirectory(app);
}

class LocalDirectory implements ChannelDirectory {
  constructor(private readonly app: LocalApp) {}

  names(): Promise<string[]> {
    return Promise.resolve(Array.from(this.app.channels.occupied(), ({ name }) => name));
  }

  counts(names: readonly string[], info: ReadonlySet<Attribute>): Promise<ChannelCounts[]> {
    const { app } = this;
    return Promise.resolve(
      names.map((name) =>
        chooseCounts(channelPolicy(name), info, {
          members: () => app.members(name).size,
          subscriptions: () => app.channels.find(name)?.subscriptionCount ?? 0,
        }),
      ),
    );
  }

  isOccupied(name: string): Promise<boolean> {
    return Promise.resolve(this.app.channels.find(name) !== undefined);
  }

  memberIds(name: string): Promise<string[]> {
    return Promise.resolve([...this.app.members(name).keys()]);
  }

  cached(name: string): Promise<{ data: string; ttl: number } | undefined> {
    const { app, cache } = this.app;
    const cached: CachedEvent | undefined = cache.get(app.id, name);
    const ttl = cache.remainingSeconds(app.id, name);
    return Promise.resolve(cached && { data: cached.data, ttl });
  }
}

class ClusterDirectory implements ChannelDirectory {
  private readonly appId: string;

  constructor(
    app: LocalApp,
    private readonly cluster: Cluster,
  ) {
    this.appId = app.app.id;
  }

  names(): Promise<readonly string[]> {
    return this.cluster.channels(this.appId);
  }

  async counts(names: readonly string[], info: ReadonlySet<Attribute>): Promise<ChannelCounts[]> {
    if (names.length === 0 || info.size === 0) return names.map(() => ({}));
    const all = await this.cluster.counts(this.appId, names);
    return names.map((name, i) =>
      chooseCounts(channelPolicy(name), info, {
        members: () => all[i]?.members ?? 0,
        subscriptions: () => all[i]?.subscriptions ?? 0,
      }),
    );
  }

  async isOccupied(name: string): Promise<boolean> {
    const [counts] = await this.cluster.counts(this.appId, [name]);
    return (counts?.subscriptions ?? 0) > 0;
  }

  memberIds(name: string): Promise<readonly string[]> {
    return this.cluster.memberIds(this.appId, name);
  }

  async cached(name: string): Promise<{ data: string; ttl: number } | undefined> {
    const cached = await this.cluster.cached(this.appId, name);
    return cached && { data: readEventFrame(cached.frame).data, ttl: Math.ceil(cached.ttlMs / 1000) };
  }
}

function chooseCounts(
  policy: ChannelPolicy,
  info: ReadonlySet<Attribute>,
  read: { readonly members: () => number; readonly subscriptions: () => number },
): ChannelCounts {
  const counts: ChannelCounts = {};
  if (policy.presence && info.has('user_count')) counts.user_count = read.members();
  if (info.has('subscription_count')) counts.subscription_count = read.subscriptions();
  return counts;
}

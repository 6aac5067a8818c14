import type { Redis } from 'ioredis';
import type { RedisSettings } from '../driver-settings.js';
import {
  createCluster,
  createNode,
  createRedis,
  destroyCluster,
  destroyRedis,
  isCluster,
  openCluster,
  openRedis,
  pingRedis,
  slotOf,
} from './redis-client.js';
import { haveShardedPubSub } from './redis-commands.js';
import type { Subscriber } from '../link/topics.js';

/** What arrives over a subscription. */
export type MessageHandler = (channel: string, message: Buffer) => void;

/** @param onMessage hears of what arrives */
export function createSubscriber(
  settings: RedisSettings,
  name: string,
  onMessage: MessageHandler,
): Subscriber {
  return isCluster(settings)
    ? new ClusterSubscriber(settings, name, onMessage)
    : new PlainSubscriber(createRedis(settings, name), onMessage);
}

/** Subscriptions at one server. */
class PlainSubscriber implements Subscriber {
  constructor(
    private readonly redis: Redis,
    private readonly onMessage: MessageHandler,
  ) {}

  open(lost: (reason: string) => void): Promise<void> {
    this.redis.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      this.onMessage(channel.toString(), message);
    });
    return openRedis(this.redis, lost);
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await this.redis.subscribe(...channels);
  }

  unsubscribe(channels: readonly string[]): void {
    // Where it fails the connection breaks, and with it the subscriptions end.
    this.redis.unsubscribe(...channels).catch(() => undefined);
  }

  ping(): Promise<unknown> {
    return pingRedis(this.redis);
  }

  destroy(): void {
    destroyRedis(this.redis);
  }
}

/**
 * Subscriptions at a cluster: at the master of each channel's slot where the cluster can do that, and otherwise at any
 * node, since then each message goes to all nodes.
 */
class ClusterSubscriber implements Subscriber {
  private subscriber: Subscriber | undefined;
  private isDestroyed = false;

  constructor(
    private readonly settings: RedisSettings,
    private readonly name: string,
    private readonly onMessage: MessageHandler,
  ) {}

  async open(lost: (reason: string) => void): Promise<void> {
    const cluster = createCluster(this.settings, this.name);
    try {
      await openCluster(cluster, () => undefined);
      const masters = cluster.nodes('master');
      const isSharded = await haveShardedPubSub(masters);
      // Given up meanwhile.
      if (this.isDestroyed) return;
      this.subscriber = isSharded
        ? new ShardedSubscriber(
            cluster.slots,
            masters.map((node) => this.connectTo(node)),
            this.onMessage,
          )
        : new PlainSubscriber(this.connectTo(anyOf(masters)), this.onMessage);
    } finally {
      destroyCluster(cluster);
    }
    await this.subscriber.open(lost);
  }

  subscribe(channels: readonly string[]): Promise<void> {
    return this.subscriber?.subscribe(channels) ?? Promise.reject(new Error('is not open'));
  }

  unsubscribe(channels: readonly string[]): void {
    this.subscriber?.unsubscribe(channels);
  }

  ping(): Promise<unknown> {
    return this.subscriber?.ping() ?? Promise.reject(new Error('is not open'));
  }

  destroy(): void {
    this.isDestroyed = true;
    this.subscriber?.destroy();
  }

  private connectTo({ options: { host = '127.0.0.1', port = 6379 } }: Redis): Redis {
    return createNode(this.settings, { host, port }, this.name);
  }
}

/** Subscriptions at the masters of their slots. When a slot moves, all is given up, and asked for anew elsewhere. */
class ShardedSubscriber implements Subscriber {
  private readonly masters: ReadonlyMap<string, Redis>;

  /** @param slots by slot the nodes that serve it as `host:port`, the master first */
  constructor(
    private readonly slots: readonly (readonly string[])[],
    masters: readonly Redis[],
    private readonly onMessage: MessageHandler,
  ) {
    this.masters = new Map(
      masters.map((redis) => [`${String(redis.options.host)}:${String(redis.options.port)}`, redis]),
    );
  }

  async open(lost: (reason: string) => void): Promise<void> {
    const opening = [...this.masters.values()].map((redis) => {
      redis.on('smessageBuffer', (channel: Buffer, message: Buffer) => {
        this.onMessage(channel.toString(), message);
      });
      redis.on('moved', () => {
        lost('a slot moved to another node');
      });
      return openRedis(redis, lost);
    });
    await Promise.all(opening);
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    // One command may only name channels of one slot.
    await Promise.all(channels.map((channel) => this.masterOf(channel).ssubscribe(channel)));
  }

  unsubscribe(channels: readonly string[]): void {
    for (const channel of channels) {
      this.masterOf(channel)
        .sunsubscribe(channel)
        .catch(() => undefined);
    }
  }

  async ping(): Promise<void> {
    await Promise.all([...this.masters.values()].map(pingRedis));
  }

  destroy(): void {
    for (const redis of this.masters.values()) destroyRedis(redis);
  }

  private masterOf(channel: string): Redis {
    const slot = slotOf(channel);
    const master = this.masters.get(this.slots[slot]?.[0] ?? '');
    if (master === undefined) throw new Error(`no master serves slot ${slot}`);
    return master;
  }
}

function anyOf<T>(items: readonly T[]): T {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new Error('the cluster has no master');
  return item;
}

import type { Cluster, Redis } from 'ioredis';
import type { Connection } from './reconnecting.js';
import {
  createCluster,
  createRedis,
  destroyCluster,
  destroyRedis,
  isCluster,
  openCluster,
  openRedis,
  pingMasters,
  type RedisSettings,
} from './redis-client.js';
import { scriptSha, type Script } from './redis-scripts.js';

/** What {@link RedisCommands} offers of ioredis: the same for one server and for a cluster. */
export type RedisClient = Redis | Cluster;

/** A connection for commands. What is asked within one tick is written together. */
export abstract class RedisCommands implements Connection {
  /** How messages are published: where the cluster spreads channels over its masters, by their slots. */
  publishCommand: 'publish' | 'spublish' = 'publish';
  private isCorked = false;

  /** Whether commands are executed in the order they are asked for, whatever their keys. */
  abstract readonly isOrdered: boolean;
  abstract readonly client: RedisClient;
  abstract open(lost: (reason: string) => void): Promise<void>;
  abstract ping(): Promise<unknown>;
  abstract destroy(): void;

  static create(settings: RedisSettings, scripts: readonly Script[], name: string): RedisCommands {
    return isCluster(settings)
      ? new ClusterCommands(settings, scripts, name)
      : new PlainCommands(settings, scripts, name);
  }

  publish(channel: string, message: Uint8Array): Promise<unknown> {
    this.cork();
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    return this.publishCommand === 'publish'
      ? this.client.publish(channel, bytes)
      : this.client.spublish(channel, bytes);
  }

  /** Runs a script, which {@link open} loaded; where it was lost since, it is sent again. */
  async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    this.cork();
    try {
      return await this.client.evalsha(scriptSha(script), keys.length, ...keys, ...args);
    } catch (cause) {
      if (!(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw cause;
      return this.client.eval(script, keys.length, ...keys, ...args);
    }
  }

  /** Holds back what is written until the end of this tick: one write call for all. */
  cork(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    const streams = this.nodes().map((node) => node.stream);
    for (const stream of streams) stream.cork();
    setImmediate(() => {
      this.isCorked = false;
      for (const stream of streams) stream.uncork();
    });
  }

  /** Those that commands are written to, as far as they are connected. */
  protected abstract nodes(): Redis[];
}

class PlainCommands extends RedisCommands {
  readonly isOrdered = true;
  readonly client: Redis;

  constructor(
    settings: RedisSettings,
    private readonly scripts: readonly Script[],
    name: string,
  ) {
    super();
    this.client = createRedis(settings, name);
  }

  async open(lost: (reason: string) => void): Promise<void> {
    await openRedis(this.client, lost);
    await loadScripts(this.client, this.scripts);
  }

  ping(): Promise<unknown> {
    return this.client.ping();
  }

  destroy(): void {
    destroyRedis(this.client);
  }

  protected nodes(): Redis[] {
    return [this.client];
  }
}

class ClusterCommands extends RedisCommands {
  readonly isOrdered = false;
  readonly client: Cluster;

  constructor(
    settings: RedisSettings,
    private readonly scripts: readonly Script[],
    name: string,
  ) {
    super();
    this.client = createCluster(settings, name);
  }

  async open(lost: (reason: string) => void): Promise<void> {
    await openCluster(this.client, lost);
    const masters = this.client.nodes('master');
    await Promise.all(masters.map((node) => loadScripts(node, this.scripts)));
    if (await haveShardedPubSub(masters)) this.publishCommand = 'spublish';
  }

  ping(): Promise<unknown> {
    return pingMasters(this.client);
  }

  destroy(): void {
    destroyCluster(this.client);
  }

  protected nodes(): Redis[] {
    return this.client.nodes('master').filter((node) => node.status === 'ready');
  }
}

async function loadScripts(redis: Redis, scripts: readonly Script[]): Promise<void> {
  await Promise.all(scripts.map((script) => redis.script('LOAD', script)));
}

/** Whether all of them have SSUBSCRIBE and SPUBLISH, as Redis has since 7.0. */
export async function haveShardedPubSub(masters: readonly Redis[]): Promise<boolean> {
  const known = await Promise.all(masters.map((node) => node.call('COMMAND', 'INFO', 'ssubscribe')));
  return known.every((info) => Array.isArray(info) && info[0] !== null);
}

import type { Cluster, Redis } from 'ioredis';
import type { Connection } from '../link/reconnecting.js';
import type { RedisSettings } from '../driver-settings.js';
import {
  createCluster,
  createRedis,
  destroyCluster,
  destroyRedis,
  isCluster,
  openCluster,
  openRedis,
  pingMasters,
  pingRedis,
  slotOf,
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

  /** Publishes a message; those of one channel in their order. */
  publish(channel: string, message: Uint8Array): Promise<unknown> {
    this.cork();
    return this.write(channel, Buffer.from(message.buffer, message.byteOffset, message.byteLength));
  }

  /** Runs a script, which {@link open} loaded; where it was lost since, it is sent again. */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    this.cork();
    try {
      return await this.client.evalsha(scriptSha(script), keys.length, ...keys, ...args);
    } catch (cause) {
      if (!(cause instanceof Error) || !cause.message.startsWith('NOSCRIPT')) throw cause;
      return this.client.eval(script, keys.length, ...keys, ...args);
    }
  }

  /**
   * How the server, or the first of a cluster, makes room when its memory is full, as `maxmemory-policy` names it.
   *
   * @returns undefined where it has no limit of memory, or this user may not ask
   */
  async evictionPolicy(): Promise<string | undefined> {
    const [node] = this.nodes();
    if (node === undefined) return undefined;
    // Providers that let nobody see the configuration answer INFO.
    const found = (await readPolicy(node)) ?? parseInfo(await node.info('memory').catch(() => ''));
    return found.maxmemory === 0 ? undefined : found.policy;
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

  protected abstract write(channel: string, message: Buffer): Promise<unknown>;

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
    return pingRedis(this.client);
  }

  destroy(): void {
    destroyRedis(this.client);
  }

  protected write(channel: string, message: Buffer): Promise<unknown> {
    return this.client.publish(channel, message);
  }

  protected nodes(): Redis[] {
    return [this.client];
  }
}

class ClusterCommands extends RedisCommands {
  readonly isOrdered = false;
  readonly client: Cluster;
  private publishers: readonly Redis[] = [];

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
    this.publishers = masters;
    if (await haveShardedPubSub(masters)) this.publishCommand = 'spublish';
  }

  ping(): Promise<unknown> {
    return pingMasters(this.client);
  }

  destroy(): void {
    destroyCluster(this.client);
  }

  protected write(channel: string, message: Buffer): Promise<unknown> {
    if (this.publishCommand === 'spublish') return this.client.spublish(channel, message);
    // Any node would do, but two messages through two nodes may overtake each other.
    const publisher = this.publishers[slotOf(channel) % this.publishers.length];
    return publisher?.publish(channel, message) ?? Promise.reject(new Error('the cluster has no master'));
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

interface MemoryPolicy {
  readonly policy: string | undefined;
  /** 0 is no limit; undefined where it is not known. */
  readonly maxmemory: number | undefined;
}

async function readPolicy(node: Redis): Promise<MemoryPolicy | undefined> {
  const reply: unknown = await node.call('CONFIG', 'GET', 'maxmemory*').catch(() => undefined);
  if (!Array.isArray(reply) || !reply.includes('maxmemory-policy')) return undefined;
  const setting = (name: string): unknown => reply[reply.indexOf(name) + 1];
  return { policy: String(setting('maxmemory-policy')), maxmemory: Number(setting('maxmemory')) };
}

function parseInfo(info: string): MemoryPolicy {
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  const limit = /^maxmemory:(\d+)/m.exec(info)?.[1];
  return { policy, maxmemory: limit === undefined ? undefined : Number(limit) };
}

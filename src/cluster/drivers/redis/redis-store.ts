import { randomUUID } from 'node:crypto';
import { BothUp } from '../link/both-up.js';
import { messageOf, Reconnecting } from '../link/reconnecting.js';
import { redisAddress, type RedisSettings } from '../driver-settings.js';
import { RedisCommands } from './redis-commands.js';
import { RedisNodeIndex } from './redis-node-index.js';
import {
  readBeat,
  readChange,
  readDelta,
  readRelease,
  readShares,
  readSnapshot,
  writeNode,
} from './redis-replies.js';
import {
  APPLY,
  BEAT,
  BURY,
  CACHE_IF_LATER,
  CLAIM,
  DROP,
  LEAVE,
  LOCK_GRAVE,
  MOMENT,
  RELEASE,
  SCRIPTS,
  SHARES,
  SNAPSHOT,
} from './redis-scripts.js';
import { createSubscriber } from './redis-subscribers.js';
import { GRAVE_MS } from '../../store-times.js';
import type {
  Beat,
  BeatingNode,
  CachedMessage,
  ChannelChange,
  ChannelCounts,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  ClusterStore,
  NodeShare,
  Released,
  StoreListener,
} from '../../store.js';
import { Topics } from '../link/topics.js';

/** Channels that one call of a script looks at, so that other commands are not held up. */
const SHARES_AT_ONCE = 200;

/** Questions that wait for an answer. A server that stands still is noticed before this many have gathered. */
const MAX_PENDING_QUESTIONS = 50_000;

/** An answer of a server that takes no writes: it is not the master any more, or is none of a whole cluster. */
const NOT_WRITABLE = /^(?:READONLY|CLUSTERDOWN|LOADING|MASTERDOWN)\b/;

/** What the nodes share, in Redis: one server, behind Sentinels, or a cluster. `redis-scripts.ts` tells the layout. */
export class RedisStore implements ClusterStore {
  readonly mayLoseParts = true;
  private readonly commands: Reconnecting<RedisCommands>;
  private readonly topics: Topics;
  private readonly index: RedisNodeIndex;
  private readonly state = new BothUp(() => this.listener, ['commands', 'topics']);
  private readonly nodes: string;
  private listener: StoreListener | undefined;
  private pendingQuestions = 0;
  readonly address: string;

  /** @param prefix of all keys and channels, so that several installations can share a server */
  constructor(
    settings: RedisSettings,
    private readonly prefix: string,
    private readonly maxPendingQuestions = MAX_PENDING_QUESTIONS,
  ) {
    this.address = redisAddress(settings);
    this.nodes = `${prefix}:{nodes}`;
    this.index = new RedisNodeIndex(prefix);
    const state = this.state.part('commands');
    this.commands = new Reconnecting(() => RedisCommands.create(settings, SCRIPTS, 'pregon-store'), {
      up: () => {
        const { connection } = this.commands;
        if (connection !== undefined) this.index.retry(connection);
        state.up();
      },
      down: (reason) => {
        state.down(reason);
      },
      failed: (reason) => {
        state.failed?.(reason);
      },
    });
    this.topics = new Topics(
      () =>
        createSubscriber(settings, 'pregon-store-topics', (channel, message) => {
          this.arrive(channel, message);
        }),
      this.state.part('topics'),
    );
  }

  get isUp(): boolean {
    return this.listener !== undefined && this.state.isUp;
  }

  start(listener: StoreListener): void {
    this.listener = listener;
    this.commands.start();
    this.topics.start();
  }

  watch(key: string): Promise<void> {
    return this.topics.subscribe(this.deltas(key));
  }

  unwatch(key: string): void {
    this.topics.unsubscribe(this.deltas(key));
  }

  apply(node: string, change: ChannelChange): Promise<ChannelResult> {
    const { key, join, leave } = change;
    return this.call(async (commands) => {
      const isIn = change.subscriptions > 0;
      const entry = isIn ? this.index.enter(commands, node, key) : this.index.read(commands, node, key);
      const reply = await this.after(commands, entry, () =>
        commands.run(
          APPLY,
          [this.channel(key)],
          [
            node,
            change.graceMs,
            commands.publishCommand,
            change.change,
            change.after,
            change.instead,
            change.seenVersion,
            change.subscriptions,
            change.replace ? 1 : 0,
            change.maxMembers,
            change.tellSubscriptions ? 1 : 0,
            change.wantSnapshot ? 1 : 0,
            join.length,
            ...join.flatMap(({ id, info }) => [id, info]),
            ...leave,
          ],
        ),
      );
      const { standing, result } = readChange(reply);
      this.index.settle(commands, node, key, await entry, standing);
      return result;
    });
  }

  drop(node: string, key: string, graceMs: number): Promise<ChannelResult> {
    return this.call(async (commands) => {
      const entry = this.index.read(commands, node, key);
      const reply = await this.after(commands, entry, () =>
        commands.run(DROP, [this.channel(key)], [node, graceMs, commands.publishCommand]),
      );
      const { standing, result } = readChange(reply);
      this.index.settle(commands, node, key, await entry, standing);
      return result;
    });
  }

  release(node: string, key: string, what: string, by: string): Promise<Released> {
    return this.call(async (commands) => {
      const entry = this.index.read(commands, node, key);
      const reply = await this.after(commands, entry, () =>
        commands.run(RELEASE, [this.channel(key)], [node, 0, what, by]),
      );
      const { standing, released } = readRelease(reply);
      this.index.settle(commands, node, key, await entry, standing);
      return released;
    });
  }

  moment(key: string): Promise<number> {
    return this.call(async (commands) => Number(await commands.run(MOMENT, [this.channel(key)], ['', 0])));
  }

  snapshot(key: string): Promise<ChannelSnapshot> {
    return this.call(async (commands) => readSnapshot(await commands.run(SNAPSHOT, [this.channel(key)], [])));
  }

  shares(node: string, keys: readonly string[]): Promise<readonly (NodeShare | undefined)[]> {
    return this.call(async (commands) => {
      const batches: Promise<(NodeShare | undefined)[]>[] = [];
      // Channels of a cluster are on several servers, and a script sees those of one.
      const size = commands.isOrdered ? SHARES_AT_ONCE : 1;
      for (let start = 0; start < keys.length; start += size) {
        const bases = keys.slice(start, start + size).map((key) => this.channel(key));
        batches.push(commands.run(SHARES, bases, [node]).then(readShares));
      }
      const missing = await this.index.missing(commands, node, keys);
      const shares = (await Promise.all(batches)).flat();
      return shares.map((share, i) => (missing.has(keys[i] ?? '') ? undefined : share));
    });
  }

  async evictionPolicy(): Promise<string | undefined> {
    return this.call((commands) => commands.evictionPolicy());
  }

  counts(keys: readonly string[]): Promise<readonly ChannelCounts[]> {
    return this.ask((commands) => {
      commands.cork();
      return Promise.all(
        keys.map(async (key) => {
          const [subscriptions, members] = await Promise.all([
            commands.client.hget(`${this.channel(key)}:m`, 't'),
            commands.client.hlen(`${this.channel(key)}:i`),
          ]);
          return { subscriptions: Number(subscriptions ?? 0), members };
        }),
      );
    });
  }

  memberIds(key: string): Promise<readonly string[]> {
    return this.ask((commands) => commands.client.hkeys(`${this.channel(key)}:i`));
  }

  channels(appId: string): Promise<readonly string[]> {
    return this.ask(async (commands) => {
      const nodes = await commands.client.zrange(`${this.nodes}:leases`, '0', '-1');
      const found = await Promise.all(nodes.map((node) => this.index.channels(commands, node, appId, true)));
      return [...new Set(found.flat())];
    });
  }

  cached(key: string): Promise<CachedMessage | undefined> {
    return this.ask(async ({ client }) => {
      const at = this.cacheKey(key);
      const [message, ttlMs] = await Promise.all([client.getBuffer(at), client.pttl(at)]);
      return message === null || ttlMs <= 0 ? undefined : { message, ttlMs };
    });
  }

  cache(key: string, message: Uint8Array, ttlMs: number, onlyIfLater: boolean): Promise<void> {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    return this.ask(async (commands) => {
      commands.cork();
      if (onlyIfLater) await commands.run(CACHE_IF_LATER, [this.cacheKey(key)], [bytes, ttlMs]);
      else await commands.client.set(this.cacheKey(key), bytes, 'PX', ttlMs);
    });
  }

  claim(key: string, ttlMs: number): Promise<string | undefined> {
    return this.ask(async (commands) => {
      const answer = await commands.run(CLAIM, [this.claimKey(key)], [ttlMs]);
      return typeof answer === 'string' ? answer : undefined;
    });
  }

  answer(key: string, answer: string | undefined, ttlMs: number): void {
    const at = this.claimKey(key);
    this.tell(({ client }) => (answer === undefined ? client.del(at) : client.set(at, answer, 'PX', ttlMs)));
  }

  beat(node: BeatingNode, joining: boolean): Promise<Beat> {
    return this.call(async (commands) => {
      const args = [node.id, writeNode(node), joining ? 1 : 0, randomUUID(), node.answered];
      const beat = readBeat(await commands.run(BEAT, [this.nodes], args));
      return { ...beat, graves: beat.graves.filter((id) => id !== node.id) };
    });
  }

  bury(node: string, silentMs: number): Promise<boolean> {
    return this.call(async (commands) => {
      const isBuried = (await commands.run(BURY, [this.nodes], [node, silentMs])) === 1;
      if (isBuried) await this.index.expire(commands, node, 2 * GRAVE_MS);
      return isBuried;
    });
  }

  lockGrave(node: string, by: string, ttlMs: number): Promise<boolean> {
    return this.call(
      async (commands) => (await commands.run(LOCK_GRAVE, [this.nodes], [node, by, ttlMs])) === 1,
    );
  }

  channelsOf(node: string): Promise<readonly string[]> {
    return this.call((commands) => this.index.allChannels(commands, node));
  }

  leave(node: string): Promise<void> {
    return this.call(async (commands) => {
      await commands.run(LEAVE, [this.nodes], [node]);
      await this.index.expire(commands, node, 2 * GRAVE_MS);
    });
  }

  close(): Promise<void> {
    this.listener = undefined;
    this.commands.close();
    this.topics.close();
    return Promise.resolve();
  }

  /** What clients and callers of the HTTP API want to know or keep, which has no bound of its own. */
  private async ask<T>(question: (commands: RedisCommands) => Promise<T>): Promise<T> {
    if (this.pendingQuestions >= this.maxPendingQuestions) {
      throw new Error('too many calls wait for the store');
    }
    this.pendingQuestions++;
    try {
      return await this.call(question);
    } finally {
      this.pendingQuestions--;
    }
  }

  /** What the node itself has to tell, each of its channels one thing at a time. Fails at once while the store is away. */
  private async call<T>(question: (commands: RedisCommands) => Promise<T>): Promise<T> {
    const { connection } = this.commands;
    if (connection === undefined) throw new Error('the store is away');
    try {
      return await question(connection);
    } catch (cause) {
      const message = messageOf(cause);
      if (NOT_WRITABLE.test(message) && this.commands.connection === connection) this.commands.fail(message);
      throw cause;
    }
  }

  /** A call whose answer nobody waits for; while the store is away it is not made. */
  private tell(command: (commands: RedisCommands) => Promise<unknown>): void {
    this.ask((commands) => {
      commands.cork();
      return command(commands);
    }).catch(() => undefined);
  }

  /** Runs a script after an access to the index: on one connection right behind it, in a cluster when it is answered. */
  private async after<T>(
    commands: RedisCommands,
    first: Promise<unknown>,
    run: () => Promise<T>,
  ): Promise<T> {
    if (!commands.isOrdered) await first;
    const [, reply] = await Promise.all([first, run()]);
    return reply;
  }

  private arrive(channel: string, message: Buffer): void {
    if (!this.topics.has(channel)) return;
    let delta: ChannelDelta;
    try {
      delta = readDelta(message);
    } catch {
      // Not from a store of this version. The next delta's version tells that one is missing.
      return;
    }
    this.listener?.delta(channel.slice(this.prefix.length + 2, -'}:d'.length), delta);
  }

  private channel(key: string): string {
    return `${this.prefix}:{${key}}`;
  }

  private deltas(key: string): string {
    return `${this.channel(key)}:d`;
  }

  private cacheKey(key: string): string {
    return `${this.prefix}:cache:${key}`;
  }

  private claimKey(key: string): string {
    return `${this.prefix}:claim:${key}`;
  }
}

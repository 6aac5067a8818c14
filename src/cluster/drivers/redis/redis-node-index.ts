import type { RedisCommands } from './redis-commands.js';
import { SETTLE } from './redis-scripts.js';

/** Where a node stands in a channel, as the scripts answer it. */
export type Standing = 'o' | 'g' | '';

/** Entries that could not be settled, kept until that works. */
const MAX_UNSETTLED = 10_000;

interface Unsettled {
  readonly index: string;
  readonly key: string;
  readonly expected: string;
  readonly wanted: string;
}

/**
 * Which channels a node has something in: for each app a hash of channels, and a set of these apps. A channel cannot be
 * changed in one step with an index that stands elsewhere. So its entry is written before the change, and taken out
 * after it only where nobody wrote it again: each write leaves a value that was not there before. An entry too many does
 * little harm, one too few would leave members behind when the node dies.
 */
export class RedisNodeIndex {
  private writes = 0;
  private unsettled: Unsettled[] = [];

  constructor(private readonly prefix: string) {}

  /** Enters a channel that a node is about to be in. @returns the entry, to be settled after the change */
  async enter(commands: RedisCommands, node: string, key: string): Promise<string> {
    const entry = `o${++this.writes}`;
    const app = appOf(key);
    commands.cork();
    await Promise.all([
      commands.client.sadd(this.appsKey(node), app),
      commands.client.hset(this.indexKey(node, app), key, entry),
    ]);
    return entry;
  }

  /** @returns the entry as it is; empty where there is none */
  async read(commands: RedisCommands, node: string, key: string): Promise<string> {
    commands.cork();
    return (await commands.client.hget(this.indexKey(node, appOf(key)), key)) ?? '';
  }

  /** Makes an entry what the change left, without waiting. */
  settle(commands: RedisCommands, node: string, key: string, entry: string, standing: Standing): void {
    const wanted = standing === 'g' ? `g${entry.slice(1)}` : '';
    if (standing === 'o' || entry === wanted) return;
    this.write(commands, { index: this.indexKey(node, appOf(key)), key, expected: entry, wanted });
  }

  /** Settles what could not be settled while the store was away. */
  retry(commands: RedisCommands): void {
    const { unsettled } = this;
    this.unsettled = [];
    for (const entry of unsettled) this.write(commands, entry);
  }

  /** @param isOccupied leaves out those in which the node only holds graces */
  async channels(commands: RedisCommands, node: string, app: string, isOccupied: boolean): Promise<string[]> {
    const entries = Object.entries(await commands.client.hgetall(this.indexKey(node, app)));
    return entries.filter(([, entry]) => !isOccupied || entry.startsWith('o')).map(([key]) => key);
  }

  /** Those of some channels of a node that the index does not name as occupied, as when a key of it was lost. */
  async missing(
    commands: RedisCommands,
    node: string,
    keys: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const byApp = new Map<string, string[]>();
    for (const key of keys) {
      const app = appOf(key);
      const ofApp = byApp.get(app);
      if (ofApp === undefined) byApp.set(app, [key]);
      else ofApp.push(key);
    }
    commands.cork();
    const missing = await Promise.all(
      [...byApp].map(async ([app, ofApp]) => {
        const [isKnown, entries] = await Promise.all([
          commands.client.sismember(this.appsKey(node), app),
          commands.client.hmget(this.indexKey(node, app), ...ofApp),
        ]);
        return ofApp.filter((_, i) => isKnown === 0 || entries[i]?.startsWith('o') !== true);
      }),
    );
    return new Set(missing.flat());
  }

  async allChannels(commands: RedisCommands, node: string): Promise<string[]> {
    const apps = await commands.client.smembers(this.appsKey(node));
    const channels = await Promise.all(apps.map((app) => this.channels(commands, node, app, false)));
    return channels.flat();
  }

  /** Lets what is known of a node's apps go after a time in which no channel is entered any more. */
  async expire(commands: RedisCommands, node: string, afterMs: number): Promise<void> {
    await commands.client.pexpire(this.appsKey(node), afterMs);
  }

  private write(commands: RedisCommands, entry: Unsettled): void {
    commands.run(SETTLE, [entry.index], [entry.key, entry.expected, entry.wanted]).catch(() => {
      if (this.unsettled.length < MAX_UNSETTLED) this.unsettled.push(entry);
    });
  }

  private appsKey(node: string): string {
    return `${this.prefix}:{node/${node}}:apps`;
  }

  private indexKey(node: string, app: string): string {
    return `${this.prefix}:{node/${node}}:app:${app}`;
  }
}

function appOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

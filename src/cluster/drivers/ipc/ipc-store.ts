import { FrameKind, readText, type TextBody } from './ipc-frames.js';
import type { IpcLink } from './ipc-link.js';
import { IpcTopics } from './ipc-topics.js';
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

/** What the parent process may be asked for, as it is named on the wire. */
export type IpcCall =
  | readonly ['apply', node: string, change: ChannelChange]
  | readonly ['drop', node: string, key: string, graceMs: number]
  | readonly ['release', node: string, key: string, what: string, by: string]
  | readonly ['moment', key: string]
  | readonly ['shares', node: string, keys: readonly string[]]
  | readonly ['snapshot', key: string]
  | readonly ['counts', keys: readonly string[]]
  | readonly ['memberIds', key: string]
  | readonly ['channels', appId: string]
  | readonly ['cached', key: string]
  | readonly ['cache', key: string, ttlMs: number, onlyIfLater: boolean]
  | readonly ['claim', key: string, ttlMs: number]
  | readonly ['answer', key: string, answer: string | null, ttlMs: number]
  | readonly ['beat', node: BeatingNode, joining: boolean]
  | readonly ['bury', node: string, silentMs: number]
  | readonly ['lockGrave', node: string, by: string, ttlMs: number]
  | readonly ['channelsOf', node: string]
  | readonly ['leave', node: string];

/**
 * What the processes of one host share, kept by their parent process. What waits for it has a bound: a node has one change of each
 * of its channels under way, and a parent process that stands still is noticed within two seconds.
 */
export class IpcStore implements ClusterStore {
  /** The parent process is a process that keeps all of it, or ends with its workers. */
  readonly mayLoseParts = false;
  private readonly topics: IpcTopics;
  private listener: StoreListener | undefined;

  constructor(link: IpcLink) {
    this.topics = new IpcTopics(
      link,
      { begin: FrameKind.Watch, end: FrameKind.Unwatch },
      (kind, bytes, start, end) => {
        if (kind === FrameKind.Delta) this.arrive(readText(bytes, start, end).text);
        else if (kind === FrameKind.Died) this.listener?.died?.();
      },
      {
        up: () => this.listener?.up(),
        down: (reason) => this.listener?.down(reason),
      },
    );
  }

  get isUp(): boolean {
    return this.listener !== undefined && this.topics.connection !== undefined;
  }

  start(listener: StoreListener): void {
    this.listener = listener;
    this.topics.start();
  }

  watch(key: string): Promise<void> {
    return this.topics.subscribe(key);
  }

  unwatch(key: string): void {
    this.topics.unsubscribe(key);
  }

  apply(node: string, change: ChannelChange): Promise<ChannelResult> {
    return this.ask<ChannelResult>(['apply', node, change]);
  }

  drop(node: string, key: string, graceMs: number): Promise<ChannelResult> {
    return this.ask<ChannelResult>(['drop', node, key, graceMs]);
  }

  release(node: string, key: string, what: string, by: string): Promise<Released> {
    return this.ask<Released>(['release', node, key, what, by]);
  }

  async shares(node: string, keys: readonly string[]): Promise<readonly (NodeShare | undefined)[]> {
    const shares = await this.ask<(NodeShare | null)[]>(['shares', node, keys]);
    return shares.map((share) => share ?? undefined);
  }

  moment(key: string): Promise<number> {
    return this.ask<number>(['moment', key]);
  }

  snapshot(key: string): Promise<ChannelSnapshot> {
    return this.ask<ChannelSnapshot>(['snapshot', key]);
  }

  counts(keys: readonly string[]): Promise<readonly ChannelCounts[]> {
    return this.ask<ChannelCounts[]>(['counts', keys]);
  }

  memberIds(key: string): Promise<readonly string[]> {
    return this.ask<string[]>(['memberIds', key]);
  }

  channels(appId: string): Promise<readonly string[]> {
    return this.ask<string[]>(['channels', appId]);
  }

  async cached(key: string): Promise<CachedMessage | undefined> {
    const answer = await this.call(['cached', key]);
    if (answer === undefined || answer.text === '') return undefined;
    return { message: answer.bytes, ttlMs: JSON.parse(answer.text) as number };
  }

  async cache(key: string, message: Uint8Array, ttlMs: number, onlyIfLater: boolean): Promise<void> {
    await this.call(['cache', key, ttlMs, onlyIfLater], message);
  }

  claim(key: string, ttlMs: number): Promise<string | undefined> {
    return this.ask<string | undefined>(['claim', key, ttlMs]);
  }

  answer(key: string, answer: string | undefined, ttlMs: number): void {
    this.topics.connection?.tell(write(['answer', key, answer ?? null, ttlMs]));
  }

  beat(node: BeatingNode, joining: boolean): Promise<Beat> {
    return this.ask<Beat>(['beat', node, joining]);
  }

  bury(node: string, silentMs: number): Promise<boolean> {
    return this.ask<boolean>(['bury', node, silentMs]);
  }

  lockGrave(node: string, by: string, ttlMs: number): Promise<boolean> {
    return this.ask<boolean>(['lockGrave', node, by, ttlMs]);
  }

  channelsOf(node: string): Promise<readonly string[]> {
    return this.ask<string[]>(['channelsOf', node]);
  }

  async leave(node: string): Promise<void> {
    await this.call(['leave', node]);
  }

  close(): Promise<void> {
    this.listener = undefined;
    this.topics.close();
    return Promise.resolve();
  }

  /** @typeParam T of the answer; the parent process is this very program, so it is not looked at */
  private async ask<T>(question: IpcCall): Promise<T> {
    const text = (await this.call(question))?.text ?? '';
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private call(question: IpcCall, bytes?: Uint8Array): Promise<TextBody | undefined> {
    const { connection } = this.topics;
    if (connection === undefined) return Promise.reject(new Error('the store is away'));
    return connection.call(write(question), bytes);
  }

  private arrive(text: string): void {
    const [key, delta] = JSON.parse(text) as [string, ChannelDelta];
    if (this.topics.has(key)) this.listener?.delta(key, delta);
  }
}

function write(call: IpcCall): string {
  return JSON.stringify(call);
}

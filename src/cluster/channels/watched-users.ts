import type { ClusterStore } from '../store.js';
import { inSlices } from './turns.js';

interface WatchedUser {
  watchers: number;
  isOnline: boolean;
  version: number;
  /** Until it is known whether they are online. */
  ready: Promise<void> | undefined;
  /** True from when they are watched while the store is away until they are looked at. */
  isMissed: boolean;
}

export interface WatchedUsersContext {
  readonly store: Pick<ClusterStore, 'watch' | 'unwatch' | 'snapshot'>;
  /** Whether the store can be relied on. */
  readonly isHealthy: () => boolean;
  readonly changed: (key: string, isOnline: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** Whether the users that clients of this node watch are online anywhere. A user is known by the key of his channel. */
export class WatchedUsers {
  private readonly watched = new Map<string, WatchedUser>();

  constructor(private readonly context: WatchedUsersContext) {}

  /** @returns when it is known whether he is online, or undefined when it is known already */
  watch(key: string): Promise<void> | undefined {
    let user = this.watched.get(key);
    if (user === undefined) {
      const isMissed = !this.context.isHealthy();
      const created: WatchedUser = { watchers: 0, isOnline: false, version: 0, ready: undefined, isMissed };
      user = created;
      this.watched.set(key, created);
      // Nothing waits for a store that is away: one call would be kept for each user that comes and goes meanwhile.
      if (isMissed) void this.context.store.watch(key);
      else {
        created.ready = this.look(key).finally(() => {
          created.ready = undefined;
        });
      }
    }
    user.watchers++;
    return user.ready;
  }

  unwatch(key: string): void {
    const user = this.watched.get(key);
    if (user === undefined || --user.watchers > 0) return;
    this.watched.delete(key);
    this.context.store.unwatch(key);
  }

  isOnline(key: string): boolean {
    return this.watched.get(key)?.isOnline ?? false;
  }

  /** The number of his connections changed. */
  take(key: string, version: number, subscriptions: number): void {
    const user = this.watched.get(key);
    if (user === undefined || version < user.version) return;
    user.version = version;
    const isOnline = subscriptions > 0;
    if (user.isOnline === isOnline) return;
    user.isOnline = isOnline;
    // Until it is known, nobody was told that he is offline.
    if (user.ready === undefined) this.context.changed(key, isOnline);
  }

  /** Without the store, this node alone knows of him. */
  decideAlone(key: string, isOnline: boolean): void {
    this.take(key, this.watched.get(key)?.version ?? 0, isOnline ? 1 : 0);
  }

  /**
   * The store is back: looks at those who are watched since it was away.
   *
   * @returns when it has; never fails
   */
  lookAtMissed(atOnce: number): Promise<void> {
    const missed = [...this.watched].filter(([, { isMissed }]) => isMissed).map(([key]) => key);
    return this.lookAll(missed, atOnce);
  }

  /**
   * Looks at all of them again; at no more than so many at once.
   *
   * @returns when it has; never fails
   */
  refetch(atOnce: number): Promise<void> {
    return this.lookAll([...this.watched.keys()], atOnce);
  }

  private lookAll(keys: readonly string[], atOnce: number): Promise<void> {
    return inSlices(keys, atOnce, async (key) => {
      const user = this.watched.get(key);
      if (user === undefined) return;
      user.isMissed = false;
      await this.look(key);
    });
  }

  private async look(key: string): Promise<void> {
    try {
      await this.context.store.watch(key);
      const { version, subscriptions } = await this.context.store.snapshot(key);
      this.take(key, version, subscriptions);
    } catch (error) {
      this.context.failed(error);
    }
  }
}

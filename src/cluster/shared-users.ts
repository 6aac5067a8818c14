import type { ClusterStore } from './store.js';
import { inSlices } from './turns.js';

interface WatchedUser {
  watchers: number;
  isOnline: boolean;
  version: number;
  /** Until it is known whether he is online. */
  ready: Promise<void> | undefined;
}

export interface SharedUsersContext {
  readonly store: Pick<ClusterStore, 'watch' | 'unwatch' | 'snapshot'>;
  readonly changed: (key: string, isOnline: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/** Whether the users that clients of this node watch are online anywhere. A user is known by the key of his channel. */
export class SharedUsers {
  private readonly watched = new Map<string, WatchedUser>();

  constructor(private readonly context: SharedUsersContext) {}

  /** @returns when it is known whether he is online, or undefined when it is known already */
  watch(key: string): Promise<void> | undefined {
    let user = this.watched.get(key);
    if (user === undefined) {
      const created: WatchedUser = { watchers: 0, isOnline: false, version: 0, ready: undefined };
      user = created;
      this.watched.set(key, created);
      created.ready = this.look(key).finally(() => {
        created.ready = undefined;
      });
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
   * Looks at all of them again; at no more than so many at once.
   *
   * @returns when it has; never fails
   */
  refetch(atOnce: number): Promise<void> {
    return inSlices([...this.watched.keys()], atOnce, async (key) => {
      if (this.watched.has(key)) await this.look(key);
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

import { encodeWatchlistEvents } from '../../protocol/server-codec.js';
import type { UserData, WatchlistEvent } from '../../protocol/messages.js';
import type { App } from '../apps/app.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Connection } from './connection.js';

const NONE: ReadonlySet<Connection> = new Set();

/** What users need of the other nodes. */
export type SharedUsers = Pick<
  Cluster,
  'userOnline' | 'userOffline' | 'watchUser' | 'unwatchUser' | 'isUserOnline'
>;

/**
 * Who is signed in, on which connections, and who watches whom (PROTOCOL.md USER-1 to USER-5, WATCH-1). A user is
 * online while he is signed in on at least one connection, of this node or another.
 */
export class Users {
  private readonly byId = new Map<string, Set<Connection>>();
  /** By watched user. */
  private readonly watchers = new Map<string, Set<Connection>>();
  /** What the watchers of a user were told last. */
  private readonly told = new Map<string, boolean>();

  constructor(
    private readonly app: Pick<App, 'id' | 'settings'>,
    private readonly shared?: SharedUsers,
  ) {}

  /** Those of this node. */
  connections(userId: string): ReadonlySet<Connection> {
    return this.byId.get(userId) ?? NONE;
  }

  /** Users who are signed in on this node. */
  get size(): number {
    return this.byId.size;
  }

  /**
   * Signs a connection in, or replaces what its user told before.
   *
   * @returns when it is known of all whom he watches whether they are online; undefined when it is known already
   */
  signIn(connection: Connection, user: UserData): Promise<unknown> | undefined {
    const previous = connection.user;
    if (previous !== undefined) this.unwatch(connection, previous);
    connection.user = user;
    const isFirst = add(this.byId, user.id, connection);
    if (!this.app.settings.watchlist) return undefined;
    if (isFirst) {
      this.shared?.userOnline(this.app.id, user.id);
      // Before his own list counts: who watches himself is told all of it in its first state.
      this.changed(user.id);
    }
    return this.watch(connection, user);
  }

  signOut(connection: Connection): void {
    const { user } = connection;
    if (user === undefined) return;
    connection.user = undefined;
    if (this.app.settings.watchlist) this.unwatch(connection, user);
    const wasLast = remove(this.byId, user.id, connection);
    if (!wasLast || !this.app.settings.watchlist) return;
    this.shared?.userOffline(this.app.id, user.id);
    this.changed(user.id);
  }

  /** The present state of all users a connection watches, as the first event after sign-in tells it. */
  watchlistState(user: UserData): readonly WatchlistEvent[] {
    const online: string[] = [];
    const offline: string[] = [];
    for (const id of user.watchlist) {
      const isOnline = this.isOnline(id);
      this.told.set(id, isOnline);
      (isOnline ? online : offline).push(id);
    }
    const events: WatchlistEvent[] = [
      { name: 'online', userIds: online },
      { name: 'offline', userIds: offline },
    ];
    return events.filter(({ userIds }) => userIds.length > 0);
  }

  /** A watched user may have come online or gone offline, here or on another node. */
  changed(userId: string): void {
    const told = this.told.get(userId);
    const isOnline = this.isOnline(userId);
    if (told === undefined || told === isOnline) return;
    this.told.set(userId, isOnline);
    const watchers = this.watchers.get(userId) ?? NONE;
    const frame = encodeWatchlistEvents([{ name: isOnline ? 'online' : 'offline', userIds: [userId] }]);
    for (const watcher of watchers) watcher.socket.send(frame);
  }

  private isOnline(userId: string): boolean {
    return this.byId.has(userId) || this.shared?.isUserOnline(this.app.id, userId) === true;
  }

  private watch(connection: Connection, { watchlist }: UserData): Promise<unknown> | undefined {
    const unknown: Promise<void>[] = [];
    for (const id of watchlist) {
      add(this.watchers, id, connection);
      const ready = this.shared?.watchUser(this.app.id, id);
      if (ready !== undefined) unknown.push(ready);
    }
    return unknown.length === 0 ? undefined : Promise.all(unknown);
  }

  private unwatch(connection: Connection, { watchlist }: UserData): void {
    for (const id of watchlist) {
      if (remove(this.watchers, id, connection)) this.told.delete(id);
      this.shared?.unwatchUser(this.app.id, id);
    }
  }
}

/** @returns whether it is the first under this id */
function add(index: Map<string, Set<Connection>>, id: string, connection: Connection): boolean {
  const connections = index.get(id);
  if (connections !== undefined) {
    connections.add(connection);
    return false;
  }
  index.set(id, new Set([connection]));
  return true;
}

/** @returns whether it was the last under this id */
function remove(index: Map<string, Set<Connection>>, id: string, connection: Connection): boolean {
  const connections = index.get(id);
  if (connections?.delete(connection) !== true || connections.size > 0) return false;
  index.delete(id);
  return true;
}

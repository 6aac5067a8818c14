import { encodeWatchlistEvents } from '../../protocol/server-codec.js';
import type { UserData, WatchlistEvent } from '../../protocol/messages.js';
import type { Connection } from './connection.js';

const NONE: ReadonlySet<Connection> = new Set();

/**
 * Who is signed in, on which connections, and who watches whom (PROTOCOL.md USER-1 to USER-5, WATCH-1). A user is
 * online while he is signed in on at least one connection.
 */
export class Users {
  private readonly online = new Map<string, Set<Connection>>();
  /** By watched user. */
  private readonly watchers = new Map<string, Set<Connection>>();

  constructor(private readonly watchlistEnabled: () => boolean) {}

  connections(userId: string): ReadonlySet<Connection> {
    return this.online.get(userId) ?? NONE;
  }

  /** Users who are signed in. */
  get size(): number {
    return this.online.size;
  }

  /** Signs a connection in, or replaces what its user told before. */
  signIn(connection: Connection, user: UserData): void {
    const previous = connection.user;
    if (previous !== undefined) this.unwatch(connection, previous);
    connection.user = user;
    const cameOnline = add(this.online, user.id, connection);
    if (!this.watchlistEnabled()) return;
    // Before his own list counts: who watches himself is told all of it in its first state.
    if (cameOnline) this.tellWatchers(user.id, 'online');
    for (const id of user.watchlist) add(this.watchers, id, connection);
  }

  signOut(connection: Connection): void {
    const { user } = connection;
    if (user === undefined) return;
    connection.user = undefined;
    this.unwatch(connection, user);
    const wentOffline = remove(this.online, user.id, connection);
    if (wentOffline && this.watchlistEnabled()) this.tellWatchers(user.id, 'offline');
  }

  /** The present state of all users a connection watches, as the first event after sign-in tells it. */
  watchlistState(user: UserData): readonly WatchlistEvent[] {
    const isOnline = (id: string) => this.online.has(id);
    const online: WatchlistEvent = { name: 'online', userIds: user.watchlist.filter(isOnline) };
    const offline: WatchlistEvent = {
      name: 'offline',
      userIds: user.watchlist.filter((id) => !isOnline(id)),
    };
    return [online, offline].filter(({ userIds }) => userIds.length > 0);
  }

  private tellWatchers(userId: string, name: WatchlistEvent['name']): void {
    const watchers = this.watchers.get(userId);
    if (watchers === undefined) return;
    const frame = encodeWatchlistEvents([{ name, userIds: [userId] }]);
    for (const watcher of watchers) watcher.socket.send(frame);
  }

  private unwatch(connection: Connection, user: UserData): void {
    for (const id of user.watchlist) remove(this.watchers, id, connection);
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

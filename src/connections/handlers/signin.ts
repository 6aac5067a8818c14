import { ErrorCode } from '../../../protocol/error-codes.js';
import { parseUserData } from '../../../protocol/member-data.js';
import type { SigninMessage, UserData } from '../../../protocol/messages.js';
import { ProtocolError } from '../../../protocol/protocol-error.js';
import { encodeError, encodeSigninSuccess, encodeWatchlistEvents } from '../../../protocol/server-codec.js';
import { isUserAuthValid, parseAuthToken } from '../../../protocol/signatures.js';
import type { Connection } from '../connection.js';
import type { ConnectionServices } from '../services.js';
import { subscribeUser } from './subscribe.js';

/**
 * Signs a user in on a connection (PROTOCOL.md USER-1 to USER-4). The same user again replaces what he told before;
 * another one is refused. Success is told when the user's own channel stands: events to the user are delivered from
 * then on.
 *
 * @returns undefined when it is done at once, otherwise when the user was told of those whom he watches
 * @throws ProtocolError without a code; the connection stays open
 * @throws SubscriptionError when the connection subscribes too fast; it is then not signed in
 */
export function signIn(
  connection: Connection,
  { auth, userData }: SigninMessage,
  services: ConnectionServices,
): Promise<void> | undefined {
  const { app } = connection;
  const { settings, keys, memberLimits } = app.app;
  if (!settings.userAuthentication) {
    throw new ProtocolError("Sign-in is off for this app; its setting 'userAuthentication' turns it on");
  }
  const token = parseAuthToken(auth);
  const key = token === undefined ? undefined : keys.get(token.key);
  if (token === undefined || key === undefined) {
    throw new ProtocolError(
      "Invalid sign-in: 'auth' should be of format 'key:signature' with a key of this app",
    );
  }
  if (!isUserAuthValid(key.sign, token.signature, connection.socketId, userData)) {
    throw new ProtocolError(
      `Invalid sign-in signature: Expected HMAC SHA256 hex digest of ${connection.socketId}::user::<user_data>`,
    );
  }
  const parsed = parseUserData(userData, memberLimits);
  if (!parsed.ok) throw new ProtocolError(`Invalid sign-in: ${parsed.problem}`);
  const user = parsed.value;
  if (connection.user !== undefined && connection.user.id !== user.id) {
    throw new ProtocolError(
      `Invalid sign-in: this connection is signed in as another user, '${connection.user.id}'`,
    );
  }

  const opening = subscribeUser(connection, user.id, services);
  const unknown = app.users.signIn(connection, user);
  connection.isAuthorized = true;
  const tell = () => {
    if (connection.isClosing) return undefined;
    connection.socket.send(encodeSigninSuccess(userData));
    const { log } = services;
    if (log.isDebug) {
      log.debug({ app: app.app.id, user: user.id, socketId: connection.socketId }, 'signed in');
    }
    return settings.watchlist ? tellWatched(connection, user, unknown) : undefined;
  };
  return opening === undefined ? tell() : opening.then(tell);
}

/** @param unknown fulfilled when it is known whether those whom the user watches are online */
function tellWatched(
  connection: Connection,
  user: UserData & { readonly watchlistCut: boolean },
  unknown: Promise<unknown> | undefined,
): Promise<void> | undefined {
  if (user.watchlistCut) {
    const { watchListLength } = connection.app.app.memberLimits;
    const message = `Watch list too long: only its first ${watchListLength} ids are watched: ${user.watchlist.join(', ')}`;
    connection.socket.send(encodeError(message, ErrorCode.WatchListTooLong));
  }
  if (unknown === undefined) {
    sendWatchlist(connection, user);
    return undefined;
  }
  return unknown.then(() => {
    if (connection.user === user) sendWatchlist(connection, user);
  });
}

/** WATCH-1 */
function sendWatchlist({ app, socket }: Connection, user: UserData): void {
  const events = app.users.watchlistState(user);
  if (events.length > 0) socket.send(encodeWatchlistEvents(events));
}

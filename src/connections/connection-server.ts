import { randomInt } from 'node:crypto';
import { CloseCode, ErrorCode } from '../../protocol/error-codes.js';
import { decodeClientMessage } from '../../protocol/client-codec.js';
import { closeReason } from '../../protocol/close-reason.js';
import type { ClientMessage } from '../../protocol/messages.js';
import { ProtocolError, SubscriptionError } from '../../protocol/protocol-error.js';
import {
  encodeConnectionEstablished,
  encodeError,
  encodeSubscriptionError,
} from '../../protocol/server-codec.js';
import { parseQuery, queryValue } from '../../protocol/request-signature.js';
import { formatSocketId, SOCKET_ID_MAX, type SocketId } from '../../protocol/socket-id.js';
import { Counters } from '../activity/counters.js';
import { refillFrames } from '../limits/frame-rate.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { Connection } from './connection.js';
import { handleMessage } from './handle-message.js';
import { Handshakes, type Handshake, type Refusal } from './handshake.js';
import { leaveAllChannels } from './handlers/unsubscribe.js';
import type { LocalApp } from './local-app.js';
import { HANDSHAKE_HINTS, KEY_IS_SECRET, subscriptionHint } from './refusal-hints.js';
import type { LocalApps } from './local-apps.js';
import type { ConnectionServices } from './services.js';
import type { HandshakeRequest, Socket } from './socket.js';

/**
 * The life of connections, from handshake to close. Transports call it; each call is a boundary that lets no exception
 * through.
 */
export class ConnectionServer {
  private readonly handshakes: Handshakes;
  private attentiveMs: number;
  private sweptAtMs: number;

  constructor(
    readonly apps: LocalApps,
    private readonly services: ConnectionServices,
    private readonly idleTimeoutSeconds: number,
  ) {
    this.handshakes = new Handshakes(apps, services.clock);
    this.attentiveMs = this.sweptAtMs = services.clock.monotonic();
  }

  /**
   * Time as silence is measured by, in seconds. It leaves out what a process stood still for, or had to wait for its core:
   * what clients sent meanwhile was not heard, and what was to be asked of them was not.
   */
  get seconds(): number {
    return Math.floor(this.attentiveMs / 1000);
  }

  /** Decides on a handshake; the transport upgrades it in any case and passes the decision to {@link open}. */
  handshake(request: HandshakeRequest): Handshake {
    const handshake = this.handshakes.decide(request);
    if ('code' in handshake) this.warnOfRefusal(handshake, request);
    return handshake;
  }

  /**
   * Takes over a socket that was just upgraded.
   *
   * @returns its connection, or undefined when it was refused and is closing
   */
  open(handshake: Handshake, socket: Socket): Connection | undefined {
    try {
      return this.accept(handshake, socket);
    } catch (error) {
      this.internalError(error);
      socket.end(undefined, ErrorCode.OverCapacity, 'Internal server error');
      return undefined;
    }
  }

  private accept(handshake: Handshake, socket: Socket): Connection | undefined {
    const { counters, log } = this.services;
    if ('code' in handshake) {
      const { code, message } = handshake;
      Counters.raise(counters.handshakesRefused, code);
      socket.end(encodeError(message, code), code, closeReason(message));
      return undefined;
    }

    const { app } = handshake;
    const connection = new Connection(app, socket, newSocketId(app.connections), this.seconds);
    app.connections.set(connection.socketId, connection);
    app.cluster?.connected(app.app.id);
    counters.connectionsOpened++;
    socket.send(encodeConnectionEstablished(connection.socketId, app.app.settings.activityTimeoutSeconds));
    if (log.isDebug) this.logOpened(connection, handshake.request);
    return connection;
  }

  /**
   * Handles a text frame.
   *
   * @param frame its text
   * @param bytes its length on the wire
   */
  message(connection: Connection, frame: string, bytes: number): void {
    let event: ClientMessage['event'] | undefined;
    try {
      if (!this.admits(connection, bytes)) return;
      const message = decodeClientMessage(frame);
      event = message.event;
      handleMessage(connection, message, this.services)?.catch((error: unknown) => {
        this.answerError(connection, error, event);
      });
    } catch (error) {
      this.answerError(connection, error, event);
    }
  }

  /** MSG-1: only text frames are part of the protocol. */
  binaryMessage(connection: Connection, bytes: number): void {
    try {
      if (this.admits(connection, bytes)) throw new ProtocolError('Binary messages are not supported');
    } catch (error) {
      this.answerError(connection, error, undefined);
    }
  }

  /** LIVE-1: any frame is a sign of life, control frames included. */
  heard(connection: Connection): void {
    if (connection.isClosing) return;
    this.refill(connection);
    // MSG-8
    if (connection.app.frameRate !== undefined && --connection.controlFramesLeft < 0)
      this.flooded(connection);
  }

  /** SLOW-1: the socket holds more unread bytes than it may; something may already have been left out. */
  overloaded(connection: Connection): void {
    if (connection.isClosing) return;
    this.services.counters.slowConsumers++;
    this.services.log.warn(
      { app: connection.app.app.id, socketId: connection.socketId },
      'connection closed because it reads too slowly',
    );
    this.closeWithError(connection, ErrorCode.OverCapacity, 'Reads too slowly; please reconnect');
  }

  /**
   * The socket is gone.
   *
   * @param code of the close frame, or 1005 or 1006 when there was none
   */
  closed(connection: Connection, code: number): void {
    try {
      Counters.raise(this.services.counters.connectionsClosed, countedCode(code, connection));
      this.release(connection);
      const { log } = this.services;
      if (!log.isDebug) return;
      const { app, socketId, openedAt } = connection;
      log.debug({ app: app.app.id, socketId, code, seconds: this.seconds - openedAt }, 'connection closed');
    } catch (error) {
      this.internalError(error);
    }
  }

  /** Closes the connections of a user that are open here. */
  terminateUser({ app, users }: LocalApp, userId: string): void {
    // The setting's schema allows the codes that clients understand.
    const code = app.settings.terminateCloseCode as ErrorCode;
    for (const connection of [...users.connections(userId)]) {
      this.closeWithError(connection, code, 'You got disconnected by the app.');
    }
  }

  /** Sends `pusher:error`, then closes with the same code (ERR-3). */
  closeWithError(connection: Connection, code: ErrorCode, message: string): void {
    if (connection.isClosing) return;
    this.release(connection);
    connection.socket.end(encodeError(message, code), code, closeReason(message));
  }

  /** Closes what is silent or was not authorized in time, and tells the counts of a second. Called every second. */
  sweep(): void {
    const nowMs = this.services.clock.monotonic();
    this.attentiveMs += Math.min(nowMs - this.sweptAtMs, MAX_SWEEP_MS);
    this.sweptAtMs = nowMs;
    const { seconds } = this;
    // A transport that cuts off idle sockets itself does so without a code: be a little earlier.
    const silentSince = seconds - (this.idleTimeoutSeconds - IDLE_MARGIN_SECONDS);
    for (const { app, channels, connections, subscriptionCounts } of this.apps.active()) {
      channels.sweep();
      subscriptionCounts.nextSecond();
      const { authorizationTimeoutSeconds: authorizationTimeout } = app.settings;
      const openedBefore = authorizationTimeout === null ? -Infinity : seconds - authorizationTimeout;
      for (const connection of connections.values()) {
        if (connection.lastHeardAt <= silentSince) {
          this.closeWithError(connection, ErrorCode.PongMissing, 'Pong reply not received');
        } else if (connection.openedAt <= openedBefore && !connection.isAuthorized) {
          this.closeWithError(connection, ErrorCode.Unauthorized, 'Connection not authorized within timeout');
        }
      }
    }
  }

  /** COUNT-1: called every 5 seconds. */
  flushSubscriptionCounts(): void {
    for (const app of this.apps.active()) app.subscriptionCounts.flush();
  }

  /** Counts a message of any kind. @returns whether it is to be handled: not too long and not one too many */
  private admits(connection: Connection, bytes: number): boolean {
    if (connection.isClosing) return false;
    this.refill(connection);
    this.services.counters.messagesReceived++;
    if (connection.app.frameRate !== undefined && --connection.messagesLeft < 0) {
      this.flooded(connection);
      return false;
    }
    const { maxMessageBytes } = connection.app.app.settings;
    if (bytes > maxMessageBytes) {
      // MSG-6
      this.end(connection, CloseCode.MessageTooBig, `Message longer than ${maxMessageBytes} bytes`);
      return false;
    }
    return !this.isOverMessageLimit(connection);
  }

  /** Notes that a connection is alive, and what it may send from now on. */
  private refill(connection: Connection): void {
    const { seconds } = this;
    if (seconds === connection.lastHeardAt) return;
    const { frameRate } = connection.app;
    if (frameRate !== undefined) refillFrames(connection, seconds - connection.lastHeardAt, frameRate);
    connection.lastHeardAt = seconds;
  }

  /**
   * MSG-8: a connection sent faster than it may. With 4100 its client comes back after a while: a page that runs wild once
   * is not cut off from its events for good, as it would be with 40xx.
   */
  private flooded(connection: Connection): void {
    const { counters, warnings } = this.services;
    counters.rateLimited++;
    const { app, socket, socketId } = connection;
    const fields = () => ({ reason: TOO_FAST, socketId, address: socket.address, hint: TOO_FAST_HINT });
    warnings.warn(app.app.id, fields, 'connection closed because it sends too fast');
    socket.send(encodeError(TOO_FAST, ErrorCode.ClientEventRejected));
    this.closeWithError(connection, ErrorCode.OverCapacity, TOO_FAST);
  }

  private end(connection: Connection, code: number, reason: string): void {
    this.release(connection);
    connection.socket.end(undefined, code, reason);
  }

  /** Takes a connection out of everything, once. */
  private release(connection: Connection): void {
    if (connection.isClosing) return;
    connection.isClosing = true;
    const { app } = connection;
    app.connections.delete(connection.socketId);
    app.cluster?.disconnected(app.app.id);
    leaveAllChannels(connection);
    app.users.signOut(connection);
  }

  /** As Reverb's rate limit: messages of any kind, in a window. */
  private isOverMessageLimit(connection: Connection): boolean {
    const { maxMessagesPerWindow, messageWindowSeconds, terminateOnMessageLimit } =
      connection.app.app.settings;
    if (maxMessagesPerWindow === null) return false;
    const nowMs = this.services.clock.monotonic();
    connection.messageBudget ??= new TokenBucket(maxMessagesPerWindow, nowMs);
    const perSecond = maxMessagesPerWindow / messageWindowSeconds;
    if (connection.messageBudget.take(1, perSecond, maxMessagesPerWindow, nowMs)) return false;
    this.services.counters.rateLimited++;
    const message = 'Rate limit exceeded';
    connection.socket.send(encodeError(message, ErrorCode.ClientEventRejected));
    if (terminateOnMessageLimit) this.closeWithError(connection, ErrorCode.OverCapacity, message);
    return true;
  }

  /** The one place that turns a client's mistake into frames (ERR-2, SUB-4). */
  private answerError(
    connection: Connection,
    error: unknown,
    event: ClientMessage['event'] | undefined,
  ): void {
    const { socket, app } = connection;
    if (!(error instanceof ProtocolError)) {
      this.internalError(error);
      socket.send(encodeError('The server could not handle this message', null));
      return;
    }
    const { counters } = this.services;
    this.warnOfMistake(connection, error, event);
    if (error instanceof SubscriptionError) {
      counters.subscriptionsRefused++;
      const { channel, type, status, message } = error;
      socket.send(encodeSubscriptionError(channel, type, message, status));
      if (app.app.settings.internalSubscriptionError) {
        socket.send(
          encodeSubscriptionError(channel, type, message, status, 'pusher_internal:subscription_error'),
        );
      }
    }
    socket.send(encodeError(error.message, error.code));
  }

  private logOpened({ app, socketId }: Connection, { query, origin, address }: HandshakeRequest): void {
    const parameters = parseQuery(query);
    const client = [queryValue(parameters, 'client'), queryValue(parameters, 'version')]
      .filter((text) => text !== undefined)
      .map((text) => text.slice(0, 50))
      .join(' ');
    this.services.log.debug({ app: app.app.id, socketId, client, origin, address }, 'connection opened');
  }

  private warnOfRefusal({ code, message, app, hint }: Refusal, request: HandshakeRequest): void {
    const { key, origin, address, path } = request;
    const isSecret = key !== undefined && this.apps.isSecret(key);
    const fields = {
      reason: isSecret ? 'No app has this key' : message,
      key: isSecret ? undefined : key,
      path: key === undefined ? path : undefined,
      origin,
      address,
      hint: isSecret ? KEY_IS_SECRET : (hint ?? HANDSHAKE_HINTS[code]),
    };
    this.services.warnings.warn(app, fields, `connection refused with ${code}`);
  }

  private warnOfMistake(
    { app, socket, socketId }: Connection,
    error: ProtocolError,
    event: ClientMessage['event'] | undefined,
  ): void {
    const fields = () => {
      const { address } = socket;
      if (!(error instanceof SubscriptionError)) return { reason: error.message, socketId, address };
      const { logged: reason, channel } = error;
      return { reason, channel, socketId, address, hint: subscriptionHint(error) };
    };
    this.services.warnings.warn(app.app.id, fields, REFUSED[event ?? 'pusher:ping']);
  }

  private internalError(error: unknown): void {
    this.services.counters.internalErrors++;
    this.services.log.error({ err: error }, 'a connection could not be handled');
  }
}

/** What is said of a refused message, by its event. */
const REFUSED: Readonly<Record<ClientMessage['event'], string>> = {
  'pusher:subscribe': 'subscription refused',
  'pusher:unsubscribe': 'message refused',
  'pusher:signin': 'sign-in refused',
  'pusher:ping': 'message refused',
  'pusher:pong': 'message refused',
  'client event': 'client event refused',
};

const TOO_FAST = 'Sends too many messages';
const TOO_FAST_HINT = 'maxMessagesPerSecond (PREGON_APP_MAX_MESSAGES_PER_SECOND) is the limit of the app';

/** The time between two sweeps, a second as a rule, is taken for no longer. */
const MAX_SWEEP_MS = 2000;

/** How much earlier than the idle timeout a silent connection is closed with 4201. */
const IDLE_MARGIN_SECONDS = 5;

/** CONN-3: unpredictable, and not in use. */
function newSocketId(taken: ReadonlyMap<SocketId, unknown>): SocketId {
  for (;;) {
    const id = formatSocketId(randomInt(1, SOCKET_ID_MAX + 1), randomInt(1, SOCKET_ID_MAX + 1));
    if (!taken.has(id)) return id;
  }
}

const OWN_CODES: ReadonlySet<number> = new Set(Object.values(ErrorCode));

/** A client may close with some thousand codes, and each that is counted by itself is a series of the metrics. */
function countedCode(code: number, { app }: Connection): number {
  const isOwn = OWN_CODES.has(code) || code === app.app.settings.terminateCloseCode;
  return code < CLIENT_CODES || isOwn ? code : CLIENT_CODES;
}

/** From here on codes are an application's (RFC 6455, 7.4.2); stands for all that are not of ERR-1. */
const CLIENT_CODES = 3000;

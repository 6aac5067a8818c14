import { isJsonObject, parseJson } from '../../../protocol/json-text.js';
import type { Frame } from '../../../protocol/server-codec.js';
import type { Counters } from '../../activity/counters.js';
import type { CachedEvent, EventCache } from '../../channels/event-cache.js';
import type { TriggeredEvent } from '../../channels/publish-event.js';
import type { Clock } from '../../clock.js';
import type { Config } from '../../config/schema.js';
import type { Socket } from '../../connections/socket.js';
import type { SocketRoute, UpgradeDecision, UpgradeRequest } from '../../http/extension.js';
import { HttpError, jsonResponse, type HttpHeader, type HttpResponse } from '../../http/response.js';
import { frameRate, type FrameRate } from '../../limits/frame-rate.js';
import { KeyedLimiter } from '../../limits/keyed-limiter.js';
import { isLoopback, networkOf } from '../../limits/network.js';
import type { Log } from '../../log.js';
import type { ThrottledLog } from '../../throttled-log.js';
import type { GatewayApp } from '../gateway-app.js';
import { hubFrame, hubType } from './hub-frame.js';
import { HubSocket } from './hub-socket.js';
import { KeysUnavailableError } from './remote-keys.js';
import { presentedToken, TokenError, TokenVerifier, type TokenUser } from './token.js';

/** What the hub works with. */
export interface HubServices {
  readonly cache: EventCache;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly warnings: ThrottledLog;
}

export const HUB_PATH = '/notifications/ws';

/** Clients have nothing to say but `ping`. */
const MAX_MESSAGE_BYTES = 4096;

/** Tells a server that restarts from one that throws out (RFC 6455's registry of close codes). */
const SERVICE_RESTART = 1012;
const INTERNAL_ERROR = 1011;
const TOKEN_EXPIRED = 4001;

/**
 * The payments hub: a plain WebSocket for each tab of a user, who shows himself with a JWT. Every socket counts as a
 * subscription of the user's channel and hears the catalogue's hub events there as `{type, data}`.
 */
export class Hub implements SocketRoute {
  readonly path = HUB_PATH;
  readonly headers = ['authorization', 'sec-websocket-protocol'] as const;
  readonly maxMessageBytes = MAX_MESSAGE_BYTES;
  private readonly verifier: TokenVerifier;
  private readonly frameRate: FrameRate | undefined;
  private readonly limiter = new KeyedLimiter();
  private readonly open = new Set<HubSocket>();
  /** Sockets and accepted handshakes of each user. */
  private readonly places = new Map<string, number>();
  /** Handshakes whose token is being checked. */
  private pending = 0;
  private taken = 0;
  private isStopping = false;
  /** What was translated last, and to what. */
  private lastFrame: Frame = '';
  private lastText: string | undefined = undefined;

  constructor(
    private readonly hub: Config['hub'],
    private readonly cacheTtlSeconds: number,
    private readonly app: GatewayApp,
    private readonly services: HubServices,
  ) {
    this.frameRate = frameRate(app.settings);
    this.verifier = new TokenVerifier(hub, app.settings.maxUserIdLength, services);
    app.onTrigger((event) => {
      this.remember(event);
    });
  }

  get size(): number {
    return this.open.size;
  }

  async upgrade(request: UpgradeRequest): Promise<UpgradeDecision> {
    try {
      return await this.decide(request);
    } catch (error) {
      this.services.counters.hubRefused++;
      return { accepted: false, response: this.refusal(request, error) };
    }
  }

  /** Closes the sockets whose tokens have expired. Called every second. */
  sweep(): void {
    const now = this.services.clock.now() / 1000;
    for (const socket of this.open) {
      socket.sweep();
      if (socket.expiresAt <= now) socket.end(TOKEN_EXPIRED, 'Token expired');
    }
  }

  /** The sockets as {@link drainConnections} takes them; from now on none is opened. */
  stopping() {
    this.isStopping = true;
    const connections = new Map([...this.open].map((socket) => [socket, socket] as const));
    return {
      apps: { active: () => [{ connections }] },
      closeWithError: (socket: HubSocket) => {
        socket.end(SERVICE_RESTART, 'Server is restarting');
      },
    };
  }

  private async decide(request: UpgradeRequest): Promise<UpgradeDecision> {
    this.admit(request);
    const presented = presentedToken(request);
    if (presented === undefined) throw new TokenError('there is no token');
    if (this.taken + this.pending >= this.hub.maxSockets) {
      throw new HttpError(503, 'The hub has as many sockets as hub.maxSockets allows');
    }
    this.pending++;
    let user: TokenUser;
    try {
      user = await this.verifier.check(presented.token);
    } finally {
      this.pending--;
    }
    const release = this.takePlace(user.userId);
    let isOpen = false;
    return {
      accepted: true,
      subprotocol: presented.subprotocol,
      open: (socket) => {
        isOpen = true;
        return this.opened(socket, user, release);
      },
      abandon: () => {
        if (!isOpen) release();
      },
    };
  }

  /** What can be said before the token is looked at. */
  private admit({ tls, origin, address }: UpgradeRequest): void {
    const { settings, app } = this.app;
    if (this.isStopping) throw new HttpError(503, 'The server is stopping');
    if (!settings.enabled) throw new HttpError(403, 'This app is disabled');
    if (settings.requireTls && !tls) throw new HttpError(403, 'Only wss:// is accepted');
    if (origin !== undefined && !app.allowsOrigin(origin)) {
      throw new HttpError(403, `Origin not allowed: ${origin.slice(0, 100)}`);
    }
    const { maxHandshakesPerSecond: perSecond, handshakeBurst } = settings;
    if (perSecond === null || isLoopback(address)) return;
    const nowMs = this.services.clock.monotonic();
    if (this.limiter.take(networkOf(address), perSecond, handshakeBurst, nowMs)) return;
    throw new HttpError(429, 'Too many new connections from this address');
  }

  /** @returns a function that gives the place back, once */
  private takePlace(userId: string): () => void {
    const count = this.places.get(userId) ?? 0;
    if (count >= this.hub.maxSocketsPerUser) {
      throw new HttpError(429, 'The user has as many sockets as hub.maxSocketsPerUser allows');
    }
    this.places.set(userId, count + 1);
    this.taken++;
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.taken--;
      const left = (this.places.get(userId) ?? 0) - 1;
      if (left > 0) this.places.set(userId, left);
      else this.places.delete(userId);
    };
  }

  private opened(socket: Socket, { userId, expiresAt }: TokenUser, release: () => void): HubSocket {
    const { counters } = this.services;
    const ends: (() => void)[] = [];
    const opened = new HubSocket(
      socket,
      expiresAt,
      () => {
        this.open.delete(opened);
        for (const end of ends) end();
        release();
      },
      this.frameRate,
    );
    this.listen(opened, userId).then(
      (end) => {
        if (opened.isOver) end();
        else ends.push(end);
      },
      (error: unknown) => {
        this.services.counters.internalErrors++;
        this.services.log.error({ err: error }, 'a hub socket cannot hear its user');
        opened.end(INTERNAL_ERROR, 'Internal server error');
      },
    );
    this.open.add(opened);
    counters.hubSocketsOpened++;
    if (this.isStopping) opened.end(SERVICE_RESTART, 'Server is restarting');
    return opened;
  }

  /** Lets a socket hear its user from now on, and what was last said before. @returns a function that ends it */
  private async listen(opened: HubSocket, userId: string): Promise<() => void> {
    const listener = (frame: Frame) => {
      const text = this.translate(frame);
      if (text !== undefined && opened.tell(text)) this.services.counters.hubFrames++;
    };
    const endUser = await this.app.listen(USER_CHANNEL + userId, listener);
    let endCache: () => void;
    try {
      endCache = await this.app.listen(CACHE_CHANNEL + userId, listener);
    } catch (error) {
      endUser();
      throw error;
    }
    const remembered = this.remembered(userId);
    if (remembered !== undefined && !opened.wasTold) opened.tell(remembered);
    return () => {
      endUser();
      endCache();
    };
  }

  /** All sockets of a user hear the same frame in a row, so it is translated once. */
  private translate(frame: Frame): string | undefined {
    if (frame === this.lastFrame) return this.lastText;
    this.lastFrame = frame;
    const message = parseJson(frame);
    const { event, data } = isJsonObject(message) ? message : {};
    this.lastText = typeof event === 'string' && typeof data === 'string' ? hubFrame(event, data) : undefined;
    return this.lastText;
  }

  /** Publishes a user's hub event on his cache channel too, where it is kept for who connects late, on all nodes. */
  private remember({ event, channel, data }: TriggeredEvent): void {
    if (hubType(event) === undefined || !channel.startsWith(USER_CHANNEL)) return;
    this.app.publishCopy({ event, channel: CACHE_CHANNEL + channel.slice(USER_CHANNEL.length), data });
  }

  private remembered(userId: string): string | undefined {
    const { cache } = this.services;
    const channel = CACHE_CHANNEL + userId;
    const kept: CachedEvent | undefined = cache.get(this.app.id, channel);
    if (kept === undefined) return undefined;
    const ageSeconds = this.cacheTtlSeconds - cache.remainingSeconds(this.app.id, channel);
    return ageSeconds < this.hub.rememberSeconds ? hubFrame(kept.event, kept.data) : undefined;
  }

  private warnOfRefusal({ origin, address }: UpgradeRequest, status: number, reason: string): void {
    const fields = { reason, origin, address, hint: tokenHint(reason) };
    this.services.warnings.warn(this.app.id, fields, `hub connection refused with ${status}`);
  }

  /** The one place that turns a refusal into an answer. */
  private refusal(request: UpgradeRequest, error: unknown): HttpResponse {
    const { log, counters } = this.services;
    if (error instanceof TokenError) {
      this.warnOfRefusal(request, 401, error.message);
      return jsonError(401, `Unauthorized: ${error.message}`, [['WWW-Authenticate', 'Bearer']]);
    }
    if (error instanceof HttpError) {
      this.warnOfRefusal(request, error.status, error.message);
      return jsonError(error.status, error.message);
    }
    // The keys have told the operator.
    if (error instanceof KeysUnavailableError) return jsonError(503, 'The token cannot be checked now');
    counters.internalErrors++;
    log.error({ err: error }, 'a hub connection could not be handled');
    return jsonError(500, 'Internal server error');
  }
}

/** What an operator can do about a token that is refused. */
function tokenHint(reason: string): string | undefined {
  if (reason.includes('signature') || reason.includes('unknown key')) {
    return 'the application signs with another key: compare its secret with hub.jwtSecret, or hub.jwksUrl (PREGON_HUB_JWT_SECRET, PREGON_HUB_JWKS_URL)';
  }
  if (reason.includes('algorithm'))
    return 'hub.algorithms (PREGON_HUB_ALGORITHMS) names those that are accepted';
  if (reason.includes(' iss ') || reason.includes(' aud ')) {
    return 'compare with hub.issuer and hub.audience (PREGON_HUB_ISSUER, PREGON_HUB_AUDIENCE)';
  }
  return undefined;
}

const USER_CHANNEL = 'private-user.';
const CACHE_CHANNEL = 'private-cache-user.';

function jsonError(status: number, error: string, headers: readonly HttpHeader[] = []): HttpResponse {
  const response = jsonResponse({ success: false, error }, status);
  return { ...response, headers: [...response.headers, ...headers] };
}

import { ErrorCode } from '../../protocol/error-codes.js';
import { parseQuery, queryValue } from '../../protocol/request-signature.js';
import type { Clock } from '../clock.js';
import { KeyedLimiter } from '../limits/keyed-limiter.js';
import { isLoopback, networkOf } from '../limits/network.js';
import type { LocalApp } from './local-app.js';
import type { LocalApps } from './local-apps.js';
import type { HandshakeRequest } from './socket.js';

/** A handshake is always upgraded; a refused one then hears why and is closed (PROTOCOL.md CONN-2). */
export type Handshake = { readonly app: LocalApp; readonly request: HandshakeRequest } | Refusal;

export interface Refusal {
  /** Its id; undefined where the key belongs to none. */
  readonly app?: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** What an operator can do about it, where that is not what its code tells. */
  readonly hint?: string;
}

/** The libraries name a supported version, and before all else; such a query need not be taken apart. */
const USUAL_VERSION = /^protocol=[567](?:&|$)/;

const SUPPORTED_VERSIONS: readonly string[] = ['5', '6', '7'];

const NO_DESCRIPTORS: Refusal = {
  code: ErrorCode.OverCapacity,
  message: 'This server has as many connections as it can have; please reconnect later',
  hint: 'the process has no file descriptor left for another WebSocket: raise the limit with ulimit -n, LimitNOFILE= of systemd or --ulimit nofile= of Docker',
};

const OVER_QUOTA: Refusal = { code: ErrorCode.OverQuota, message: 'Over connection quota' };

const NEAR_QUOTA: Refusal = {
  code: ErrorCode.OverCapacity,
  message: 'Too many new connections at once for the connection quota; please reconnect later',
  hint: "the app's maxConnections sets the limit; until the nodes know of each other's last connections, each takes its share of what is left",
};

/** Decides on WebSocket handshakes. */
export class Handshakes {
  private readonly limiter = new KeyedLimiter();

  constructor(
    private readonly apps: LocalApps,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  decide(request: HandshakeRequest): Handshake {
    const { key } = request;
    if (key === undefined) {
      return { code: ErrorCode.PathNotFound, message: 'Path not found: connect to /app/{key}' };
    }
    const app = this.apps.findByKey(key);
    if (app === undefined) {
      return {
        code: ErrorCode.UnknownApp,
        message: `App key ${key.slice(0, 100)} does not exist on this server. Did you mean another server or cluster?`,
      };
    }
    const refused =
      (request.isFull === true ? NO_DESCRIPTORS : undefined) ??
      refusal(app, request) ??
      this.overRate(app, key, request.address);
    return refused === undefined ? { app, request } : { ...refused, app: app.app.id };
  }

  /** Two Dart clients reconnect at once, whatever they were told, so a storm is held off per key and address. */
  private overRate(app: LocalApp, key: string, address: string): Refusal | undefined {
    const { maxHandshakesPerSecond: perSecond, handshakeBurst } = app.app.settings;
    if (perSecond === null || isLoopback(address)) return undefined;
    if (
      this.limiter.take(`${key}|${networkOf(address)}`, perSecond, handshakeBurst, this.clock.monotonic())
    ) {
      return undefined;
    }
    return {
      code: ErrorCode.OverCapacity,
      message: 'Too many new connections from this address; please reconnect later',
    };
  }
}

function refusal(local: LocalApp, request: HandshakeRequest): Refusal | undefined {
  const { app } = local;
  const { settings } = app;
  if (!settings.enabled) return { code: ErrorCode.AppDisabled, message: 'Application disabled' };
  if (settings.requireTls && !request.tls) {
    return {
      code: ErrorCode.TlsOnly,
      message: 'Application only accepts SSL connections, reconnect using wss://',
    };
  }
  const version = USUAL_VERSION.test(request.query)
    ? undefined
    : versionProblem(queryValue(parseQuery(request.query), 'protocol'));
  if (version !== undefined) return version;
  if (request.origin !== undefined && !app.allowsOrigin(request.origin)) {
    return { code: ErrorCode.Unauthorized, message: `Origin not allowed: ${request.origin.slice(0, 100)}` };
  }
  return overQuota(local, settings.maxConnections);
}

/** CONN-10: who cannot be let in for what other nodes may have taken meanwhile is to come back, not to stay away. */
function overQuota({ app, connections, cluster }: LocalApp, limit: number | null): Refusal | undefined {
  if (limit === null) return undefined;
  const own = connections.size;
  const room = cluster?.roomFor(app.id, own, limit) ?? (own < limit ? 'free' : 'full');
  if (room === 'free') return undefined;
  return room === 'full' ? OVER_QUOTA : NEAR_QUOTA;
}

/** CONN-5: 5, 6 and 7 are spoken alike; a client that names none is taken for 7. */
function versionProblem(protocol: string | undefined): Refusal | undefined {
  if (protocol === undefined || protocol === '' || SUPPORTED_VERSIONS.includes(protocol)) return undefined;
  if (!/^\d+$/.test(protocol)) {
    return { code: ErrorCode.InvalidVersion, message: 'Invalid protocol version: it must be a number' };
  }
  return {
    code: ErrorCode.UnsupportedVersion,
    message: `Unsupported protocol version ${protocol.slice(0, 20)}: 5, 6 and 7 are supported`,
  };
}

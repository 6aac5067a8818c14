import type {
  HttpRequest as UwsRequest,
  HttpResponse as UwsResponse,
  us_socket_context_t,
  WebSocket,
  WebSocketBehavior,
} from 'uWebSockets.js-20.51';
import type { SocketPeer, SocketRoute, UpgradeDecision, UpgradeRequest } from '../../http/extension.js';
import type { Header } from '../../http/request.js';
import type { HandshakeRequest } from '../../connections/socket.js';
import { writeLastResponse } from './uws-answer.js';
import { hasBody } from './uws-head.js';
import { CopiedRequest, type UwsHttpOwner } from './uws-http.js';
import type { UwsSocket } from './uws-socket.js';

/** What uWebSockets.js keeps with a WebSocket of a route. */
interface RouteUserData {
  readonly open: Accepted['open'];
  live: { readonly socket: UwsSocket; readonly peer: SocketPeer } | undefined;
}

type Accepted = UpgradeDecision & { readonly accepted: true };

/** What serving a route needs of the transport. */
export interface RouteOwner {
  readonly http: UwsHttpOwner;
  /** Whether there is no descriptor left for another WebSocket. */
  readonly isFull: boolean;
  handshakeRequest(res: UwsResponse, req: UwsRequest): HandshakeRequest;
  /** Wraps a WebSocket that is open now. */
  opened(ws: UwsSocket['ws']): UwsSocket;
  closed(socket: UwsSocket): void;
  /** Runs a task, at once, in what the library takes for one of its callbacks. */
  insideCallback(task: () => void): void;
  /** An exception in one of the library's HTTP callbacks would end the process. */
  guard(res: UwsResponse, task: () => void): void;
}

/** How uWebSockets.js is to deal with the WebSockets of a route; liveness and backpressure are as those of clients. */
export function routeBehavior(
  route: SocketRoute,
  shared: Pick<
    WebSocketBehavior<RouteUserData>,
    'compression' | 'maxBackpressure' | 'idleTimeout' | 'sendPingsAutomatically'
  >,
  owner: RouteOwner,
): WebSocketBehavior<RouteUserData> {
  const heard = (ws: WebSocket<RouteUserData>) => {
    const { live } = ws.getUserData();
    if (live !== undefined && !live.socket.isDeaf()) live.peer.heard();
  };
  return {
    ...shared,
    maxPayloadLength: route.maxMessageBytes,
    upgrade: (res, req, context) => {
      owner.guard(res, () => {
        upgrade(route, owner, res, req, context);
      });
    },
    open: (ws) => {
      const data = ws.getUserData();
      const socket = owner.opened(ws);
      data.live = { socket, peer: data.open(socket) };
    },
    message: (ws, message, isBinary) => {
      const { live } = ws.getUserData();
      if (live === undefined || live.socket.isDeaf()) return;
      if (isBinary) live.peer.heard();
      else live.peer.message(Buffer.from(message).toString('utf8'));
    },
    ping: heard,
    pong: heard,
    dropped: (ws) => {
      const { live } = ws.getUserData();
      // The library is in the middle of its own work, so what closes the socket waits until that is done.
      setImmediate(() => live?.peer.overloaded());
    },
    drain: (ws) => {
      ws.getUserData().live?.socket.drained();
    },
    close: (ws) => {
      const { live } = ws.getUserData();
      if (live === undefined) return;
      owner.closed(live.socket);
      live.peer.closed();
    },
  };
}

/** The request object is gone when this returns, so everything is read first. */
function upgrade(
  route: SocketRoute,
  owner: RouteOwner,
  res: UwsResponse,
  req: UwsRequest,
  context: us_socket_context_t,
): void {
  if (owner.http.isStopping || owner.isFull || hasBody(req)) {
    res.close();
    return;
  }
  const request = new CopiedUpgrade(req, route.headers, owner.handshakeRequest(res, req));
  const key = req.getHeader('sec-websocket-key');
  const extensions = req.getHeader('sec-websocket-extensions');
  let isGone = false;
  res.onAborted(() => {
    isGone = true;
  });
  void route.upgrade(request).then((decision) => {
    if (isGone) {
      if (decision.accepted) decision.abandon();
      return;
    }
    owner.guard(res, () => {
      if (!decision.accepted) {
        writeLastResponse(res, decision.response, 'GET');
        return;
      }
      try {
        const data: RouteUserData = { open: decision.open, live: undefined };
        owner.insideCallback(() => {
          res.upgrade(data, key, decision.subprotocol, extensions, context);
        });
      } catch (error) {
        decision.abandon();
        throw error;
      }
    });
  });
}

/** What is needed of a handshake, copied from the library's object. */
class CopiedUpgrade extends CopiedRequest implements UpgradeRequest {
  readonly origin: string | undefined;
  readonly address: string;
  readonly tls: boolean;

  constructor(req: UwsRequest, names: readonly Header[], { origin, address, tls }: HandshakeRequest) {
    super('GET', req, names);
    this.origin = origin;
    this.address = address;
    this.tls = tls;
  }
}

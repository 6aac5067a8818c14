import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SocketRoute, UpgradeDecision, UpgradeRequest } from '../../http/extension.js';
import { statusLine, type HttpResponse } from '../../http/response.js';
import type { WsSocket } from './ws-socket.js';

/** What serving a route needs of the transport. */
export interface RouteOwner {
  /** Wraps a WebSocket that is open now. */
  opened(ws: WebSocket, stream: Duplex): WsSocket;
  forget(socket: WsSocket): void;
  upgradeRequest(request: IncomingMessage): UpgradeRequest;
}

/** Accepts the WebSockets of a route, each after its decision. */
export class WsRoute {
  private readonly webSockets: WebSocketServer;
  /** Of the handshake that is being answered. */
  private subprotocol = '';

  constructor(
    private readonly route: SocketRoute,
    private readonly owner: RouteOwner,
    perMessageDeflate: object | false,
  ) {
    this.webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: route.maxMessageBytes,
      perMessageDeflate,
      handleProtocols: () => (this.subprotocol === '' ? false : this.subprotocol),
    });
  }

  /** The request is a WebSocket handshake at the route's path. */
  async upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> {
    // Node has taken its own handler away.
    const ignoreError = () => undefined;
    stream.on('error', ignoreError);
    const decision = await this.route.upgrade(this.owner.upgradeRequest(request));
    stream.off('error', ignoreError);
    if (!decision.accepted) {
      refuse(stream, decision.response);
      return;
    }
    this.subprotocol = decision.subprotocol;
    try {
      // The library calls back at once, or has refused a handshake that is none.
      this.webSockets.handleUpgrade(request, stream, head, (ws) => {
        this.open(ws, stream, decision);
      });
    } finally {
      decision.abandon();
    }
  }

  private open(ws: WebSocket, stream: Duplex, decision: UpgradeDecision & { readonly accepted: true }): void {
    const socket = this.owner.opened(ws, stream);
    const peer = decision.open(socket);
    socket.peer = peer;
    ws.on('message', (data, isBinary) => {
      // With the default binary type a message is one Buffer.
      if (socket.isDeaf()) return;
      if (isBinary) peer.heard();
      else peer.message((data as Buffer).toString('utf8'));
    });
    const heard = () => {
      if (!socket.isDeaf()) peer.heard();
    };
    ws.on('ping', heard);
    ws.on('pong', heard);
    ws.on('close', () => {
      this.owner.forget(socket);
      peer.closed();
    });
  }
}

function refuse(stream: Duplex, { status, headers, body }: HttpResponse): void {
  const lines = [
    `HTTP/1.1 ${statusLine(status)}`,
    ...headers.map((header) => header.join(': ')),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  stream.on('error', () => {
    stream.destroy();
  });
  stream.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  stream.resume();
}

import type { IncomingMessage, Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Frame } from '../../../protocol/server-codec.js';
import type { Handshake } from '../../connections/handshake.js';
import type { HandshakeRequest } from '../../connections/socket.js';
import type { UpgradeRequest } from '../../http/extension.js';
import { isClientTls, TrustedProxies } from '../client-address.js';
import { DescriptorBudget } from '../descriptors.js';
import { Lingering } from '../lingering.js';
import { readTlsFiles, secureOptions, watchTlsFiles, type TlsWatch } from '../tls-files.js';
import {
  appKeyOf,
  cannotListen,
  chooseSubprotocol,
  LINGER_SECONDS,
  MESSAGE_MARGIN,
  warnOfFullPort,
  withoutPrefix,
  type Transport,
  type TransportHandlers,
  type TransportOptions,
} from '../transport.js';
import { ignoreUpgrade } from './ignore-upgrade.js';
import { UnfinishedBodies } from '../unfinished-bodies.js';
import { encodeTextFrame } from './text-frame.js';
import { createHttpApp, headerReader, splitUrl, type WsHttpOwner } from './ws-http.js';
import { WsRoute, type RouteOwner } from './ws-route.js';
import { WsSocket, type WsSocketOwner } from './ws-socket.js';

const NO_BODY = Buffer.alloc(0);

/** How long before the idle timeout a silent client is pinged, as uWebSockets.js does it. */
const PING_MARGIN_SECONDS = 16;

/** The portable transport: the ws library for WebSockets, fastify for HTTP, topics of our own. */
export class WsTransport implements Transport, WsSocketOwner, RouteOwner, WsHttpOwner {
  readonly name = 'ws';
  private readonly sockets = new Set<WsSocket>();
  private readonly topics = new Map<string, Set<WsSocket>>();
  private readonly corked = new Set<WsSocket>();
  private readonly lingering = new Lingering<WsSocket>(LINGER_SECONDS);
  private readonly proxies: TrustedProxies;
  private readonly compresses: boolean;
  readonly bodies: UnfinishedBodies;
  private readonly stops: (() => void)[] = [];
  private tlsWatch: TlsWatch | undefined;
  private app: FastifyInstance | undefined;
  private handlers: TransportHandlers | undefined;
  isStopping = false;
  descriptors: DescriptorBudget | undefined = undefined;
  private countRequests = () => 0;

  constructor(private readonly options: TransportOptions) {
    this.compresses = options.server.compression === 'shared';
    this.proxies = new TrustedProxies(options.server.trustedProxies);
    this.bodies = new UnfinishedBodies(options.server);
  }

  async listen(handlers: TransportHandlers, port: number): Promise<number> {
    const { tls, server, clock } = this.options;
    const material = tls === undefined ? undefined : readTlsFiles(tls);
    this.handlers = handlers;
    const { app, openRequests } = createHttpApp(handlers.http, material, this);
    this.app = app;
    this.countRequests = openRequests;
    this.acceptUpgrades(app.server, handlers);
    this.boundConnections(app.server);
    try {
      await app.listen({ host: server.host, port });
    } catch (cause) {
      throw cannotListen(server.host, port, cause);
    }
    const sweeper = clock.every(1000, () => {
      this.sweep();
    });
    this.stops.push(() => {
      sweeper.cancel();
    });
    if (tls !== undefined) {
      const watch = watchTlsFiles(tls, this.options, (changed) => {
        // Made with `https`, it is a TLS server.
        (app.server as unknown as TlsServer).setSecureContext(secureOptions(changed));
      });
      this.tlsWatch = watch;
      this.stops.push(() => {
        watch.stop();
      });
    }
    const address = app.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /**
   * A further connection is closed as soon as it is there, so that the process never runs out of descriptors. Where workers
   * share the port, `maxConnections` of Node does not close it: full workers hand it back, each to the other, without an end.
   */
  private boundConnections(server: Server): void {
    const descriptors = (this.descriptors = DescriptorBudget.ofProcess());
    if (descriptors === undefined) return;
    let open = 0;
    server.on('connection', (socket) => {
      open += 1;
      socket.once('close', () => {
        open -= 1;
      });
      if (open <= descriptors.maxConnections) return;
      warnOfFullPort(this.options, descriptors);
      socket.destroy();
    });
  }

  /** Whether there is no descriptor left for another WebSocket. */
  private get isFull(): boolean {
    return this.descriptors !== undefined && this.sockets.size >= this.descriptors.maxSockets;
  }

  publish(topic: string, frame: Frame): void {
    this.deliver(topic, frame, undefined);
  }

  publishExcept(socket: WsSocket, topic: string, frame: Frame): void {
    this.deliver(topic, frame, socket);
  }

  subscribe(socket: WsSocket, topic: string): void {
    if (socket.isClosed) return;
    socket.topics.add(topic);
    const subscribers = this.topics.get(topic);
    if (subscribers === undefined) this.topics.set(topic, new Set([socket]));
    else subscribers.add(socket);
  }

  unsubscribe(socket: WsSocket, topic: string): void {
    socket.topics.delete(topic);
    const subscribers = this.topics.get(topic);
    if (subscribers?.delete(socket) === true && subscribers.size === 0) this.topics.delete(topic);
  }

  flushLater(socket: WsSocket): void {
    if (this.corked.size === 0) {
      setImmediate(() => {
        this.flush();
      });
    }
    this.corked.add(socket);
  }

  linger(socket: WsSocket): void {
    this.lingering.add(socket, this.options.clock.monotonic());
  }

  opened(ws: WebSocket, stream: Duplex): WsSocket {
    const socket = new WsSocket(ws, stream, this);
    this.sockets.add(socket);
    const heard = () => {
      socket.isPinged = false;
      socket.heardAt = this.handlers?.connections.seconds;
    };
    heard();
    ws.on('message', heard);
    ws.on('ping', heard);
    ws.on('pong', heard);
    // A broken frame or connection; `close` follows.
    ws.on('error', (error) => {
      this.options.log.debug({ err: error }, 'WebSocket error');
    });
    return socket;
  }

  upgradeRequest(request: IncomingMessage): UpgradeRequest {
    const { query, origin, address, tls } = this.handshakeRequest(request);
    const [path] = splitUrl(request.url ?? '');
    const header = headerReader(request.headers);
    return { method: 'GET', path, query, header, body: NO_BODY, origin, address, tls };
  }

  forget(socket: WsSocket): void {
    this.sockets.delete(socket);
    this.corked.delete(socket);
    this.lingering.delete(socket);
    for (const topic of socket.topics) this.unsubscribe(socket, topic);
  }

  get openSockets(): number {
    return this.sockets.size;
  }

  get openRequests(): number {
    return this.countRequests();
  }

  reloadTls(): boolean {
    this.tlsWatch?.reload();
    return this.tlsWatch !== undefined;
  }

  stopListening(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    // An HTTP server's own `close` would also cut idle connections, on which a request may be on its way.
    if (this.app !== undefined) NetServer.prototype.close.call(this.app.server);
  }

  async close(): Promise<void> {
    this.stopListening();
    for (const stop of this.stops.splice(0)) stop();
    for (const socket of this.sockets) socket.terminate();
    await this.app?.close();
  }

  private deliver(topic: string, frame: Frame, except: WsSocket | undefined): void {
    const subscribers = this.topics.get(topic);
    if (subscribers === undefined) return;
    let bytes: Buffer | undefined;
    for (const socket of subscribers) {
      if (socket === except) continue;
      if (socket.ws.extensions === '') socket.writeFrame((bytes ??= encodeTextFrame(frame)));
      else socket.sendCompressed(frame);
    }
  }

  /** The end of a tick: everything held back goes out, and who has too much waiting is told of. */
  private flush(): void {
    const { maxBufferedBytes } = this.options.server;
    const flushed = [...this.corked];
    this.corked.clear();
    for (const socket of flushed) socket.flush();
    for (const socket of flushed) {
      if (socket.bufferedBytes <= maxBufferedBytes) continue;
      if (socket.connection !== undefined) this.handlers?.connections.overloaded(socket.connection);
      else socket.peer?.overloaded();
    }
  }

  private acceptUpgrades(server: Server, handlers: TransportHandlers): void {
    const perMessageDeflate = this.compresses
      ? { serverNoContextTakeover: true, clientNoContextTakeover: true }
      : false;
    const { sockets } = handlers;
    const route = sockets === undefined ? undefined : new WsRoute(sockets, this, perMessageDeflate);
    const webSockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: this.options.maxMessageBytes * MESSAGE_MARGIN,
      perMessageDeflate,
      handleProtocols: (offered) => chooseSubprotocol([...offered].join(',')),
    });
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      if (this.isStopping) {
        stream.destroy();
        return;
      }
      if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
        ignoreUpgrade(server, request, stream, head);
        return;
      }
      if (announcesBody(request)) {
        stream.destroy();
        return;
      }
      if (route !== undefined && this.isAt(sockets?.path, request)) {
        if (this.isFull) {
          stream.destroy();
          return;
        }
        route.upgrade(request, stream, head).catch((error: unknown) => {
          this.options.log.error({ err: error }, 'a handshake could not be answered');
          stream.destroy();
        });
        return;
      }
      const handshake = handlers.connections.handshake(this.handshakeRequest(request));
      webSockets.handleUpgrade(request, stream, head, (ws) => {
        this.open(ws, stream, handshake, handlers);
      });
    });
  }

  private open(
    ws: WebSocket,
    stream: Duplex,
    handshake: Handshake,
    { connections }: TransportHandlers,
  ): void {
    const address = 'code' in handshake ? '' : handshake.request.address;
    const socket = new WsSocket(ws, stream, this, address);
    this.sockets.add(socket);
    ws.on('message', (data: RawData, isBinary: boolean) => {
      socket.isPinged = false;
      const { connection } = socket;
      if (connection === undefined || socket.isDeaf()) return;
      // With the default binary type a message is one Buffer.
      const bytes = data as Buffer;
      if (isBinary) connections.binaryMessage(connection, bytes.length);
      else connections.message(connection, bytes.toString('utf8'), bytes.length);
    });
    const heard = () => {
      socket.isPinged = false;
      if (socket.connection !== undefined && !socket.isDeaf()) connections.heard(socket.connection);
    };
    ws.on('ping', heard);
    ws.on('pong', heard);
    // A broken frame or connection; `close` follows.
    ws.on('error', (error) => {
      this.options.log.debug({ err: error }, 'WebSocket error');
    });
    ws.on('close', (code) => {
      this.forget(socket);
      if (socket.connection !== undefined) connections.closed(socket.connection, code);
    });
    socket.connection = connections.open(handshake, socket);
  }

  private isAt(path: string | undefined, { url = '' }: IncomingMessage): boolean {
    const [whole] = splitUrl(url);
    return whole === path || withoutPrefix(whole, this.options.server.pathPrefix) === path;
  }

  addressOf({ socket, headersDistinct }: IncomingMessage): string {
    const lines = headersDistinct['x-forwarded-for'] ?? [];
    return this.proxies.clientAddress(socket.remoteAddress ?? '', lines.join(', '));
  }

  private handshakeRequest(request: IncomingMessage): HandshakeRequest {
    const [path, query] = splitUrl(request.url ?? '');
    const { socket, headers, headersDistinct } = request;
    return {
      path,
      key: appKeyOf(path, this.options.server.pathPrefix),
      query,
      origin: headers.origin,
      address: this.addressOf(request),
      isFull: this.isFull,
      tls: isClientTls(
        socket instanceof TLSSocket,
        this.proxies,
        socket.remoteAddress ?? '',
        // The nearest proxy wrote the last line.
        headersDistinct['x-forwarded-proto']?.at(-1) ?? '',
      ),
    };
  }

  /** Every second: pings the silent, and cuts off those that stay so and closing sockets whose time is up (LIVE-3). */
  private sweep(): void {
    const { clock, server } = this.options;
    this.lingering.sweep(clock.monotonic());
    const seconds = this.handlers?.connections.seconds ?? 0;
    const cutBefore = seconds - server.idleTimeoutSeconds;
    const pingBefore = cutBefore + Math.min(PING_MARGIN_SECONDS, server.idleTimeoutSeconds / 2);
    for (const socket of this.sockets) {
      const heardAt = socket.connection?.lastHeardAt ?? socket.heardAt;
      if (heardAt === undefined || heardAt > pingBefore) continue;
      if (heardAt <= cutBefore) {
        socket.terminate();
      } else if (!socket.isPinged && !socket.isClosed) {
        socket.isPinged = true;
        socket.ws.ping();
      }
    }
  }
}

/** Whether a handshake announces a body, which would be read as frames. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
}

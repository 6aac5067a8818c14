import type {
  HttpRequest as UwsRequest,
  HttpResponse as UwsResponse,
  TemplatedApp,
  us_listen_socket,
  us_socket_context_t,
  WebSocketBehavior,
} from 'uWebSockets.js-20.51';
import type { Frame } from '../../../protocol/server-codec.js';
import type { HandshakeRequest } from '../../connections/socket.js';
import { UnfinishedBodies } from '../unfinished-bodies.js';
import { isClientTls, TrustedProxies } from '../client-address.js';
import { DescriptorBudget } from '../descriptors.js';
import { Lingering } from '../lingering.js';
import { readTlsFiles, watchTlsFiles, type TlsWatch } from '../tls-files.js';
import {
  appKeyOf,
  cannotListen,
  chooseSubprotocol,
  LINGER_SECONDS,
  listenFault,
  MESSAGE_MARGIN,
  warnOfFullPort,
  type Transport,
  type TransportHandlers,
  type TransportOptions,
} from '../transport.js';
import type { UwsLibrary } from './load-uws.js';
import { LoopTurn } from './loop-turn.js';
import { hasBody, HeadReader } from './uws-head.js';
import { UwsCork } from './uws-cork.js';
import { queryOf, serveUwsRequest, type UwsHttpOwner } from './uws-http.js';
import { routeBehavior, type RouteOwner } from './uws-route.js';
import { createTlsApp } from './uws-tls.js';
import { remoteAddress, UwsSocket, type UwsSocketOwner, type UwsUserData } from './uws-socket.js';

/** LIBUS_LISTEN_EXCLUSIVE_PORT: a second server on the same port fails instead of taking half of the connections. */
const EXCLUSIVE_PORT = 1;
/** LIBUS_LISTEN_DEFAULT: the kernel shares connections out among all processes of one user that listen like this. */
const SHARED_PORT = 0;

/** A few milliseconds' worth. */
const REQUESTS_OF_ONE_TURN = 256;

/** One app of the library with its listening socket. A new certificate needs a new one; the old one keeps its sockets. */
interface Listener {
  readonly app: TemplatedApp;
  socket: us_listen_socket | undefined;
  /** WebSockets it accepted that are still open. */
  open: number;
}

/** The transport over uWebSockets.js: topics, pings, idle timeouts and fan-out are native. */
export class UwsTransport implements Transport, UwsSocketOwner, UwsHttpOwner {
  readonly name = 'uws';
  readonly compress: boolean;
  private readonly listeners: Listener[] = [];
  /** Those of former certificates without a WebSocket; HTTP connections may be left. */
  private readonly retired: Listener[] = [];
  private readonly proxies: TrustedProxies;
  private readonly lingering = new Lingering<UwsSocket>(LINGER_SECONDS);
  /** Sockets that dropped something in this tick. */
  private readonly overloaded = new Set<UwsSocket>();
  private readonly stops: (() => void)[] = [];
  private tlsWatch: TlsWatch | undefined;
  private readonly cork: UwsCork;
  private port = 0;
  descriptors: DescriptorBudget | undefined = undefined;
  /** TCP connections of all listeners, WebSockets included. */
  private connectionCount = 0;
  isStopping = false;
  openRequests = 0;
  bodilessAnswers = 0;
  readonly head: HeadReader;
  readonly turn = new LoopTurn(REQUESTS_OF_ONE_TURN);
  readonly bodies: UnfinishedBodies;

  constructor(
    private readonly library: UwsLibrary,
    private readonly options: TransportOptions,
  ) {
    this.compress = options.server.compression === 'shared';
    this.proxies = new TrustedProxies(options.server.trustedProxies);
    this.cork = new UwsCork(library);
    this.head = new HeadReader(this.proxies.any);
    this.bodies = new UnfinishedBodies(options.server);
  }

  async listen(handlers: TransportHandlers, port: number): Promise<number> {
    if (handlers.sockets !== undefined) await this.cork.open();
    this.descriptors = DescriptorBudget.ofProcess();
    const { clock, tls, server, sharesPort } = this.options;
    const app = tls === undefined ? this.library.App() : createTlsApp(this.library, tls, readTlsFiles(tls));
    const listener = this.createListener(handlers, app);
    try {
      this.port = this.startListening(listener, port);
    } catch {
      throw cannotListen(server.host, port, await listenFault(server.host, port));
    }
    this.listeners.push(listener);
    if (port === 0 && (sharesPort || tls !== undefined)) {
      // Only a port that was asked for by number can be listened on once more: by another process, or, while it has
      // connections, for another certificate.
      this.closeListenSocket(listener);
      this.startListening(listener, this.port);
    }

    const sweeper = clock.every(1000, () => {
      this.lingering.sweep(clock.monotonic());
    });
    this.stops.push(() => {
      sweeper.cancel();
    });
    if (tls !== undefined) {
      const watch = watchTlsFiles(tls, this.options, (changed) => {
        const renewed = createTlsApp(this.library, tls, changed);
        this.replaceListener(this.createListener(handlers, renewed));
      });
      this.tlsWatch = watch;
      this.stops.push(() => {
        watch.stop();
      });
    }
    return this.port;
  }

  publish(topic: string, frame: Frame): void {
    for (const { app } of this.listeners) app.publish(topic, frame, false, this.compress);
  }

  publishExcept(socket: UwsSocket, topic: string, frame: Frame): void {
    for (const { app } of this.listeners) {
      if (app === socket.app && !socket.isClosed) socket.ws.publish(topic, frame, false, this.compress);
      else app.publish(topic, frame, false, this.compress);
    }
  }

  linger(socket: UwsSocket, seconds?: number): void {
    this.lingering.add(socket, this.options.clock.monotonic(), seconds);
  }

  /** Whether there is no descriptor left for another WebSocket. */
  get isFull(): boolean {
    return this.descriptors !== undefined && this.openSockets >= this.descriptors.maxSockets;
  }

  get openSockets(): number {
    return this.listeners.reduce((sum, { open }) => sum + open, 0);
  }

  reloadTls(): boolean {
    this.tlsWatch?.reload();
    return this.tlsWatch !== undefined;
  }

  stopListening(): void {
    this.isStopping = true;
    for (const listener of this.listeners) this.closeListenSocket(listener);
  }

  close(): Promise<void> {
    this.stopListening();
    for (const stop of this.stops.splice(0)) stop();
    for (const { app } of [...this.listeners, ...this.retired]) app.close();
    this.cork.close();
    return Promise.resolve();
  }

  private createListener(handlers: TransportHandlers, app: TemplatedApp): Listener {
    const listener: Listener = { app, socket: undefined, open: 0 };
    app.filter((res, change) => {
      this.countConnection(res, Number(change));
    });
    const { sockets } = handlers;
    if (sockets !== undefined) {
      const behavior = routeBehavior(sockets, this.sharedBehavior(), this.routeOwner(listener));
      for (const path of new Set([sockets.path, this.options.server.pathPrefix + sockets.path])) {
        app.ws(path, behavior);
      }
    }
    app.ws('/*', this.webSocketBehavior(handlers, listener));
    const serve = (res: UwsResponse, req: UwsRequest, method: string) => {
      this.guard(res, () => {
        serveUwsRequest(res, req, method, handlers.http, this);
      });
    };
    // Triggers need not be asked for their method.
    app.post('/*', (res, req) => {
      serve(res, req, 'POST');
    });
    app.any('/*', (res, req) => {
      serve(res, req, req.getCaseSensitiveMethod().toUpperCase());
    });
    return listener;
  }

  /**
   * A TCP connection was opened or closed; of one that became a WebSocket its own close tells. The library would go on to
   * accept where no descriptor is left, and take a whole core for that.
   *
   * @param change 1 or -1
   */
  private countConnection(res: UwsResponse, change: number): void {
    this.connectionCount += change;
    const { descriptors } = this;
    if (change < 0 || descriptors === undefined || this.connectionCount <= descriptors.maxConnections) return;
    warnOfFullPort(this.options, descriptors);
    res.close();
  }

  /** @returns the port */
  private startListening(listener: Listener, port: number): number {
    const { app } = listener;
    const { sharesPort, server } = this.options;
    const { host } = server;
    // The options argument between port and callback is not in the type declarations.
    const listen = app.listen.bind(app) as unknown as (
      host: string,
      port: number,
      options: number,
      callback: (socket: us_listen_socket | false) => void,
    ) => void;
    listen(host, port, sharesPort ? SHARED_PORT : EXCLUSIVE_PORT, (socket) => {
      if (socket !== false) listener.socket = socket;
    });
    if (listener.socket === undefined) {
      throw cannotListen(host, port);
    }
    return this.library.us_socket_local_port(listener.socket);
  }

  /** Opens the port anew with another certificate; sockets of the old listener live on. */
  private replaceListener(listener: Listener): void {
    for (const old of this.listeners.splice(0)) {
      this.closeListenSocket(old);
      if (old.open > 0) this.listeners.push(old);
      else this.retired.push(old);
    }
    this.listeners.push(listener);
    this.startListening(listener, this.port);
  }

  private closeListenSocket(listener: Listener): void {
    if (listener.socket === undefined) return;
    this.library.us_listen_socket_close(listener.socket);
    listener.socket = undefined;
  }

  /** What all WebSockets have in common. */
  private sharedBehavior() {
    const { server } = this.options;
    return {
      compression: this.compress ? this.library.SHARED_COMPRESSOR : this.library.DISABLED,
      maxBackpressure: server.maxBufferedBytes,
      // LIVE-3: pings go out some seconds before this; what is silent until then is closed by the sweep or, if that
      // cannot, by the library.
      idleTimeout: server.idleTimeoutSeconds,
      sendPingsAutomatically: true,
    };
  }

  private routeOwner(listener: Listener): RouteOwner {
    const isFull = () => this.isFull;
    return {
      http: this,
      get isFull() {
        return isFull();
      },
      handshakeRequest: (res, req) => this.handshakeRequest(res, req),
      opened: (ws) => {
        listener.open++;
        return new UwsSocket(ws, listener.app, this);
      },
      closed: (socket) => {
        listener.open--;
        this.connectionCount--;
        socket.isClosed = true;
        this.lingering.delete(socket);
      },
      insideCallback: (task) => {
        this.cork.run(task);
      },
      guard: (res, task) => {
        this.guard(res, task);
      },
    };
  }

  private webSocketBehavior(handlers: TransportHandlers, listener: Listener): WebSocketBehavior<UwsUserData> {
    const { connections } = handlers;
    return {
      ...this.sharedBehavior(),
      maxPayloadLength: this.options.maxMessageBytes * MESSAGE_MARGIN,
      upgrade: (res, req, context) => {
        this.guard(res, () => {
          this.upgrade(res, req, context, handlers);
        });
      },
      open: (ws) => {
        listener.open++;
        const data = ws.getUserData();
        if (data.state instanceof UwsSocket) return;
        const handshake = data.state;
        const forwarded = this.proxies.any && !('code' in handshake) ? handshake.request.address : undefined;
        const socket = new UwsSocket(ws, listener.app, this, forwarded);
        data.state = socket;
        socket.connection = connections.open(handshake, socket);
      },
      message: (ws, message, isBinary) => {
        const connection = listeningConnection(ws.getUserData());
        if (connection === undefined) return;
        if (isBinary) connections.binaryMessage(connection, message.byteLength);
        else connections.message(connection, Buffer.from(message).toString('utf8'), message.byteLength);
      },
      ping: (ws) => {
        const connection = listeningConnection(ws.getUserData());
        if (connection !== undefined) connections.heard(connection);
      },
      pong: (ws) => {
        const connection = listeningConnection(ws.getUserData());
        if (connection !== undefined) connections.heard(connection);
      },
      dropped: (ws) => {
        const { state } = ws.getUserData();
        if (state instanceof UwsSocket) this.reportOverloaded(state, handlers);
      },
      drain: (ws) => {
        const { state } = ws.getUserData();
        if (state instanceof UwsSocket) state.drained();
      },
      close: (ws, code) => {
        listener.open--;
        this.connectionCount--;
        const { state } = ws.getUserData();
        if (!(state instanceof UwsSocket)) return;
        state.isClosed = true;
        this.lingering.delete(state);
        this.overloaded.delete(state);
        if (state.connection !== undefined) connections.closed(state.connection, code);
      },
    };
  }

  private upgrade(
    res: UwsResponse,
    req: UwsRequest,
    context: us_socket_context_t,
    { connections }: TransportHandlers,
  ): void {
    if (this.isStopping || hasBody(req)) {
      res.close();
      return;
    }
    const handshake = connections.handshake(this.handshakeRequest(res, req));
    const data: UwsUserData = { state: handshake };
    res.upgrade(
      data,
      req.getHeader('sec-websocket-key'),
      chooseSubprotocol(req.getHeader('sec-websocket-protocol')),
      req.getHeader('sec-websocket-extensions'),
      context,
    );
  }

  addressOf(res: UwsResponse, forwardedFor: string): string {
    return this.proxies.clientAddress(remoteAddress(res), forwardedFor);
  }

  private handshakeRequest(res: UwsResponse, req: UwsRequest): HandshakeRequest {
    const { server, tls } = this.options;
    const path = req.getUrl();
    const remote = remoteAddress(res);
    const origin = req.getHeader('origin');
    const forwarded = this.proxies.any ? this.head.read(req) : undefined;
    return {
      path,
      key: appKeyOf(path, server.pathPrefix),
      query: queryOf(req),
      origin: origin === '' ? undefined : origin,
      address: this.proxies.clientAddress(remote, forwarded?.forwardedFor ?? ''),
      isFull: this.isFull,
      tls: isClientTls(tls !== undefined, this.proxies, remote, forwarded?.forwardedProto ?? ''),
    };
  }

  /**
   * The library calls `dropped` in the middle of its own work, so what closes the socket waits until that is done.
   */
  private reportOverloaded(socket: UwsSocket, { connections }: TransportHandlers): void {
    if (this.overloaded.size === 0) {
      setImmediate(() => {
        for (const { connection } of this.overloaded) {
          if (connection !== undefined) connections.overloaded(connection);
        }
        this.overloaded.clear();
      });
    }
    this.overloaded.add(socket);
  }

  /** An exception in one of the library's HTTP callbacks would end the process. */
  private guard(res: UwsResponse, task: () => void): void {
    try {
      task();
    } catch (error) {
      this.options.log.error({ err: error }, 'a request could not be handled');
      res.close();
    }
  }
}

/** Who hears a frame; undefined where nobody does. */
function listeningConnection({ state }: UwsUserData) {
  return state instanceof UwsSocket && !state.isDeaf() ? state.connection : undefined;
}

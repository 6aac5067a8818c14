import type { Socket } from '../connections/socket.js';
import type { Header, HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';

/** Endpoints beside the API, on the same port. */
export interface HttpExtension {
  /** The headers that they read. */
  readonly headers: readonly Header[];
  /**
   * Looks at a request whose body may still be on its way.
   *
   * @param path without the configured prefix
   * @returns `body` where the body is wanted, its refusal, or undefined where nothing is at this path
   * @throws HttpError
   */
  open(request: HttpRequest, path: string): HttpResponse | 'body' | undefined;
  /**
   * Answers a request that is whole.
   *
   * @param path without the configured prefix
   * @returns undefined where nothing is at this path
   * @throws HttpError
   */
  handle(request: HttpRequest, path: string): Answer | undefined;
}

/** An answer, at once or later. */
export type Answer = HttpResponse | Promise<HttpResponse>;

/** WebSockets beside those of clients, at a path of their own, which are refused with an HTTP answer. */
export interface SocketRoute {
  /** Without the configured prefix; served with it as well. */
  readonly path: string;
  /** The headers that {@link upgrade} reads. */
  readonly headers: readonly Header[];
  /** A longer message from a client ends the connection. */
  readonly maxMessageBytes: number;
  /** Decides on a handshake; never rejects. */
  upgrade(request: UpgradeRequest): Promise<UpgradeDecision>;
}

/** What a transport knows of a handshake before it is answered. The body is empty. */
export interface UpgradeRequest extends HttpRequest {
  /** Undefined for native apps, which send none. */
  readonly origin: string | undefined;
  /** Whether the client itself uses TLS, trusted proxies taken into account. */
  readonly tls: boolean;
}

export type UpgradeDecision =
  | { readonly accepted: false; readonly response: HttpResponse }
  | {
      readonly accepted: true;
      /** Of those the client offered; empty for none. */
      readonly subprotocol: string;
      /** Takes over the socket that was upgraded. */
      readonly open: (socket: Socket) => SocketPeer;
      /** It will not be opened after all; without effect when it was. */
      readonly abandon: () => void;
    };

/** Who hears of a socket. No call throws. */
export interface SocketPeer {
  /** A text frame. */
  message(text: string): void;
  /** Any other frame: binary, ping, pong. */
  heard(): void;
  /** The socket holds more unread bytes than it may. */
  overloaded(): void;
  /** The socket is gone. */
  closed(): void;
}

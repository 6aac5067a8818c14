import type { Frame } from '../../protocol/server-codec.js';
import type { TopicSocket } from '../channels/channels.js';

/**
 * A client's WebSocket, as a transport gives it. No call throws, and after `end` or the close none has an effect.
 */
export interface Socket extends TopicSocket {
  /** Of the client, trusted proxies taken into account; worked out when it is asked for, and empty once it is closed. */
  readonly address: string;
  /**
   * Sends one text frame to this client, after all that was sent or published to him before.
   *
   * @param frame bytes are UTF-8, and the caller's again when this returns
   */
  send(frame: Frame | Uint8Array): void;
  /**
   * Sends a last frame and closes with a code, as soon as the client has read what is before them; one that does not
   * read for some seconds is cut off.
   */
  end(lastFrame: Frame | undefined, code: number, reason: string): void;
}

/** What a transport knows of a WebSocket handshake before it is answered. */
export interface HandshakeRequest {
  /** As requested, without the query. */
  readonly path: string;
  /** The key in `/app/{key}`; undefined for any other path. */
  readonly key: string | undefined;
  /** The raw query string, without its `?`. */
  readonly query: string;
  /** Undefined for native apps, which send none. */
  readonly origin: string | undefined;
  /** Of the client, trusted proxies taken into account. */
  readonly address: string;
  /** Whether the client itself uses TLS, trusted proxies taken into account. */
  readonly tls: boolean;
  /** Whether the process has no descriptor left for another WebSocket. */
  readonly isFull?: boolean;
}

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Frame } from '../../../protocol/server-codec.js';
import type { Connection } from '../../connections/connection.js';
import type { Socket } from '../../connections/socket.js';
import type { SocketPeer } from '../../http/extension.js';
import { MAX_LATE_FRAMES, type LingeringSocket } from '../lingering.js';
import { encodeTextFrame } from './text-frame.js';

/** What a socket needs of its transport. */
export interface WsSocketOwner {
  subscribe(socket: WsSocket, topic: string): void;
  unsubscribe(socket: WsSocket, topic: string): void;
  publishExcept(socket: WsSocket, topic: string, frame: Frame): void;
  /** At the end of this tick: what the socket holds back goes out, and what waits for the client is counted. */
  flushLater(socket: WsSocket): void;
  linger(socket: WsSocket): void;
}

/** Adapter over a WebSocket of the ws library. */
export class WsSocket implements Socket, LingeringSocket {
  connection: Connection | undefined = undefined;
  /** Who hears of it where it is no client's connection. */
  peer: SocketPeer | undefined = undefined;
  /** Seconds of the node's clock when anything was last heard from it; a connection knows that itself. */
  heardAt: number | undefined = undefined;
  /** A ping went out and nothing was heard since. */
  isPinged = false;
  readonly topics = new Set<string>();
  private isEnding = false;
  private lateFrames = 0;
  private isCorked = false;

  constructor(
    readonly ws: WebSocket,
    /** The TCP or TLS socket below, on which ready-made frames are written. */
    private readonly stream: Duplex,
    private readonly owner: WsSocketOwner,
    readonly address = '',
  ) {}

  get isClosed(): boolean {
    return this.ws.readyState === this.ws.CLOSED || this.ws.readyState === this.ws.CLOSING;
  }

  send(frame: Frame | Uint8Array): void {
    if (this.ws.extensions === '') this.writeFrame(encodeTextFrame(frame));
    // The library compresses later, and bytes are only lent.
    else this.sendCompressed(typeof frame === 'string' ? frame : Buffer.from(frame).toString());
  }

  /** Sends what {@link encodeTextFrame} made. Frames of one tick leave in one write. */
  writeFrame(bytes: Buffer): void {
    if (this.isClosed || this.isEnding) return;
    if (!this.isCorked) {
      this.isCorked = true;
      this.stream.cork();
      this.owner.flushLater(this);
    }
    this.stream.write(bytes);
  }

  /** Compression is negotiated for each socket, so the library makes the frame. */
  sendCompressed(frame: Frame): void {
    if (this.isClosed || this.isEnding) return;
    this.ws.send(frame);
    // Nothing is held back here, but what waits is counted there (SLOW-1).
    this.owner.flushLater(this);
  }

  /** Writes what was held back. */
  flush(): void {
    if (!this.isCorked) return;
    this.isCorked = false;
    this.stream.uncork();
  }

  /** Bytes the client has not read yet. */
  get bufferedBytes(): number {
    return this.ws.bufferedAmount;
  }

  subscribe(topic: string): void {
    this.owner.subscribe(this, topic);
  }

  unsubscribe(topic: string): void {
    this.owner.unsubscribe(this, topic);
  }

  publish(topic: string, frame: Frame): void {
    this.owner.publishExcept(this, topic, frame);
  }

  end(lastFrame: Frame | undefined, code: number, reason: string): void {
    if (this.isClosed || this.isEnding) return;
    if (lastFrame !== undefined) this.send(lastFrame);
    this.isEnding = true;
    this.flush();
    this.ws.close(code, reason);
    this.owner.linger(this);
  }

  /**
   * Whether a frame that came is to be ignored since the close is decided. Of a client that goes on sending nothing more is
   * read until it is cut off.
   */
  isDeaf(): boolean {
    if (!this.isEnding) return false;
    if (++this.lateFrames === MAX_LATE_FRAMES) this.ws.pause();
    return true;
  }

  terminate(): void {
    this.ws.terminate();
  }
}

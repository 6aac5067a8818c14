import type { TemplatedApp, WebSocket } from 'uWebSockets.js-20.51';
import type { Frame } from '../../../protocol/server-codec.js';
import type { Connection } from '../../connections/connection.js';
import type { Handshake } from '../../connections/handshake.js';
import type { Socket } from '../../connections/socket.js';
import { normalizeAddress } from '../client-address.js';
import { FAREWELL_SECONDS, MAX_LATE_FRAMES, type LingeringSocket } from '../lingering.js';

/** What uWebSockets.js keeps with a WebSocket: the decision until it is open, its adapter afterwards. */
export interface UwsUserData {
  state: Handshake | UwsSocket;
}

/** What a socket needs of its transport. */
export interface UwsSocketOwner {
  readonly compress: boolean;
  publishExcept(socket: UwsSocket, topic: string, frame: Frame): void;
  /** @param seconds until it is cut off; the transport's own unless given */
  linger(socket: UwsSocket, seconds?: number): void;
}

/** A close that waits for the client to read what is before it. */
interface Farewell {
  readonly lastFrame: Frame | undefined;
  readonly code: number;
  readonly reason: string;
}

/** The address of the other end, a client or a proxy, as the library writes it. */
export function remoteAddress(peer: Pick<WebSocket<unknown>, 'getRemoteAddressAsText'>): string {
  return Buffer.from(peer.getRemoteAddressAsText()).toString('latin1');
}

/** Adapter over a uWebSockets.js WebSocket. */
export class UwsSocket implements Socket, LingeringSocket {
  connection: Connection | undefined = undefined;
  isClosed = false;
  private farewell: Farewell | undefined = undefined;
  private lateFrames = 0;

  constructor(
    readonly ws: WebSocket<unknown>,
    /** The library's app that accepted it. */
    readonly app: TemplatedApp,
    private readonly owner: UwsSocketOwner,
    /** What trusted proxies say; undefined where there is none. */
    private readonly forwardedAddress?: string,
  ) {}

  get address(): string {
    if (this.forwardedAddress !== undefined) return this.forwardedAddress;
    return this.isClosed ? '' : normalizeAddress(remoteAddress(this.ws));
  }

  send(frame: Frame | Uint8Array): void {
    // A dropped frame is reported to the app's `dropped` handler; a buffered one needs no care.
    if (!this.isClosed && this.farewell === undefined) this.ws.send(frame, false, this.owner.compress);
  }

  subscribe(topic: string): void {
    if (!this.isClosed) this.ws.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    if (!this.isClosed) this.ws.unsubscribe(topic);
  }

  publish(topic: string, frame: Frame): void {
    this.owner.publishExcept(this, topic, frame);
  }

  end(lastFrame: Frame | undefined, code: number, reason: string): void {
    if (this.isClosed || this.farewell !== undefined) return;
    this.farewell = { lastFrame, code, reason };
    if (this.ws.getBufferedAmount() === 0) this.sayFarewell();
    else this.owner.linger(this);
  }

  /**
   * Whether a frame that came is to be ignored since the close is decided. A client that goes on sending meanwhile is
   * cut off.
   */
  isDeaf(): boolean {
    if (this.farewell === undefined) return false;
    if (++this.lateFrames === MAX_LATE_FRAMES) this.terminate();
    return true;
  }

  /** Buffered bytes went out: a close that waited may follow. */
  drained(): void {
    if (!this.isClosed && this.ws.getBufferedAmount() === 0) this.sayFarewell();
  }

  terminate(): void {
    if (!this.isClosed) this.ws.close();
  }

  private sayFarewell(): void {
    const { farewell, ws } = this;
    if (farewell === undefined) return;
    this.owner.linger(this, FAREWELL_SECONDS);
    ws.cork(() => {
      if (farewell.lastFrame !== undefined) ws.send(farewell.lastFrame, false, this.owner.compress);
      ws.end(farewell.code, farewell.reason);
    });
  }
}

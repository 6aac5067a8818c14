import type { Socket } from 'node:net';
import type { SocketOwner } from './open-socket.js';
import { FrameFault, Opcode, readFrames, type FrameSink, type PartialFrame } from './frame-reader.js';
import { clientFrame } from './frame-writer.js';

/** Whom a connection reports to. One for many connections, so that each is a small record. */
export interface ConnectionOwner {
  /** The bytes that ask for the upgrade. */
  upgradeRequest(connection: Connection): Buffer;
  /** The server accepted the upgrade. */
  onUpgraded(connection: Connection): void;
  /** A text frame; the bytes are valid until this returns. */
  onText(connection: Connection, bytes: Buffer, start: number, end: number): void;
  /** Something came. */
  onLife(connection: Connection): void;
  /** It is over, by whomever. */
  onClosed(connection: Connection, reason: string): void;
}

const HEAD_END = '\r\n\r\n';

const PONG = clientFrame(Opcode.Pong, '');

/** One WebSocket of the load, from the TCP connection on. */
export class Connection implements FrameSink, SocketOwner {
  partial: PartialFrame | undefined;
  /** Subscriptions that were asked for and not confirmed. */
  awaited = 0;
  isReady = false;
  isClosed = false;
  private isUpgraded = false;
  private head = '';
  private closeReason: string | undefined;
  private readonly socket: Socket;

  /**
   * @param index its number among all connections of its group, in whichever process they are
   * @param local its number among those of this process
   */
  constructor(
    readonly index: number,
    readonly local: number,
    private readonly owner: ConnectionOwner,
    open: (owner: SocketOwner) => Socket,
  ) {
    this.socket = open(this);
  }

  sendText(text: string): void {
    this.socket.write(clientFrame(Opcode.Text, text));
  }

  /** Stops to read: what is sent to it fills the buffers on the way. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Cuts the connection off without a word, as a network does. It leaves no port in TIME_WAIT. */
  drop(): void {
    this.isClosed = true;
    this.socket.resetAndDestroy();
  }

  onConnect(): void {
    this.socket.write(this.owner.upgradeRequest(this));
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.isClosed) return;
    this.owner.onLife(this);
    try {
      const from = this.isUpgraded ? 0 : this.readHead(bytes, length);
      if (from >= 0) readFrames(this, bytes, from, length);
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error;
      this.closeReason = error.message;
      this.socket.destroy();
    }
  }

  onFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === Opcode.Text) {
      this.owner.onText(this, bytes, start, end);
    } else if (opcode === Opcode.Ping) {
      this.socket.write(end === start ? PONG : clientFrame(Opcode.Pong, bytes.subarray(start, end)));
    } else if (opcode === Opcode.Close) {
      this.closeReason = end - start >= 2 ? String(bytes.readUInt16BE(start)) : '1005';
      this.socket.destroy();
    }
  }

  onClose(error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.owner.onClosed(this, this.closeReason ?? error?.message ?? '1006');
  }

  /** @returns where the frames begin; -1 while the answer to the upgrade is not whole */
  private readHead(bytes: Buffer, length: number): number {
    const before = this.head.length;
    this.head += bytes.toString('latin1', 0, length);
    const end = this.head.indexOf(HEAD_END);
    if (end < 0) return -1;
    if (!this.head.startsWith('HTTP/1.1 101')) {
      throw new FrameFault(`the server refused the upgrade: ${this.head.slice(0, 40).split('\r')[0] ?? ''}`);
    }
    this.head = '';
    this.isUpgraded = true;
    this.owner.onUpgraded(this);
    return end + HEAD_END.length - before;
  }
}

import type { Socket } from '../../connections/socket.js';
import type { SocketPeer } from '../../http/extension.js';
import { refillFrames, type FrameRate, type RatedPeer } from '../../limits/frame-rate.js';

/** Try again later (RFC 6455's registry of close codes). */
const TRY_LATER = 1013;

/** So many events are known again. */
const REMEMBERED = 8;

/** One open tab of a user. */
export class HubSocket implements SocketPeer, RatedPeer {
  /** Nothing more is to be sent. */
  isOver = false;
  /** What was told last, the oldest first. */
  private readonly told: string[] = [];
  messagesLeft: number;
  controlFramesLeft: number;

  constructor(
    private readonly socket: Socket,
    /** Seconds since 1970. */
    readonly expiresAt: number,
    /** Called once, when nothing more is to be sent. */
    private readonly release: () => void,
    /** How fast it may send; undefined where there is no limit. */
    private readonly rate: FrameRate | undefined,
  ) {
    this.messagesLeft = this.controlFramesLeft = rate?.burst ?? 0;
  }

  /** Whether anything was told. */
  get wasTold(): boolean {
    return this.told.length > 0;
  }

  /**
   * Tells of an event, and not again of one of the last few: each comes on both channels of the user, which other nodes
   * may deliver in any order, and a back end may send it again.
   *
   * @returns whether it was sent
   */
  tell(text: string): boolean {
    if (this.isOver || this.told.includes(text)) return false;
    this.told.push(text);
    if (this.told.length > REMEMBERED) this.told.shift();
    this.socket.send(text);
    return true;
  }

  /** The keep-alive of clients that cannot send a ping frame; nothing else is taken. */
  message(text: string): void {
    if (this.isOver) return;
    if (this.rate !== undefined && --this.messagesLeft < 0) this.flooded();
    else if (text === 'ping') this.socket.send('pong');
  }

  heard(): void {
    if (this.rate !== undefined && --this.controlFramesLeft < 0) this.flooded();
  }

  /** A second passed. */
  sweep(): void {
    if (this.rate !== undefined) refillFrames(this, 1, this.rate);
  }

  overloaded(): void {
    this.end(TRY_LATER, 'Reads too slowly');
  }

  private flooded(): void {
    this.end(TRY_LATER, 'Sends too many messages');
  }

  closed(): void {
    this.leave();
  }

  end(code: number, reason: string): void {
    if (this.isOver) return;
    this.leave();
    this.socket.end(undefined, code, reason);
  }

  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.release();
  }
}

import type { Socket } from '../../connections/socket.js';
import type { SocketPeer } from '../../http/extension.js';

/** Try again later (RFC 6455's registry of close codes). */
const TRY_LATER = 1013;

/** So many events are known again. */
const REMEMBERED = 8;

/** One open tab of a user. */
export class HubSocket implements SocketPeer {
  /** Nothing more is to be sent. */
  isOver = false;
  /** What was told last, the oldest first. */
  private readonly told: string[] = [];

  constructor(
    private readonly socket: Socket,
    /** Seconds since 1970. */
    readonly expiresAt: number,
    /** Called once, when nothing more is to be sent. */
    private readonly release: () => void,
  ) {}

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
    if (text === 'ping' && !this.isOver) this.socket.send('pong');
  }

  overloaded(): void {
    this.end(TRY_LATER, 'Reads too slowly');
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

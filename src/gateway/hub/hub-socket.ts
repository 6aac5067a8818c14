import type { Socket } from '../../connections/socket.js';
import type { SocketPeer } from '../../http/extension.js';

/** Try again later (RFC 6455's registry of close codes). */
const TRY_LATER = 1013;

/** One open tab of a user. */
export class HubSocket implements SocketPeer {
  /** Nothing more is to be sent. */
  isOver = false;
  private lastTold: string | undefined = undefined;

  constructor(
    private readonly socket: Socket,
    /** Seconds since 1970. */
    readonly expiresAt: number,
    /** Called once, when nothing more is to be sent. */
    private readonly release: () => void,
  ) {}

  /** Whether anything was told. */
  get wasTold(): boolean {
    return this.lastTold !== undefined;
  }

  /**
   * Tells of an event. The same twice in a row is one: it comes on both channels of the user, and a back end may send
   * it again.
   *
   * @returns whether it was sent
   */
  tell(text: string): boolean {
    if (this.isOver || text === this.lastTold) return false;
    this.lastTold = text;
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

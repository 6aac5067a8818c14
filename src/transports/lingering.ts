/** So many frames of a client are ignored after the close was decided; then none is read. */
export const MAX_LATE_FRAMES = 1000;

/**
 * How long a client may take to close once the close frame is on its way: long enough that it is read, and no longer, since
 * a library that goes on reading throws away what comes at any speed.
 */
export const FAREWELL_SECONDS = 2;

/** A socket that is to be closed but whose client has not read what is before the close frame. */
export interface LingeringSocket {
  /** Cuts it off. */
  terminate(): void;
}

/** Closing sockets with a deadline each; one timer of the transport looks at them all. */
export class Lingering<T extends LingeringSocket> {
  private readonly deadlines = new Map<T, number>();

  constructor(private readonly seconds: number) {}

  /** @param seconds it may take */
  add(socket: T, nowMs: number, seconds = this.seconds): void {
    this.deadlines.set(socket, nowMs + seconds * 1000);
  }

  delete(socket: T): void {
    this.deadlines.delete(socket);
  }

  /** Cuts off those whose time is up. */
  sweep(nowMs: number): void {
    for (const [socket, deadline] of this.deadlines) {
      if (deadline > nowMs) continue;
      this.deadlines.delete(socket);
      socket.terminate();
    }
  }
}

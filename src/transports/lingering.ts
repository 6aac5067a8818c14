/** A socket that is to be closed but whose client has not read what is before the close frame. */
export interface LingeringSocket {
  /** Cuts it off. */
  terminate(): void;
}

/** Closing sockets with a deadline each; one timer of the transport looks at them all. */
export class Lingering<T extends LingeringSocket> {
  private readonly deadlines = new Map<T, number>();

  constructor(private readonly seconds: number) {}

  add(socket: T, nowMs: number): void {
    this.deadlines.set(socket, nowMs + this.seconds * 1000);
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

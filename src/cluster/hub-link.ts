import { HubConnection, type HubAddress } from './hub-connection.js';
import type { TakeFrame } from './hub-frames.js';
import { Reconnecting, type ReconnectingListener } from './reconnecting.js';

/** A part of a process that meets the other processes at the hub. */
export interface HubPart extends ReconnectingListener {
  /** Sends all that has to stand, since a connection is new. */
  readonly greet: (connection: HubConnection) => void;
  /** Takes what comes to the process and is no answer, also what is for another part. */
  readonly take: TakeFrame;
}

/**
 * A process's way to the hub, which its bus and its store share: a subscription concerns both, and what it sends to
 * either is one write, and what comes back one read.
 */
export class HubLink {
  private parts: readonly HubPart[] = [];
  private readonly started = new Set<HubPart>();
  private readonly link: Reconnecting<HubConnection>;
  private current: HubConnection | undefined;

  constructor(address: HubAddress) {
    const setUp = (connection: HubConnection) => {
      this.current = connection;
      for (const part of this.parts) part.greet(connection);
    };
    const take: TakeFrame = (kind, bytes, start, end) => {
      for (const part of this.parts) part.take(kind, bytes, start, end);
    };
    this.link = new Reconnecting(() => new HubConnection(address, setUp, take), {
      up: () => {
        for (const part of this.parts) part.up();
      },
      down: (reason) => {
        this.current = undefined;
        for (const part of this.parts) part.down(reason);
      },
    });
  }

  /** Undefined while it is away. */
  get connection(): HubConnection | undefined {
    return this.link.connection;
  }

  /** The connection that parts were told to greet, which may not be up yet. */
  get greeted(): HubConnection | undefined {
    return this.current;
  }

  add(part: HubPart): void {
    this.parts = [...this.parts, part];
  }

  /** A part is ready to hear; when all are, it connects. */
  start(part: HubPart): void {
    this.started.add(part);
    if (this.started.size === this.parts.length) this.link.start();
  }

  /** A part hears no more; when none does, the connection is closed. */
  close(part: HubPart): void {
    this.parts = this.parts.filter((other) => other !== part);
    if (this.parts.length > 0) return;
    this.current = undefined;
    this.link.close();
  }
}

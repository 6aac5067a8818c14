import { IpcConnection, type IpcAddress } from './ipc-connection.js';
import type { TakeFrame } from './ipc-frames.js';
import { Reconnecting, type ReconnectingListener } from '../link/reconnecting.js';

/** A part of a process that meets the other processes at the parent process. */
export interface IpcPart extends ReconnectingListener {
  /** Sends all that has to stand, since a connection is new. */
  readonly greet: (connection: IpcConnection) => void;
  /** Takes what comes to the process and is no answer, also what is for another part. */
  readonly take: TakeFrame;
}

/**
 * A process's way to the parent process, which its bus and its store share: a subscription concerns both, and what it sends to
 * either is one write, and what comes back one read.
 */
export class IpcLink {
  private parts: readonly IpcPart[] = [];
  private readonly started = new Set<IpcPart>();
  private readonly link: Reconnecting<IpcConnection>;
  private current: IpcConnection | undefined;

  constructor(address: IpcAddress) {
    const setUp = (connection: IpcConnection) => {
      this.current = connection;
      for (const part of this.parts) part.greet(connection);
    };
    const take: TakeFrame = (kind, bytes, start, end) => {
      for (const part of this.parts) part.take(kind, bytes, start, end);
    };
    this.link = new Reconnecting(() => new IpcConnection(address, setUp, take), {
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
  get connection(): IpcConnection | undefined {
    return this.link.connection;
  }

  /** The connection that parts were told to greet, which may not be up yet. */
  get greeted(): IpcConnection | undefined {
    return this.current;
  }

  add(part: IpcPart): void {
    this.parts = [...this.parts, part];
  }

  /** A part is ready to hear; when all are, it connects. */
  start(part: IpcPart): void {
    this.started.add(part);
    if (this.started.size === this.parts.length) this.link.start();
  }

  /** A part hears no more; when none does, the connection is closed. */
  close(part: IpcPart): void {
    this.parts = this.parts.filter((other) => other !== part);
    if (this.parts.length > 0) return;
    this.current = undefined;
    this.link.close();
  }
}

import type { IpcConnection } from './ipc-connection.js';
import type { FrameKind, TakeFrame } from './ipc-frames.js';
import type { IpcLink, IpcPart } from './ipc-link.js';
import { Moment } from '../../../moment.js';
import type { ReconnectingListener } from '../link/reconnecting.js';

/** What a part of a process wants to hear of the parent process: a new connection is up when all of it stands again. */
export class IpcTopics {
  private readonly wanted = new Set<string>();
  private readonly part: IpcPart;
  /** The subscriptions of one tick stand together. */
  private standing: { readonly settled: Promise<unknown>; readonly done: Promise<void> } | undefined;
  private readonly nextUp = new Moment();
  private isClosed = false;

  /** @param kinds of the frames that begin and end what is wanted */
  constructor(
    private readonly link: IpcLink,
    private readonly kinds: { readonly begin: FrameKind; readonly end: FrameKind },
    take: TakeFrame,
    listener: ReconnectingListener,
  ) {
    this.part = {
      greet: (connection) => {
        for (const topic of this.wanted) connection.frames.topic(kinds.begin, topic);
      },
      take,
      up: () => {
        this.nextUp.come();
        listener.up();
      },
      down: (reason) => {
        listener.down(reason);
      },
    };
    link.add(this.part);
  }

  /** Undefined while it is away. */
  get connection(): IpcConnection | undefined {
    return this.isClosed ? undefined : this.link.connection;
  }

  start(): void {
    this.link.start(this.part);
  }

  has(topic: string): boolean {
    return this.wanted.has(topic);
  }

  /** @returns when the subscription stands, or no more since all is closed */
  subscribe(topic: string): Promise<void> {
    const isNew = !this.wanted.has(topic);
    this.wanted.add(topic);
    if (isNew) this.link.greeted?.frames.topic(this.kinds.begin, topic);
    const { connection } = this;
    return connection === undefined ? this.untilUp() : this.stand(connection);
  }

  unsubscribe(topic: string): void {
    if (this.wanted.delete(topic)) this.link.greeted?.frames.topic(this.kinds.end, topic);
  }

  close(): void {
    this.isClosed = true;
    this.wanted.clear();
    this.link.close(this.part);
    this.nextUp.come();
  }

  private stand(connection: IpcConnection): Promise<void> {
    const settled = connection.settled();
    if (this.standing?.settled !== settled) {
      const done = settled.then(
        () => undefined,
        // All subscriptions stand when the next connection is up.
        () => this.untilUp(),
      );
      this.standing = { settled, done };
    }
    return this.standing.done;
  }

  private untilUp(): Promise<void> {
    if (this.isClosed || this.connection !== undefined) return Promise.resolve();
    return this.nextUp.wait();
  }
}

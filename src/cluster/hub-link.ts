import { HubConnection, type HubAddress } from './hub-connection.js';
import type { FrameKind, TakeFrame } from './hub-frames.js';
import { Reconnecting, type ReconnectingListener } from './reconnecting.js';

/** A process's way to the hub, with the topics it wants: a new connection is up when they all stand again. */
export class HubLink {
  private readonly wanted = new Set<string>();
  private readonly link: Reconnecting<HubConnection>;
  /** The connection that topics are sent to, which may not be up yet. */
  private greeted: HubConnection | undefined;
  /** The subscriptions of one tick stand together. */
  private standing: { readonly settled: Promise<unknown>; readonly done: Promise<void> } | undefined;
  private waiting: (() => void)[] = [];
  private isClosed = false;

  /** @param kinds of the frames that begin and end what is wanted */
  constructor(
    address: HubAddress,
    private readonly kinds: { readonly begin: FrameKind; readonly end: FrameKind },
    take: TakeFrame,
    listener: ReconnectingListener,
  ) {
    const setUp = (connection: HubConnection) => {
      this.greeted = connection;
      for (const topic of this.wanted) connection.frames.topic(kinds.begin, topic);
    };
    this.link = new Reconnecting(() => new HubConnection(address, setUp, take), {
      up: () => {
        this.settle();
        listener.up();
      },
      down: (reason) => {
        this.greeted = undefined;
        listener.down(reason);
      },
    });
  }

  /** Undefined while it is away. */
  get connection(): HubConnection | undefined {
    return this.link.connection;
  }

  start(): void {
    this.link.start();
  }

  has(topic: string): boolean {
    return this.wanted.has(topic);
  }

  /** @returns when the subscription stands, or no more since all is closed */
  subscribe(topic: string): Promise<void> {
    const isNew = !this.wanted.has(topic);
    this.wanted.add(topic);
    if (isNew) this.greeted?.frames.topic(this.kinds.begin, topic);
    const { connection } = this;
    return connection === undefined ? this.nextUp() : this.stand(connection);
  }

  unsubscribe(topic: string): void {
    if (this.wanted.delete(topic)) this.greeted?.frames.topic(this.kinds.end, topic);
  }

  close(): void {
    this.isClosed = true;
    this.greeted = undefined;
    this.link.close();
    this.wanted.clear();
    this.settle();
  }

  private stand(connection: HubConnection): Promise<void> {
    const settled = connection.settled();
    if (this.standing?.settled !== settled) {
      const done = settled.then(
        () => undefined,
        // All subscriptions stand when the next connection is up.
        () => this.nextUp(),
      );
      this.standing = { settled, done };
    }
    return this.standing.done;
  }

  private nextUp(): Promise<void> {
    if (this.isClosed || this.connection !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private settle(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

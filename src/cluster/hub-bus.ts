import type { Bus, BusListener } from './bus.js';
import type { HubAddress, HubConnection } from './hub-connection.js';
import { FrameKind, readMessage } from './hub-frames.js';
import { HubLink } from './hub-link.js';

/** Bytes that have not left this process; a hub that reads no more is noticed before much has gathered. */
const MAX_WAITING_BYTES = 67_108_864;

/** The bus between the processes of one host, by way of their hub. */
export class HubBus implements Bus {
  /** A process that does not keep up is cut off by the hub. */
  readonly lossy = true;
  private readonly link: HubLink;
  private listener: BusListener | undefined;

  constructor(address: HubAddress) {
    this.link = new HubLink(
      address,
      { begin: FrameKind.Subscribe, end: FrameKind.Unsubscribe },
      (kind, bytes, start, end) => {
        if (kind !== FrameKind.Message) return;
        const { topic, at } = readMessage(bytes, start);
        this.arrive(topic, bytes.subarray(at, end));
      },
      {
        up: () => this.listener?.up(),
        down: (reason) => this.listener?.down(reason),
      },
    );
  }

  /** For what has to keep its place among messages; undefined while it is away. */
  get connection(): HubConnection | undefined {
    return this.link.connection;
  }

  get isUp(): boolean {
    return this.listener !== undefined && this.link.connection !== undefined;
  }

  start(listener: BusListener): void {
    this.listener = listener;
    this.link.start();
  }

  publish(topic: string, message: Uint8Array): boolean {
    const { connection } = this.link;
    if (connection === undefined || connection.frames.waitingBytes > MAX_WAITING_BYTES) return false;
    connection.frames.message(topic, message);
    // The hub passes it on to the others only.
    if (this.link.has(topic)) {
      queueMicrotask(() => {
        this.arrive(topic, message);
      });
    }
    return true;
  }

  subscribe(topic: string): Promise<void> {
    return this.link.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.link.unsubscribe(topic);
  }

  close(): Promise<void> {
    this.listener = undefined;
    this.link.close();
    return Promise.resolve();
  }

  private arrive(topic: string, message: Uint8Array): void {
    if (this.link.has(topic)) this.listener?.message(topic, message);
  }
}

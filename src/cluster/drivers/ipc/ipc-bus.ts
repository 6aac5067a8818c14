import type { Bus, BusListener } from '../../bus.js';
import { FrameKind, readMessage } from './ipc-frames.js';
import type { IpcLink } from './ipc-link.js';
import { IpcTopics } from './ipc-topics.js';

/** Bytes that have not left this process; a parent process that reads no more is noticed before much has gathered. */
const MAX_WAITING_BYTES = 67_108_864;

/** The bus between the processes of one host, by way of their parent process. */
export class IpcBus implements Bus {
  /** A process that does not keep up is cut off by the parent process. */
  readonly lossy = true;
  private readonly topics: IpcTopics;
  private listener: BusListener | undefined;
  /** What was published and is confirmed together. */
  private sending: { readonly settled: Promise<unknown>; readonly messages: Uint8Array[] } | undefined;

  constructor(link: IpcLink) {
    this.topics = new IpcTopics(
      link,
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

  get isUp(): boolean {
    return this.listener !== undefined && this.topics.connection !== undefined;
  }

  start(listener: BusListener): void {
    this.listener = listener;
    this.topics.start();
  }

  publish(topic: string, message: Uint8Array): boolean {
    const { connection } = this.topics;
    if (connection === undefined || connection.frames.waitingBytes > MAX_WAITING_BYTES) return false;
    connection.frames.message(topic, message);
    this.follow(connection.settledLater(), message);
    // The parent process passes it on to the others only.
    if (this.topics.has(topic)) {
      queueMicrotask(() => {
        this.arrive(topic, message);
      });
    }
    return true;
  }

  subscribe(topic: string): Promise<void> {
    return this.topics.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.topics.unsubscribe(topic);
  }

  close(): Promise<void> {
    this.listener = undefined;
    this.topics.close();
    return Promise.resolve();
  }

  /** Tells which messages may be lost where the connection breaks before the parent process had them. */
  private follow(settled: Promise<unknown>, message: Uint8Array): void {
    if (this.sending?.settled === settled) {
      this.sending.messages.push(message);
      return;
    }
    const sending = { settled, messages: [message] };
    this.sending = sending;
    const forget = () => {
      if (this.sending === sending) this.sending = undefined;
    };
    settled.then(forget, () => {
      forget();
      for (const unsure of sending.messages) this.listener?.unsure(unsure);
    });
  }

  private arrive(topic: string, message: Uint8Array): void {
    if (this.topics.has(topic)) this.listener?.message(topic, message);
  }
}

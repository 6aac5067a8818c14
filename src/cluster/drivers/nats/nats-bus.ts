import {
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
  type Subscription,
} from '@nats-io/transport-node';
import type { Bus, BusListener } from '../../bus.js';
import { natsAddress, type TlsSettings } from '../driver-settings.js';
import { answeredInTime } from '../link/reconnecting.js';
import { Topics, type Subscriber } from '../link/topics.js';

/** How NATS is reached. */
export interface NatsSettings {
  /** As `host:port` or `nats://host:port`. */
  readonly servers: readonly string[];
  readonly user: string | null;
  readonly password: string | null;
  readonly token: string | null;
  /** Encrypted when given. */
  readonly tls: TlsSettings | undefined;
}

const CONNECT_TIMEOUT_MS = 2000;

/** Bytes that were published since a ping was answered; a server that reads no more is noticed before many gather. */
const MAX_PENDING_BYTES = 67_108_864;

/** The bus over core NATS. What is larger than the server's `max_payload` is not sent. */
export class NatsBus implements Bus {
  readonly lossy = true;
  readonly address: string;
  private readonly topics: Topics;
  private listener: BusListener | undefined;
  private connection: NatsSubscriber | undefined;

  /** @param prefix of all subjects, so that several installations can share a server */
  constructor(settings: NatsSettings, prefix: string) {
    this.address = natsAddress(settings);
    this.topics = new Topics(
      () => {
        this.connection = new NatsSubscriber(
          settings,
          prefix,
          (topic, message) => {
            if (this.topics.has(topic)) this.listener?.message(topic, message);
          },
          (message) => this.listener?.unsure(message),
        );
        return this.connection;
      },
      {
        up: () => this.listener?.up(),
        down: (reason) => this.listener?.down(reason),
        failed: (reason) => this.listener?.failed?.(reason),
      },
    );
  }

  get isUp(): boolean {
    return this.listener !== undefined && this.topics.isUp;
  }

  start(listener: BusListener): void {
    this.listener = listener;
    this.topics.start();
  }

  publish(topic: string, message: Uint8Array): boolean {
    return this.isUp && this.connection?.publish(topic, message) === true;
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
}

/** One connection. The library's own reconnecting is off, since it does not tell when subscriptions stand again. */
class NatsSubscriber implements Subscriber {
  private nats: NatsConnection | undefined;
  private isDestroyed = false;
  private lost: (reason: string) => void = () => undefined;
  private readonly subscriptions = new Map<string, Subscription>();
  /** Published since a ping was answered. */
  private readonly pending: Uint8Array[] = [];
  private pendingBytes = 0;

  constructor(
    private readonly settings: NatsSettings,
    private readonly prefix: string,
    private readonly onMessage: (topic: string, message: Uint8Array) => void,
    private readonly onUnsure: (message: Uint8Array) => void,
  ) {}

  async open(lost: (reason: string) => void): Promise<void> {
    this.lost = lost;
    const nats = await connect(connectOptions(this.settings));
    this.nats = nats;
    // Given up meanwhile.
    if (this.isDestroyed) this.destroy();
    void nats.closed().then((cause) => {
      lost(cause instanceof Error ? cause.message : 'the connection was closed');
    });
    await nats.flush();
  }

  publish(topic: string, message: Uint8Array): boolean {
    const { nats } = this;
    const maxBytes = nats?.info?.max_payload ?? 0;
    if (nats === undefined || message.byteLength > maxBytes || this.pendingBytes > MAX_PENDING_BYTES)
      return false;
    this.pending.push(message);
    this.pendingBytes += message.byteLength;
    nats.publish(this.subject(topic), message);
    return true;
  }

  async subscribe(topics: readonly string[]): Promise<void> {
    const { nats } = this;
    if (nats === undefined) throw new Error('is not open');
    for (const topic of topics) {
      const subscription = nats.subscribe(this.subject(topic), {
        callback: (cause, message) => {
          if (cause === null) this.onMessage(topic, message.data);
          else this.lost(cause.message);
        },
      });
      this.subscriptions.set(topic, subscription);
    }
    // The server answers this when it has read what was sent before.
    await nats.flush();
  }

  unsubscribe(topics: readonly string[]): void {
    for (const topic of topics) {
      this.subscriptions.get(topic)?.unsubscribe();
      this.subscriptions.delete(topic);
    }
  }

  async ping(): Promise<void> {
    const { nats, pending, pendingBytes } = this;
    if (nats === undefined) throw new Error('is not open');
    const { length } = pending;
    await answeredInTime(nats.flush(), () => nats.stats().inBytes);
    pending.splice(0, length);
    this.pendingBytes -= pendingBytes;
  }

  destroy(): void {
    this.isDestroyed = true;
    for (const message of this.pending.splice(0)) this.onUnsure(message);
    // It is given up already, whatever else goes wrong with it.
    this.nats?.close().catch(() => undefined);
  }

  /** A topic as one token of a subject, in which some characters have a meaning. */
  private subject(topic: string): string {
    return busSubject(this.prefix, topic);
  }
}

/** The subject of a topic: no other topic, nor another prefix, has the same. */
export function busSubject(prefix: string, topic: string): string {
  return `${escaped(prefix)}.bus.${escaped(topic)}`;
}

/** Text as one token of a subject: what has a meaning there, and all but visible ASCII, becomes its number. */
function escaped(name: string): string {
  return name.replace(/[.*>%]|[^!-~]/g, (found) => {
    const code = found.charCodeAt(0).toString(16);
    return code.length > 2 ? `%u${code.padStart(4, '0')}` : `%${code.padStart(2, '0')}`;
  });
}

function connectOptions({ servers, user, password, token, tls }: NatsSettings): NodeConnectionOptions {
  return {
    name: 'pregon-bus',
    servers: [...servers],
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    ...(user === null ? {} : { user }),
    ...(password === null ? {} : { pass: password }),
    ...(token === null ? {} : { token }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  };
}

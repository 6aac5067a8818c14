/**
 * Carries messages between nodes. A topic is the app and channel whose subscribers want it (`app/channel`), or one of
 * the cluster's own (`#…`). A driver knows nothing of what the bytes mean.
 *
 * What is published on one topic through one node arrives in that order on every node that is subscribed, at most once,
 * and also on the node itself where it is subscribed. Nothing is kept for those who subscribe later.
 */
export interface Bus {
  /** Starts to connect; calls to the others are allowed at once. */
  start(listener: BusListener): void;
  /**
   * Hands a message on, without waiting.
   *
   * @param message kept until it is sent, so not to be written to any more
   * @returns false when it was not sent, since the bus is away
   */
  publish(topic: string, message: Uint8Array): boolean;
  /**
   * Subscribes; a topic that is subscribed already is not counted twice.
   *
   * @returns when every message that is published from now on will arrive; waits while the bus is away, and ends the
   *   wait also when the topic is unsubscribed or the bus closed
   */
  subscribe(topic: string): Promise<void>;
  unsubscribe(topic: string): void;
  /** Whether messages may get lost on the way, as they do where a connection breaks. */
  readonly lossy: boolean;
  readonly isUp: boolean;
  /** Where it is, without credentials; undefined where it is in this process or on this host. */
  readonly address?: string;
  close(): Promise<void>;
}

/** Who is told of what comes over the bus. Its methods do not throw. */
export interface BusListener {
  /** @param message only valid until this returns */
  message(topic: string, message: Uint8Array): void;
  /** Connected, with all subscriptions standing: at the start, and after each time it was away. */
  up(): void;
  /** The connection broke: what is published until {@link up} may not arrive here. */
  down(reason: string): void;
  /** An attempt to connect failed, also the first, or the connection broke. */
  failed?(reason: string): void;
  /** A message that {@link Bus.publish} took may not have been sent; told before the next {@link up}. */
  unsure(message: Uint8Array): void;
}

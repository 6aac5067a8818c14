import { BoundedCache } from '../../bounded-cache.js';
import type { Clock } from '../../clock.js';
import {
  BusMessageKind,
  decodeBusMessage,
  encodeBusMessage,
  encodeLate,
  wholeMs,
  wrapMessage,
} from '../bus-message.js';
import type { Bus } from '../bus.js';
import type { ClusterStats } from '../stats.js';
import { Queue } from '../../queue.js';

/** Messages are kept this long and up to so many bytes, for nodes that missed them. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 16_777_216;
/** Topics whose last number is remembered. One that is forgotten only makes a gap on it go unnoticed. */
const REMEMBERED_TOPICS = 100_000;

interface Sendable {
  readonly number: number;
  readonly topic: string;
  readonly message: Uint8Array;
}

interface Kept extends Sendable {
  readonly atMs: number;
}

/** An event or an order to all nodes. */
export interface OutgoingMessage {
  readonly kind: typeof BusMessageKind.Event | typeof BusMessageKind.Terminate;
  readonly topic: string;
  readonly body: string;
  /** A socket id, or empty. */
  readonly except: string;
}

/**
 * Numbers what this node publishes, and keeps the latest of it: a node whose connection to the bus broke asks for what
 * it missed, and what could not be sent is sent when the bus is back. On a bus that loses nothing, nothing is kept.
 */
export class Outbox {
  private number = 0;
  /** In their order, without a gap. */
  private readonly kept = new Queue<Kept>();
  private keptBytes = 0;
  /** Numbers that were not handed to the bus yet, or may have been lost by it. */
  private readonly unsent = new Set<number>();
  /** By topic, what has to be over before its next message is sent. */
  private readonly turns = new Map<string, Promise<void>>();
  private readonly lastOnTopic: BoundedCache<number> | undefined;

  constructor(
    private readonly origin: string,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly stats: ClusterStats,
  ) {
    if (bus.lossy) this.lastOnTopic = new BoundedCache({ maxEntries: REMEMBERED_TOPICS });
  }

  /** Number of the last message up to which all were handed to the bus. */
  get sent(): number {
    let sent = this.number;
    for (const number of this.unsent) sent = Math.min(sent, number - 1);
    return sent;
  }

  /**
   * @param canSend whether the bus is trusted at the moment; what is not sent is kept for {@link sendKept}
   * @param first what has to be over, well or not, before the message is sent; later ones of its topic wait as well
   * @returns the message
   */
  publish(
    { kind, topic, body, except }: OutgoingMessage,
    canSend: boolean,
    first?: (message: Uint8Array) => Promise<unknown>,
  ): Uint8Array {
    const number = ++this.number;
    const previous = this.lastOnTopic?.get(topic) ?? 0;
    this.lastOnTopic?.set(topic, number);
    const sentMs = this.clock.now();
    const message = encodeBusMessage({ kind, node: this.origin, number, previous, sentMs, except }, body);
    const entry = { number, topic, message, atMs: this.clock.monotonic() };
    if (this.bus.lossy) this.keep(entry);
    const turn = this.turns.get(topic);
    if (first !== undefined || turn !== undefined) {
      this.unsent.add(number);
      this.sendInTurn(entry, turn, first?.(message));
    } else if (!canSend || !this.handOver(entry)) {
      this.undelivered(entry);
    }
    return message;
  }

  /** Sends what could not be sent, in its order. */
  sendKept(): void {
    if (this.unsent.size === 0) return;
    const nowMs = this.clock.monotonic();
    for (const entry of this.kept) {
      if (!this.unsent.has(entry.number)) continue;
      const { number, topic, message, atMs } = entry;
      this.send({ number, topic, message: encodeLate(message, nowMs - atMs) });
    }
  }

  /** The bus may have lost a message that it was handed: it is sent again when the bus is back. */
  unsure(message: Uint8Array): void {
    const number = decodeBusMessage(message)?.number ?? 0;
    if (this.isKept(number)) this.unsent.add(number);
  }

  /** Sends to one node again what came after a number, and an empty message when that was all. */
  resend(after: number, node: string): void {
    const topic = nodeTopic(node);
    const { Resent: kind } = BusMessageKind;
    const header = {
      kind,
      node: this.origin,
      number: 0,
      previous: 0,
      sentMs: this.clock.now(),
      except: '',
    };
    const nowMs = this.clock.monotonic();
    for (const kept of this.kept) {
      if (kept.number <= after) continue;
      const previous = wholeMs(nowMs - kept.atMs);
      this.bus.publish(
        topic,
        encodeBusMessage({ ...header, previous }, wrapMessage(kept.topic, kept.message)),
      );
    }
    this.bus.publish(topic, encodeBusMessage({ ...header, number: after }, ''));
  }

  /** Sends what is unsent. */
  private send(entry: Sendable): boolean {
    if (!this.handOver(entry)) return false;
    this.unsent.delete(entry.number);
    return true;
  }

  private handOver({ topic, message }: Sendable): boolean {
    if (!this.bus.publish(topic, message)) return false;
    this.stats.messagesSent++;
    return true;
  }

  private sendInTurn(
    entry: Kept,
    turn: Promise<void> | undefined,
    first: Promise<unknown> | undefined,
  ): void {
    const mine = Promise.allSettled([turn, first]).then(() => {
      if (this.turns.get(entry.topic) === mine) this.turns.delete(entry.topic);
      // Otherwise it was sent with all that was kept.
      if (this.unsent.has(entry.number) && !this.send(entry)) this.undelivered(entry);
    });
    this.turns.set(entry.topic, mine);
  }

  private undelivered({ number }: Kept): void {
    this.stats.messagesUndelivered++;
    if (this.isKept(number)) this.unsent.add(number);
    else this.unsent.delete(number);
  }

  private isKept(number: number): boolean {
    const { first } = this.kept;
    return first !== undefined && number >= first.number;
  }

  private keep(entry: Kept): void {
    this.kept.push(entry);
    this.keptBytes += entry.message.byteLength;
    const oldest = entry.atMs - KEPT_MS;
    for (let { first } = this.kept; first !== undefined; first = this.kept.first) {
      if (first.atMs >= oldest && this.keptBytes <= KEPT_BYTES) break;
      this.kept.shift();
      this.keptBytes -= first.message.byteLength;
      this.unsent.delete(first.number);
    }
  }
}

/** Where one node alone listens. */
export function nodeTopic(node: string): string {
  return `#node/${node}`;
}

import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import { BusMessageKind, encodeBusMessage, wrapMessage } from './bus-message.js';
import type { Bus } from './bus.js';
import type { ClusterStats } from './cluster-stats.js';

/** Messages are kept this long and up to so many bytes, for nodes that missed them. */
const KEPT_MS = 60_000;
const KEPT_BYTES = 16_777_216;
/** Topics whose last number is remembered. One that is forgotten only makes a gap on it go unnoticed. */
const REMEMBERED_TOPICS = 100_000;

interface Kept {
  readonly number: number;
  readonly topic: string;
  readonly message: Uint8Array;
  readonly atMs: number;
  sent: boolean;
}

/**
 * Numbers what this node publishes, and keeps the latest of it: a node whose connection to the bus broke asks for what
 * it missed, and what could not be sent is sent when the bus is back. On a bus that loses nothing, nothing is kept.
 */
export class Outbox {
  private number = 0;
  private kept: (Kept | undefined)[] = [];
  /** What was before this one is dropped already. */
  private first = 0;
  private keptBytes = 0;
  private readonly lastOnTopic: LRUCache<string, number> | undefined;

  constructor(
    private readonly origin: string,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly stats: ClusterStats,
  ) {
    if (bus.lossy) this.lastOnTopic = new LRUCache({ max: REMEMBERED_TOPICS });
  }

  /** Number of the last message. */
  get sent(): number {
    return this.number;
  }

  /**
   * @param canSend whether the bus is trusted at the moment; what is not sent is kept for {@link sendKept}
   * @param before what is to be done with the message before it is sent
   */
  publish(
    topic: string,
    frame: string,
    except: string,
    canSend: boolean,
    before?: (message: Uint8Array) => void,
  ): void {
    const number = ++this.number;
    const previous = this.lastOnTopic?.get(topic) ?? 0;
    this.lastOnTopic?.set(topic, number);
    const { Event: kind } = BusMessageKind;
    const sentMs = this.clock.now();
    const message = encodeBusMessage({ kind, node: this.origin, number, previous, sentMs, except }, frame);
    before?.(message);
    const sent = canSend && this.bus.publish(topic, message);
    if (sent) this.stats.messagesSent++;
    else this.stats.messagesUndelivered++;
    if (this.bus.lossy) this.keep({ number, topic, message, atMs: this.clock.monotonic(), sent });
  }

  /** Sends what could not be sent, in its order. */
  sendKept(): void {
    for (const kept of this.kept) {
      if (kept?.sent !== false) continue;
      if (!this.bus.publish(kept.topic, kept.message)) return;
      kept.sent = true;
      this.stats.messagesSent++;
    }
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
    for (const kept of this.kept) {
      if (kept === undefined || kept.number <= after) continue;
      this.bus.publish(topic, encodeBusMessage(header, wrapMessage(kept.topic, kept.message)));
    }
    this.bus.publish(topic, encodeBusMessage(header, ''));
  }

  private keep(entry: Kept): void {
    this.kept.push(entry);
    this.keptBytes += entry.message.byteLength;
    const oldest = entry.atMs - KEPT_MS;
    for (let kept = this.kept[this.first]; kept !== undefined; kept = this.kept[this.first]) {
      if (kept.atMs >= oldest && this.keptBytes <= KEPT_BYTES) break;
      this.keptBytes -= kept.message.byteLength;
      this.kept[this.first++] = undefined;
    }
    // What is left is only moved once it is no more than what was dropped.
    if (2 * this.first < this.kept.length) return;
    this.kept = this.kept.slice(this.first);
    this.first = 0;
  }
}

/** Where one node alone listens. */
export function nodeTopic(node: string): string {
  return `#node/${node}`;
}

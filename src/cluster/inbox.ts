import type { Clock, Timer } from '../clock.js';
import { decodeBusMessage, unwrapMessage, type BusMessage } from './bus-message.js';
import type { ClusterStats } from './cluster-stats.js';

/** A node that does not answer, since it has not found back itself, is asked again after a while, so many times. */
const ASK_AGAIN_MS = 400;
const MOST_QUESTIONS = 25;
/** In so many rounds of heartbeats, two seconds each, a node has to be missing until it is forgotten. */
const MOST_MISSED = 30;
/** Bytes that wait for one node's missing messages. */
const MAX_WAITING_BYTES = 16_777_216;

export interface InboxOptions {
  /** Hands an event on to the subscribers of its topic. */
  readonly deliver: (topic: string, message: BusMessage) => void;
  /** Asks a node for all it sent after a number. */
  readonly askAgain: (node: string, after: number) => void;
}

interface Topic {
  /** Messages sent earlier were sent before there was a subscriber here. */
  readonly sinceMs: number;
  /** Number of the last message delivered, by node. */
  readonly last: Map<string, number>;
}

/** Another node, as far as its messages are concerned. */
interface Peer {
  /** Of its last message that came. */
  number: number;
  /** What it said it had sent, at its last heartbeat and at the one before: what that counts has come if it ever does. */
  said: number;
  saidBefore: number;
  /** In how many rounds of heartbeats it was not. */
  missed: number;
  /** From when on messages may have been lost, while the connection is broken. */
  lostAfter: number | undefined;
  readonly waiting: { readonly topic: string; readonly message: BusMessage }[];
  waitingBytes: number;
  /** Until it has answered. */
  timer: Timer | undefined;
}

/**
 * Takes events from the bus in the order in which each node published them on a topic. A message that came before is
 * passed over; one whose predecessor is missing waits until that was sent again.
 */
export class Inbox {
  private readonly topics = new Map<string, Topic>();
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly options: InboxOptions,
    private readonly clock: Clock,
    private readonly stats: ClusterStats,
  ) {}

  /** The topic has a subscriber now. */
  open(topic: string): void {
    this.topics.set(topic, { sinceMs: this.clock.now(), last: new Map() });
  }

  close(topic: string): void {
    this.topics.delete(topic);
  }

  /** A message that was had in another way; it is not to be delivered again. */
  skip(topic: string, { node, number }: BusMessage): void {
    this.topics.get(topic)?.last.set(node, number);
  }

  /** Whether anything was delivered on the topic since it was opened. */
  hasDelivered(topic: string): boolean {
    return (this.topics.get(topic)?.last.size ?? 0) > 0;
  }

  /** An event that was just published. */
  take(topic: string, message: BusMessage): void {
    const { node, number, sentMs } = message;
    this.stats.messagesReceived++;
    this.stats.busLagMs = this.clock.now() - sentMs;
    this.peer(node).number = Math.max(this.peer(node).number, number);
    this.sort(topic, message);
  }

  /**
   * Which nodes live, and how many messages each says it has sent. One that is missing may only not have come back yet
   * to a store that was emptied.
   */
  heartbeats(sent: ReadonlyMap<string, number>): void {
    for (const [node, number] of sent) {
      const peer = this.peer(node);
      peer.saidBefore = peer.said;
      peer.said = number;
      peer.missed = 0;
    }
    for (const [node, peer] of this.peers) {
      if (!sent.has(node) && ++peer.missed > MOST_MISSED) this.forget(node);
    }
  }

  /** The connection to the bus broke: from here on messages may be lost. */
  interrupt(): void {
    for (const peer of this.peers.values()) {
      peer.lostAfter ??= Math.max(peer.number, peer.saidBefore);
    }
  }

  /** The connection is back: asks every node for what it sent meanwhile. */
  recover(): void {
    for (const [node, peer] of this.peers) {
      this.ask(node, peer.lostAfter ?? peer.number);
      peer.lostAfter = undefined;
    }
  }

  /** A message that was sent again, or the end of them. */
  takeResent(from: string, body: Buffer): void {
    const wrapped = unwrapMessage(body);
    if (wrapped === undefined) {
      // That was all.
      this.release(from);
      return;
    }
    const message = decodeBusMessage(wrapped.message);
    if (message?.node !== from) return;
    const topic = this.topics.get(wrapped.topic);
    if (topic === undefined || message.sentMs < topic.sinceMs) return;
    const peer = this.peer(from);
    peer.number = Math.max(peer.number, message.number);
    this.sort(wrapped.topic, message);
    this.retry(peer);
  }

  /** The node is gone for good. */
  private forget(node: string): void {
    this.release(node);
    this.peers.delete(node);
    for (const { last } of this.topics.values()) last.delete(node);
  }

  private sort(name: string, message: BusMessage): void {
    const topic = this.topics.get(name);
    if (topic === undefined) return;
    const last = topic.last.get(message.node);
    if (last !== undefined && message.number <= last) {
      this.stats.duplicates++;
    } else if (last !== undefined && message.previous > last) {
      this.wait(name, message, last);
    } else {
      this.pass(name, topic, message);
    }
  }

  private pass(name: string, topic: Topic, message: BusMessage): void {
    topic.last.set(message.node, message.number);
    this.options.deliver(name, message);
  }

  private wait(topic: string, message: BusMessage, last: number): void {
    const peer = this.peer(message.node);
    // The bytes belong to the driver and are gone when this returns.
    peer.waiting.push({ topic, message: { ...message, body: Buffer.from(message.body) } });
    peer.waitingBytes += message.body.length;
    if (peer.waitingBytes > MAX_WAITING_BYTES) this.release(message.node);
    else if (peer.timer === undefined) this.ask(message.node, last);
  }

  private ask(node: string, after: number, questions = 1): void {
    const peer = this.peer(node);
    this.stats.resendsAsked++;
    peer.timer?.cancel();
    peer.timer = this.clock.after(ASK_AGAIN_MS, () => {
      if (questions < MOST_QUESTIONS) this.ask(node, after, questions + 1);
      else this.release(node);
    });
    this.options.askAgain(node, after);
  }

  /** Passes on what waits no longer. */
  private retry(peer: Peer): void {
    const waiting = peer.waiting.splice(0);
    peer.waitingBytes = 0;
    for (const { topic: name, message } of waiting) {
      const last = this.topics.get(name)?.last.get(message.node) ?? 0;
      if (message.previous > last) {
        peer.waiting.push({ topic: name, message });
        peer.waitingBytes += message.body.length;
      } else {
        this.sort(name, message);
      }
    }
  }

  /** What was missing does not come any more. */
  private release(node: string): void {
    const peer = this.peers.get(node);
    if (peer === undefined) return;
    peer.timer?.cancel();
    peer.timer = undefined;
    this.retry(peer);
    for (const { topic: name, message } of peer.waiting.splice(0)) {
      const topic = this.topics.get(name);
      if (topic === undefined || message.number <= (topic.last.get(node) ?? 0)) continue;
      if (message.previous > (topic.last.get(node) ?? 0)) this.stats.gaps++;
      this.pass(name, topic, message);
    }
    peer.waitingBytes = 0;
  }

  private peer(node: string): Peer {
    let peer = this.peers.get(node);
    if (peer === undefined) {
      peer = {
        number: 0,
        said: 0,
        saidBefore: 0,
        missed: 0,
        lostAfter: undefined,
        waiting: [],
        waitingBytes: 0,
        timer: undefined,
      };
      this.peers.set(node, peer);
    }
    return peer;
  }
}

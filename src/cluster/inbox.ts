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
  /** What was heard of a topic; undefined where it has no subscriber here. */
  readonly find: (topic: string) => HeardTopic | undefined;
  /** All that {@link find} knows. */
  readonly all: () => Iterable<HeardTopic>;
  /** Hands an event on to the subscribers of its topic. */
  readonly deliver: (topic: string, message: BusMessage) => void;
  /** Asks a node for all it sent after a number. */
  readonly askAgain: (node: string, after: number) => void;
}

/**
 * What was heard of a topic that has a subscriber here. There may be one for each connection, most of which hear little,
 * from few nodes: nothing is kept before the first message, and then a number for each node.
 */
export class HeardTopic {
  private peers: readonly Peer[] = NO_PEERS;
  private numbers: number[] = NO_NUMBERS;

  /** @param since messages sent earlier, by the inbox's time, were sent before there was a subscriber here */
  constructor(readonly since: number) {}

  /** An event of this node's own was kept as the last one of the channel. */
  hasOwn = false;

  /** Whether anything was delivered that is newer than what was there before the topic had a subscriber. */
  get isHeard(): boolean {
    return this.hasOwn || this.peers.length > 0;
  }

  /** Number of the last message of a node that was delivered. */
  last(peer: Peer): number | undefined {
    const index = this.peers.indexOf(peer);
    return index < 0 ? undefined : this.numbers[index];
  }

  setLast(peer: Peer, number: number): void {
    const index = this.peers.indexOf(peer);
    if (index >= 0) {
      this.numbers[index] = number;
      return;
    }
    // Not pushed, which would make room for many more.
    this.peers = [...this.peers, peer];
    this.numbers = [...this.numbers, number];
  }

  forget(peer: Peer): void {
    const index = this.peers.indexOf(peer);
    if (index < 0) return;
    this.peers = this.peers.filter((_, i) => i !== index);
    this.numbers = this.numbers.filter((_, i) => i !== index);
  }
}

const NO_PEERS: readonly Peer[] = [];
const NO_NUMBERS: number[] = [];

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
  /** Times are counted from here, so that they are small numbers. */
  private readonly originMs: number;
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly options: InboxOptions,
    private readonly clock: Clock,
    private readonly stats: ClusterStats,
  ) {
    this.originMs = clock.now();
  }

  /** A topic that has its first subscriber. */
  open(): HeardTopic {
    return new HeardTopic(this.clock.now() - this.originMs);
  }

  /** A message that was had in another way; it is not to be delivered again. */
  skip(topic: HeardTopic, { node, number }: BusMessage): void {
    topic.setLast(this.peer(node), number);
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
    const topic = this.options.find(wrapped.topic);
    if (topic === undefined || message.sentMs - this.originMs < topic.since) return;
    const peer = this.peer(from);
    peer.number = Math.max(peer.number, message.number);
    this.sort(wrapped.topic, message);
    this.retry(peer);
  }

  /** The node is gone for good. */
  private forget(node: string): void {
    this.release(node);
    const peer = this.peer(node);
    this.peers.delete(node);
    for (const topic of this.options.all()) topic.forget(peer);
  }

  private sort(name: string, message: BusMessage): void {
    const topic = this.options.find(name);
    if (topic === undefined) return;
    const last = topic.last(this.peer(message.node));
    if (last !== undefined && message.number <= last) {
      this.stats.duplicates++;
    } else if (last !== undefined && message.previous > last) {
      this.wait(name, message, last);
    } else {
      this.pass(name, topic, message);
    }
  }

  private pass(name: string, topic: HeardTopic, message: BusMessage): void {
    topic.setLast(this.peer(message.node), message.number);
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
      const last = this.options.find(name)?.last(peer) ?? 0;
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
      const topic = this.options.find(name);
      const last = topic?.last(peer) ?? 0;
      if (topic === undefined || message.number <= last) continue;
      if (message.previous > last) this.stats.gaps++;
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

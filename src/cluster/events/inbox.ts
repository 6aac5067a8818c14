import type { Clock, Timer } from '../../clock.js';
import { decodeBusMessage, unwrapMessage, type BusMessage } from '../bus-message.js';
import type { ClusterStats } from '../stats.js';

/** A node of which nothing comes, since it has not found back itself, is asked again, so many times and ever later. */
const ASK_AGAIN_MS = 400;
const MAX_ASK_AGAIN_MS = 3000;
const MOST_QUESTIONS = 10;
/** In so many rounds of heartbeats, two seconds each, a node has to be missing until it is forgotten. */
const MOST_MISSED = 30;
/** Bytes that wait for one node's missing messages. */
const MAX_WAITING_BYTES = 16_777_216;

export interface InboxOptions {
  /** A topic that has a subscriber here; undefined for any other. */
  readonly find: (topic: string) => HeardTopic | undefined;
  /** All that {@link find} knows. */
  readonly all: () => Iterable<HeardTopic>;
  /**
   * Hands an event on to the subscribers of its topic.
   *
   * @param triggeredMs by {@link Inbox.nowMs}, for an event that comes late: whoever subscribed after that is not to hear
   *   it. Undefined for one that was triggered just now.
   */
  readonly deliver: (topic: string, message: BusMessage, triggeredMs: number | undefined) => void;
  /** Asks a node for all it sent after a number. */
  readonly askAgain: (node: string, after: number) => void;
}

/**
 * A topic that has a subscriber here. There may be one for each connection, most of which hear little and from few nodes:
 * nothing is kept before the first message, and then a number for each node.
 */
export interface HeardTopic {
  /** Messages sent earlier were sent before there was a subscriber here. By {@link Inbox.nowMs}. */
  readonly sinceMs: number;
  /** The latest node that was heard for the first time. */
  last: LastHeard | undefined;
}

/** A message that waits for the one before it, and when it was triggered, by {@link Inbox.nowMs}. */
interface Waiting {
  readonly message: BusMessage;
  readonly triggeredMs: number;
}

/** Messages that do not come on a topic: the number of the last that was heard before them, and that of the last of them. */
interface Missing {
  readonly after: number;
  readonly end: number;
}

/** The last message of a node that was delivered on a topic. */
export interface LastHeard {
  readonly peer: Peer;
  number: number;
  /** That of another node. */
  next: LastHeard | undefined;
}

/** Another node, as far as its messages are concerned. */
interface Peer {
  /** What it said it had sent, at its last heartbeat and at the one before: what that counts has come if it ever does. */
  said: number;
  saidBefore: number;
  /** In how many rounds of heartbeats it was not. */
  missed: number;
  /** From when on messages may have been lost, while the connection is broken. */
  lostAfter: number | undefined;
  /** The last number known to be missing in the latest gap that was counted; 0 before the first. */
  gapEnd: number;
  /** By topic, in their order. */
  readonly waiting: Map<string, Waiting[]>;
  waitingBytes: number;
  /** The number in the latest question, until that is answered. */
  askedAfter: number | undefined;
  timer: Timer | undefined;
  /** Whether some of the answer came since the timer was set. */
  isAnswering: boolean;
}

/**
 * Takes events from the bus in the order in which each node published them on a topic. A message that came before is
 * passed over; one whose predecessor is missing waits until that was sent again.
 */
export class Inbox {
  /** Times are counted from here, which makes them small numbers. */
  private readonly originMs: number;
  private readonly peers = new Map<string, Peer>();

  constructor(
    private readonly options: InboxOptions,
    private readonly clock: Clock,
    private readonly stats: ClusterStats,
  ) {
    this.originMs = clock.monotonic();
  }

  /**
   * Whole milliseconds since the start, by this machine alone. Clocks of two machines are never compared: a late message
   * tells how old it is.
   */
  get nowMs(): number {
    return Math.floor(this.clock.monotonic() - this.originMs);
  }

  /** A topic has no subscriber any more. */
  close(topic: string): void {
    for (const peer of this.peers.values()) {
      for (const { message } of peer.waiting.get(topic) ?? []) peer.waitingBytes -= message.body.length;
      peer.waiting.delete(topic);
    }
  }

  /** A message that was had in another way; it is not to be delivered again. */
  skip(topic: HeardTopic, { node, number }: BusMessage): void {
    setLast(topic, this.peer(node), number);
  }

  /** An event that was just published. */
  take(topic: string, message: BusMessage): void {
    this.stats.messagesReceived++;
    this.stats.busLagMs = this.clock.now() - message.sentMs;
    this.sort(topic, message, undefined);
  }

  /** An event that its node could not send when it was triggered. */
  takeLate(topic: string, message: BusMessage, ageMs: number): void {
    this.stats.messagesReceived++;
    this.sort(topic, message, this.nowMs - ageMs);
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

  /**
   * The connection to the bus broke: messages may be lost from here on. The number of the last that came tells nothing,
   * since those of two topics may overtake each other.
   */
  interrupt(): void {
    for (const peer of this.peers.values()) peer.lostAfter ??= peer.saidBefore;
  }

  /** The connection is back: asks every node for what it sent meanwhile. */
  recover(): void {
    for (const [node, peer] of this.peers) {
      this.ask(node, peer.lostAfter ?? peer.saidBefore);
      peer.lostAfter = undefined;
    }
  }

  /** A message that was sent again, or the end of an answer, which names the number in the question. */
  takeResent({ node: from, number, previous: ageMs, body }: BusMessage): void {
    const wrapped = unwrapMessage(body);
    if (wrapped === undefined) {
      // That was all, unless more was asked for since.
      if (number === this.peer(from).askedAfter) this.release(from);
      return;
    }
    const message = decodeBusMessage(wrapped.message);
    if (message?.node !== from) return;
    const peer = this.peer(from);
    peer.isAnswering = true;
    const topic = this.options.find(wrapped.topic);
    if (topic === undefined) return;
    this.sort(wrapped.topic, message, this.nowMs - ageMs);
    this.retry(peer, wrapped.topic);
  }

  /** The node is gone for good. */
  private forget(node: string): void {
    this.release(node);
    const peer = this.peer(node);
    for (const topic of this.options.all()) forgetLast(topic, peer);
    this.peers.delete(node);
  }

  private sort(name: string, message: BusMessage, triggeredMs: number | undefined): void {
    const topic = this.options.find(name);
    if (topic === undefined) return;
    const last = lastOf(topic, this.peer(message.node));
    if (last !== undefined && message.number <= last) {
      this.stats.duplicates++;
    } else if (last !== undefined && message.previous > last) {
      this.wait(name, message, last, triggeredMs ?? this.nowMs);
    } else {
      this.pass(name, topic, message, triggeredMs);
    }
  }

  private pass(name: string, topic: HeardTopic, message: BusMessage, triggeredMs: number | undefined): void {
    // Sent before there was a subscriber here.
    if (triggeredMs !== undefined && triggeredMs < topic.sinceMs) return;
    setLast(topic, this.peer(message.node), message.number);
    this.options.deliver(name, message, triggeredMs);
  }

  private wait(topic: string, message: BusMessage, last: number, triggeredMs: number): void {
    const peer = this.peer(message.node);
    // The bytes belong to the driver and are gone when this returns.
    const waiting = peer.waiting.get(topic) ?? [];
    if (waiting.length === 0) peer.waiting.set(topic, waiting);
    if (!insert(waiting, { message: { ...message, body: Buffer.from(message.body) }, triggeredMs })) return;
    peer.waitingBytes += message.body.length;
    if (peer.waitingBytes > MAX_WAITING_BYTES) this.release(message.node);
    else if (peer.askedAfter === undefined || last < peer.askedAfter) this.ask(message.node, last);
  }

  private ask(node: string, after: number, questions = 1): void {
    this.peer(node).askedAfter = after;
    this.stats.resendsAsked++;
    this.options.askAgain(node, after);
    this.awaitAnswer(node, after, questions);
  }

  private awaitAnswer(node: string, after: number, questions: number): void {
    const peer = this.peer(node);
    peer.isAnswering = false;
    peer.timer?.cancel();
    const delayMs = Math.min(ASK_AGAIN_MS * 2 ** (questions - 1), MAX_ASK_AGAIN_MS);
    peer.timer = this.clock.after(delayMs, () => {
      // It has much to send, and would send it all again.
      if (peer.isAnswering) this.awaitAnswer(node, after, questions);
      else if (questions < MOST_QUESTIONS) this.ask(node, after, questions + 1);
      else this.release(node);
    });
  }

  /** Passes on what waits no longer on a topic. */
  private retry(peer: Peer, name: string): void {
    const [waiting, topic] = [peer.waiting.get(name), this.options.find(name)];
    if (waiting === undefined || topic === undefined) return;
    let passed = 0;
    for (const { message, triggeredMs } of waiting) {
      if (message.previous > (lastOf(topic, peer) ?? 0)) break;
      passed++;
      peer.waitingBytes -= message.body.length;
      this.sort(name, message, triggeredMs);
    }
    waiting.splice(0, passed);
    if (waiting.length === 0) peer.waiting.delete(name);
  }

  /** What was missing does not come any more. */
  private release(node: string): void {
    const peer = this.peers.get(node);
    if (peer === undefined) return;
    peer.timer?.cancel();
    peer.timer = peer.askedAfter = undefined;
    const missing: Missing[] = [];
    for (const [name, messages] of peer.waiting) {
      const topic = this.options.find(name);
      if (topic === undefined) continue;
      for (const { message, triggeredMs } of messages) {
        const last = lastOf(topic, peer) ?? 0;
        if (message.number <= last) continue;
        if (message.previous > last) missing.push({ after: last, end: message.previous });
        this.pass(name, topic, message, triggeredMs);
      }
    }
    peer.waiting.clear();
    peer.waitingBytes = 0;
    this.countGaps(peer, missing);
  }

  /**
   * Counts the interruptions of a node. One of them leaves something missing on many topics, each of which was last heard
   * before its first number: only what is missing after the end of the gap that was counted last is another.
   */
  private countGaps(peer: Peer, missing: Missing[]): void {
    for (const { after, end } of missing.sort((a, b) => a.end - b.end)) {
      if (after < peer.gapEnd) continue;
      this.stats.gaps++;
      peer.gapEnd = end;
    }
  }

  private peer(node: string): Peer {
    let peer = this.peers.get(node);
    if (peer === undefined) {
      peer = {
        said: 0,
        saidBefore: 0,
        missed: 0,
        lostAfter: undefined,
        gapEnd: 0,
        waiting: new Map(),
        waitingBytes: 0,
        askedAfter: undefined,
        timer: undefined,
        isAnswering: false,
      };
      this.peers.set(node, peer);
    }
    return peer;
  }
}

/** Puts a message among those of its node, which are in their order. @returns false for one that is there */
function insert(waiting: Waiting[], one: Waiting): boolean {
  let at = waiting.length;
  while (at > 0 && (waiting[at - 1]?.message.number ?? 0) > one.message.number) at--;
  if (waiting[at - 1]?.message.number === one.message.number) return false;
  waiting.splice(at, 0, one);
  return true;
}

function entryOf(topic: HeardTopic, peer: Peer): LastHeard | undefined {
  let entry = topic.last;
  while (entry !== undefined && entry.peer !== peer) entry = entry.next;
  return entry;
}

function lastOf(topic: HeardTopic, peer: Peer): number | undefined {
  return entryOf(topic, peer)?.number;
}

function setLast(topic: HeardTopic, peer: Peer, number: number): void {
  const entry = entryOf(topic, peer);
  if (entry !== undefined) entry.number = number;
  else topic.last = { peer, number, next: topic.last };
}

function forgetLast(topic: HeardTopic, peer: Peer): void {
  const entry = entryOf(topic, peer);
  if (entry === undefined) return;
  if (topic.last === entry) topic.last = entry.next;
  for (let before = topic.last; before !== undefined; before = before.next) {
    if (before.next === entry) before.next = entry.next;
  }
}

import type { SigningKey } from '../../protocol/index.js';
import type { Endpoint } from '../targets/endpoint.js';
import {
  channelName,
  channelNumber,
  channelsOf,
  memberData,
  streamNumber,
  type ChannelPlan,
} from './channel-plan.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { Latency } from './latency.js';
import { nowMicros } from './monotonic.js';
import { openSocket } from './open-socket.js';
import { SequenceAudit, type AuditTotals } from './sequence-audit.js';
import { signingKey, subscribeMessage } from './signing.js';
import { Counter, untilDoneOrStalled } from './stall.js';
import { StampReader } from './stamp.js';

/** What a swarm counted since it was made. */
export interface SwarmTotals extends AuditTotals {
  /** Connections that are open and subscribed. */
  readonly open: number;
  /** Events on a channel that the connection did not subscribe to. */
  readonly misdelivered: number;
  /** `member_added` and `member_removed`. */
  readonly memberEvents: number;
  /** Connections that the server ended or refused: why, and how many. */
  readonly closes: Record<string, number>;
  /** `pusher:error` and `subscription_error`: what, and how often. */
  readonly errors: Record<string, number>;
}

/** How many events were sent on a stream, by its number. */
export type SentCount = (stream: number) => number;

/** Connections that are made ready at the same time, unless told otherwise. */
const CONCURRENCY = 100;

/** A connection on which nothing came for this long says that it is there: pusher-js asks after 30 s and more. */
const PING_AFTER_SECONDS = 50;
const PING_CHECK_MS = 5000;

/** The longest head of a frame in which an event's name is looked for. */
const NAME_BYTES = 80;

/** The connections of one group in this process: opens them, subscribes them, and checks what each receives. */
export class Swarm implements ConnectionOwner {
  private readonly key: SigningKey;
  private readonly connections: Connection[] = [];
  private readonly audit = new SequenceAudit();
  private readonly stamps = new StampReader();
  private readonly lastLife: number[] = [];
  private readonly closes: Record<string, number> = {};
  private readonly errors: Record<string, number> = {};
  private readonly pinger: NodeJS.Timeout;
  private readonly streams: number;
  private seconds = 0;
  private openCount = 0;
  private misdelivered = 0;
  readonly deliveries = new Counter();
  readonly memberEvents = new Counter();
  /** Undefined while nobody asks for latencies. */
  private latency: Latency | undefined;
  /** Called with each connection that became ready or failed to. */
  private onSettled: (connection: Connection) => void = () => undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly plan: ChannelPlan,
    private readonly sources: readonly string[],
  ) {
    this.key = signingKey(endpoint.app);
    this.streams = plan.streams ?? 1;
    this.pinger = setInterval(() => {
      this.pingSilent();
    }, PING_CHECK_MS);
    this.pinger.unref();
  }

  get size(): number {
    return this.openCount;
  }

  /**
   * Opens connections and subscribes them.
   *
   * @param sent how many events were sent on their channels before; undefined when that is not known, as while events
   *   are being sent
   * @returns how many of them are ready; the others are among the totals' closes and errors
   */
  async open(
    first: number,
    count: number,
    sent: SentCount | undefined,
    concurrency = CONCURRENCY,
  ): Promise<number> {
    let started = 0;
    let settled = 0;
    let ready = 0;
    let finish: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const startOne = () => {
      this.start(first + started++, sent);
    };
    this.onSettled = (connection) => {
      settled++;
      if (connection.isReady) ready++;
      if (started < count) startOne();
      else if (settled === count) finish();
    };
    while (started < Math.min(count, concurrency)) startOne();
    await untilDoneOrStalled(done, () => settled);
    this.onSettled = () => undefined;
    return ready;
  }

  /** Cuts off the newest connections without a word. */
  drop(count: number): void {
    for (const connection of this.connections.splice(Math.max(0, this.connections.length - count))) {
      if (connection.isReady && !connection.isClosed) this.openCount--;
      connection.drop();
    }
  }

  /** Stops to read on all connections. */
  pause(): void {
    for (const connection of this.connections) connection.pause();
  }

  /** Reads on. */
  resume(): void {
    for (const connection of this.connections) connection.resume();
  }

  /** Sends a text from one connection. */
  send(local: number, text: string): void {
    this.connections[local]?.sendText(text);
  }

  /** How many events have not come that were sent on the channels of these connections. */
  missing(sent: SentCount): number {
    let missing = 0;
    this.forEachOpen((subscription, stream) => {
      missing += this.audit.missing(subscription, sent(stream));
    });
    return missing;
  }

  /** From now on the latency of each delivery is recorded. */
  recordLatency(): void {
    this.latency ??= new Latency();
    this.latency.reset();
  }

  /** What was recorded, for another process. */
  takeLatency(): string | undefined {
    const encoded = this.latency?.encode();
    this.latency?.reset();
    return encoded;
  }

  /** Everything that was sent should have come: what has not, is lost. */
  settle(sent: SentCount): void {
    this.forEachOpen((subscription, stream) => {
      this.audit.settle(subscription, sent(stream));
    });
  }

  totals(): SwarmTotals {
    return {
      ...this.audit.totals(),
      open: this.openCount,
      misdelivered: this.misdelivered,
      memberEvents: this.memberEvents.value,
      closes: { ...this.closes },
      errors: { ...this.errors },
    };
  }

  close(): void {
    clearInterval(this.pinger);
    this.drop(this.connections.length);
  }

  upgradeRequest(connection: Connection): Buffer {
    const { app, dialect, pathPrefix, sockets } = this.endpoint;
    const path =
      dialect === 'raw'
        ? `/raw?${channelsOf(this.plan, connection.index).join(',')}`
        : `${pathPrefix}/app/${app.key}?protocol=7&client=bench&version=1.0`;
    return Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: ${sockets.host}:${sockets.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  }

  onUpgraded(connection: Connection): void {
    if (this.endpoint.dialect === 'raw') this.ready(connection);
  }

  onLife(connection: Connection): void {
    this.lastLife[connection.local] = this.seconds;
  }

  onText(connection: Connection, bytes: Buffer, start: number, end: number): void {
    if (!this.stamps.read(bytes, start, end)) {
      this.onProtocolEvent(connection, bytes, start, end);
      return;
    }
    const { stream, sequence } = this.stamps;
    const first = this.firstStream(connection, this.nameIndex(stream));
    if (stream < first || stream >= first + this.streams) {
      this.misdelivered++;
      return;
    }
    this.audit.receive(this.subscription(connection, stream), sequence);
    this.latency?.record(nowMicros() - this.stamps.micros());
    this.deliveries.add();
  }

  onClosed(connection: Connection, reason: string): void {
    count(this.closes, reason);
    if (connection.isReady) this.openCount--;
    else this.onSettled(connection);
  }

  private start(index: number, sent: SentCount | undefined): void {
    const local = this.connections.length;
    const source = this.sources.length === 0 ? undefined : this.sources[local % this.sources.length];
    const connection = new Connection(index, local, this, (owner) =>
      openSocket(this.endpoint.sockets, source, owner),
    );
    this.connections.push(connection);
    this.lastLife[local] = this.seconds;
    connection.awaited = this.plan.names.length;
    this.forEachStream(connection, (subscription, stream) => {
      this.audit.begin(subscription, sent?.(stream));
    });
  }

  private forEachOpen(visit: (subscription: number, stream: number) => void): void {
    for (const connection of this.connections) {
      // What an ended connection missed is told by its end.
      if (!connection.isClosed) this.forEachStream(connection, visit);
    }
  }

  private forEachStream(connection: Connection, visit: (subscription: number, stream: number) => void): void {
    for (let i = 0; i < this.plan.names.length; i++) {
      const first = this.firstStream(connection, i);
      for (let stream = first; stream < first + this.streams; stream++) {
        visit(this.subscription(connection, stream), stream);
      }
    }
  }

  /** Which of the plan's names a stream is of. */
  private nameIndex(stream: number): number {
    return Math.floor(stream / this.streams) % this.plan.names.length;
  }

  private firstStream(connection: Connection, nameIndex: number): number {
    return streamNumber(this.plan, channelNumber(this.plan, connection.index, nameIndex), 0);
  }

  /** What the audit knows a stream by, on one connection. */
  private subscription(connection: Connection, stream: number): number {
    const perConnection = this.plan.names.length * this.streams;
    return connection.local * perConnection + (stream % perConnection);
  }

  private onProtocolEvent(connection: Connection, bytes: Buffer, start: number, end: number): void {
    const head = bytes.toString('latin1', start, Math.min(end, start + NAME_BYTES));
    if (head.includes('member_')) {
      this.memberEvents.add();
    } else if (head.includes('subscription_succeeded')) {
      if (--connection.awaited <= 0) this.ready(connection);
    } else if (head.includes('pusher:connection_established')) {
      this.subscribe(connection, bytes.toString('latin1', start, end));
    } else if (head.includes('pusher:ping')) {
      connection.sendText('{"event":"pusher:pong","data":{}}');
    } else if (head.includes('pusher:error') || head.includes('subscription_error')) {
      count(this.errors, bytes.toString('latin1', start, Math.min(end, start + 200)));
    }
  }

  private subscribe(connection: Connection, established: string): void {
    const socketId = /socket_id[\\":]+([\d.]+)/.exec(established)?.[1] ?? '';
    if (this.plan.names.length === 0) this.ready(connection);
    for (let i = 0; i < this.plan.names.length; i++) {
      const channel = channelName(this.plan, channelNumber(this.plan, connection.index, i));
      const member = channel.startsWith('presence-') ? memberData(this.plan, connection.index) : '';
      connection.sendText(subscribeMessage(this.key, socketId, channel, member));
    }
  }

  private ready(connection: Connection): void {
    if (connection.isReady) return;
    connection.isReady = true;
    this.openCount++;
    this.onSettled(connection);
  }

  private pingSilent(): void {
    this.seconds += PING_CHECK_MS / 1000;
    if (this.endpoint.dialect === 'raw') return;
    for (const connection of this.connections) {
      const silent = this.seconds - (this.lastLife[connection.local] ?? 0);
      if (silent < PING_AFTER_SECONDS || !connection.isReady || connection.isClosed) continue;
      connection.sendText('{"event":"pusher:ping","data":{}}');
      this.lastLife[connection.local] = this.seconds;
    }
  }
}

function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

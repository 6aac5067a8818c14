import type { Socket } from 'node:net';
import type { Address } from '../targets/endpoint.js';
import { readResponse } from './http-response.js';
import { openSocket } from './open-socket.js';

/** How often in a row a lane may fail to connect before its request counts as failed. */
const MAX_ATTEMPTS = 3;

/**
 * Sends requests over a fixed number of connections, each with one request in flight, as so many back-end processes
 * would. Each keeps the order of its requests. A server that closes after each answer gets a new connection for each.
 */
export class Poster {
  private readonly lanes: readonly Lane[];
  private outstandingCount = 0;
  private readonly failures: Record<string, number> = {};
  /** Called after each answer, good or bad, with the connection that it came over. */
  onAnswer: (lane: number) => void = () => undefined;

  constructor(address: Address, connections: number) {
    this.lanes = Array.from(
      { length: connections },
      (_, lane) =>
        new Lane(address, (failure) => {
          this.settled(lane, failure);
        }),
    );
  }

  /** How many connections there are. */
  get size(): number {
    return this.lanes.length;
  }

  /** Requests that were given and not answered. */
  get outstanding(): number {
    return this.outstandingCount;
  }

  /** Answers other than 200, and connections lost with a request in flight: what, and how often. */
  failureCounts(): Record<string, number> {
    return { ...this.failures };
  }

  /** @param lane which connection, from 0; the request waits for those given to it before */
  post(lane: number, request: Buffer): void {
    this.outstandingCount++;
    this.lanes[lane % this.lanes.length]?.post(request);
  }

  close(): void {
    for (const lane of this.lanes) lane.close();
  }

  private settled(lane: number, failure: string | undefined): void {
    this.outstandingCount--;
    if (failure !== undefined) this.failures[failure] = (this.failures[failure] ?? 0) + 1;
    this.onAnswer(lane);
  }
}

/** One connection with at most one request in flight. */
class Lane {
  private socket: Socket | undefined;
  private isConnected = false;
  private isWritten = false;
  /** In flight, or waiting for the connection. */
  private request: Buffer | undefined;
  private readonly waiting: Buffer[] = [];
  private attempts = 0;
  private received: Buffer = Buffer.alloc(0);
  /** The last whole answer: most are the same to the byte, and need no second look. */
  private known: Buffer = Buffer.alloc(0);

  constructor(
    private readonly address: Address,
    private readonly onSettled: (failure: string | undefined) => void,
  ) {}

  post(request: Buffer): void {
    if (this.request === undefined) this.send(request);
    else this.waiting.push(request);
  }

  close(): void {
    this.waiting.length = 0;
    this.request = undefined;
    this.socket?.resetAndDestroy();
  }

  private send(request: Buffer): void {
    this.request = request;
    this.isWritten = false;
    this.attempts = 0;
    this.transmit();
  }

  private onConnect(): void {
    this.isConnected = true;
    this.transmit();
  }

  private onBytes(bytes: Buffer, length: number): void {
    if (this.received.length === 0 && length === this.known.length) {
      if (this.known.compare(bytes, 0, length) === 0) {
        this.settle(undefined);
        return;
      }
    }
    this.received = Buffer.concat([this.received, bytes.subarray(0, length)]);
    const response = readResponse(this.received);
    if (response === undefined) return;
    const isPlain =
      response.status === 200 && response.isKeptAlive && response.bytes === this.received.length;
    if (isPlain) this.known = this.received;
    this.received = Buffer.alloc(0);
    if (!response.isKeptAlive) this.abandon();
    this.settle(response.status === 200 ? undefined : `HTTP ${response.status}`);
  }

  private onClose(error: Error | undefined): void {
    this.socket = undefined;
    this.isConnected = false;
    this.received = Buffer.alloc(0);
    if (this.request === undefined) return;
    // What was written may have been carried out, and is not sent twice.
    if (!this.isWritten && this.attempts < MAX_ATTEMPTS) this.transmit();
    else this.settle(error?.message ?? 'closed without an answer');
  }

  private transmit(): void {
    if (this.request === undefined) return;
    if (this.socket === undefined) {
      this.attempts++;
      this.socket = this.open();
    } else if (this.isConnected) {
      this.isWritten = true;
      this.socket.write(this.request);
    }
  }

  /** A socket that is heard only while it is this lane's. */
  private open(): Socket {
    const socket = openSocket(this.address, undefined, {
      onConnect: () => {
        if (this.socket === socket) this.onConnect();
      },
      onBytes: (bytes, length) => {
        if (this.socket === socket) this.onBytes(bytes, length);
      },
      onClose: (error) => {
        if (this.socket === socket) this.onClose(error);
      },
    });
    return socket;
  }

  /** The server closes this connection: the next request takes another. */
  private abandon(): void {
    this.socket?.destroy();
    this.socket = undefined;
    this.isConnected = false;
  }

  private settle(failure: string | undefined): void {
    if (this.request === undefined) return;
    this.request = undefined;
    const next = this.waiting.shift();
    if (next !== undefined) this.send(next);
    this.onSettled(failure);
  }
}

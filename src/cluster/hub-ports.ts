import type { Socket } from 'node:net';
import {
  FrameBatch,
  FrameKind,
  HEAD_BYTES,
  readMessage,
  readNumber,
  readText,
  readTopic,
  type TextBody,
} from './hub-frames.js';
import type { HubCall } from './hub-store.js';
import type { Interest } from './interest.js';
import { MemoryStore, type MemoryState } from './memory-store.js';
import { messageOf } from './reconnecting.js';

/** The hub's end of a connection. */
export interface HubPort {
  take(kind: number, bytes: Buffer, start: number, end: number): void;
  close(): void;
}

/** Bytes that may wait for a process; who has more does not read, and comes back by itself when it does. */
const MAX_WAITING_BYTES = 33_554_432;

/** With so many bytes waiting, no further questions are read until they are gone. */
const MANY_WAITING_BYTES = 1_048_576;

/** Passes messages on to all others who are subscribed, as they came. */
export class BusPort implements HubPort {
  private readonly frames: FrameBatch;

  constructor(
    socket: Socket,
    private readonly interest: Interest<BusPort>,
    private readonly cut: () => void,
  ) {
    this.frames = new FrameBatch(socket);
  }

  take(kind: number, bytes: Buffer, start: number, end: number): void {
    switch (kind) {
      case FrameKind.Subscribe:
        this.interest.add(readTopic(bytes, start, end), this);
        return;
      case FrameKind.Unsubscribe:
        this.interest.delete(readTopic(bytes, start, end), this);
        return;
      case FrameKind.Mark:
        this.frames.number(FrameKind.Mark, readNumber(bytes, start));
        return;
      case FrameKind.Message:
        this.interest.tell(readMessage(bytes, start).topic, (port) => {
          if (port !== this) port.pass(bytes, start, end);
        });
        return;
      default:
        throw new Error(`a bus does not send frames of kind ${kind}`);
    }
  }

  close(): void {
    this.interest.forget(this);
  }

  private pass(bytes: Buffer, start: number, end: number): void {
    if (this.frames.waitingBytes > MAX_WAITING_BYTES) this.cut();
    else this.frames.copy(bytes, start - HEAD_BYTES, end);
  }
}

/** Answers what a process asks of the common state. */
export class StorePort implements HubPort {
  private readonly frames: FrameBatch;
  private readonly store: MemoryStore;

  constructor(
    private readonly socket: Socket,
    private readonly state: MemoryState,
    /** The node that its beats are of. */
    public node: string | undefined,
    private readonly cut: () => void,
  ) {
    this.frames = new FrameBatch(socket);
    this.store = new MemoryStore(state);
    this.store.start({
      delta: (key, delta) => {
        this.send(FrameKind.Delta, 0, JSON.stringify([key, delta]));
      },
      up: () => undefined,
      down: () => undefined,
    });
    socket.on('drain', () => socket.resume());
  }

  take(kind: number, bytes: Buffer, start: number, end: number): void {
    switch (kind) {
      case FrameKind.Subscribe:
        void this.store.watch(readTopic(bytes, start, end));
        return;
      case FrameKind.Unsubscribe:
        this.store.unwatch(readTopic(bytes, start, end));
        return;
      case FrameKind.Mark:
        this.frames.number(FrameKind.Mark, readNumber(bytes, start));
        return;
      case FrameKind.Call:
        this.answer(readText(bytes, start, end));
        if (this.socket.writableLength > MANY_WAITING_BYTES) this.socket.pause();
        return;
      default:
        throw new Error(`a store does not send frames of kind ${kind}`);
    }
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  close(): void {
    void this.store.close();
  }

  /** Its process is gone. @returns whether its node had not left */
  bury(): boolean {
    return this.node !== undefined && this.state.nodes.bury(this.node, 0);
  }

  tellDied(): void {
    this.send(FrameKind.Died, 0, '');
  }

  private answer({ number, text, bytes }: TextBody): void {
    this.ask(JSON.parse(text) as HubCall, bytes).then(
      ([answer, message]) => {
        const told = answer === undefined ? '' : JSON.stringify(answer);
        if (number !== 0) this.send(FrameKind.Answer, number, told, message);
      },
      (cause: unknown) => {
        if (number !== 0) this.send(FrameKind.Refused, number, messageOf(cause));
      },
    );
  }

  /** @returns the answer, and bytes that go with it */
  private async ask(
    call: HubCall,
    bytes: Buffer,
  ): Promise<[answer: unknown, bytes?: Uint8Array | undefined]> {
    const { store } = this;
    switch (call[0]) {
      case 'apply':
        return [await store.apply(call[1], call[2])];
      case 'drop':
        return [await store.drop(call[1], call[2], call[3])];
      case 'release':
        return [await store.release(call[1], call[2], call[3])];
      case 'snapshot':
        return [await store.snapshot(call[1])];
      case 'counts':
        return [await store.counts(call[1])];
      case 'memberIds':
        return [await store.memberIds(call[1])];
      case 'channels':
        return [await store.channels(call[1])];
      case 'cached': {
        const cached = await store.cached(call[1]);
        return [cached?.ttlMs, cached?.message];
      }
      case 'cache':
        // A copy, since the bytes are a piece of all that came with them.
        store.cache(call[1], Buffer.from(bytes), call[2]);
        return [undefined];
      case 'claim':
        return [await store.claim(call[1], call[2])];
      case 'answer':
        store.answer(call[1], call[2] ?? undefined, call[3]);
        return [undefined];
      case 'beat':
        this.node = call[1].id;
        return [await store.beat(call[1], call[2])];
      case 'bury':
        return [await store.bury(call[1], call[2])];
      case 'lockGrave':
        return [await store.lockGrave(call[1], call[2], call[3])];
      case 'channelsOf':
        return [await store.channelsOf(call[1])];
      case 'leave':
        await store.leave(call[1]);
        return [undefined];
    }
  }

  private send(kind: FrameKind, number: number, text: string, bytes?: Uint8Array): void {
    if (this.frames.waitingBytes > MAX_WAITING_BYTES) this.cut();
    else this.frames.text(kind, number, text, bytes);
  }
}

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
} from './ipc-frames.js';
import type { IpcCall } from './ipc-store.js';
import type { Interest } from '../link/interest.js';
import { MemoryStore, type MemoryState } from '../memory/memory-store.js';
import { messageOf } from '../link/reconnecting.js';

/** Bytes that may wait for a process; who has more does not read, and comes back by itself when it does. */
const MAX_WAITING_BYTES = 33_554_432;

/** With so many bytes waiting, no further questions are read until they are gone. */
const MANY_WAITING_BYTES = 1_048_576;

export interface IpcPortContext {
  readonly state: MemoryState;
  /** Who is subscribed to what. */
  readonly interest: Interest<IpcPort>;
  /** The process beats as a node. */
  readonly beat: (port: IpcPort, node: string) => void;
  /** The process does not keep up. */
  readonly cut: () => void;
}

/** The parent's end of a connection: passes messages on to all others who are subscribed, and answers questions. */
export class IpcPort {
  private readonly frames: FrameBatch;
  private readonly store: MemoryStore;

  constructor(
    private readonly socket: Socket,
    private readonly context: IpcPortContext,
  ) {
    this.frames = new FrameBatch(socket);
    this.store = new MemoryStore(context.state);
    this.store.start({
      delta: (key, delta) => {
        this.send(FrameKind.Delta, 0, JSON.stringify([key, delta]));
      },
      up: () => undefined,
      down: () => undefined,
    });
    socket.on('drain', () => socket.resume());
  }

  /** @throws Error for a frame that is not sent to a parent process */
  take(kind: number, bytes: Buffer, start: number, end: number): void {
    const { interest } = this.context;
    switch (kind) {
      case FrameKind.Message:
        interest.tell(readMessage(bytes, start).topic, (port) => {
          if (port !== this) port.pass(bytes, start, end);
        });
        return;
      case FrameKind.Subscribe:
        interest.add(readTopic(bytes, start, end), this);
        return;
      case FrameKind.Unsubscribe:
        interest.delete(readTopic(bytes, start, end), this);
        return;
      case FrameKind.Watch:
        void this.store.watch(readTopic(bytes, start, end));
        return;
      case FrameKind.Unwatch:
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
        throw new Error(`a parent process is not sent frames of kind ${kind}`);
    }
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  close(): void {
    this.context.interest.forget(this);
    void this.store.close();
  }

  /** Another process has ended, and this one is to look after it. */
  tellDied(): void {
    this.send(FrameKind.Died, 0, '');
  }

  private pass(bytes: Buffer, start: number, end: number): void {
    if (this.frames.waitingBytes > MAX_WAITING_BYTES) this.context.cut();
    else this.frames.copy(bytes, start - HEAD_BYTES, end);
  }

  private answer({ number, text, bytes }: TextBody): void {
    this.ask(JSON.parse(text) as IpcCall, bytes).then(
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
    call: IpcCall,
    bytes: Buffer,
  ): Promise<[answer: unknown, bytes?: Uint8Array | undefined]> {
    const { store } = this;
    switch (call[0]) {
      case 'apply':
        return [await store.apply(call[1], call[2])];
      case 'drop':
        return [await store.drop(call[1], call[2], call[3])];
      case 'release':
        return [await store.release(call[1], call[2], call[3], call[4])];
      case 'moment':
        return [await store.moment()];
      case 'shares':
        return [await store.shares(call[1], call[2])];
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
        await store.cache(call[1], Buffer.from(bytes), call[2], call[3]);
        return [undefined];
      case 'claim':
        return [await store.claim(call[1], call[2])];
      case 'answer':
        store.answer(call[1], call[2] ?? undefined, call[3]);
        return [undefined];
      case 'beat':
        this.context.beat(this, call[1].id);
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
    if (this.frames.waitingBytes > MAX_WAITING_BYTES) this.context.cut();
    else this.frames.text(kind, number, text, bytes);
  }
}

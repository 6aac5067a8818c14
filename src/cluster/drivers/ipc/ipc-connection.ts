import { connect, type Socket } from 'node:net';
import {
  FrameBatch,
  FrameKind,
  FrameReader,
  readNumber,
  readText,
  type Hello,
  type TakeFrame,
  type TextBody,
} from './ipc-frames.js';
import { answeredInTime, messageOf, type Connection } from '../link/reconnecting.js';

/** Where a host's processes meet, and what they have to know for it. */
export interface IpcAddress {
  /** Of a Unix socket. */
  readonly path: string;
  readonly token: string;
}

/** What the parent process sends back once it has done all that came before it. */
interface Mark {
  readonly number: number;
  readonly reached: Promise<unknown>;
  /** Somebody waits for it: it goes out at the end of this tick. */
  isDue: boolean;
  /** Nobody waits: it goes out a moment later. */
  timer: NodeJS.Timeout | undefined;
}

/** For so long a mark that nobody waits for stays here, and stands for all that is sent meanwhile. */
const LATER_MS = 50;

interface Waiting {
  readonly resolve: (answer: TextBody | undefined) => void;
  readonly reject: (reason: Error) => void;
}

/** One connection of a process to the parent process. What is sent within one tick is written together. */
export class IpcConnection implements Connection {
  readonly frames: FrameBatch;
  private readonly socket: Socket;
  private readonly waiting = new Map<number, Waiting>();
  private numbers = 0;
  /** The next that is sent. */
  private mark: Mark | undefined;
  private lost: ((reason: string) => void) | undefined;
  private isDestroyed = false;

  /**
   * @param setUp sends all that has to stand before others may use it
   * @param take takes what is no answer
   */
  constructor(
    private readonly address: IpcAddress,
    private readonly setUp: (connection: IpcConnection) => void,
    private readonly take: TakeFrame,
  ) {
    this.socket = connect(address.path);
    this.frames = new FrameBatch(this.socket, () => {
      if (this.mark?.isDue === true) this.sendMark();
    });
  }

  async open(lost: (reason: string) => void): Promise<void> {
    const { socket } = this;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    this.lost = lost;
    const reader = new FrameReader((kind, bytes, start, end) => {
      this.receive(kind, bytes, start, end);
    });
    socket.on('data', (chunk) => {
      try {
        reader.read(chunk);
      } catch (error) {
        lost(messageOf(error));
      }
    });
    socket.on('error', (error) => {
      lost(error.message);
    });
    socket.on('close', () => {
      lost('the parent process closed the connection');
    });
    const hello: Hello = { token: this.address.token, pid: process.pid };
    this.frames.text(FrameKind.Hello, 0, JSON.stringify(hello));
    this.setUp(this);
    await this.settled();
  }

  /** @returns when the parent process has done all that was sent up to the end of this tick; rejects where that is not known */
  settled(): Promise<unknown> {
    const mark = this.nextMark();
    if (!mark.isDue) {
      mark.isDue = true;
      // Without anything else to send, the mark is a batch of its own.
      setImmediate(() => {
        if (this.mark === mark) this.sendMark();
      });
    }
    return mark.reached;
  }

  /**
   * As {@link settled}, a moment later: for whoever is not waiting. A mark with each event of a quiet server would wake
   * the parent's process and this one as often as the event does.
   */
  settledLater(): Promise<unknown> {
    const mark = this.nextMark();
    if (!mark.isDue) {
      mark.timer ??= setTimeout(() => {
        this.sendMark();
      }, LATER_MS).unref();
    }
    return mark.reached;
  }

  /** Asks, and waits for the answer. */
  call(question: string, bytes?: Uint8Array): Promise<TextBody | undefined> {
    const number = this.nextNumber();
    this.frames.text(FrameKind.Call, number, question, bytes);
    return this.answerTo(number);
  }

  /** Asks without wanting to know the answer, which has number 0. */
  tell(question: string, bytes?: Uint8Array): void {
    this.frames.text(FrameKind.Call, 0, question, bytes);
  }

  ping(): Promise<unknown> {
    return answeredInTime(this.settled(), () => this.socket.bytesRead);
  }

  destroy(): void {
    this.isDestroyed = true;
    this.lost = undefined;
    // What is still to come is not of interest, and an error least of all.
    this.socket.removeAllListeners().on('error', () => undefined);
    this.socket.destroy();
    for (const { reject } of this.waiting.values())
      reject(new Error('the connection to the parent process is lost'));
    this.waiting.clear();
  }

  private nextNumber(): number {
    this.numbers = this.numbers === MAX_NUMBER ? 1 : this.numbers + 1;
    return this.numbers;
  }

  private answerTo(number: number): Promise<TextBody | undefined> {
    if (this.isDestroyed) return Promise.reject(new Error('the connection to the parent process is lost'));
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
    });
  }

  private nextMark(): Mark {
    if (this.mark !== undefined) return this.mark;
    const number = this.nextNumber();
    this.mark = { number, reached: this.answerTo(number), isDue: false, timer: undefined };
    return this.mark;
  }

  private sendMark(): void {
    const { mark } = this;
    if (mark === undefined || this.isDestroyed) return;
    this.mark = undefined;
    clearTimeout(mark.timer);
    this.frames.number(FrameKind.Mark, mark.number);
  }

  private receive(kind: number, bytes: Buffer, start: number, end: number): void {
    if (this.isDestroyed) return;
    switch (kind) {
      case FrameKind.Mark:
        this.takeAnswer(readNumber(bytes, start))?.resolve(undefined);
        return;
      case FrameKind.Answer: {
        const answer = readText(bytes, start, end);
        this.takeAnswer(answer.number)?.resolve(answer);
        return;
      }
      case FrameKind.Refused: {
        const { number, text } = readText(bytes, start, end);
        if (number === 0) this.lost?.(text);
        else this.takeAnswer(number)?.reject(new Error(text));
        return;
      }
      default:
        this.take(kind, bytes, start, end);
    }
  }

  private takeAnswer(number: number): Waiting | undefined {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    return waiting;
  }
}

const MAX_NUMBER = 0xffff_ffff;

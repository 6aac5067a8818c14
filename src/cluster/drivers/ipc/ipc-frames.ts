import type { Socket } from 'node:net';

/**
 * What the processes of one host send each other through the parent process. Numbers are big-endian.
 *
 * ```
 * 0  length of all that follows  4
 * 4  kind                        1
 * 5  body                        the rest
 * ```
 */
export const FrameKind = {
  /** To the parent process, first of all. Body: number (0), and a {@link Hello} as JSON. */
  Hello: 1,
  /** To the parent process. Body: a topic. */
  Subscribe: 2,
  Unsubscribe: 3,
  /** To the parent process, and back when all that came before it was done. Body: number (4). */
  Mark: 4,
  /** Both ways, as it came. Body: length of the topic (2), topic, message. */
  Message: 5,
  /** To the parent process. Body: number (4), length of the text (4), a call as JSON, bytes that belong to it. */
  Call: 6,
  /** The answer to a call. Body: as that of a call; no text stands for undefined. */
  Answer: 7,
  /** A call that failed, or a connection that is not taken. Body: as that of a call, with the reason as JSON text. */
  Refused: 8,
  /** To those who watch a channel. Body: as that of a call, with key and delta as JSON. */
  Delta: 9,
  /** To one process, which is to look after a node that died. Body: number (0). */
  Died: 10,
  /** To the parent process. Body: the key of a channel. */
  Watch: 11,
  Unwatch: 12,
} as const;

export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Who connects. */
export interface Hello {
  /** Known to the host's own processes alone. */
  readonly token: string;
  readonly pid: number;
}

const LENGTH_BYTES = 4;
/** Length and kind. */
export const HEAD_BYTES = 5;

/** What more than this has gathered is written before the tick ends. */
const FULL_BYTES = 262_144;
const LEAST_BYTES = 512;

/** Frames for one socket: what is added within one tick is written together. */
export class FrameBatch {
  private bytes = Buffer.alloc(0);
  private used = 0;
  /** As many bytes as the last batch took. */
  private usual = LEAST_BYTES;

  /** @param closing called before a batch is written, for what is to stand at its end */
  constructor(
    private readonly socket: Pick<Socket, 'write' | 'writableLength'>,
    private readonly closing: () => void = () => undefined,
  ) {}

  /** Bytes that were added and have not left this process. */
  get waitingBytes(): number {
    return this.used + this.socket.writableLength;
  }

  topic(kind: FrameKind, topic: string): void {
    const at = this.add(kind, Buffer.byteLength(topic));
    this.bytes.write(topic, at, 'utf8');
  }

  number(kind: FrameKind, number: number): void {
    const at = this.add(kind, 4);
    this.bytes.writeUInt32BE(number, at);
  }

  message(topic: string, message: Uint8Array): void {
    const topicBytes = Buffer.byteLength(topic);
    const at = this.add(FrameKind.Message, 2 + topicBytes + message.byteLength);
    this.bytes.writeUInt16BE(topicBytes, at);
    this.bytes.write(topic, at + 2, 'utf8');
    this.bytes.set(message, at + 2 + topicBytes);
  }

  text(kind: FrameKind, number: number, text: string, bytes: Uint8Array = NO_BYTES): void {
    const textBytes = Buffer.byteLength(text);
    const at = this.add(kind, 8 + textBytes + bytes.byteLength);
    this.bytes.writeUInt32BE(number, at);
    this.bytes.writeUInt32BE(textBytes, at + 4);
    this.bytes.write(text, at + 8, 'utf8');
    this.bytes.set(bytes, at + 8 + textBytes);
  }

  /** Passes on a frame as it came. */
  copy(from: Buffer, start: number, end: number): void {
    const at = this.room(end - start);
    from.copy(this.bytes, at, start, end);
  }

  /** Writes what was added, at once. */
  flush(): void {
    if (this.used === 0) return;
    this.closing();
    const { bytes, used } = this;
    this.bytes = Buffer.alloc(0);
    this.used = 0;
    this.usual = Math.min(FULL_BYTES, Math.max(LEAST_BYTES, used));
    this.socket.write(bytes.subarray(0, used));
  }

  /** @returns where the body goes */
  private add(kind: FrameKind, bodyBytes: number): number {
    const at = this.room(HEAD_BYTES + bodyBytes);
    this.bytes.writeUInt32BE(HEAD_BYTES - LENGTH_BYTES + bodyBytes, at);
    this.bytes[at + LENGTH_BYTES] = kind;
    return at + HEAD_BYTES;
  }

  /** @returns where so many bytes go */
  private room(size: number): number {
    if (this.used > FULL_BYTES) this.flush();
    if (this.used === 0)
      setImmediate(() => {
        this.flush();
      });
    if (this.used + size > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.usual, 2 * this.used, this.used + size));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    const at = this.used;
    this.used += size;
    return at;
  }
}

const NO_BYTES = new Uint8Array(0);

/** A frame longer than this is none: a snapshot of the largest channel is far shorter. */
const MAX_FRAME_BYTES = 268_435_456;

/** Takes a frame: its kind, and where its body stands in the bytes, which are only valid until it returns. */
export type TakeFrame = (kind: number, bytes: Buffer, start: number, end: number) => void;

/**
 * Finds frames in what arrives, which may end anywhere. Only a frame that comes in several chunks is put together, not
 * all that came with its end.
 */
export class FrameReader {
  /** The beginning of a frame whose end is not there. */
  private parts: Buffer[] = [];
  private size = 0;
  /** Until so many bytes are there, nothing can be read. */
  private needed = LENGTH_BYTES;

  constructor(private readonly take: TakeFrame) {}

  /** @throws Error for what are no frames */
  read(chunk: Buffer): void {
    let at = this.size > 0 ? this.complete(chunk) : 0;
    while (chunk.length - at >= LENGTH_BYTES) {
      const frameBytes = readFrameBytes(chunk, at);
      if (chunk.length - at < frameBytes) {
        this.needed = frameBytes;
        break;
      }
      this.take(chunk[at + LENGTH_BYTES] ?? 0, chunk, at + HEAD_BYTES, at + frameBytes);
      at += frameBytes;
    }
    if (at < chunk.length) this.gather(chunk.subarray(at));
  }

  /** @returns how much of the chunk belongs to the frame that was begun */
  private complete(chunk: Buffer): number {
    let at = 0;
    while (chunk.length - at >= this.needed - this.size) {
      const end = at + this.needed - this.size;
      this.gather(chunk.subarray(at, end));
      at = end;
      const bytes = Buffer.concat(this.parts, this.size);
      const frameBytes = readFrameBytes(bytes, 0);
      if (frameBytes === bytes.length) {
        this.parts = [];
        this.size = 0;
        this.needed = LENGTH_BYTES;
        this.take(bytes[LENGTH_BYTES] ?? 0, bytes, HEAD_BYTES, frameBytes);
        return at;
      }
      this.parts = [bytes];
      this.needed = frameBytes;
    }
    this.gather(chunk.subarray(at));
    return chunk.length;
  }

  private gather(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.size += bytes.length;
  }
}

/**
 * @returns the length of the frame that begins there, with its head
 * @throws Error for what is no frame
 */
function readFrameBytes(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  if (length === 0 || length > MAX_FRAME_BYTES) throw new Error(`a frame of ${length} bytes`);
  return LENGTH_BYTES + length;
}

export function readTopic(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

export function readNumber(bytes: Buffer, start: number): number {
  return bytes.readUInt32BE(start);
}

/** The topic of a message, and where the message itself begins. */
export function readMessage(bytes: Buffer, start: number): { topic: string; at: number } {
  const at = start + 2 + bytes.readUInt16BE(start);
  return { topic: bytes.toString('utf8', start + 2, at), at };
}

/** @param bytes belong to the chunk they came in, and hold it as long as they are kept */
export interface TextBody {
  readonly number: number;
  readonly text: string;
  readonly bytes: Buffer;
}

export function readText(bytes: Buffer, start: number, end: number): TextBody {
  const at = start + 8 + bytes.readUInt32BE(start + 4);
  return {
    number: bytes.readUInt32BE(start),
    text: bytes.toString('utf8', start + 8, at),
    bytes: bytes.subarray(at, end),
  };
}

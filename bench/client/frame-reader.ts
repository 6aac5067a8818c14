/** WebSocket opcodes that a server sends (RFC 6455, 11.8). */
export const Opcode = { Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

/** A frame of which a part has come. */
export interface PartialFrame {
  /** As long as the frame, once its header is whole. */
  readonly bytes: Buffer;
  filled: number;
}

/** Who reads frames: one for each connection. */
export interface FrameSink {
  partial: PartialFrame | undefined;
  /** The payload stands in `bytes` from `start` to `end`, and only until this returns. */
  onFrame(opcode: number, bytes: Buffer, start: number, end: number): void;
}

/** The peer sent what a server must not send, or what this reader does not read. */
export class FrameFault extends Error {}

/** No frame of a benchmark is longer; one that claims to be is a fault of the reader or of the server. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const MAX_HEADER_BYTES = 10;
const FINAL = 0x80;
const MASKED = 0x80;

/**
 * Hands on each whole frame of a chunk and keeps the rest for the next. No byte is copied unless a frame is cut in two.
 *
 * @throws FrameFault for a masked, fragmented, compressed or overlong frame
 */
export function readFrames(sink: FrameSink, chunk: Buffer, from: number, end: number): void {
  let at = sink.partial === undefined ? from : resume(sink, sink.partial, chunk, from, end);
  while (at < end) {
    const header = headerBytes(chunk, at, end);
    const size = header < 0 ? -1 : header + payloadBytes(chunk, at, header);
    if (size < 0 || at + size > end) {
      sink.partial = begin(chunk, at, end, size);
      return;
    }
    sink.onFrame(opcodeOf(chunk, at), chunk, at + header, at + size);
    at += size;
  }
}

/** Keeps the beginning of a frame. */
function begin(chunk: Buffer, at: number, end: number, size: number): PartialFrame {
  const bytes = Buffer.allocUnsafe(size < 0 ? MAX_HEADER_BYTES : size);
  chunk.copy(bytes, 0, at, end);
  return { bytes, filled: end - at };
}

/**
 * Fills up the frame that was cut.
 *
 * @returns where the next frame begins
 */
function resume(sink: FrameSink, partial: PartialFrame, chunk: Buffer, from: number, end: number): number {
  let at = from;
  let header = headerBytes(partial.bytes, 0, partial.filled);
  while (header < 0 && at < end) {
    partial.bytes[partial.filled++] = chunk[at++] ?? 0;
    header = headerBytes(partial.bytes, 0, partial.filled);
  }
  if (header < 0) return at;
  const size = header + payloadBytes(partial.bytes, 0, header);
  const whole = partial.bytes.length === size ? partial : enlarge(partial, size);
  const taken = Math.min(size - whole.filled, end - at);
  chunk.copy(whole.bytes, whole.filled, at, at + taken);
  whole.filled += taken;
  if (whole.filled < size) {
    sink.partial = whole;
  } else {
    sink.partial = undefined;
    sink.onFrame(opcodeOf(whole.bytes, 0), whole.bytes, header, size);
  }
  return at + taken;
}

function enlarge(partial: PartialFrame, size: number): PartialFrame {
  const bytes = Buffer.allocUnsafe(size);
  partial.bytes.copy(bytes, 0, 0, partial.filled);
  return { bytes, filled: partial.filled };
}

/** Bytes of a frame's header; -1 while it is not whole. */
function headerBytes(bytes: Buffer, at: number, end: number): number {
  if (end - at < 2) return -1;
  const length = bytes[at + 1] ?? 0;
  if ((length & MASKED) !== 0) throw new FrameFault('the server sent a masked frame');
  const header = length < 126 ? 2 : length === 126 ? 4 : MAX_HEADER_BYTES;
  return end - at < header ? -1 : header;
}

function payloadBytes(bytes: Buffer, at: number, header: number): number {
  if (header === 2) return bytes[at + 1] ?? 0;
  const length = header === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  if (length > MAX_FRAME_BYTES) throw new FrameFault(`a frame of ${length} bytes`);
  return length;
}

function opcodeOf(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  // The reserved bits too: nobody asked for compression.
  if ((first & 0xf0) !== FINAL) throw new FrameFault('the server sent a fragmented or compressed frame');
  return first & 0x0f;
}

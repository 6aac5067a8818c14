/**
 * What the load writes at the head of an event's data: `~c00000042s0000001234t0000012345678901~`. The number of
 * the stream it belongs to, its place in that stream, and when it was meant to be sent in microseconds of the monotonic clock
 * (0 where nobody asks). Its width is fixed, so that frames of one channel have one length and a reader finds the
 * stamp where it found the last one.
 */
const STREAM_DIGITS = 8;
const SEQUENCE_DIGITS = 10;
const TIME_DIGITS = 16;

const EDGE = '~';
const EDGE_CODE = 0x7e;
const STREAM_CODE = 0x63;
const ZERO_CODE = 0x30;

const STREAM_AT = 2;
const SEQUENCE_AT = STREAM_AT + STREAM_DIGITS + 1;
const TIME_AT = SEQUENCE_AT + SEQUENCE_DIGITS + 1;

/** The bytes of a stamp, and so the least that an event's data may have. */
export const STAMP_BYTES = TIME_AT + TIME_DIGITS + 1;

const START = Buffer.from(`${EDGE}c`);

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

/**
 * The data of an event.
 *
 * @param micros when it was meant to be sent; 0 when its latency is not measured
 * @param bytes its whole length, at least {@link STAMP_BYTES}
 */
export function stampedData(stream: number, sequence: number, micros: number, bytes: number): string {
  const stamp = `${EDGE}c${pad(stream, STREAM_DIGITS)}s${pad(sequence, SEQUENCE_DIGITS)}t${pad(Math.round(micros), TIME_DIGITS)}${EDGE}`;
  return stamp.padEnd(bytes, 'x');
}

/** Reads stamps out of frames, one at a time. */
export class StampReader {
  stream = 0;
  sequence = 0;
  private bytes: Buffer = START;
  private at = 0;
  /** Where in its frame the last stamp stood. */
  private lastOffset = 0;

  /** @returns whether the frame has a stamp, which is then in `stream` and `sequence` */
  read(bytes: Buffer, start: number, end: number): boolean {
    let at = start + this.lastOffset;
    if (!isStamp(bytes, at, end)) {
      // A view, since the search itself knows no end.
      const offset = bytes.subarray(start, end).indexOf(START);
      at = start + offset;
      if (offset < 0 || !isStamp(bytes, at, end)) return false;
      this.lastOffset = offset;
    }
    this.bytes = bytes;
    this.at = at;
    this.stream = digits(bytes, at + STREAM_AT, STREAM_DIGITS);
    this.sequence = digits(bytes, at + SEQUENCE_AT, SEQUENCE_DIGITS);
    return true;
  }

  /** When the event just read was meant to be sent; valid until the frame's bytes are reused. */
  micros(): number {
    return digits(this.bytes, this.at + TIME_AT, TIME_DIGITS);
  }
}

function isStamp(bytes: Buffer, at: number, end: number): boolean {
  return (
    at + STAMP_BYTES <= end &&
    bytes[at] === EDGE_CODE &&
    bytes[at + 1] === STREAM_CODE &&
    bytes[at + STAMP_BYTES - 1] === EDGE_CODE
  );
}

function digits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + ((bytes[i] ?? 0) - ZERO_CODE);
  return value;
}

import { describe, expect, it } from 'vitest';
import { STAMP_BYTES, stampedData, StampReader } from '../../bench/client/stamp.js';

function read(reader: StampReader, text: string) {
  const bytes = Buffer.from(text);
  const found = reader.read(bytes, 0, bytes.length);
  return found ? { stream: reader.stream, sequence: reader.sequence, micros: reader.micros() } : undefined;
}

const frame = (data: string) => JSON.stringify({ event: 'payment.received', channel: 'news', data });

describe('stampedData', () => {
  it('has the asked number of bytes', () => {
    expect(stampedData(1, 2, 3, 200)).toHaveLength(200);
    expect(stampedData(1, 2, 3, STAMP_BYTES)).toHaveLength(STAMP_BYTES);
  });
});

describe('StampReader', () => {
  it('reads what was stamped', () => {
    expect(
      read(new StampReader(), frame(stampedData(12_345_678, 4_294_967_296, 1_722_000_000_123_456, 100))),
    ).toEqual({
      stream: 12_345_678,
      sequence: 4_294_967_296,
      micros: 1_722_000_000_123_456,
    });
  });

  it('finds a stamp that stands elsewhere than the last one', () => {
    const reader = new StampReader();
    const data = (sequence: number) => stampedData(7, sequence, 0, 60);
    expect(read(reader, frame(data(1)))).toMatchObject({ stream: 7, sequence: 1 });
    expect(read(reader, JSON.stringify({ data: data(2) }))).toMatchObject({ stream: 7, sequence: 2 });
    expect(read(reader, `{"a":"~c and no more","data":"${data(3)}"}`)).toBeUndefined();
    expect(read(reader, frame(data(4)))).toMatchObject({ stream: 7, sequence: 4 });
  });

  it('reads only within the frame, whatever stands before and behind it', () => {
    const reader = new StampReader();
    const one = frame(stampedData(1, 1, 0, 60));
    const two = frame(stampedData(2, 2, 0, 60));
    const both = Buffer.from(one + two);
    expect(reader.read(both, one.length, both.length)).toBe(true);
    expect(reader).toMatchObject({ stream: 2, sequence: 2 });
    const cut = Buffer.from(one);
    expect(reader.read(cut, 0, one.indexOf('~') + STAMP_BYTES - 1)).toBe(false);
  });

  it('finds none in the frames of the protocol', () => {
    const reader = new StampReader();
    expect(read(reader, frame(stampedData(1, 1, 0, 60)))).toBeDefined();
    expect(read(reader, '{"event":"pusher:pong","data":"{}"}')).toBeUndefined();
    expect(read(reader, '')).toBeUndefined();
  });
});

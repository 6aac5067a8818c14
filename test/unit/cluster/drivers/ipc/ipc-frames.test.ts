import { describe, expect, it } from 'vitest';
import {
  FrameBatch,
  FrameKind,
  FrameReader,
  readMessage,
} from '../../../../../src/cluster/drivers/ipc/ipc-frames.js';

const MESSAGES = ['', 'short', 'long'.repeat(100), 'last'];

/** All messages as they are written. */
function written(): Buffer {
  const chunks: Buffer[] = [];
  const batch = new FrameBatch({ write: (bytes) => chunks.push(bytes as Buffer) > 0, writableLength: 0 });
  for (const [i, message] of MESSAGES.entries()) batch.message(`topic-${i}`, Buffer.from(message));
  batch.flush();
  return Buffer.concat(chunks);
}

/** Notes what it reads, and from where. */
class Reading {
  readonly messages: string[] = [];
  readonly sources: Buffer[] = [];
  readonly reader = new FrameReader((kind, bytes, start, end) => {
    expect(kind).toBe(FrameKind.Message);
    const { topic, at } = readMessage(bytes, start);
    expect(topic).toBe(`topic-${this.messages.length}`);
    this.messages.push(bytes.toString('utf8', at, end));
    this.sources.push(bytes);
  });
}

describe('FrameReader', () => {
  it('finds the frames of chunks that end anywhere', () => {
    const bytes = written();
    for (let first = 0; first <= bytes.length; first++) {
      for (const second of [first, first + 1, first + 3, first + 7, first + 200]) {
        const reading = new Reading();
        for (const chunk of [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ]) {
          reading.reader.read(chunk);
        }
        expect(reading.messages).toEqual(MESSAGES);
      }
    }
  });

  it('finds the frames of what comes byte by byte', () => {
    const reading = new Reading();
    for (const byte of written()) reading.reader.read(Buffer.of(byte));
    expect(reading.messages).toEqual(MESSAGES);
  });

  it('copies no more than the frame that is cut', () => {
    const bytes = written();
    const reading = new Reading();
    reading.reader.read(bytes.subarray(0, 8));
    const rest = bytes.subarray(8);
    reading.reader.read(rest);
    expect(reading.messages).toEqual(MESSAGES);
    expect(reading.sources.map((source) => source === rest)).toEqual([false, true, true, true]);
  });

  it.each([0, 0xffff_ffff])(
    'refuses a frame of %d bytes, also where its length comes in two chunks',
    (length) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(length);
      expect(() => {
        new Reading().reader.read(bytes);
      }).toThrow(`a frame of ${length} bytes`);
      const { reader } = new Reading();
      reader.read(bytes.subarray(0, 2));
      expect(() => {
        reader.read(bytes.subarray(2));
      }).toThrow(`a frame of ${length} bytes`);
    },
  );
});

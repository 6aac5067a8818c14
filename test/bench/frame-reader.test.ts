import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameFault, readFrames, type FrameSink } from '../../bench/client/frame-reader.js';
import { clientFrame } from '../../bench/client/frame-writer.js';

interface Frame {
  readonly opcode: number;
  readonly payload: string;
}

class RecordingSink implements FrameSink {
  partial: FrameSink['partial'];
  readonly frames: Frame[] = [];

  onFrame(opcode: number, bytes: Buffer, start: number, end: number): void {
    this.frames.push({ opcode, payload: bytes.toString('latin1', start, end) });
  }
}

/** A frame as servers send it: not masked. */
function serverFrame({ opcode, payload }: Frame): Buffer {
  const masked = clientFrame(opcode, Buffer.from(payload, 'latin1'));
  const headerBytes = masked.length - payload.length;
  const unmasked = Buffer.concat([masked.subarray(0, headerBytes - 4), masked.subarray(headerBytes)]);
  unmasked[1] = (unmasked[1] ?? 0) & 0x7f;
  return unmasked;
}

const FRAMES: readonly Frame[] = [0, 1, 125, 126, 127, 65_535, 65_536].map((length, i) => ({
  opcode: i % 2 === 0 ? 1 : 9,
  payload: String.fromCharCode(97 + i).repeat(length),
}));

describe('readFrames', () => {
  it('reads frames of every kind of length out of one chunk', () => {
    const sink = new RecordingSink();
    const bytes = Buffer.concat(FRAMES.map(serverFrame));
    readFrames(sink, bytes, 0, bytes.length);
    expect(sink.frames).toEqual(FRAMES);
    expect(sink.partial).toBeUndefined();
  });

  it('reads the same frames however they are cut, from one buffer that is overwritten each time', () => {
    const payload = fc.oneof(
      fc.constantFrom('', 'a'.repeat(125), 'b'.repeat(126), 'c'.repeat(65_535), 'd'.repeat(65_536)),
      fc.string({ unit: 'binary-ascii', maxLength: 300 }),
    );
    const frame = fc.record({ opcode: fc.constantFrom(1, 2, 8, 9, 10), payload });
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(serverFrame));
        const shared = Buffer.alloc(200);
        const sink = new RecordingSink();
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = Math.min(sizes[i % sizes.length] ?? 1, bytes.length - at);
          bytes.copy(shared, 0, at, at + size);
          readFrames(sink, shared, 0, size);
          shared.fill(0xff);
          at += size;
        }
        expect(sink.frames).toEqual(frames);
        expect(sink.partial).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a masked frame', [0x81, 0x80, 0, 0, 0, 0]],
    ['the first part of a fragmented message', [0x01, 0x00]],
    ['a compressed frame', [0xc1, 0x00]],
    ['a frame longer than any', [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]],
  ])('refuses %s', (_, bytes) => {
    expect(() => {
      readFrames(new RecordingSink(), Buffer.from(bytes), 0, bytes.length);
    }).toThrow(FrameFault);
  });

  it('refuses a frame longer than any when its header comes in two parts', () => {
    const sink = new RecordingSink();
    readFrames(sink, Buffer.from([0x81, 127, 0]), 0, 3);
    expect(() => {
      readFrames(sink, Buffer.from([0, 1, 0, 0, 0, 0, 0]), 0, 7);
    }).toThrow(FrameFault);
  });
});

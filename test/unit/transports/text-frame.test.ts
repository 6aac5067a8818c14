import * as ws from 'ws';
import { describe, expect, it } from 'vitest';
import { encodeTextFrame } from '../../../src/transports/ws/text-frame.js';

/** The library's reader of frames, which its type declarations leave out. */
const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean }) => {
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): void;
    write(bytes: Buffer): void;
  };
};

/** What the library reads from a server's frame. */
function read(frame: Buffer): string[] {
  const receiver = new Receiver({ isServer: false });
  const texts: string[] = [];
  receiver.on('message', (data, isBinary) => {
    expect(isBinary).toBe(false);
    texts.push(data.toString('utf8'));
  });
  receiver.write(frame);
  return texts;
}

describe('encodeTextFrame', () => {
  it.each([
    ['nothing', ''],
    ['ASCII', '{"event":"x"}'],
    ['beyond ASCII', 'zoë 日本 😀'],
    ['the longest short one', 'x'.repeat(125)],
    ['the shortest with two bytes of length', 'x'.repeat(126)],
    ['characters that make it longer', 'é'.repeat(63)],
    ['the longest with two bytes of length', 'x'.repeat(65_535)],
    ['the shortest with eight bytes of length', 'x'.repeat(65_536)],
    ['a long one', '€'.repeat(100_000)],
  ])('makes a frame that is read as it was: %s', (_about, text) => {
    expect(read(encodeTextFrame(text))).toStrictEqual([text]);
  });

  it('is final, unmasked and uncompressed', () => {
    expect([...encodeTextFrame('Hi')]).toStrictEqual([0x81, 2, 0x48, 0x69]);
  });
});

/**
 * A server's WebSocket text frame, ready to be written: unmasked, in one piece (RFC 6455, 5.2).
 *
 * @param text as a string or as UTF-8, which is copied
 */
export function encodeTextFrame(text: string | Uint8Array): Buffer {
  const length = Buffer.byteLength(text);
  const headerLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerLength + length);
  // FIN and opcode 1.
  frame[0] = 0x81;
  if (headerLength === 2) {
    frame[1] = length;
  } else if (headerLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  if (typeof text === 'string') frame.write(text, headerLength);
  else frame.set(text, headerLength);
  return frame;
}

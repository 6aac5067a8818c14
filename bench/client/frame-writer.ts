const FINAL = 0x80;
const MASKED = 0x80;

/**
 * A client's frame. Its mask is zero, which is as valid as any and leaves the payload as it is: a benchmark has no
 * proxy to protect.
 */
export function clientFrame(opcode: number, payload: string | Buffer): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const { length } = bytes;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = 2 + lengthBytes + 4;
  const frame = Buffer.alloc(header + length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2);
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  bytes.copy(frame, header);
  return frame;
}

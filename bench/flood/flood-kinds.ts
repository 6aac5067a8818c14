import { randomBytes } from 'node:crypto';

const Opcode = { text: 1, binary: 2, ping: 9, pong: 10 } as const;

/** A masked frame of a client, its payload under 126 bytes. */
function frame(opcode: number, text = ''): Buffer {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

/** Small frames that cost a stranger nothing to send, by what they are. */
export const FLOODS = {
  'pusher:pong': frame(Opcode.text, '{"event":"pusher:pong"}'),
  'pusher:ping': frame(Opcode.text, '{"event":"pusher:ping"}'),
  'plain ping': frame(Opcode.text, 'ping'),
  binary: frame(Opcode.binary),
  'invalid JSON': frame(Opcode.text, '{'),
  'ping frame': frame(Opcode.ping),
  'pong frame': frame(Opcode.pong),
  subscribe: frame(Opcode.text, '{"event":"pusher:subscribe","data":{"channel":"x"}}'),
} as const;

export type Flood = keyof typeof FLOODS;

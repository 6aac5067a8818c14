import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ReceivedFrame } from './test-socket.js';

/** WebSocket opcodes (RFC 6455, 5.2). */
export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Whether it came compressed (RSV1). */
  readonly compressed: boolean;
}

export interface RawRequest {
  readonly path: string;
  /** Header lines as they are, in their spelling and order; Host and the WebSocket key are added where missing. */
  readonly headers?: Record<string, string>;
  /** How long an expected frame may take. */
  readonly patienceMs?: number;
}

/** Headers that make a WebSocket handshake, and no more. */
export const PLAIN_UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };

/**
 * A WebSocket client down to its bytes. It sends the header lines it is given, answers nothing by itself (no ping, no
 * close), and can stop reading.
 */
export class RawClient {
  /** All frames so far, control frames included. */
  readonly frames: RawFrame[] = [];
  /** The server's answer to the handshake, names in lower case. */
  readonly responseHeaders = new Map<string, string>();
  status = 0;
  /** The TCP connection is over. */
  readonly gone: Promise<void>;
  private buffer: Buffer = Buffer.alloc(0);
  private unread: RawFrame[] = [];
  private readonly arrived = new Set<() => void>();

  private constructor(
    private readonly tcp: TcpSocket,
    private readonly patienceMs: number,
  ) {
    tcp.on('error', () => undefined);
    this.gone = new Promise((resolve) => {
      tcp.once('close', () => {
        resolve();
      });
    });
    onTestFinished(() => {
      tcp.destroy();
    });
  }

  /** Opens a connection and waits for the answer to the handshake. */
  static async open(
    port: number,
    { path, headers = PLAIN_UPGRADE, patienceMs = 10_000 }: RawRequest,
  ): Promise<RawClient> {
    const tcp = connect(port, '127.0.0.1');
    const client = new RawClient(tcp, patienceMs);
    await once(tcp, 'connect');
    const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
    const lines = [
      `GET ${path} HTTP/1.1`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    if (!names.has('host')) lines.push(`Host: 127.0.0.1:${port}`);
    if (!names.has('sec-websocket-key'))
      lines.push(`Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`);
    tcp.write(`${lines.join('\r\n')}\r\n\r\n`);
    tcp.on('data', (bytes) => {
      client.receive(bytes);
    });
    await client.until(() => client.status !== 0, 'no answer to the handshake');
    return client;
  }

  /** Text frames so far, parsed. */
  get messages(): ReceivedFrame[] {
    return this.frames.filter(({ opcode }) => opcode === Opcode.text).map(parse);
  }

  /** The code of the server's close frame, once it came; 1005 where the frame has none. */
  get closeCode(): number | undefined {
    const frame = this.frames.find(({ opcode }) => opcode === Opcode.close);
    if (frame === undefined) return undefined;
    return frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0);
  }

  /** The next frame of this opcode that was not waited for yet; those before it are passed over. */
  async next(opcode: number, matches: (frame: RawFrame) => boolean = () => true): Promise<RawFrame> {
    const wanted = (frame: RawFrame) => frame.opcode === opcode && matches(frame);
    await this.until(() => this.unread.some(wanted), `no frame with opcode ${opcode} came`);
    const index = this.unread.findIndex(wanted);
    const frame = this.unread[index]!;
    this.unread = this.unread.slice(index + 1);
    return frame;
  }

  /** The next text frame with this event. */
  async nextEvent(event: string, channel?: string): Promise<ReceivedFrame> {
    const frame = await this.next(Opcode.text, (candidate) => {
      const message = parse(candidate);
      return message.event === event && (channel === undefined || message.channel === channel);
    });
    return parse(frame);
  }

  /** Waits for `connection_established`. */
  async established(): Promise<string> {
    const { data } = await this.nextEvent('pusher:connection_established');
    return (JSON.parse(data as string) as { socket_id: string }).socket_id;
  }

  /** Sends one frame, masked as a client's has to be. */
  send(opcode: number, payload: string | Buffer = ''): void {
    const bytes = Buffer.from(payload);
    const mask = randomBytes(4);
    const masked = Buffer.from(bytes.map((byte, i) => byte ^ mask[i % 4]!));
    this.tcp.write(Buffer.concat([frameHeader(opcode, bytes.length), mask, masked]));
  }

  sendText(frame: string | object): void {
    this.send(Opcode.text, typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Stops reading: what the server sends from now on fills the buffers between. */
  pause(): void {
    this.tcp.pause();
  }

  resume(): void {
    this.tcp.resume();
  }

  destroy(): void {
    this.tcp.destroy();
  }

  private async until(isMet: () => boolean, failure: string): Promise<void> {
    if (isMet()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.arrived.delete(check);
        finish();
      };
      const check = () => {
        if (isMet()) settle(resolve);
      };
      const timer = setTimeout(() => {
        settle(() => {
          reject(
            new Error(`${failure}; got ${this.messages.map((frame) => JSON.stringify(frame)).join('\n')}`),
          );
        });
      }, this.patienceMs);
      this.arrived.add(check);
    });
  }

  private receive(bytes: Buffer): void {
    this.buffer = this.buffer.length === 0 ? bytes : Buffer.concat([this.buffer, bytes]);
    if (this.status === 0) this.readHead();
    if (this.status !== 0) this.readFrames();
    for (const check of [...this.arrived]) check();
  }

  private readHead(): void {
    const end = this.buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [statusLine = '', ...lines] = this.buffer.subarray(0, end).toString('latin1').split('\r\n');
    this.buffer = this.buffer.subarray(end + 4);
    for (const line of lines) {
      const colon = line.indexOf(':');
      this.responseHeaders.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    this.status = Number(statusLine.split(' ')[1]);
  }

  private readFrames(): void {
    for (let size = frameSize(this.buffer); size !== undefined; size = frameSize(this.buffer)) {
      const { start, end } = size;
      if (this.buffer.length < end) return;
      const frame = {
        opcode: this.buffer[0]! & 0x0f,
        compressed: (this.buffer[0]! & 0x40) !== 0,
        payload: Buffer.from(this.buffer.subarray(start, end)),
      };
      this.buffer = this.buffer.subarray(end);
      this.frames.push(frame);
      this.unread.push(frame);
    }
  }
}

function parse({ payload }: RawFrame): ReceivedFrame {
  return JSON.parse(payload.toString('utf8')) as ReceivedFrame;
}

/** Where the payload of an unmasked frame starts and ends; undefined while its header is incomplete. */
function frameSize(bytes: Buffer): { readonly start: number; readonly end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 0x7f;
  if (short < 126) return { start: 2, end: 2 + short };
  if (short === 126) return bytes.length < 4 ? undefined : { start: 4, end: 4 + bytes.readUInt16BE(2) };
  return bytes.length < 10 ? undefined : { start: 10, end: 10 + Number(bytes.readBigUInt64BE(2)) };
}

/** The header of a final, masked frame. */
function frameHeader(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode;
  if (length < 126) return Buffer.from([first, 0x80 | length]);
  if (length < 65_536) return Buffer.from([first, 0x80 | 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 0x80 | 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

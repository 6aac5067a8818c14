import { WebSocket, type ClientOptions } from 'ws';
import { createHmac } from 'node:crypto';
import { FrameWatch } from './frame-watch.js';

/** One frame from the server, parsed; `data` as it came. */
export interface ReceivedFrame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
  readonly user_id?: string;
}

export interface TestSocketOptions extends ClientOptions {
  readonly protocols?: readonly string[];
}

interface Waiter {
  readonly matches: (frame: ReceivedFrame) => boolean;
  readonly resolve: (frame: ReceivedFrame) => void;
}

/** Waited for before a client that settles sends its ping: see {@link settleAfter}. */
let isQuiet = (): Promise<void> => Promise.resolve();

/** For servers on which more than the client's own connection has to come to rest. */
export function settleAfter(quiet: () => Promise<void>): void {
  isQuiet = quiet;
}

/** How long an expected frame may take. Far more than it ever should: what is missing fails, what is slow does not. */
const PATIENCE_MS = 10_000;

/** A plain WebSocket client that keeps all frames and lets a test wait for the one it expects. */
export class TestSocket {
  /** All frames so far, in order. */
  readonly frames: ReceivedFrame[] = [];
  /** All frames so far, as text. */
  readonly texts: string[] = [];
  /** Whether the server kept to what clients in the field can take; looked at when the test ends. */
  readonly watch = new FrameWatch();
  /** The socket id, once established. */
  socketId = '';
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  private unread: ReceivedFrame[] = [];
  private waiters: Waiter[] = [];

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      this.receive(data.toString('utf8'));
    });
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        this.watch.closed(code);
        resolve({ code, reason: reason.toString('utf8') });
      });
    });
  }

  static async open(
    url: string,
    { protocols = [], ...options }: TestSocketOptions = {},
  ): Promise<TestSocket> {
    const ws = new WebSocket(url, [...protocols], { perMessageDeflate: false, ...options });
    const socket = new TestSocket(ws);
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', reject);
    });
    return socket;
  }

  /** Waits for `connection_established`. */
  async established(): Promise<ReceivedFrame> {
    const frame = await this.next('pusher:connection_established');
    this.socketId = (JSON.parse(frame.data as string) as { socket_id: string }).socket_id;
    return frame;
  }

  /** The next frame that was not waited for yet; those before it with other names are passed over. */
  next(event: string, channel?: string): Promise<ReceivedFrame> {
    const matches = (frame: ReceivedFrame) =>
      frame.event === event && (channel === undefined || frame.channel === channel);
    const index = this.unread.findIndex(matches);
    if (index >= 0) {
      const frame = this.unread[index]!;
      this.unread = this.unread.slice(index + 1);
      return Promise.resolve(frame);
    }
    this.unread = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(
            `no ${event}${channel === undefined ? '' : ` on ${channel}`} came; got ${this.texts.join('\n')}`,
          ),
        );
      }, PATIENCE_MS);
      this.waiters.push({
        matches,
        resolve: (frame) => {
          clearTimeout(timer);
          resolve(frame);
        },
      });
    });
  }

  send(frame: unknown): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.watch.sent(text);
    this.ws.send(text);
  }

  /** Sends a ping and waits for its answer: whatever the server sent before is then here. */
  async settle(): Promise<void> {
    await isQuiet();
    this.send({ event: 'pusher:ping', data: {} });
    await this.next('pusher:pong');
  }

  /** The next `pusher:error`. */
  async error(): Promise<{ readonly code: number | null; readonly message: string }> {
    const frame = await this.next('pusher:error');
    return frame.data as { code: number | null; message: string };
  }

  /** Subscribes, with a signature where the channel needs one, and waits for the answer. */
  async subscribe(channel: string, channelData?: unknown): Promise<ReceivedFrame> {
    this.send(subscribeFrame(this.socketId, channel, channelData));
    return this.next('pusher_internal:subscription_succeeded', channel);
  }

  /** Signs a user in and waits for the answer. */
  async signin(user: unknown): Promise<ReceivedFrame> {
    this.send(signinFrame(this.socketId, user));
    return this.next('pusher:signin_success');
  }

  /** Frames of one name, out of all so far. */
  named(event: string): ReceivedFrame[] {
    return this.frames.filter((frame) => frame.event === event);
  }

  close(): Promise<{ readonly code: number; readonly reason: string }> {
    this.ws.close();
    return this.closed;
  }

  terminate(): void {
    this.ws.terminate();
  }

  private receive(text: string): void {
    const frame = JSON.parse(text) as ReceivedFrame;
    this.texts.push(text);
    this.frames.push(frame);
    this.watch.received(text);
    const waiter = this.waiters.find(({ matches }) => matches(frame));
    if (waiter === undefined) {
      if (this.waiters.length === 0) this.unread.push(frame);
      return;
    }
    this.waiters.splice(this.waiters.indexOf(waiter), 1);
    waiter.resolve(frame);
  }
}

/** HMAC-SHA256 as hex; written here apart from the server's own. */
export function hmac(text: string, secret = 'app-secret'): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

/** A `pusher:subscribe` of the test app, signed if the channel needs it; the secret is always the test app's. */
export function subscribeFrame(socketId: string, channel: string, channelData?: unknown, key = 'app-key') {
  if (!/^(?:private|presence)-/.test(channel)) return { event: 'pusher:subscribe', data: { channel } };
  const text =
    channelData === undefined || typeof channelData === 'string' ? channelData : JSON.stringify(channelData);
  const signed = text === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${text}`;
  return {
    event: 'pusher:subscribe',
    data: { channel, auth: `${key}:${hmac(signed)}`, ...(text === undefined ? {} : { channel_data: text }) },
  };
}

/** A `pusher:signin` of the test app. */
export function signinFrame(socketId: string, user: unknown) {
  const text = typeof user === 'string' ? user : JSON.stringify(user);
  return {
    event: 'pusher:signin',
    data: { auth: `app-key:${hmac(`${socketId}::user::${text}`)}`, user_data: text },
  };
}

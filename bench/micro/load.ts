import { createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const APP = { id: 'app-id', key: 'app-key', secret: 'app-secret' };

/** A raw WebSocket client: sends masked text frames, and tells how many bytes come. */
export interface Subscriber {
  readonly socket: Socket;
  /** Called with the number of bytes that came. */
  onBytes: (count: number) => void;
}

function hmac(text: string): string {
  return createHmac('sha256', APP.secret).update(text).digest('hex');
}

/** A client's text frame; the mask is zero, which leaves the text readable. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

const PING = 0x89;

/** A client's pong, masked with zero. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Empty pings, two bytes each, at the start or the end of what came; they do not come in the midst of an event. */
function countPings(chunk: Buffer): number {
  const first = chunk[0] === PING ? 1 : 0;
  return first + (chunk.length > 2 && chunk[chunk.length - 2] === PING ? 1 : 0);
}

/** Opens sockets on raw uWS, which subscribes them by itself. */
export function openRaw(port: number): Promise<Subscriber> {
  return open(port, '/', (text) => text.includes('\r\n\r\n'), undefined);
}

/** Opens a socket on pregon and subscribes it to a channel. */
export function openSubscribed(port: number, channel: string): Promise<Subscriber> {
  return openOnPregon(port, (socketId) => {
    const auth = channel.startsWith('private-')
      ? `,"auth":"${APP.key}:${hmac(`${socketId}:${channel}`)}"`
      : '';
    return `{"event":"pusher:subscribe","data":{"channel":"${channel}"${auth}}}`;
  });
}

/**
 * Opens a socket on pregon that joins a presence channel.
 *
 * @param info an object as JSON, not empty
 * @returns when the whole snapshot has come
 */
export function openPresence(
  port: number,
  channel: string,
  { id, info }: { readonly id: string; readonly info: string },
): Promise<Subscriber> {
  const member = `{"user_id":"${id}","user_info":${info}}`;
  const subscribe = (socketId: string) => {
    const auth = `${APP.key}:${hmac(`${socketId}:${channel}:${member}`)}`;
    return JSON.stringify({ event: 'pusher:subscribe', data: { channel, auth, channel_data: member } });
  };
  // No other frame closes so many objects at its end.
  return openOnPregon(port, subscribe, '}}}}"}');
}

/** @param isReady what a subscriber has read when he is one */
function openOnPregon(
  port: number,
  subscribe: (socketId: string) => string,
  isReady = 'subscription_succeeded',
): Promise<Subscriber> {
  const path = `/app/${APP.key}?protocol=7`;
  return open(port, path, (text) => text.includes(isReady), subscribe);
}

/** What tells a subscriber that he is one has no more characters. */
const LONGEST_SIGN = 32;

function open(
  port: number,
  path: string,
  isReady: (text: string) => boolean,
  subscribe: ((socketId: string) => string) | undefined,
): Promise<Subscriber> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const subscriber: Subscriber = { socket, onBytes: () => undefined };
    let text = '';
    let isSubscribing = false;
    const handshake = (data: Buffer) => {
      // A snapshot comes in many pieces: to search all that came with each would keep the server waiting.
      text = (isSubscribing ? text.slice(-LONGEST_SIGN) : text) + data.toString('latin1');
      if (!isSubscribing && subscribe !== undefined) {
        const socketId = /socket_id\\":\\"(\d+\.\d+)/.exec(text)?.[1];
        if (socketId !== undefined) {
          isSubscribing = true;
          socket.write(maskedFrame(subscribe(socketId)));
        }
      }
      if (!isReady(text)) return;
      socket.off('data', handshake);
      socket.on('data', (chunk: Buffer) => {
        const pings = countPings(chunk);
        if (pings > 0) socket.write(PONG);
        subscriber.onBytes(chunk.length - 2 * pings);
      });
      resolve(subscriber);
    };
    socket.on('data', handshake);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
  });
}

/** Opens many, some at a time. */
export async function openMany(
  count: number,
  openOne: () => Promise<Subscriber>,
  atOnce = 200,
): Promise<Subscriber[]> {
  const subscribers: Subscriber[] = [];
  while (subscribers.length < count) {
    const batch = Array.from({ length: Math.min(atOnce, count - subscribers.length) }, openOne);
    subscribers.push(...(await Promise.all(batch)));
  }
  return subscribers;
}

/** Closes them without leaving their ports in TIME_WAIT. @returns when all are closed */
export async function closeAll(subscribers: readonly Subscriber[]): Promise<void> {
  await Promise.all(
    subscribers.map(
      ({ socket }) => new Promise((resolve) => socket.once('close', resolve).resetAndDestroy()),
    ),
  );
}

/** @returns when each of some subscribers got so many more bytes */
export function received(subscribers: readonly Subscriber[], bytes: number): Promise<void> {
  let missing = subscribers.length;
  return new Promise((resolve) => {
    for (const subscriber of subscribers) {
      let left = bytes;
      subscriber.onBytes = (count) => {
        left -= count;
        if (left <= 0 && left + count > 0 && --missing === 0) resolve();
      };
    }
  });
}

/** The bytes of a POST over a kept-alive connection. */
export function postBytes(path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The path of a signed request, as the libraries build it. */
export function signedPath(body: string): string {
  const path = `/apps/${APP.id}/events`;
  const md5 = createHash('md5').update(body).digest('hex');
  const query = `auth_key=${APP.key}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0&body_md5=${md5}`;
  return `${path}?${query}&auth_signature=${hmac(`POST\n${path}\n${query}`)}`;
}

/** Sends the same request over and over, one in flight on each of some kept-alive connections. */
export class Poster {
  private readonly sockets: Socket[] = [];
  /** Bytes of an answer; all are alike. */
  private answerBytes = 0;
  private sent = 0;
  private answered = 0;
  private wanted = 0;
  private done: (() => void) | undefined;

  private constructor(private readonly request: Buffer) {}

  /** Each connection is used once, so that all are warm. */
  static async open(port: number, request: Buffer, connections: number): Promise<Poster> {
    const poster = new Poster(request);
    for (let i = 0; i < connections; i++) poster.sockets.push(await poster.connect(port));
    return poster;
  }

  /** @returns when `count` requests were answered */
  post(count: number): Promise<void> {
    this.wanted = count;
    this.sent = 0;
    this.answered = 0;
    return new Promise((resolve) => {
      this.done = resolve;
      for (const socket of this.sockets) this.next(socket);
    });
  }

  /** Sends `count` requests at once on the first connection. @returns when all were answered */
  pipeline(count: number): Promise<void> {
    this.wanted = count;
    this.sent = count;
    this.answered = 0;
    return new Promise((resolve) => {
      this.done = resolve;
      this.sockets[0]?.write(Buffer.concat(Array<Buffer>(count).fill(this.request)));
    });
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private async connect(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    this.answerBytes = await new Promise<number>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (data: Buffer) => {
        const text = data.toString('latin1');
        if (text.startsWith('HTTP/1.1 200')) resolve(data.length);
        else reject(new Error(text));
      });
      socket.write(this.request);
    });
    let received = 0;
    socket.on('data', (data: Buffer) => {
      received += data.length;
      while (received >= this.answerBytes) {
        received -= this.answerBytes;
        this.answered++;
        if (this.answered === this.wanted) this.done?.();
        this.next(socket);
      }
    });
    return socket;
  }

  private next(socket: Socket): void {
    if (this.sent >= this.wanted) return;
    this.sent++;
    socket.write(this.request);
  }
}

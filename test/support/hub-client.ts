import type { IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { startServer, type TestServer, type TestServerOptions } from './start-server.js';
import { JWT_SECRET } from './tokens.js';

/** What a confirmed payment tells its user. */
export const PAYMENT = {
  paymentId: '1234567890',
  status: 'approved',
  planType: 'addon_3',
  creditsAdded: 3,
  totalCredits: 8,
  timestamp: '2026-11-23T14:05:09Z',
};

/** The secret that the back end notifies with in tests. */
export const NOTIFY_SECRET = 'notify-secret';

/** A server with the payments hub on, for HS256 tokens unless told otherwise. */
export function startHub({
  hub = { jwtSecret: JWT_SECRET },
  config = {},
  ...options
}: TestServerOptions & { readonly hub?: Record<string, unknown> }): Promise<TestServer> {
  return startServer({ ...options, config: { ...config, hub: { notifySecret: NOTIFY_SECRET, ...hub } } });
}

export interface HubOptions {
  readonly headers?: Record<string, string>;
  readonly protocols?: readonly string[];
  readonly origin?: string;
}

/** An answer in place of an upgrade. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

const PATIENCE_MS = 10_000;

/** A browser's plain WebSocket at the hub. */
export class HubClient {
  /** Text frames so far. */
  readonly texts: string[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  private readonly arrived = new Set<() => void>();

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      this.texts.push(data.toString('utf8'));
      for (const wake of this.arrived) wake();
    });
    ws.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        resolve({ code, reason: reason.toString('utf8') });
      });
    });
    onTestFinished(() => {
      ws.terminate();
    });
  }

  /** @returns the client, or how it was refused */
  static open(
    { port }: { readonly port: number },
    query: string,
    { protocols = [], ...options }: HubOptions = {},
  ): Promise<HubClient | Refusal> {
    const url = `ws://127.0.0.1:${port}/notifications/ws${query}`;
    const ws = new WebSocket(url, [...protocols], options);
    const client = new HubClient(ws);
    return new Promise((resolve, reject) => {
      ws.once('open', () => {
        resolve(client);
      });
      ws.once('unexpected-response', (_request, response: IncomingMessage) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
        });
      });
      ws.once('error', reject);
    });
  }

  /** A client that was let in with this token. */
  static async connect(server: { readonly port: number }, token: string): Promise<HubClient> {
    const opened = await HubClient.open(server, `?token=${token}`);
    if (opened instanceof HubClient) return opened;
    throw new Error(`refused with ${opened.status}: ${opened.body}`);
  }

  /** Frames so far, parsed. */
  get frames(): unknown[] {
    return this.texts.map((text) => JSON.parse(text) as unknown);
  }

  /** Waits until so many frames have come. */
  async received(count: number): Promise<unknown[]> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (this.texts.length < count) {
      if (deadline.aborted) throw new Error(`${count} frames expected, got ${this.texts.join('\n')}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.arrived.delete(wake);
          resolve();
        };
        this.arrived.add(wake);
        deadline.addEventListener('abort', wake);
      });
    }
    return this.frames;
  }

  /** Sends `ping` and waits for its answer, which is taken away: whatever the server sent before is then here. */
  async settle(): Promise<void> {
    const before = this.texts.filter((text) => text === 'pong').length;
    this.ws.send('ping');
    while (this.texts.filter((text) => text === 'pong').length === before) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.arrived.delete(wake);
          resolve();
        };
        this.arrived.add(wake);
      });
    }
    this.texts.splice(this.texts.lastIndexOf('pong'), 1);
  }
}

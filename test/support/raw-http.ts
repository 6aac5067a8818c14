import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One HTTP answer as it came over the connection. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** How long an expected answer may take. Far more than it ever should. */
const PATIENCE_MS = 10_000;

/** An HTTP client down to its bytes: it sends what it is given, as it is given, on one connection. */
export class RawHttp {
  /** The connection is over, whoever ended it. */
  readonly gone: Promise<void>;
  private buffer: Buffer = Buffer.alloc(0);
  private isOver = false;
  private wake: () => void = () => undefined;

  private constructor(private readonly tcp: Socket) {
    tcp.setNoDelay(true);
    // What was cut off is seen by `gone`.
    tcp.on('error', () => undefined);
    tcp.on('data', (bytes: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, bytes]);
      this.wake();
    });
    this.gone = new Promise((resolve) => {
      tcp.once('close', () => {
        this.isOver = true;
        this.wake();
        resolve();
      });
    });
  }

  /** Opens a connection that ends with the test. */
  static async open(port: number): Promise<RawHttp> {
    const client = await RawHttp.connect(port);
    onTestFinished(() => {
      client.destroy();
    });
    return client;
  }

  /** Opens a connection that the caller ends. */
  static async connect(port: number): Promise<RawHttp> {
    const tcp = connect(port, '127.0.0.1');
    const client = new RawHttp(tcp);
    await once(tcp, 'connect');
    return client;
  }

  /** Stops reading: what the server sends from now on fills the buffers between. */
  pause(): void {
    this.tcp.pause();
  }

  /** Bytes that the kernel has not taken yet. */
  get unsent(): number {
    return this.tcp.writableLength;
  }

  get isGone(): boolean {
    return this.isOver;
  }

  /** Whether nothing came that was not read. */
  get isSilent(): boolean {
    return this.buffer.length === 0;
  }

  /** Writes bytes; text as Latin-1, so that any byte can be sent. */
  write(bytes: string | Buffer): void {
    this.tcp.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Writes bytes, and waits until the kernel has them: the next ones come in a packet of their own. */
  async writePiece(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => {
      this.tcp.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => {
        resolve();
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * The next answer.
   *
   * @param toHead whether it answers a HEAD request, so that no body follows whatever its length says
   */
  async answer({ toHead = false } = {}): Promise<RawAnswer> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const taken = takeAnswer(this.buffer, toHead);
      if (taken !== undefined) {
        this.buffer = taken.rest;
        return taken.answer;
      }
      if (this.isOver || deadline.aborted) {
        const what = this.isOver ? 'the connection ended' : 'nothing more came';
        throw new Error(
          `${what} in place of an answer, after: ${this.buffer.toString('latin1').slice(0, 500)}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        deadline.addEventListener('abort', () => {
          resolve();
        });
      });
    }
  }

  /** Ends our side; the server may still answer. */
  end(): void {
    this.tcp.end();
  }

  destroy(): void {
    this.tcp.destroy();
  }
}

/** A request as bytes. A body brings its `Content-Length` unless the headers say how it is framed. */
export function requestText(
  method: string,
  target: string,
  {
    headers = {},
    body,
  }: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = {},
): Buffer {
  const bytes = Buffer.from(body ?? '', 'utf8');
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const isFramed = names.includes('content-length') || names.includes('transfer-encoding');
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined && !isFramed) lines.push(`Content-Length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

function takeAnswer(
  bytes: Buffer,
  toHead: boolean,
): { readonly answer: RawAnswer; readonly rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const hasBody = !toHead && status >= 200 && status !== 204;
  const length = hasBody ? Number(headers.get('content-length') ?? 0) : 0;
  const start = end + 4;
  if (bytes.length < start + length) return undefined;
  const body = bytes.subarray(start, start + length).toString('utf8');
  return { answer: { status, headers, body }, rest: bytes.subarray(start + length) };
}

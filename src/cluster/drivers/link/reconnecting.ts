/** One connection, from when it is opened until it is lost. It is never opened twice. */
export interface Connection {
  /**
   * Connects, and sets up all that has to stand before others may use it.
   *
   * @param lost to be called when the connection breaks
   */
  open(lost: (reason: string) => void): Promise<void>;
  /** Rejects where the server cannot be used, or stands still: {@link answeredInTime} finds that out. */
  ping(): Promise<unknown>;
  /** Gives the connection up at once; what waits for an answer fails. */
  destroy(): void;
}

export interface ReconnectingListener {
  up(): void;
  /** Called when a connection is lost, and when the very first attempt fails. */
  down(reason: string): void;
  /** Called with each attempt that fails, and when a connection is lost. */
  failed?(reason: string): void;
}

/** Until a connection has to be open and set up; with many subscriptions that takes a while. */
const OPEN_TIMEOUT_MS = 10_000;
const PING_INTERVAL_MS = 400;
const PING_TIMEOUT_MS = 1400;
/** Added to a ping's time: after a pause of this process its answer may wait unread. */
const PING_SLACK_MS = 100;
const FIRST_DELAY_MS = 20;
const MAX_DELAY_MS = 1000;

/**
 * Keeps a connection open: pings it, so that a server that stands still is noticed, and opens a new one when it is
 * lost, at first at once and then every second, without end.
 */
export class Reconnecting<C extends Connection> {
  private current: C | undefined;
  private up = false;
  private attempts = 0;
  private isClosed = false;
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly create: () => C,
    private readonly listener: ReconnectingListener,
  ) {}

  /** The connection; undefined while it is away. */
  get connection(): C | undefined {
    return this.up ? this.current : undefined;
  }

  start(): void {
    const connection = this.create();
    this.current = connection;
    const lost = (reason: string) => {
      this.lose(connection, reason);
    };
    const giveUp = this.after(OPEN_TIMEOUT_MS, () => {
      lost(`did not connect within ${OPEN_TIMEOUT_MS / 1000} s`);
    });
    connection.open(lost).then(
      () => {
        this.cancel(giveUp);
        this.opened(connection);
      },
      (cause: unknown) => {
        this.cancel(giveUp);
        lost(messageOf(cause));
      },
    );
  }

  /** Gives the connection up as not to be used, and opens another. */
  fail(reason: string): void {
    if (this.current !== undefined) this.lose(this.current, reason);
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    const { current } = this;
    this.current = undefined;
    this.up = false;
    current?.destroy();
  }

  private opened(connection: C): void {
    if (this.current !== connection) return;
    this.up = true;
    this.attempts = 0;
    this.ping(connection);
    this.listener.up();
  }

  private ping(connection: C): void {
    this.after(PING_INTERVAL_MS, () => {
      if (this.current !== connection) return;
      connection.ping().then(
        () => {
          if (this.current === connection) this.ping(connection);
        },
        (cause: unknown) => {
          this.lose(connection, messageOf(cause));
        },
      );
    });
  }

  private lose(connection: C, reason: string): void {
    if (this.current !== connection) return;
    const isNews = this.up || this.attempts === 0;
    this.current = undefined;
    this.up = false;
    connection.destroy();
    const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts);
    this.attempts++;
    // A jitter, so that nodes that lost their connections together do not come back together.
    this.after(delay * (0.5 + Math.random() / 2), () => {
      this.start();
    });
    if (isNews) this.listener.down(reason);
    this.listener.failed?.(reason);
  }

  private after(delayMs: number, task: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isClosed) task();
    }, delayMs);
    timer.unref();
    this.timers.add(timer);
    return timer;
  }

  private cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.timers.delete(timer);
  }
}

/**
 * Waits for a server to answer a ping. One that is slow, since much was asked of it before, still answers that.
 *
 * @param received how many bytes came from the server so far
 * @throws Error when nothing at all came for one and a half seconds
 */
export function answeredInTime(ping: Promise<unknown>, received: () => number): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (delayMs: number, task: () => void) => {
      timer = setTimeout(task, delayMs).unref();
    };
    const watch = () => {
      const before = received();
      wait(PING_TIMEOUT_MS, () => {
        wait(PING_SLACK_MS, () => {
          if (received() > before) watch();
          else reject(new Error(`did not answer within ${(PING_TIMEOUT_MS + PING_SLACK_MS) / 1000} s`));
        });
      });
    };
    watch();
    ping.then(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (cause: unknown) => {
        clearTimeout(timer);
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
  });
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

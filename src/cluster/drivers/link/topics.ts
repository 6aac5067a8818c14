import { Moment } from '../../../moment.js';
import { messageOf, Reconnecting, type Connection, type ReconnectingListener } from './reconnecting.js';

/** A connection over which messages of topics arrive. */
export interface Subscriber extends Connection {
  /** @returns when the subscriptions stand */
  subscribe(topics: readonly string[]): Promise<void>;
  unsubscribe(topics: readonly string[]): void;
}

/** Topics of one command, so that other commands are not held up. */
const BATCH = 512;

/**
 * The topics that are wanted, over a connection that comes and goes: what changes within one tick is asked for
 * together, and a new connection is up only when all subscriptions stand again.
 */
export class Topics {
  private readonly wanted = new Set<string>();
  /** What was asked for on this connection; a promise until it stands. */
  private asked = new Map<string, Promise<void> | undefined>();
  private readonly changed = new Set<string>();
  /** The next flush, and its topics' subscriptions. */
  private batch: Promise<void> | undefined;
  private readonly nextUp = new Moment();
  private isClosed = false;
  private readonly link: Reconnecting<Subscribed>;

  constructor(create: () => Subscriber, listener: ReconnectingListener) {
    this.link = new Reconnecting(() => new Subscribed(create(), (subscriber) => this.standAll(subscriber)), {
      up: () => {
        this.nextUp.come();
        listener.up();
      },
      down: (reason) => {
        listener.down(reason);
      },
      failed: (reason) => {
        listener.failed?.(reason);
      },
    });
  }

  get isUp(): boolean {
    return this.link.connection !== undefined;
  }

  start(): void {
    this.link.start();
  }

  has(topic: string): boolean {
    return this.wanted.has(topic);
  }

  /** @returns when the subscription stands, or no more since all is closed */
  subscribe(topic: string): Promise<void> {
    this.wanted.add(topic);
    if (!this.isUp) return this.untilUp();
    return this.asked.has(topic) ? (this.asked.get(topic) ?? Promise.resolve()) : this.change(topic);
  }

  unsubscribe(topic: string): void {
    if (this.wanted.delete(topic) && this.isUp) void this.change(topic);
  }

  close(): void {
    this.isClosed = true;
    this.link.close();
    this.wanted.clear();
    this.changed.clear();
    this.nextUp.come();
  }

  private change(topic: string): Promise<void> {
    this.changed.add(topic);
    this.batch ??= new Promise((resolve) => {
      setImmediate(() => {
        this.batch = undefined;
        resolve(this.flush());
      });
    });
    return this.batch;
  }

  /** Asks for what changed in this tick. @returns when all of it stands; never fails */
  private flush(): Promise<void> {
    const changed = [...this.changed];
    this.changed.clear();
    const subscriber = this.link.connection?.subscriber;
    if (subscriber === undefined) return this.untilUp();
    const { asked } = this;
    const unwanted = changed.filter((topic) => !this.wanted.has(topic) && asked.has(topic));
    for (const topic of unwanted) asked.delete(topic);
    for (const topics of chunks(unwanted)) subscriber.unsubscribe(topics);
    const missing = changed.filter((topic) => this.wanted.has(topic) && !asked.has(topic));
    return all(chunks(missing).map((topics) => this.stand(subscriber, topics)));
  }

  private stand(subscriber: Subscriber, topics: readonly string[]): Promise<void> {
    const { asked } = this;
    const standing = subscriber.subscribe(topics).then(
      () => {
        for (const topic of topics) if (asked.get(topic) === standing) asked.set(topic, undefined);
      },
      (cause: unknown) => {
        // All subscriptions stand when the next connection is up.
        const next = this.untilUp();
        if (this.link.connection?.subscriber === subscriber) this.link.fail(messageOf(cause));
        return next;
      },
    );
    for (const topic of topics) asked.set(topic, standing);
    return standing;
  }

  private async standAll(subscriber: Subscriber): Promise<void> {
    const asked = new Map<string, undefined>();
    this.asked = asked;
    for (;;) {
      const missing = [...this.wanted].filter((topic) => !asked.has(topic));
      if (missing.length === 0) return;
      for (const topic of missing) asked.set(topic, undefined);
      await Promise.all(chunks(missing).map((topics) => subscriber.subscribe(topics)));
    }
  }

  private untilUp(): Promise<void> {
    return this.isClosed ? Promise.resolve() : this.nextUp.wait();
  }
}

/** A subscriber that is open when all wanted subscriptions stand. */
class Subscribed implements Connection {
  constructor(
    readonly subscriber: Subscriber,
    private readonly setUp: (subscriber: Subscriber) => Promise<void>,
  ) {}

  async open(lost: (reason: string) => void): Promise<void> {
    await this.subscriber.open(lost);
    await this.setUp(this.subscriber);
  }

  ping(): Promise<unknown> {
    return this.subscriber.ping();
  }

  destroy(): void {
    this.subscriber.destroy();
  }
}

async function all(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.all(promises);
}

function chunks(topics: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let i = 0; i < topics.length; i += BATCH) found.push(topics.slice(i, i + BATCH));
  return found;
}

import type { SigningKey } from '../../protocol/signatures.js';
import type { Counters } from '../activity/counters.js';
import type { Clock, Timer } from '../clock.js';
import type { AppConfig } from '../config/app-schema.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../log.js';
import { EndpointHealth, shownUrl } from './endpoint-health.js';
import { failureReason, statusProblem } from './failure-reason.js';
import { FairQueue, type QueuedEvent } from './fair-queue.js';
import type { Post } from './post.js';
import type { WebhookEvent } from './webhook-event.js';

export type WebhookConfig = AppConfig['webhooks'][number];

/** What a queue works with. */
export interface WebhookServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  readonly post: Post;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * The events of one webhook on their way (PROTOCOL.md HOOK-2 to HOOK-4): gathered for a moment, sent one request at a
 * time so that their order is kept, and sent again while that makes sense.
 */
export class WebhookQueue {
  private readonly queue: FairQueue;
  private timer: Timer | undefined;
  private sending: Promise<void> | undefined;
  private wakeUp: (() => void) | undefined;
  private isStopping = false;
  private readonly health: EndpointHealth;

  constructor(
    appId: string,
    private readonly key: SigningKey,
    private readonly webhook: WebhookConfig,
    private readonly options: Config['webhooks'],
    private readonly services: WebhookServices,
    /** Whether every event of the app comes to this queue; with several nodes each has some. */
    private readonly tellsAll = true,
  ) {
    this.health = new EndpointHealth(appId, webhook.url, services);
    this.queue = new FairQueue({ maxEvents: options.maxQueuedEvents, maxBytes: options.maxQueuedBytes });
  }

  /**
   * Queues an event.
   *
   * @param source who caused it, as far as that is known
   */
  add(event: WebhookEvent, source: string | undefined): void {
    if (this.isUnderPressure) {
      const isUndone = this.queue.takeOpposite(event);
      // Other nodes may have told of what was between the two: the later one has to be told then.
      if (isUndone && this.tellsAll) return;
    }
    const { clock } = this.services;
    const shed = this.queue.add(event, source, clock.monotonic());
    if (shed > 0) this.drop(shed, 'its queue is full');
    if (this.sending !== undefined) return;
    const { maxBatchEvents, batchMilliseconds } = this.options;
    if (this.queue.size >= maxBatchEvents || batchMilliseconds === 0) this.send();
    else {
      this.timer ??= clock.after(batchMilliseconds, () => {
        this.send();
      });
    }
  }

  /**
   * Something that began ends before it was told, in a queue that is behind: then neither is told.
   *
   * @param end the event that tells of the end, which is not queued
   * @returns whether its beginning was taken back
   */
  takeBack(end: WebhookEvent): boolean {
    return this.tellsAll && this.isUnderPressure && this.queue.takeOpposite(end);
  }

  /** More waits than goes with the next request. */
  private get isUnderPressure(): boolean {
    return this.queue.size > this.options.maxBatchEvents;
  }

  /** Sends what is there, once, and waits for it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wakeUp?.();
    this.send();
    await this.sending;
  }

  private send(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.queue.size > 0) this.sending ??= this.sendAll();
  }

  private async sendAll(): Promise<void> {
    const size = this.options.batchMilliseconds === 0 ? 1 : this.options.maxBatchEvents;
    while (this.queue.size > 0) await this.sendBatch(this.queue.take(size));
    // In the same step as the last look at the queue: what is added from now on has to start a new round.
    this.sending = undefined;
  }

  /** Sends one request until it succeeds or its time is over; the same bytes each time, as signed. */
  private async sendBatch(batch: readonly QueuedEvent[]): Promise<void> {
    const { clock, counters } = this.services;
    const body = JSON.stringify({
      time_ms: Math.floor(clock.now()),
      events: batch.map(({ event }) => event),
    });
    const headers = this.headers(body);
    const deadline = (batch[0]?.atMs ?? clock.monotonic()) + this.options.retrySeconds * 1000;

    for (let attempt = 0; ; attempt++) {
      const problem = await this.attempt(headers, body);
      if (problem === undefined) {
        counters.webhooksDelivered++;
        this.health.delivered();
        this.logDelivered(batch);
        return;
      }
      counters.webhooksFailed++;
      const pauseMs = pauseBefore(attempt);
      const isGivenUp = this.isStopping || clock.monotonic() + pauseMs > deadline;
      this.health.failed(problem, batch.length + this.queue.size, isGivenUp ? undefined : pauseMs);
      if (isGivenUp) {
        this.drop(batch.length, problem);
        return;
      }
      await this.pause(pauseMs);
    }
  }

  private logDelivered(batch: readonly QueuedEvent[]): void {
    const { log } = this.services;
    if (!log.isDebug) return;
    const events = batch.map(({ event }) => event.name);
    log.debug({ webhook: shownUrl(this.webhook.url), events }, 'webhook delivered');
  }

  /** @returns what went wrong, or undefined */
  private async attempt(headers: Record<string, string>, body: string): Promise<string | undefined> {
    try {
      return statusProblem(await this.services.post(this.webhook.url, headers, body));
    } catch (error) {
      return failureReason(error);
    }
  }

  private headers(body: string): Record<string, string> {
    const headers: Record<string, string> = { 'user-agent': 'pregon' };
    for (const [name, value] of Object.entries(this.webhook.headers)) {
      if (!OWN_HEADERS.test(name)) headers[name.toLowerCase()] = value;
    }
    return {
      ...headers,
      // Node's verifier wants exactly this.
      'content-type': 'application/json',
      'x-pusher-key': this.key.key,
      'x-pusher-signature': this.key.sign(body),
    };
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.services.clock.after(milliseconds, resolve);
      this.wakeUp = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  private drop(count: number, reason: string): void {
    this.services.counters.webhookEventsDropped += count;
    this.health.lost(count, reason);
  }
}

/** Headers that no setting replaces: what verifiers read, and what HTTP itself needs. */
const OWN_HEADERS =
  /^(?:x-pusher-.*|content-type|content-length|host|connection|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** Growing pauses, with jitter so that webhooks that failed together do not come back together. */
function pauseBefore(attempt: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return Math.round(pause * (0.75 + Math.random() * 0.5));
}

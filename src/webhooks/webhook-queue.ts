import type { SigningKey } from '../../protocol/signatures.js';
import type { Counters } from '../activity/counters.js';
import type { Clock, Timer } from '../clock.js';
import type { AppConfig } from '../config/app-schema.js';
import type { Config } from '../config/schema.js';
import type { Log } from '../log.js';
import { EndpointHealth } from './endpoint-health.js';
import { failureReason, statusProblem } from './failure-reason.js';
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

interface Queued {
  readonly event: WebhookEvent;
  readonly atMs: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * The events of one webhook on their way (PROTOCOL.md HOOK-2 to HOOK-4): gathered for a moment, sent one request at a
 * time so that their order is kept, and sent again while that makes sense.
 */
export class WebhookQueue {
  private queue: Queued[] = [];
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
  ) {
    this.health = new EndpointHealth(appId, webhook.url, services);
  }

  add(event: WebhookEvent): void {
    const { maxQueuedEvents, maxBatchEvents, batchMilliseconds } = this.options;
    if (this.queue.length >= maxQueuedEvents) {
      this.drop(1, 'its queue is full');
      return;
    }
    const { clock } = this.services;
    this.queue.push({ event, atMs: clock.monotonic() });
    if (this.sending !== undefined) return;
    if (this.queue.length >= maxBatchEvents || batchMilliseconds === 0) this.send();
    else {
      this.timer ??= clock.after(batchMilliseconds, () => {
        this.send();
      });
    }
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
    if (this.queue.length > 0) this.sending ??= this.sendAll();
  }

  private async sendAll(): Promise<void> {
    const size = this.options.batchMilliseconds === 0 ? 1 : this.options.maxBatchEvents;
    while (this.queue.length > 0) await this.sendBatch(this.queue.splice(0, size));
    // In the same step as the last look at the queue: what is added from now on has to start a new round.
    this.sending = undefined;
  }

  /** Sends one request until it succeeds or its time is over; the same bytes each time, as signed. */
  private async sendBatch(batch: readonly Queued[]): Promise<void> {
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
        return;
      }
      counters.webhooksFailed++;
      const pauseMs = pauseBefore(attempt);
      const isGivenUp = this.isStopping || clock.monotonic() + pauseMs > deadline;
      this.health.failed(problem, batch.length + this.queue.length, isGivenUp ? undefined : pauseMs);
      if (isGivenUp) {
        this.drop(batch.length, problem);
        return;
      }
      await this.pause(pauseMs);
    }
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

import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

/** An endpoint that goes on failing, or fails time and again, has one line in this time. */
const QUIET_MS = 60_000;

/** Where an endpoint is, as a log may show it: without user, password and query, any of which may be a secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/**
 * Tells the operator of one endpoint of webhooks: that requests to it fail, at once and with the reason, then once a
 * minute while that lasts; what was lost by it; and that it takes requests again.
 */
export class EndpointHealth {
  private readonly webhook: string;
  /** When the present failing began; undefined while the endpoint takes requests. */
  private failingSinceMs: number | undefined;
  private failures = 0;
  private dropped = 0;
  /** Whether a line was written of the present failing. */
  private isTold = false;
  private toldAtMs = -Infinity;
  /** Events that were dropped since the last line that told of some. */
  private untoldDrops = 0;
  private dropReason = '';
  private dropsToldAtMs = -Infinity;

  constructor(
    private readonly app: string,
    url: string,
    private readonly services: { readonly clock: Pick<Clock, 'monotonic'>; readonly log: Log },
  ) {
    this.webhook = shownUrl(url);
  }

  /**
   * A request failed.
   *
   * @param waiting events that wait for this endpoint, those of the request included
   * @param retryInMs until it is sent again; undefined where it is given up
   */
  failed(reason: string, waiting: number, retryInMs: number | undefined): void {
    const { clock, log } = this.services;
    const nowMs = clock.monotonic();
    this.failingSinceMs ??= nowMs;
    this.failures++;
    if (nowMs - this.toldAtMs < QUIET_MS) return;
    this.toldAtMs = nowMs;
    this.isTold = true;
    const { app, webhook, failures } = this;
    const failingSeconds = seconds(nowMs - this.failingSinceMs);
    const retryInSeconds = retryInMs === undefined ? undefined : seconds(retryInMs);
    const fields = { app, webhook, reason, failures, failingSeconds, waiting, retryInSeconds };
    log.warn(fields, 'webhook requests fail');
  }

  /** A request was delivered. */
  delivered(): void {
    this.tellDrops();
    if (this.failingSinceMs === undefined) return;
    const { clock, log } = this.services;
    const { app, webhook, failures, dropped } = this;
    const failingSeconds = seconds(clock.monotonic() - this.failingSinceMs);
    if (this.isTold) log.info({ app, webhook, failingSeconds, failures, dropped }, 'webhook delivers again');
    this.failingSinceMs = undefined;
    this.failures = this.dropped = 0;
    this.isTold = false;
  }

  /** Events were given up, or shed from a full queue. */
  lost(events: number, reason: string): void {
    if (this.failingSinceMs !== undefined) this.dropped += events;
    this.untoldDrops += events;
    this.dropReason = reason;
    this.tellDrops();
  }

  private tellDrops(): void {
    if (this.untoldDrops === 0) return;
    const { clock, log } = this.services;
    const nowMs = clock.monotonic();
    if (nowMs - this.dropsToldAtMs < QUIET_MS) return;
    this.dropsToldAtMs = nowMs;
    const { app, webhook, untoldDrops: events, dropReason: reason } = this;
    this.untoldDrops = 0;
    log.error({ app, webhook, events, reason }, 'webhook events dropped');
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 100) / 10;
}

import { TokenBucket } from '../limits/token-bucket.js';
import type { LocalApp } from '../connections/local-app.js';
import type { ApiServices } from './api-call.js';
import { HttpError } from './response.js';

/**
 * Counts triggered channels against `maxTriggersPerSecond`.
 *
 * @throws HttpError 429 with `Retry-After`
 */
export function takeTriggers(app: LocalApp, count: number, services: ApiServices): void {
  take(app, 'triggers', count, app.app.settings.maxTriggersPerSecond, services);
}

/**
 * Counts a GET request against `maxReadsPerSecond`.
 *
 * @throws HttpError 429 with `Retry-After`
 */
export function takeRead(app: LocalApp, services: ApiServices): void {
  take(app, 'reads', 1, app.app.settings.maxReadsPerSecond, services);
}

function take(
  { budgets }: LocalApp,
  kind: 'triggers' | 'reads',
  count: number,
  perSecond: number | null,
  { clock, counters }: ApiServices,
): void {
  if (perSecond === null) return;
  const nowMs = clock.monotonic();
  const budget = (budgets[kind] ??= new TokenBucket(perSecond, nowMs));
  // More than a second's worth at once would never go through: it waits for a full bucket.
  const tokens = Math.min(count, perSecond);
  if (budget.take(tokens, perSecond, perSecond, nowMs)) return;
  counters.rateLimited++;
  const seconds = Math.max(1, Math.ceil(budget.waitMs(tokens, perSecond) / 1000));
  throw new HttpError(429, `Too many ${kind}: this app may make ${perSecond} per second`, [
    ['Retry-After', String(seconds)],
  ]);
}

import type { z } from 'zod';
import { channelPolicy } from '../channel-name.js';
import { matchPattern } from './channels-of.js';
import type { CatalogueEvent } from './event.js';

/** At most this many faults of one payload are told. */
const MAX_PROBLEMS = 5;

/**
 * Checks a payload against an entry. It is never changed.
 *
 * @returns what is wrong, as `payment.amount: …`, without the values themselves; empty when nothing is
 */
export function checkPayload(event: CatalogueEvent, payload: unknown): string[] {
  const result = event.payload.safeParse(payload);
  if (result.success) return [];
  return closest(result.error.issues)
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
}

/**
 * What is wrong with where an event is sent.
 *
 * @returns undefined unless personal or secret data would stand on a channel that anybody can subscribe to
 */
export function checkChannel({ name, sensitivity }: CatalogueEvent, channel: string): string | undefined {
  const { guarded, serverToUser } = channelPolicy(channel);
  if (sensitivity === 'public' || guarded || serverToUser) return undefined;
  return `${name} is ${sensitivity}, and ${channel} is a public channel`;
}

/** A client event and its sender. */
export interface ClientEvent {
  readonly channel: string;
  readonly payload: unknown;
  /** Of the sender as a member of the channel; undefined where channels have no members. */
  readonly userId: string | undefined;
}

/**
 * Checks an event that a client sends.
 *
 * @returns what is wrong; empty when it may be relayed
 */
export function checkClientEvent(event: CatalogueEvent, { channel, payload, userId }: ClientEvent): string[] {
  const { client } = event;
  if (client === undefined) return ['clients may not send it'];
  const parameter = matchPattern(client.channel, channel);
  if (parameter === undefined) return [`clients may send it on ${client.channel} only`];
  if (client.sender === 'parameter' && userId !== parameter) {
    return [`on ${client.channel} only the user of that id may send it`];
  }
  return checkPayload(event, payload);
}

type Issue = z.core.$ZodIssue;

/** Of a union, the faults against the member that comes closest: the one with the fewest. */
function closest(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.path.length > 0) return [issue];
    const [first = [issue], ...others] = issue.errors;
    return others.reduce((best, other) => (other.length < best.length ? other : best), first);
  });
}

import { channelNameProblem } from '../channel-name.js';
import type { CatalogueEvent, EventChannel, Path, Producer } from './event.js';

/** Splits `private-user.{id}` into what stands before the parameter and the parameter's name. */
export function splitPattern(pattern: string): {
  readonly fixed: string;
  readonly parameter: string | undefined;
} {
  const brace = pattern.indexOf('{');
  if (brace === -1) return { fixed: pattern, parameter: undefined };
  return { fixed: pattern.slice(0, brace), parameter: pattern.slice(brace + 1, -1) };
}

/**
 * Whether a channel is one of a pattern's.
 *
 * @returns its parameter, empty where the pattern has none; undefined when it does not fit
 */
export function matchPattern(pattern: string, channel: string): string | undefined {
  const { fixed, parameter } = splitPattern(pattern);
  if (parameter === undefined) return channel === fixed ? '' : undefined;
  return channel.length > fixed.length && channel.startsWith(fixed) ? channel.slice(fixed.length) : undefined;
}

/**
 * A pattern's channel.
 *
 * @param value an id as it came: text, or a whole number
 * @returns undefined when the value is no id, or would make a name that is no channel's
 */
export function fillPattern(pattern: string, value: unknown): string | undefined {
  const { fixed, parameter } = splitPattern(pattern);
  if (parameter === undefined) return fixed;
  const id = idText(value);
  if (id === undefined) return undefined;
  return channelNameProblem(fixed + id) === undefined ? fixed + id : undefined;
}

/** An id as text; undefined for what is none. A number beyond 2^53 has lost digits and would name somebody else. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** What is at a dotted path; of several, at the first that leads to something. */
export function valueAt(source: unknown, path: Path): unknown {
  for (const one of typeof path === 'string' ? [path] : path) {
    let value = source;
    for (const key of one.split('.')) {
      value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/**
 * The channels that an event goes to, each once, as far as they can be told from what is known. Channels that only
 * older applications use, and those whose parameter only the producer knows, are left out.
 *
 * @param source the payload, or with `by: 'legacy-http'` the request's body, which also holds what the payload does not
 * @param by who sends it
 */
export function channelsOf(event: CatalogueEvent, source: unknown, by: Producer): string[] {
  const found = new Set<string>();
  for (const channel of event.channels) {
    const name = isSentBy(channel, by) ? channelFrom(channel, source) : undefined;
    if (name !== undefined) found.add(name);
  }
  const channels = [...found];
  return event.goesTo === 'first' ? channels.slice(0, 1) : channels;
}

function isSentBy(channel: EventChannel, by: Producer): boolean {
  if (channel.legacy === true || channel.of === 'producer') return false;
  if (channel.of === 'request' && by !== 'legacy-http' && by !== 'hub') return false;
  return channel.by?.includes(by) ?? true;
}

function channelFrom({ pattern, from, when }: EventChannel, source: unknown): string | undefined {
  if (when !== undefined && valueAt(source, when.path) !== when.is) return undefined;
  return fillPattern(pattern, from === undefined ? undefined : valueAt(source, from));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { z } from 'zod';
import { elementTexts, isJsonObject, memberTexts } from './json-text.js';

/**
 * Bodies of the HTTP API (PROTOCOL.md API-1, API-2). What is wrong is told in one sentence, the answer's text.
 *
 * Sizes and names are checked by the handlers, since the figures are an app's settings. The schemas hold strings and
 * optional strings only, which zod checks in a tenth of a microsecond; what callers may spell otherwise is brought into
 * that form first.
 */

const required = (name: string) =>
  z.string({
    error: ({ input }) =>
      input === undefined || input === null
        ? `Missing required parameter: ${name}`
        : `Invalid parameter: '${name}' must be a string`,
  });

const named = (name: string) => required(name).min(1, { error: `Missing required parameter: ${name}` });

const info = z.string({ error: 'info should be a comma separated list of attributes' }).nullish();

const NOT_AN_OBJECT = 'Invalid body: it must be a JSON object';

const eventMembers = {
  name: named('name'),
  data: required('data'),
  /** The connection that is left out; any string. */
  socket_id: z.string().nullish(),
  info,
};

/** `POST /apps/{id}/events` */
const TriggerSchema = z.object(
  {
    ...eventMembers,
    /** Not looked at where `channels` are given. */
    channel: required('channel').nullish(),
    channels: z
      .array(named('channel'), { error: "Invalid parameter: 'channels' must be an array of channel names" })
      .nullish(),
  },
  { error: NOT_AN_OBJECT },
);

/** One event of `POST /apps/{id}/batch_events`: exactly one channel. */
const BatchEventSchema = z.object({ ...eventMembers, channel: named('channel') }, { error: NOT_AN_OBJECT });

const BatchSchema = z.object(
  {
    batch: z.array(BatchEventSchema, {
      error: ({ input }) =>
        input === undefined
          ? 'Missing required parameter: batch'
          : "Invalid parameter: 'batch' must be an array of events",
    }),
  },
  { error: NOT_AN_OBJECT },
);

export type TriggerBody = z.output<typeof TriggerSchema>;
export type BatchEvent = z.output<typeof BatchEventSchema>;

export type ParsedBody<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/**
 * Checks the body of a trigger.
 *
 * @param json the text that `body` was parsed from; empty where it was not JSON and its members are strings
 */
export function parseTriggerBody(body: unknown, json: string): ParsedBody<TriggerBody> {
  const plain = plainTrigger(body);
  if (plain !== undefined) return { ok: true, value: plain };
  const parsed = result(TriggerSchema.safeParse(withStringData(body, () => json)));
  if (!parsed.ok || triggerChannels(parsed.value).length > 0) return parsed;
  return { ok: false, problem: 'Missing required parameter: channel' };
}

/**
 * A trigger as the libraries send it, or undefined: what the schema says of any other. The schema takes as long as all
 * else that is done with a trigger that nobody listens to.
 */
function plainTrigger(body: unknown): TriggerBody | undefined {
  if (!isJsonObject(body)) return undefined;
  const { name, data, channel, channels, socket_id, info } = body;
  if (!isText(name) || typeof data !== 'string') return undefined;
  if (!isOptionalString(socket_id) || !isOptionalString(info)) return undefined;
  if (channels === undefined) return isText(channel) ? { name, data, channel, socket_id, info } : undefined;
  if (channel !== undefined || !Array.isArray(channels) || channels.length === 0) return undefined;
  return channels.every(isText) ? { name, data, channels, socket_id, info } : undefined;
}

function isOptionalString(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * Checks the body of a batch.
 *
 * @param json the text that `body` was parsed from
 */
export function parseBatchBody(body: unknown, json: string): ParsedBody<readonly BatchEvent[]> {
  const events = isJsonObject(body) && Array.isArray(body['batch']) ? body['batch'] : undefined;
  let texts: readonly string[] | undefined;
  const eventText = (index: number) => {
    texts ??= elementTexts(memberTexts(json).get('batch') ?? '');
    return texts[index] ?? '';
  };
  const batch =
    events === undefined
      ? body
      : { batch: events.map((event, index) => withStringData(event, () => eventText(index))) };
  const parsed = result(BatchSchema.safeParse(batch));
  return parsed.ok ? { ok: true, value: parsed.value.batch } : parsed;
}

/** The channels of a trigger: `channels` wins where both are given. */
export function triggerChannels(body: TriggerBody): readonly string[] {
  if (body.channels !== undefined && body.channels !== null) return body.channels;
  return body.channel === undefined || body.channel === null || body.channel === '' ? [] : [body.channel];
}

/**
 * API-1: `data` other than a string goes as the JSON text it was written in: a round trip would change long numbers,
 * and deep nesting is too much for `JSON.stringify`. API-4: a `socket_id` that is no string counts as absent and never
 * fails the request.
 */
function withStringData(event: unknown, json: () => string): unknown {
  if (!isJsonObject(event)) return event;
  const { data, socket_id: socketId } = event;
  const hasText = typeof data === 'string' || data === undefined;
  if (hasText && (typeof socketId === 'string' || socketId === undefined)) return event;
  return {
    ...event,
    ...(hasText ? {} : { data: memberTexts(json()).get('data') }),
    socket_id: typeof socketId === 'string' ? socketId : undefined,
  };
}

function result<T>(parsed: z.ZodSafeParseResult<T>): ParsedBody<T> {
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, problem: parsed.error.issues[0]?.message ?? NOT_AN_OBJECT };
}

import { parseBatchBody } from '../../../protocol/http-bodies.js';
import type { LocalApp } from '../../connections/local-app.js';
import { parseInfo, type ApiCall, type Attribute } from '../api-call.js';
import { channelDirectory } from '../channel-directory.js';
import { EMPTY_OBJECT, HttpError, jsonResponse, type HttpResponse } from '../response.js';
import { trigger, type Trigger } from '../trigger.js';

/** `POST /apps/{id}/batch_events` (PROTOCOL.md API-2) */
export function triggerBatch({ app, json, services }: ApiCall): HttpResponse | Promise<HttpResponse> {
  const { value, text } = json;
  const body = parseBatchBody(value, text);
  if (!body.ok) throw new HttpError(400, body.problem);
  const events = body.value;
  const { maxBatchSize } = app.app.settings;
  if (events.length > maxBatchSize) {
    throw new HttpError(400, `Batch too large (${events.length} > ${maxBatchSize})`);
  }
  const attributes = events.map(({ info }) => parseInfo(info));
  const triggers = events.map(({ name, data, channel, socket_id: socketId }): Trigger => {
    return { name, data, channel, socketId: socketId ?? undefined };
  });
  trigger(app, triggers, services);

  if (attributes.every(({ size }) => size === 0)) return EMPTY_OBJECT;
  return answerCounts(
    app,
    triggers.map(({ channel }) => channel),
    attributes,
  );
}

/** An array in the order of the events: the Go library reads nothing else. */
async function answerCounts(
  app: LocalApp,
  channels: readonly string[],
  attributes: readonly ReadonlySet<Attribute>[],
): Promise<HttpResponse> {
  const directory = channelDirectory(app);
  const batch = await Promise.all(
    channels.map(async (channel, i) => {
      const [counts] = await directory.counts([channel], attributes[i] ?? parseInfo(undefined));
      return counts ?? {};
    }),
  );
  return jsonResponse({ batch });
}

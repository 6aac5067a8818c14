import { channelPolicy } from '../../../protocol/channel-name.js';
import { parseBatchBody } from '../../../protocol/http-bodies.js';
import { parseInfo, type ApiCall } from '../api-call.js';
import { channelCounts } from '../channel-attributes.js';
import { EMPTY_OBJECT, HttpError, jsonResponse, type HttpResponse } from '../response.js';
import { trigger, type Trigger } from '../trigger.js';

/** `POST /apps/{id}/batch_events` (PROTOCOL.md API-2) */
export function triggerBatch({ app, json, services }: ApiCall): HttpResponse {
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
  // An array in the order of the events: the Go library reads nothing else.
  const batch = triggers.map(({ channel }, i) =>
    channelCounts(app, channel, channelPolicy(channel), attributes[i] ?? parseInfo(undefined)),
  );
  return jsonResponse({ batch });
}

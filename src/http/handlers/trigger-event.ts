import { parseTriggerBody, triggerChannels } from '../../../protocol/http-bodies.js';
import { queryValue, queryValues, type QueryParameter } from '../../../protocol/request-signature.js';
import type { LocalApp } from '../../connections/local-app.js';
import { infoParameter, parseInfo, type ApiCall, type Attribute } from '../api-call.js';
import { channelDirectory } from '../channel-directory.js';
import { EMPTY_OBJECT, HttpError, jsonResponse, type HttpResponse } from '../response.js';
import { trigger, type Trigger } from '../trigger.js';

/** `POST /apps/{id}/events` (PROTOCOL.md API-1) */
export function triggerEvent(call: ApiCall): HttpResponse | Promise<HttpResponse> {
  const { app, services } = call;
  const { value, text } = call.hasBody ? call.json : { value: fromQuery(call.parameters), text: '' };
  const body = parseTriggerBody(value, text);
  if (!body.ok) throw new HttpError(400, body.problem);
  const { name, data, socket_id: socketId, info } = body.value;

  const named = triggerChannels(body.value);
  const channels = named.length > 1 ? [...new Set(named)] : named;
  const { maxChannelsPerEvent } = app.app.settings;
  if (channels.length > maxChannelsPerEvent) {
    throw new HttpError(
      400,
      `Too many channels (${channels.length} > ${maxChannelsPerEvent}): an event may be triggered on ${maxChannelsPerEvent} channels at once`,
    );
  }
  const attributes = parseInfo(info);
  const triggers = channels.map((channel): Trigger => {
    return { name, data, channel, socketId: socketId ?? undefined };
  });
  trigger(app, triggers, services);

  if (attributes.size === 0) return EMPTY_OBJECT;
  return answerCounts(app, channels, attributes);
}

async function answerCounts(
  app: LocalApp,
  channels: readonly string[],
  attributes: ReadonlySet<Attribute>,
): Promise<HttpResponse> {
  const counts = await channelDirectory(app).counts(channels, attributes);
  return jsonResponse({
    channels: Object.fromEntries(channels.map((channel, i) => [channel, counts[i]])) as unknown,
  });
}

/** Without a body, the parameters may stand in the query: `channels[]=a&channels[]=b`. */
function fromQuery(parameters: readonly QueryParameter[]): unknown {
  const channels = queryValues(parameters, 'channels');
  const text = (name: string) => queryValue(parameters, name);
  return {
    name: text('name'),
    data: text('data'),
    channel: text('channel'),
    channels: channels.length > 0 ? channels : undefined,
    socket_id: text('socket_id'),
    info: infoParameter(parameters),
  };
}

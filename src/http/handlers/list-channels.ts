import { queryValue } from '../../../protocol/request-signature.js';
import { queryInfo, type ApiCall } from '../api-call.js';
import { channelCounts, type ChannelCounts } from '../channel-attributes.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/channels`: the occupied channels (PROTOCOL.md API-7) */
export function listChannels(call: ApiCall): HttpResponse {
  const { app, parameters } = call;
  const prefix = queryValue(parameters, 'filter_by_prefix') ?? '';
  const info = queryInfo(call);
  if (info.has('user_count') && !prefix.startsWith('presence-')) {
    throw new HttpError(
      400,
      // Pusher's text, its spelling included.
      'user_count may only be requested for presence channels - please supply filter_by_prefix begining with presence-',
    );
  }
  const channels: [string, ChannelCounts][] = [];
  for (const { name, policy } of app.channels.occupied()) {
    if (policy.serverToUser || !name.startsWith(prefix)) continue;
    channels.push([name, channelCounts(app, name, policy, info)]);
  }
  // An object even when empty; `__proto__` is a valid name of a channel.
  return jsonResponse({ channels: Object.fromEntries(channels) });
}

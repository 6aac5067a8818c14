import { channelNameProblem, channelPolicy } from '../../../protocol/channel-name.js';
import { queryInfo, type ApiCall } from '../api-call.js';
import { channelCounts, type ChannelCounts } from '../channel-attributes.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

interface ChannelInfo extends ChannelCounts {
  occupied: boolean;
  cache?: { readonly data: string; readonly ttl: number } | null;
}

/** `GET /apps/{id}/channels/{name}` (PROTOCOL.md API-8) */
export function showChannel(call: ApiCall): HttpResponse {
  const { app, subject: name, services } = call;
  const problem = channelNameProblem(name, app.app.settings.maxChannelNameLength);
  if (problem !== undefined) throw new HttpError(400, problem);
  const policy = channelPolicy(name);
  const info = queryInfo(call);
  if (info.has('user_count') && !policy.presence) {
    throw new HttpError(400, 'Cannot retrieve the user count unless the channel is a presence channel');
  }
  if (info.has('subscription_count') && policy.presence) {
    throw new HttpError(400, 'Cannot retrieve the subscription count of a presence channel');
  }
  if (info.has('cache') && !policy.cached) {
    throw new HttpError(400, 'Cannot retrieve the cache unless the channel is a cache channel');
  }

  const answer: ChannelInfo = {
    occupied: app.channels.find(name) !== undefined,
    ...channelCounts(app, name, policy, info),
  };
  if (info.has('cache')) {
    const cached = services.cache.get(app.app.id, name);
    const ttl = services.cache.remainingSeconds(app.app.id, name);
    answer.cache = cached === undefined ? null : { data: cached.data, ttl };
  }
  return jsonResponse(answer);
}

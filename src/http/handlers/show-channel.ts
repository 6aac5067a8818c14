import { channelNameProblem, channelPolicy } from '../../../protocol/channel-name.js';
import { queryInfo, type ApiCall } from '../api-call.js';
import { channelDirectory, type ChannelCounts } from '../channel-directory.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

interface ChannelInfo extends ChannelCounts {
  occupied: boolean;
  cache?: { readonly data: string; readonly ttl: number } | null;
}

/** `GET /apps/{id}/channels/{name}` (PROTOCOL.md API-8) */
export async function showChannel(call: ApiCall): Promise<HttpResponse> {
  const { app, subject: name } = call;
  const problem = channelNameProblem(name, app.app.settings.maxChannelNameLength);
  if (problem !== undefined) throw new HttpError(400, problem);
  const policy = channelPolicy(name);
  const info = queryInfo(call);
  if (info.has('user_count') && !policy.presence) {
    throw new HttpError(400, 'Cannot retrieve the user count unless the channel is a presence channel');
  }
  if (info.has('cache') && !policy.cached) {
    throw new HttpError(400, 'Cannot retrieve the cache unless the channel is a cache channel');
  }

  const directory = channelDirectory(app);
  const [occupied, [counts]] = await Promise.all([
    directory.isOccupied(name),
    directory.counts([name], info),
  ]);
  const answer: ChannelInfo = { occupied, ...counts };
  if (info.has('cache')) answer.cache = (await directory.cached(name)) ?? null;
  return jsonResponse(answer);
}

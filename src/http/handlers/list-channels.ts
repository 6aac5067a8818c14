import { channelPolicy } from '../../../protocol/channel-name.js';
import { queryValue } from '../../../protocol/request-signature.js';
import { queryInfo, type ApiCall } from '../api-call.js';
import { channelDirectory } from '../channel-directory.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/channels`: the occupied channels (PROTOCOL.md API-7) */
export async function listChannels(call: ApiCall): Promise<HttpResponse> {
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
  const directory = channelDirectory(app);
  const names = (await directory.names()).filter(
    (name) => name.startsWith(prefix) && !channelPolicy(name).serverToUser,
  );
  const counts = await directory.counts(names, info);
  // An object even when empty; `__proto__` is a valid name of a channel.
  return jsonResponse({ channels: Object.fromEntries(names.map((name, i) => [name, counts[i]])) as unknown });
}

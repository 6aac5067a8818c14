import { channelNameProblem, channelPolicy } from '../../../protocol/channel-name.js';
import type { ApiCall } from '../api-call.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/channels/{name}/users` (PROTOCOL.md API-9) */
export function listUsers({ app, subject: name }: ApiCall): HttpResponse {
  const problem = channelNameProblem(name, app.app.settings.maxChannelNameLength);
  if (problem !== undefined) throw new HttpError(400, problem);
  if (!channelPolicy(name).presence) {
    throw new HttpError(400, 'Users can only be retrieved for presence channels');
  }
  return jsonResponse({ users: Array.from(app.presence.members(name).keys(), (id) => ({ id })) });
}

import { channelNameProblem, channelPolicy } from '../../../protocol/channel-name.js';
import type { ApiCall } from '../api-call.js';
import { channelDirectory } from '../channel-directory.js';
import { HttpError, jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/channels/{name}/users` (PROTOCOL.md API-9) */
export async function listUsers({ app, subject: name }: ApiCall): Promise<HttpResponse> {
  const problem = channelNameProblem(name, app.app.settings.maxChannelNameLength);
  if (problem !== undefined) throw new HttpError(400, problem);
  if (!channelPolicy(name).presence) {
    throw new HttpError(400, 'Users can only be retrieved for presence channels');
  }
  const ids = await channelDirectory(app).memberIds(name);
  return jsonResponse({ users: ids.map((id) => ({ id })) });
}

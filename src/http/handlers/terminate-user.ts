import type { ApiCall } from '../api-call.js';
import { EMPTY_OBJECT, type HttpResponse } from '../response.js';

/** `POST /apps/{id}/users/{user_id}/terminate_connections`: no ban, and no concern of members (PROTOCOL.md API-10) */
export function terminateUser({ app, subject: userId, services }: ApiCall): HttpResponse {
  services.connections.terminateUser(app, userId);
  app.cluster?.terminate(app.app.id, userId);
  return EMPTY_OBJECT;
}

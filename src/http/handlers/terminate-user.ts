import type { ErrorCode } from '../../../protocol/error-codes.js';
import type { ApiCall } from '../api-call.js';
import { EMPTY_OBJECT, type HttpResponse } from '../response.js';

/** `POST /apps/{id}/users/{user_id}/terminate_connections`: no ban, and no concern of members (PROTOCOL.md API-10) */
export function terminateUser({ app, subject: userId, services }: ApiCall): HttpResponse {
  // The setting's schema allows the codes that clients understand.
  const code = app.app.settings.terminateCloseCode as ErrorCode;
  for (const connection of [...app.users.connections(userId)]) {
    services.connections.closeWithError(connection, code, 'You got disconnected by the app.');
  }
  return EMPTY_OBJECT;
}

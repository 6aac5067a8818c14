import type { ApiCall } from '../api-call.js';
import { jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/connections`, as Reverb has it for Laravel Pulse (PROTOCOL.md API-11) */
export function countConnections({ app }: ApiCall): HttpResponse {
  const others = app.cluster?.remoteConnections(app.app.id) ?? 0;
  return jsonResponse({ connections: app.connections.size + others });
}

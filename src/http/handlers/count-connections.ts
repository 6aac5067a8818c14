import type { ApiCall } from '../api-call.js';
import { jsonResponse, type HttpResponse } from '../response.js';

/** `GET /apps/{id}/connections`, as Reverb has it for Laravel Pulse (PROTOCOL.md API-11) */
export function countConnections({ app }: ApiCall): HttpResponse | Promise<HttpResponse> {
  const { cluster } = app;
  if (cluster?.isHealthy !== true) return jsonResponse({ connections: app.connections.size });
  return cluster.countConnections(app.app.id).then((connections) => jsonResponse({ connections }));
}

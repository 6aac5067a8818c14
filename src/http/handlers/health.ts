import { jsonResponse, type HttpResponse } from '../response.js';

/** Whether new work should be sent here, and why not. */
export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

/** `GET /`, `/up` and `/health`: the process is alive, whatever else is not (PROTOCOL.md API-12). */
export function health(): HttpResponse {
  return jsonResponse({ health: 'OK' });
}

/** `GET /ready` and `/accept-traffic`: false first thing when the node stops. */
export function readiness(state: Readiness): HttpResponse {
  return jsonResponse(state, state.ready ? 200 : 503);
}

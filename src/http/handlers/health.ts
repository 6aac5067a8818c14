import { jsonResponse, type HttpResponse } from '../response.js';

/** Whether new work should be sent here, and why not. */
export type Readiness =
  | { readonly ready: true }
  | {
      readonly ready: false;
      readonly reason: string;
      /** More for operators, such as addresses of servers; not for the public port. */
      readonly detail?: string | undefined;
    };

/** `GET /`, `/up` and `/health`: the process is alive, whatever else is not (PROTOCOL.md API-12). */
export function health(): HttpResponse {
  return jsonResponse({ health: 'OK' });
}

/** `GET /ready` and `/accept-traffic`: false first thing when the node stops. */
export function readiness(state: Readiness): HttpResponse {
  if (state.ready) return jsonResponse(state);
  const { ready, reason } = state;
  return jsonResponse({ ready, reason }, 503);
}

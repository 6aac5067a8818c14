import type { z } from 'zod';
import { HttpError, jsonResponse, type HttpResponse } from '../http/response.js';

/** The body cannot be understood. */
export class BodyError extends Error {
  override readonly name = 'BodyError';

  constructor(
    readonly status: 400 | 422,
    message: string,
    /** What is wrong, as `credit.id: …`. */
    readonly issues: readonly string[],
  ) {
    super(message);
  }
}

/** As the older server answers a caller without the secret. */
export function unauthorized(): HttpResponse {
  return jsonResponse({ success: false, error: 'Unauthorized: backend only' }, 401);
}

/** The answer to a caller's mistake; undefined for what is none. */
export function errorAnswer(error: unknown): HttpResponse | undefined {
  if (error instanceof BodyError) {
    const { status, message, issues } = error;
    return jsonResponse({ success: false, error: message, issues }, status);
  }
  if (error instanceof HttpError) {
    const { status, message, headers } = error;
    // A wrong channel or event name is a body that cannot be understood.
    const response = jsonResponse(
      { success: false, error: message, issues: [message] },
      status === 400 ? 422 : status,
    );
    return { ...response, headers: [...response.headers, ...headers] };
  }
  return undefined;
}

/** At most this many faults of a body are told. */
const MAX_ISSUES = 10;

/** What zod found, as `credit.id: …`. */
export function issueTexts({ issues }: z.ZodError): string[] {
  return issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
}

import type { HttpRequest } from '../http/request.js';
import { HttpError } from '../http/response.js';
import type { ThrottledLog } from '../throttled-log.js';
import { BodyError } from './answers.js';

/** What is said of a request: where it came from, and nothing of what it carries. */
type Refused = Pick<HttpRequest, 'method' | 'path' | 'address'>;

/** Warns of a caller without the gateway's secret, or with another. */
export function warnOfSecret(
  warnings: ThrottledLog,
  app: string,
  request: Refused,
  isGiven: boolean,
  hint = 'X-WS-SECRET has to be the gateway.secret (PREGON_GATEWAY_SECRET, WS_SECRET) of this server',
): void {
  const reason = isGiven ? 'the secret is wrong' : 'there is no secret';
  warnings.warn(app, () => ({ reason, ...from(request), hint }), 'gateway request refused with 401');
}

/** Warns of a body that is not understood, or of a limit. */
export function warnOfRefusal(warnings: ThrottledLog, app: string, request: Refused, error: unknown): void {
  if (error instanceof BodyError) {
    const { message, issues, status } = error;
    const fields = () => ({ reason: message, issues, ...from(request) });
    warnings.warn(app, fields, `gateway request refused with ${status}`);
  } else if (error instanceof HttpError) {
    const fields = () => ({ reason: error.logged, ...from(request) });
    warnings.warn(app, fields, `gateway request refused with ${error.status}`);
  }
}

function from({ method, path, address }: Refused): object {
  return { method, path, address };
}

import { z } from 'zod';
import { fillPattern, findEvent } from '../../../protocol/events/index.js';
import { parseQuery, queryValue, type QueryParameter } from '../../../protocol/request-signature.js';
import type { Counters } from '../../activity/counters.js';
import type { Clock } from '../../clock.js';
import { authenticate, checkBody } from '../../http/authenticate.js';
import type { Answer, HttpExtension } from '../../http/extension.js';
import type { HttpRequest } from '../../http/request.js';
import { HttpError, jsonResponse, type HttpResponse } from '../../http/response.js';
import type { Log } from '../../log.js';
import type { ThrottledLog } from '../../throttled-log.js';
import { BodyError, errorAnswer, unauthorized } from '../answers.js';
import type { Duplicates, Outcome } from '../duplicates.js';
import type { GatewayApp } from '../gateway-app.js';
import { JsonBody } from '../json-body.js';
import { warnOfRefusal, warnOfSecret } from '../refusals.js';
import { isSameSecret } from '../secret.js';
import { HUB_PATH } from './hub.js';
import { hubType } from './hub-frame.js';

/** What the endpoint works with. */
export interface HubNotifyServices {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly warnings: ThrottledLog;
  readonly duplicates: Duplicates;
}

const Notification = z.looseObject({ type: z.string(), data: z.looseObject({}) });

const PATH = /^\/notifications\/users\/([^/]+)\/notify$/;

/**
 * `POST /notifications/users/{id}/notify`: the back end tells a user something that the hub carries. It goes to the
 * user's channel as any triggered event, so to his hub sockets and to his Pusher clients alike.
 */
export class HubNotify implements HttpExtension {
  readonly headers = ['x-ws-secret', 'authorization', 'accept'] as const;

  constructor(
    /** Null: only signed requests are taken. */
    private readonly secret: string | null,
    private readonly pathPrefix: string,
    private readonly app: GatewayApp,
    private readonly services: HubNotifyServices,
  ) {}

  open(request: HttpRequest, path: string): HttpResponse | 'body' | undefined {
    if (encodedUser(path) === undefined) return undefined;
    return this.mayNotify(request) ? 'body' : this.unauthorized(request);
  }

  handle(request: HttpRequest, path: string): Answer | undefined {
    const encoded = encodedUser(path);
    if (encoded === undefined) return undefined;
    if (!this.mayNotify(request) || !hasSignedBody(request)) return this.unauthorized(request);
    return this.once(request, encoded).catch((error: unknown) => this.asError(request, error));
  }

  private async once(request: HttpRequest, encodedId: string): Promise<HttpResponse> {
    // The body does not outlive this call.
    const body = JsonBody.parse(request.body);
    const inJson = request.header('accept')?.includes('application/json') === true;
    return this.services.duplicates.once(request, () => this.notify(body, encodedId, inJson));
  }

  private async notify(body: JsonBody, encodedId: string, inJson: boolean): Promise<Outcome> {
    const { type } = body.as(Notification);
    const event = hubType(type) === undefined ? undefined : findEvent(type)?.name;
    if (event === undefined) throw new BodyError(422, 'Invalid body', ['type: is no event of the hub']);
    const channel = fillPattern('private-user.{id}', decoded(encodedId));
    if (channel === undefined) throw new BodyError(422, 'Invalid user', ['the id in the path is no user id']);
    this.app.publish([{ event, channel, data: body.text('data') ?? '{}' }]);
    const reached = await this.app.isOccupied(channel);
    const response: HttpResponse = inJson
      ? jsonResponse({ success: true, event, sent: reached === true })
      : { status: 200, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: 'OK' };
    return { response, isUnheard: reached === false };
  }

  /** @throws HttpError 405 */
  private mayNotify(request: HttpRequest): boolean {
    if (request.method !== 'POST') {
      throw new HttpError(405, 'Method not allowed: use POST', [['Allow', 'POST, OPTIONS']]);
    }
    return this.isAllowed(request);
  }

  /** The secret, in either of two headers, or a signature as the HTTP API has it. */
  private isAllowed(request: HttpRequest): boolean {
    const parameters = parseQuery(request.query);
    if (isToBeSigned(parameters)) return this.isSigned(request);
    if (this.secret === null) return false;
    return isSameSecret(givenSecret(request), this.secret);
  }

  private unauthorized(request: HttpRequest): HttpResponse {
    const isGiven = givenSecret(request) !== undefined;
    warnOfSecret(this.services.warnings, this.app.id, request, isGiven, SECRET_HINT);
    return unauthorized();
  }

  private isSigned(request: HttpRequest): boolean {
    const nowSeconds = this.services.clock.now() / 1000;
    return passes(() => {
      authenticate(request, this.app.app, this.pathPrefix, nowSeconds);
    });
  }

  private asError(request: HttpRequest, error: unknown): HttpResponse {
    const known = errorAnswer(error);
    if (known !== undefined) {
      warnOfRefusal(this.services.warnings, this.app.id, request, error);
      return known;
    }
    this.services.counters.internalErrors++;
    this.services.log.error({ err: error }, 'a hub notification could not be handled');
    return jsonResponse({ success: false, error: 'Internal server error' }, 500);
  }
}

const SECRET_HINT =
  'it has to be the hub.notifySecret (PREGON_HUB_NOTIFY_SECRET) of this server, or a signature of its app';

function givenSecret(request: HttpRequest): string | undefined {
  return request.header('x-ws-secret') ?? /^bearer +(\S+)$/i.exec(request.header('authorization') ?? '')?.[1];
}

/**
 * The user in the endpoint's path, percent-encoded; undefined for another path.
 *
 * @throws HttpError 426 at the path of the hub's WebSockets
 */
function encodedUser(path: string): string | undefined {
  if (path === HUB_PATH) {
    throw new HttpError(426, `${HUB_PATH} takes WebSocket connections; is the proxy passing Upgrade?`, [
      ['Upgrade', 'websocket'],
    ]);
  }
  return PATH.exec(path)?.[1];
}

function isToBeSigned(parameters: readonly QueryParameter[]): boolean {
  return queryValue(parameters, 'auth_signature') !== undefined;
}

/** Whether the body is the signed one, in a request that has a signature. */
function hasSignedBody({ query, body }: HttpRequest): boolean {
  const parameters = parseQuery(query);
  if (!isToBeSigned(parameters)) return true;
  return passes(() => {
    checkBody(body, queryValue(parameters, 'body_md5'));
  });
}

/** Whether a check of a signature ends without a 401. */
function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof HttpError && error.status === 401) return false;
    throw error;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { ActivityEmitter } from '../../activity/activity.js';
import type { Counters } from '../../activity/counters.js';
import type { Clock } from '../../clock.js';
import type { Config } from '../../config/schema.js';
import { parseQuery, queryValue } from '../../../protocol/request-signature.js';
import type { Answer, HttpExtension } from '../../http/extension.js';
import type { HttpRequest } from '../../http/request.js';
import { jsonResponse, type HttpResponse } from '../../http/response.js';
import type { Log } from '../../log.js';
import type { ThrottledLog } from '../../throttled-log.js';
import { errorAnswer, unauthorized } from '../answers.js';
import { warnOfRefusal, warnOfSecret } from '../refusals.js';
import type { Duplicates, Outcome } from '../duplicates.js';
import type { GatewayApp } from '../gateway-app.js';
import { JsonBody } from '../json-body.js';
import { isSameSecret } from '../secret.js';
import { ActiveUsers } from './active-users.js';
import { cashBalanceNotification } from './cash-balance-notification.js';
import { creditNotification } from './credit-notification.js';
import type { Notice, Plan } from './notice.js';
import { notify } from './notify.js';
import { paymentNotification } from './payment-notification.js';
import { statsUpdate } from './stats-update.js';
import { testPage } from './test-page.js';
import { testPageAuth, TEST_PAGE_AUTH_PATH } from './test-page-auth.js';

/** What the endpoints work with. */
export interface LegacyServices {
  readonly activity: ActivityEmitter;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly warnings: ThrottledLog;
  readonly duplicates: Duplicates;
}

/** Reads a body and decides what is to be sent. */
type Planner = (body: JsonBody, nowMs: number) => Plan;

const PLANNERS: ReadonlyMap<string, Planner> = new Map<string, Planner>([
  ['/notify', notify],
  ['/credit-notification', creditNotification],
  ['/payment-notification', paymentNotification],
  ['/cash-balance-notification', cashBalanceNotification],
  ['/stats-update', statsUpdate],
]);

/**
 * The HTTP endpoints of the older Node and Socket.IO server, for the applications that call them: the same requests and
 * answers, with channels where that server had rooms.
 */
export class LegacyEndpoints implements HttpExtension {
  readonly headers = ['x-ws-secret'] as const;
  private readonly users: ActiveUsers;
  private readonly startedAtMs: number;

  constructor(
    private readonly gateway: Config['gateway'] & { readonly secret: string },
    private readonly app: GatewayApp,
    private readonly services: LegacyServices,
  ) {
    const { activity, clock } = services;
    this.users = new ActiveUsers(app, activity, clock);
    this.startedAtMs = clock.monotonic();
  }

  open(request: HttpRequest, path: string): HttpResponse | 'body' | undefined {
    const takesBody = PLANNERS.has(path) || path === TEST_PAGE_AUTH_PATH;
    return takesBody ? (this.refusal(request) ?? 'body') : undefined;
  }

  handle(request: HttpRequest, path: string): Answer | undefined {
    const planner = PLANNERS.get(path);
    if (planner !== undefined) return this.notification(request, planner);
    if (path === TEST_PAGE_AUTH_PATH) return this.testPageAuth(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    switch (path) {
      case '/health':
        return this.health();
      case '/active-users':
        return this.activeUsers(request);
      case '/test.html':
        return testPage(this.app.signingKey?.key ?? '');
      default:
        return undefined;
    }
  }

  private notification(request: HttpRequest, planner: Planner): Answer {
    return (
      this.refusal(request) ??
      this.once(request, planner).catch((error: unknown) => this.asError(request, error))
    );
  }

  private testPageAuth(request: HttpRequest): HttpResponse {
    const refusal = this.refusal(request);
    if (refusal !== undefined) return refusal;
    try {
      return testPageAuth(request.body, this.app.signingKey);
    } catch (error) {
      return this.asError(request, error);
    }
  }

  /** The answer to a request that no body can put right. */
  private refusal(request: HttpRequest): HttpResponse | undefined {
    if (request.method !== 'POST') {
      const response = jsonResponse({ success: false, error: `Method not allowed: use POST` }, 405);
      return { ...response, headers: [...response.headers, ['Allow', 'POST, OPTIONS']] };
    }
    return this.isAllowed(request) ? undefined : this.unauthorized(request);
  }

  private async once(request: HttpRequest, planner: Planner): Promise<HttpResponse> {
    // The body does not outlive this call.
    const body = JsonBody.parse(request.body);
    const { path } = request;
    return this.services.duplicates.once(request, () => this.answer(body, planner, path));
  }

  private async answer(body: JsonBody, planner: Planner, path: string): Promise<Outcome> {
    const plan = planner(body, this.services.clock.now());
    const reached = await this.send(plan.notices);
    const { doubt } = plan;
    if (doubt !== undefined) this.services.warnings.warn(this.app.id, { path, ...doubt.fields }, doubt.kind);
    return { response: jsonResponse(plan.answer(reached === true)), isUnheard: reached === false };
  }

  /**
   * Publishes notices. Nobody being there to hear them is no failure.
   *
   * @returns whether anybody is there; undefined where that cannot be told of all nodes
   */
  private async send(notices: readonly Notice[]): Promise<boolean | undefined> {
    if (notices.length === 0) return false;
    this.app.publish(notices.flatMap((notice) => this.eventsOf(notice)));
    const occupied = await Promise.all(notices.map(({ channel }) => this.app.isOccupied(channel)));
    return occupied.includes(true) || (occupied.includes(undefined) ? undefined : false);
  }

  private eventsOf({ channel, event, alias, data }: Notice) {
    const canonical = { event, channel, data };
    return this.gateway.aliases && alias !== undefined
      ? [canonical, { ...canonical, event: alias }]
      : [canonical];
  }

  private isAllowed(request: HttpRequest): boolean {
    return isSameSecret(this.givenSecret(request), this.gateway.secret);
  }

  private givenSecret(request: HttpRequest): string | undefined {
    const { secretInQuery } = this.gateway;
    const inQuery = secretInQuery ? queryValue(parseQuery(request.query), 'ws_secret') : undefined;
    return request.header('x-ws-secret') ?? inQuery;
  }

  private unauthorized(request: HttpRequest): HttpResponse {
    const isGiven = this.givenSecret(request) !== undefined;
    warnOfSecret(this.services.warnings, this.app.id, request, isGiven);
    return unauthorized();
  }

  /** Open to all: the older client asks without the secret, and puts what it gets over its own answer. */
  private health(): HttpResponse {
    const { clock } = this.services;
    return jsonResponse({
      health: 'OK',
      status: 'OK',
      message: 'pregon is running',
      connections: this.app.connectionCount,
      uptime: (clock.monotonic() - this.startedAtMs) / 1000,
      timestamp: new Date(clock.now()).toISOString(),
    });
  }

  private activeUsers(request: HttpRequest): Answer {
    if (!this.gateway.publicUsers && !this.isAllowed(request)) return this.unauthorized(request);
    return this.users.list().then(
      (users) => jsonResponse({ total: users.length, users }),
      (error: unknown) => this.asError(request, error),
    );
  }

  /** The boundary of what is answered later: {@link errorAnswer}, or the older server's 500. */
  private asError(request: HttpRequest, error: unknown): HttpResponse {
    const known = errorAnswer(error);
    if (known !== undefined) {
      warnOfRefusal(this.services.warnings, this.app.id, request, error);
      return known;
    }
    this.services.counters.internalErrors++;
    this.services.log.error({ err: error }, 'a notification could not be handled');
    return jsonResponse({ success: false, error: 'Internal server error' }, 500);
  }
}

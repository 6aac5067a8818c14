import { isJsonObject, memberTexts } from '../../protocol/json-text.js';
import { parseQuery, queryValue } from '../../protocol/request-signature.js';
import { isPercentUnicode, isUnicode } from '../../protocol/unicode.js';
import { Counters } from '../activity/counters.js';
import type { LocalApp } from '../connections/local-app.js';
import type { LocalApps } from '../connections/local-apps.js';
import { ApiCall, type ApiServices, type Endpoint } from './api-call.js';
import { authenticate, unknownKey } from './authenticate.js';
import { health, readiness, type Readiness } from './handlers/health.js';
import type { IdempotencyStore } from './idempotency.js';
import { takeRead } from './rate-limits.js';
import { Strangers, type StrangerLimits } from './strangers.js';
import type { Answer, HttpExtension } from './extension.js';
import { HEADERS, type Header, type HttpRequest } from './request.js';
import { HttpError, jsonResponse, PREFLIGHT, type HttpResponse } from './response.js';
import { Routes, type ApiRoute } from './routes.js';

/** What the HTTP side works with. */
export interface HttpServices extends ApiServices {
  readonly apps: LocalApps;
  readonly idempotency: IdempotencyStore;
  readonly readiness: () => Readiness;
}

const HEALTH_PATHS: ReadonlySet<string> = new Set(['', '/', '/up', '/health', '/ready', '/accept-traffic']);

/** What is said of a request that is refused. */
type RefusedRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'address'>;

const BEYOND_ASCII = /[\x80-\uffff]/;

/** Idempotency keys longer than this are refused. */
const MAX_IDEMPOTENCY_KEY_LENGTH = 255;

/** A request that is no API call, whose body is wanted. */
const OTHER_CALL = 'other call';

/** What was found out of a request before its body arrived. */
export type OpenCall = ApiCall | typeof OTHER_CALL;

export function isOpenCall(opened: HttpResponse | OpenCall): opened is OpenCall {
  return opened === OTHER_CALL || opened instanceof ApiCall;
}

/** A path without the prefix and, since one that is served without it may begin like it, as it came. */
function pathsOf({ path }: HttpRequest, local: string): readonly string[] {
  return local === path ? [path] : [local, path];
}

function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Answers HTTP requests on the public port. Transports call {@link handle}, or {@link open} and {@link finish} around
 * the arrival of a body; each is a boundary that lets no exception through.
 */
export class HttpServer {
  /** The request headers that are read. */
  readonly headers: readonly Header[];
  private readonly routes = new Routes();
  private readonly strangers: Strangers;

  constructor(
    private readonly services: HttpServices,
    /** Such as `/ws`, or empty. */
    private readonly pathPrefix: string,
    readonly maxRequestBytes: number,
    limits: StrangerLimits,
    private readonly extension?: HttpExtension,
  ) {
    this.strangers = new Strangers(limits, services);
    this.headers = [...HEADERS, ...(extension?.headers ?? [])];
  }

  /**
   * Answers a request that is whole.
   *
   * @returns the answer, at once where nothing has to be asked for
   */
  handle(request: HttpRequest): Answer {
    const opened = this.open(request);
    return isOpenCall(opened) ? this.finish(request, opened) : opened;
  }

  /**
   * Looks at a request whose body may still be on its way, and refuses what no body can put right (API-13).
   *
   * @returns the refusal, or what {@link finish} takes once the body has arrived
   */
  open(request: HttpRequest): HttpResponse | OpenCall {
    try {
      const opened = this.begin(request);
      return isOpenCall(opened) ? opened : this.answerStranger(request, opened);
    } catch (error) {
      return this.answerStranger(request, this.errorResponse(request, error));
    }
  }

  /** Answers a request that was opened and whose body has arrived. */
  finish(request: HttpRequest, opened: OpenCall): Answer {
    const { isDebug } = this.services.log;
    return isDebug ? this.finishAloud(request, opened) : this.finishInSilence(request, opened);
  }

  /** With a line for each request; those of health checks would drown the others, and refusals have lines of their own. */
  private finishAloud(request: HttpRequest, opened: OpenCall): Answer {
    const { clock, log } = this.services;
    const { method, path, address } = request;
    const startedMs = clock.monotonic();
    const tell = (response: HttpResponse) => {
      const ms = Math.round((clock.monotonic() - startedMs) * 10) / 10;
      const { status } = response;
      if (status !== 200 || !HEALTH_PATHS.has(path)) {
        log.debug({ method, path, status, ms, address }, 'request');
      }
      return response;
    };
    const answer = this.finishInSilence(request, opened);
    return answer instanceof Promise ? answer.then(tell) : tell(answer);
  }

  private finishInSilence(request: HttpRequest, opened: OpenCall): Answer {
    try {
      const answer = opened === OTHER_CALL ? this.answerOther(request) : this.callApi(request, opened);
      if (!(answer instanceof Promise)) return this.counted(answer);
      return answer.then(
        (response) => this.counted(response),
        (error: unknown) => this.counted(this.errorResponse(request, error)),
      );
    } catch (error) {
      return this.counted(this.errorResponse(request, error));
    }
  }

  /** The answer to a body that is longer than {@link maxRequestBytes}; the transport does not read such a body. */
  tooLarge(request: RefusedRequest): HttpResponse {
    return this.refusal(
      request,
      new HttpError(
        413,
        `Request body too large: at most ${this.maxRequestBytes} bytes are allowed; the server's maxRequestBytes (PREGON_MAX_REQUEST_BYTES) sets the limit`,
      ),
    );
  }

  /** The answer to a request that proxies and servers could take for two different ones. Ends the connection. */
  ambiguous(request: RefusedRequest, fault: string): HttpResponse {
    return this.refusal(request, new HttpError(400, `Ambiguous request: ${fault}`, [], undefined, true));
  }

  /** The answer where too many bodies are on their way already. Ends the connection. */
  tooManyBodies(request: RefusedRequest): HttpResponse {
    return this.refusal(
      request,
      new HttpError(
        503,
        "Too many request bodies are on their way; the server's maxUnfinishedRequests and maxUnfinishedBytes set the limits",
        [['Retry-After', '1']],
        undefined,
        true,
      ),
    );
  }

  private refusal(request: RefusedRequest, error: HttpError): HttpResponse {
    this.warnOfRefusal(request, error);
    return this.counted(error.toResponse());
  }

  private counted(response: HttpResponse): HttpResponse {
    Counters.raise(this.services.counters.httpResponses, response.status);
    return response;
  }

  /** Counts an answer to somebody who showed neither signature nor secret, and refuses one too many (API-16). */
  private answerStranger(request: HttpRequest, response: HttpResponse): HttpResponse {
    const refusal = this.strangers.refusal(request);
    return refusal === undefined ? this.counted(response) : this.refusal(request, refusal);
  }

  private begin(request: HttpRequest): HttpResponse | OpenCall {
    const { method } = request;
    if (method === 'OPTIONS') return PREFLIGHT;
    const local = this.withoutPrefix(request.path);
    for (const path of pathsOf(request, local)) {
      const route = this.routes.find(path);
      if (route !== undefined) return this.openApi(request, route, path);
    }
    if (isBodiless(method)) return OTHER_CALL;
    for (const path of pathsOf(request, local)) {
      const opened = this.extension?.open(request, path) ?? this.otherPath(request, path);
      if (opened !== undefined) return opened === 'body' ? OTHER_CALL : opened;
    }
    return this.notFound(method, local);
  }

  private openApi(request: HttpRequest, { endpoint, appId, subject }: ApiRoute, path: string): ApiCall {
    if (request.method !== endpoint.method) {
      throw new HttpError(405, `Method not allowed: ${path} takes ${endpoint.method}`, [
        ['Allow', `${endpoint.method}, OPTIONS`],
      ]);
    }
    const app = this.findApp(appId, request.query);
    if (!app.app.settings.enabled) throw new HttpError(403, 'This app is disabled');
    const { clock } = this.services;
    const bodyMd5 = authenticate(request, app.app, this.pathPrefix, clock.now() / 1000);
    return new ApiCall(app, request, subject, this.services, endpoint, bodyMd5);
  }

  private callApi(request: HttpRequest, call: ApiCall): Answer {
    const { endpoint, app } = call;
    call.takeBody();
    checkUnicode(request);
    if (endpoint.method === 'GET') {
      takeRead(app, this.services);
      return endpoint.handle(call);
    }
    return this.once(call, request, endpoint);
  }

  /** What is not the API. Whoever reads without a secret is a stranger. */
  private answerOther(request: HttpRequest): Answer {
    const refusal = isBodiless(request.method) ? this.strangers.refusal(request) : undefined;
    if (refusal !== undefined) throw refusal;
    const local = this.withoutPrefix(request.path);
    for (const path of pathsOf(request, local)) {
      const answer = this.extension?.handle(request, path) ?? this.otherPath(request, path);
      if (answer !== undefined) return answer;
    }
    return this.notFound(request.method, local);
  }

  private findApp(appId: string | undefined, query: string): LocalApp {
    const { apps } = this.services;
    const app =
      appId === undefined
        ? apps.findByKey(queryValue(parseQuery(query), 'auth_key') ?? '')
        : apps.findById(appId);
    if (app !== undefined) return app;
    if (appId === undefined) throw unknownKey(queryValue(parseQuery(query), 'auth_key') ?? '');
    throw new HttpError(404, `Unknown app id '${appId.slice(0, 100)}': check REVERB_APP_ID or PUSHER_APP_ID`);
  }

  /** API-6: a request with a key that was answered before gets that answer again. */
  private once(
    call: ApiCall,
    request: HttpRequest,
    endpoint: Endpoint,
  ): HttpResponse | Promise<HttpResponse> {
    const key = headerKey(request) ?? bodyKey(call);
    if (key === undefined) return endpoint.handle(call);
    if (key.length > MAX_IDEMPOTENCY_KEY_LENGTH) {
      throw new HttpError(400, `Idempotency key too long: at most ${MAX_IDEMPOTENCY_KEY_LENGTH} characters`);
    }
    // The body is only there until the key was asked for.
    if (call.hasBody) call.parseJson();
    const { idempotency, counters } = this.services;
    const handle = () => endpoint.handle(call);
    return idempotency.once([call.app.app.id, request.path], key, handle, () => {
      counters.idempotentReplays++;
    });
  }

  /** What is not the API: health, and hints for requests that went astray. */
  private otherPath({ method }: HttpRequest, path: string): HttpResponse | undefined {
    if (method === 'GET' || method === 'HEAD') {
      switch (path) {
        case '':
        case '/':
        case '/up':
        case '/health':
          return health();
        case '/ready':
        case '/accept-traffic':
          return readiness(this.services.readiness());
      }
    }
    if (path.startsWith('/app/')) {
      throw new HttpError(
        426,
        `${this.pathPrefix}/app/{key} takes WebSocket connections; is the proxy passing Upgrade?`,
        [['Upgrade', 'websocket']],
      );
    }
    return undefined;
  }

  private notFound(method: string, path: string): HttpResponse {
    const base = this.pathPrefix;
    return jsonResponse(
      {
        error: 'Not found',
        server: 'pregon',
        message: `This is pregon, a Pusher-compatible realtime server; nothing is at ${method} ${path.slice(0, 200)}. Clients connect to ${base}/app/{key}, and the HTTP API is at ${base}/apps/{app_id}/events, /batch_events, /channels, /connections and /users.`,
      },
      404,
    );
  }

  private withoutPrefix(path: string): string {
    const prefix = this.pathPrefix;
    return prefix !== '' && (path === prefix || path.startsWith(`${prefix}/`))
      ? path.slice(prefix.length)
      : path;
  }

  private warnOfRefusal(request: RefusedRequest, { status, logged }: HttpError): void {
    const { apps, warnings } = this.services;
    const { method, path, query } = request;
    const appId = this.routes.find(this.withoutPrefix(path))?.appId;
    const app = appId === undefined ? undefined : apps.findById(appId)?.app.id;
    const fields = () => {
      const key = queryValue(parseQuery(query), 'auth_key');
      const isSecret = key !== undefined && apps.isSecret(key);
      const shown = isSecret ? { hint: 'auth_key is the secret of an app: it has to be its key' } : { key };
      return { reason: logged, method, path, ...shown, address: request.address };
    };
    warnings.warn(app, fields, `request refused with ${status}`);
  }

  /** The one place that turns an error into an answer. */
  private errorResponse(request: HttpRequest, error: unknown): HttpResponse {
    const { log, counters } = this.services;
    if (error instanceof HttpError) {
      this.warnOfRefusal(request, error);
      return error.toResponse();
    }
    counters.internalErrors++;
    log.error({ err: error, method: request.method, path: request.path }, 'a request could not be handled');
    return new HttpError(500, 'Internal server error').toResponse();
  }
}

/**
 * The header `Idempotency-Key`, of which transports give each byte as a character.
 *
 * @throws HttpError 400 for bytes that are no text: two keys would be one, and an event be lost (TEXT-1)
 */
function headerKey(request: HttpRequest): string | undefined {
  const bytes = request.header('idempotency-key');
  if (bytes === undefined || !BEYOND_ASCII.test(bytes)) return bytes;
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    throw new HttpError(400, "Invalid header: 'Idempotency-Key' must be UTF-8");
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `idempotency_key` in the body; a number counts as it is written, since ids beyond 2^53 would otherwise meet.
 *
 * @throws HttpError 400 for what cannot be a key: it would be lost in silence, and the event published twice
 */
function bodyKey(call: ApiCall): string | undefined {
  if (!call.hasBody) return undefined;
  const { value, text } = call.json;
  const key = isJsonObject(value) ? (value['idempotency_key'] ?? '') : '';
  if (typeof key === 'number') return memberTexts(text).get('idempotency_key');
  if (typeof key !== 'string') {
    throw new HttpError(400, "Invalid parameter: 'idempotency_key' must be a string");
  }
  if (!isUnicode(key)) throw new HttpError(400, "Invalid parameter: 'idempotency_key' must be Unicode text");
  return key === '' ? undefined : key;
}

/**
 * TEXT-1: names that a path or query spells in bytes that are no text would be compared with those that are.
 *
 * @throws HttpError 400
 */
function checkUnicode({ path, query }: HttpRequest): void {
  if (BEYOND_ASCII.test(path) || BEYOND_ASCII.test(query)) {
    throw new HttpError(400, 'Invalid path or query: what is not ASCII must be percent-encoded');
  }
  if (isPercentUnicode(path) && isPercentUnicode(query)) return;
  throw new HttpError(400, 'Invalid path or query: its percent-encoding is not UTF-8');
}

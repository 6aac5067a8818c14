import { isUtf8 } from 'node:buffer';
import {
  parseQuery,
  queryValue,
  queryValues,
  type QueryParameter,
} from '../../protocol/request-signature.js';
import type { Counters } from '../activity/counters.js';
import type { EventFaults } from '../apps/event-faults.js';
import type { EventCache } from '../channels/event-cache.js';
import type { Clock } from '../clock.js';
import type { LocalApp } from '../connections/local-app.js';
import type { ConnectionServer } from '../connections/connection-server.js';
import type { Log } from '../log.js';
import type { ThrottledLog } from '../throttled-log.js';
import { checkBody } from './authenticate.js';
import { HttpError, type HttpResponse } from './response.js';
import type { HttpRequest } from './request.js';

/** What the handlers of the API work with. */
export interface ApiServices {
  readonly cache: EventCache;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly eventFaults: EventFaults;
  readonly log: Log;
  /** For what callers can cause as often as they like. */
  readonly warnings: ThrottledLog;
  readonly connections: Pick<ConnectionServer, 'terminateUser'>;
}

/** A request that its app has signed; its body may still be on its way. */
export class ApiCall {
  private parsedBody: JsonBody | undefined = undefined;
  private parsedQuery: readonly QueryParameter[] | undefined = undefined;
  /** Whether the request came with a body. A trigger without one has its parameters in the query. */
  hasBody = false;

  constructor(
    readonly app: LocalApp,
    private readonly request: HttpRequest,
    /** The channel or user of the path, percent-decoded; empty where it has none. */
    readonly subject: string,
    readonly services: ApiServices,
    /** What answers it. */
    readonly endpoint: Endpoint,
    /** The MD5 of the body, as it was signed; undefined where there is to be no body. */
    private readonly bodyMd5: string | undefined,
  ) {}

  /** The body has arrived. @throws HttpError 401 where it is not the signed one */
  takeBody(): void {
    const { body } = this.request;
    checkBody(body, this.bodyMd5);
    this.hasBody = body.length > 0;
  }

  /** The query, parsed once; a trigger does not need it. */
  get parameters(): readonly QueryParameter[] {
    return (this.parsedQuery ??= parseQuery(this.request.query));
  }

  /**
   * The body as JSON, whatever its content type says; parsed once, which has to be before the first `await`.
   *
   * @throws HttpError 400
   */
  get json(): JsonBody {
    return this.parseJson();
  }

  /** Parses the body now, for a handler that is called later. */
  parseJson(): JsonBody {
    return (this.parsedBody ??= parseBody(this.request.body));
  }
}

/** An endpoint of the API: its one method and its handler. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly handle: (call: ApiCall) => HttpResponse | Promise<HttpResponse>;
}

/** A body as JSON: parsed, and as its text, for what is passed on as it stands. */
export interface JsonBody {
  readonly value: unknown;
  readonly text: string;
}

function parseBody(body: Buffer): JsonBody {
  if (!isUtf8(body)) throw new HttpError(400, 'Invalid body: it is not UTF-8');
  const text = body.toString('utf8');
  try {
    return { value: JSON.parse(text) as unknown, text };
  } catch {
    throw new HttpError(400, 'Invalid body: it is not JSON');
  }
}

/** Attributes that an `info` parameter may ask for. */
export type Attribute = 'user_count' | 'subscription_count' | 'cache';

const NO_ATTRIBUTES: ReadonlySet<Attribute> = new Set();

const KNOWN: readonly string[] = ['user_count', 'subscription_count', 'cache'] satisfies Attribute[];

/**
 * Reads an `info` parameter. Names that are not known are passed over: Reverb's callers ask for `occupied`.
 *
 * @throws HttpError 400 when it is no comma separated list
 */
export function parseInfo(info: string | null | undefined): ReadonlySet<Attribute> {
  if (info === undefined || info === null || info === '') return NO_ATTRIBUTES;
  const names = info.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[a-z_]+$/.test(name))) {
    throw new HttpError(400, 'info should be a comma separated list of attributes');
  }
  return new Set(names.filter((name): name is Attribute => KNOWN.includes(name)));
}

/** {@link parseInfo} of a query. */
export function queryInfo({ parameters }: ApiCall): ReadonlySet<Attribute> {
  return parseInfo(infoParameter(parameters));
}

/** The `info` of a query, or `info[]=a&info[]=b`, into which PHP puts an array, as the list it stands for. */
export function infoParameter(parameters: readonly QueryParameter[]): string | undefined {
  const listed = queryValues(parameters, 'info');
  return queryValue(parameters, 'info') ?? (listed.length > 0 ? listed.join(',') : undefined);
}

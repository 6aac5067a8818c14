/** An HTTP answer. The transport adds `Content-Length`. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly HttpHeader[];
  readonly body: string;
  /** Whether the connection is to end with it. */
  readonly closes?: true;
}

export type HttpHeader = readonly [name: string, value: string];

/**
 * Lets web pages of any origin call, as soketi does. The API is guarded by signatures and never by cookies.
 */
const CORS_HEADERS: readonly HttpHeader[] = [
  ['Access-Control-Allow-Origin', '*'],
  ['Access-Control-Allow-Credentials', 'true'],
  ['Access-Control-Allow-Methods', 'GET, POST, PUT, DELETE, OPTIONS'],
  [
    'Access-Control-Allow-Headers',
    'Origin, Content-Type, X-Auth-Token, X-Requested-With, Accept, Authorization, X-CSRF-TOKEN, XSRF-TOKEN, X-Socket-Id',
  ],
];

const JSON_HEADERS: readonly HttpHeader[] = [['Content-Type', 'application/json'], ...CORS_HEADERS];
const TEXT_HEADERS: readonly HttpHeader[] = [['Content-Type', 'text/plain; charset=utf-8'], ...CORS_HEADERS];

/** Success without details: an object, since the PHP library takes nothing else (API-3). */
export const EMPTY_OBJECT: HttpResponse = { status: 200, headers: JSON_HEADERS, body: '{}' };

/** The answer to a preflight. */
export const PREFLIGHT: HttpResponse = {
  status: 204,
  headers: [...CORS_HEADERS, ['Access-Control-Max-Age', '86400']],
  body: '',
};

export function jsonResponse(value: unknown, status = 200): HttpResponse {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

/** What the caller sent may be quoted in the answer, and is not to make lines of its own there. */
const LINE_BREAKS = /[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g;

/**
 * A caller's mistake, answered as one line of plain text: Laravel shows it in its exception (API-3).
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly headers: readonly HttpHeader[] = [],
    /** What a log may say of it: without what the caller may have taken a secret for. */
    readonly logged = message,
    /** Whether the connection is to end with the answer. */
    private readonly closes = false,
  ) {
    super(message);
  }

  toResponse(): HttpResponse {
    const line = this.message.replace(LINE_BREAKS, ' ');
    const headers = [...TEXT_HEADERS, ...this.headers];
    return { status: this.status, headers, body: `${line}\n`, ...(this.closes && { closes: true }) };
  }
}

/** The reason phrases of the statuses that are answered here. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** `200 OK`, as a status line has it. */
export function statusLine(status: number): string {
  return `${status} ${REASONS[status] ?? 'Unknown'}`;
}

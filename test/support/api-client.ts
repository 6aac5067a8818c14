import { createHash } from 'node:crypto';
import { hmac } from './test-socket.js';

/** An answer of the HTTP API. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The body, parsed. */
  json(): unknown;
}

export interface ApiRequest {
  readonly method?: string;
  /** Below `/apps/{id}`, such as `/events`. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Replaces authentication parameters; undefined leaves one out. */
  readonly auth?: Record<string, string | undefined>;
}

/** A signing client of the HTTP API, written apart from the server's own code. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly app: { readonly id: string; readonly key: string; readonly secret: string },
    /** Milliseconds since 1970, for the timestamp; the server's own clock where a test moves it. */
    private readonly now: () => number = () => Date.now(),
  ) {}

  request({
    method = 'GET',
    path,
    query = {},
    body,
    headers = {},
    auth = {},
  }: ApiRequest): Promise<ApiAnswer> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const fullPath = `/apps/${this.app.id}${path}`;
    const parameters: Record<string, string> = {};
    const values: Record<string, string | undefined> = {
      auth_key: this.app.key,
      auth_timestamp: String(Math.floor(this.now() / 1000)),
      auth_version: '1.0',
      ...(text === undefined ? {} : { body_md5: createHash('md5').update(text).digest('hex') }),
      ...query,
      ...auth,
    };
    for (const [name, value] of Object.entries(values)) if (value !== undefined) parameters[name] = value;
    const canonical = Object.entries(parameters)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    const signature = hmac(`${method}\n${fullPath}\n${canonical}`, this.app.secret);
    const search = new URLSearchParams({ ...parameters, auth_signature: signature, ...definedOf(auth) });
    return this.fetch(`${fullPath}?${search.toString()}`, {
      method,
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
  }

  get(path: string, query: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.request({ path, query });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.request({ method: 'POST', path, body, headers });
  }

  trigger(
    channel: string | readonly string[],
    name: string,
    data: unknown,
    more: object = {},
  ): Promise<ApiAnswer> {
    const channels = typeof channel === 'string' ? [channel] : channel;
    return this.post('/events', { name, channels, data, ...more });
  }

  /** A request as it is, without a signature. */
  async fetch(path: string, init: RequestInit = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.url}${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      text,
      headers: response.headers,
      json: () => JSON.parse(text) as unknown,
    };
  }
}

function definedOf(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

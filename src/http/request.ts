/** An HTTP request, as a transport gives it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As requested, percent-encoding included, without the query. */
  readonly path: string;
  /** The raw query string, without its `?`. */
  readonly query: string;
  /**
   * Empty until it has arrived. Only there until the handler returned an answer, or a promise of one: whoever reads it
   * later gets an error.
   */
  readonly body: Buffer;
  /**
   * Of the client, trusted proxies taken into account. Worked out when it is asked for: few requests need it. Empty once
   * the client has gone or is answered.
   */
  readonly address: string;
  /** A header by its lower-case name; only those that the server asked for are there. */
  header(name: Header): string | undefined;
}

/** Request headers that the API reads. A transport copies those that are read and no others, since each copy costs. */
export const HEADERS = ['idempotency-key'] as const satisfies readonly Header[];

/** All that any part reads. */
export type Header =
  'idempotency-key' | 'x-ws-secret' | 'authorization' | 'accept' | 'sec-websocket-protocol';

/** An app's credentials. */
export interface AppCredentials {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

/** Where sockets or requests go. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * How a server is spoken to: `pusher` is the protocol. `raw` is our reference server, which subscribes a socket to the
 * topics in its URL and publishes what is posted, so that the bare library can be measured by the same load.
 */
export type Dialect = 'pusher' | 'raw';

/** A server, as a load client sees it. Plain values: it is sent to the client processes. */
export interface Endpoint {
  readonly dialect: Dialect;
  readonly app: AppCredentials;
  readonly sockets: Address;
  readonly api: Address;
  /** In front of `/app` and `/apps`; empty when there is none. */
  readonly pathPrefix: string;
}

/** Whether an address is of this machine, where any address of 127.0.0.0/8 may be a client's. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.');
}

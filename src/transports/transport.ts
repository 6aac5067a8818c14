import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/schema.js';
import type { TopicPublisher } from '../channels/channels.js';
import type { Clock } from '../clock.js';
import type { ConnectionServer } from '../connections/connection-server.js';
import type { SocketRoute } from '../http/extension.js';
import type { HttpServer } from '../http/http-server.js';
import type { Log } from '../log.js';
import type { ThrottledLog } from '../throttled-log.js';
import { RAISE_LIMIT, type DescriptorBudget } from './descriptors.js';
import type { TlsFiles } from './tls-files.js';

export type TransportName = 'uws' | 'ws';

/**
 * The public port: accepts WebSockets and HTTP requests and hands them on. The only place that knows the library.
 */
export interface Transport extends TopicPublisher {
  readonly name: TransportName;
  /**
   * Starts to accept.
   *
   * @param port 0 takes a free one
   * @returns the port
   * @throws ListenError when the address cannot be had
   */
  listen(handlers: TransportHandlers, port: number): Promise<number>;
  /**
   * Reads the certificate files again; what cannot be used is logged, and the old one stays.
   *
   * @returns false where there are none
   */
  reloadTls(): boolean;
  /** Accepts no new connection; open ones go on, and HTTP requests on them are answered. */
  stopListening(): void;
  /** Sockets that are open, those that are closing included. */
  readonly openSockets: number;
  /** How many connections it takes; undefined before it listens, and where the system does not say. */
  readonly descriptors: DescriptorBudget | undefined;
  /** HTTP requests that are not answered yet. */
  readonly openRequests: number;
  /** Cuts off whatever is left. */
  close(): Promise<void>;
}

/** Who is told of what comes in. */
export interface TransportHandlers {
  readonly connections: ConnectionServer;
  readonly http: HttpServer;
  /** WebSockets at another path than that of clients. */
  readonly sockets?: SocketRoute | undefined;
}

export interface TransportOptions {
  readonly server: Config['server'];
  /** Other processes of this server listen on the same port. */
  readonly sharesPort: boolean;
  /** The longest message any app accepts. */
  readonly maxMessageBytes: number;
  /** Undefined where connections are not encrypted. */
  readonly tls: TlsFiles | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly warnings: Pick<ThrottledLog, 'warn'>;
}

/** Warns that a connection was closed as soon as it was there: all descriptors but the reserve are in use. */
export function warnOfFullPort(
  { warnings }: TransportOptions,
  { limit, maxConnections }: DescriptorBudget,
): void {
  warnings.warn(
    undefined,
    { limit, maxConnections, hint: RAISE_LIMIT },
    'connection closed: file descriptors run out',
  );
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * @param cause the error of Node's own attempt, which tells why
 * @param what the port is for, where it is not the public one
 */
export function cannotListen(host: string, port: number, cause?: unknown, what = ''): ListenError {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}${what}`;
  return new ListenError(`cannot listen on ${place}${listenProblem(cause)}`, { cause });
}

function listenProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EADDRINUSE';
  switch (code) {
    case 'EADDRINUSE':
      return '; is the port in use?';
    case 'EADDRNOTAVAIL':
      return ': this machine does not have the address';
    case 'EACCES':
      return ': this user may not listen on that port';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return ': the name has no address';
    default:
      return ` (${code})`;
  }
}

/** Why an address cannot be listened on, by another attempt: uWebSockets.js does not tell. */
export async function listenFault(host: string, port: number): Promise<unknown> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (cause) {
    return cause;
  } finally {
    server.close();
  }
}

/**
 * A message up to this many times the limit is closed with 1009 by us; past that the library cuts the connection, which
 * uWebSockets.js does without a close code.
 */
export const MESSAGE_MARGIN = 2;

/** How long a socket that is to be closed may take to read what is before the close frame. */
export const LINGER_SECONDS = 10;

/**
 * A path without the configured prefix, which it may have or not. A path that is served without the prefix may begin
 * like it, so where nothing is at this one the path as it was sent is meant.
 */
export function withoutPrefix(path: string, pathPrefix: string): string {
  return pathPrefix !== '' && path.startsWith(`${pathPrefix}/`) ? path.slice(pathPrefix.length) : path;
}

const APP_PATH = /^\/app\/([^/]+)$/;

/** CONN-1: the key in `{prefix}/app/{key}`, with the prefix or without; undefined for any other path. */
export function appKeyOf(path: string, pathPrefix: string): string | undefined {
  const key = (APP_PATH.exec(withoutPrefix(path, pathPrefix)) ?? APP_PATH.exec(path))?.[1];
  if (key?.includes('%') !== true) return key;
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** One of the sub-protocols a client offered, to be echoed; empty when it offered none (CONN-6). */
export function chooseSubprotocol(offered: string): string {
  return offered === '' ? '' : (offered.split(',')[0]?.trim() ?? '');
}

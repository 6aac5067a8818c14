import { isIP } from 'node:net';

/** Addresses of Redis and NATS, as an operator writes them. */

/** How a Redis URL may begin, and whether it is encrypted then. */
export const REDIS_SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ['redis:', false],
  ['tcp:', false],
  ['rediss:', true],
  ['tls:', true],
]);

const REDIS_PROTOCOLS = [...REDIS_SCHEMES.keys()];
const NATS_PROTOCOLS = ['nats:', 'tls:'];

/** `redis://user:password@host:port/db`; all but the host may be left out. */
export function isRedisUrl(text: string): boolean {
  const url = parse(text, REDIS_PROTOCOLS);
  return url !== undefined && /^(?:\/\d*)?$/.test(url.pathname) && url.hash === '';
}

/** A name or an address, with a scheme or without, or the path of a Unix socket. */
export function isRedisHost(host: string): boolean {
  if (host.startsWith('/') || isIP(host) !== 0) return true;
  const url = parse(host.includes('://') ? host : `tcp://${host}`, REDIS_PROTOCOLS);
  return url !== undefined && isPlain(url) && url.port === '';
}

/** `host:port`, and nothing else that would be left out in silence. */
export function isHostAndPort(address: string): boolean {
  const url = parse(`tcp://${address}`, ['tcp:']);
  return url !== undefined && isPlain(url) && /:\d+$/.test(address);
}

/** `host:port`, or a URL that may hold user and password, or a token. */
export function isNatsServer(address: string): boolean {
  const url = parse(withNatsScheme(address), NATS_PROTOCOLS);
  return url !== undefined && /^\/?$/.test(url.pathname) && url.search + url.hash === '';
}

/** A server of NATS, taken apart. */
export interface NatsServer {
  /** `host:port` or `tls://host:port`, without what it says of the user. */
  readonly address: string;
  /** Undefined where the address names none. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** A name that stands alone in front of the host. */
  readonly token: string | undefined;
}

/** @param address one that {@link isNatsServer} */
export function readNatsServer(address: string): NatsServer {
  if (!address.includes('@')) return { address, user: undefined, password: undefined, token: undefined };
  const { protocol, username, password, host } = new URL(withNatsScheme(address));
  const isToken = password === '';
  return {
    address: protocol === 'tls:' ? `tls://${host}` : host,
    user: isToken ? undefined : decodeURIComponent(username),
    password: isToken ? undefined : decodeURIComponent(password),
    token: isToken && username !== '' ? decodeURIComponent(username) : undefined,
  };
}

/** Whether a URL holds a user, a password or a token. */
export function hasCredentials(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username + password !== '';
}

function withNatsScheme(address: string): string {
  return address.includes('://') ? address : `nats://${address}`;
}

/** The parts of a URL with one of these schemes, a host, and a user and password that can be decoded. */
function parse(text: string, protocols: readonly string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const { protocol, hostname, username, password } = url;
  const isWhole = protocols.includes(protocol) && hostname !== '';
  return isWhole && isDecodable(username) && isDecodable(password) ? url : undefined;
}

/** Whether a URL has no more than a host and a port. */
function isPlain({ username, password, pathname, search, hash }: URL): boolean {
  return username + password + search + hash === '' && /^\/?$/.test(pathname);
}

/** Whether each `%` stands before two hexadecimal digits that are part of UTF-8 text. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

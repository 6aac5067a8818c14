import { DEFAULT_PORTS, readOriginPattern, type OriginPattern } from '../config/origin-pattern.js';

/**
 * Which web pages may connect (PROTOCOL.md CONN-7). A pattern without a scheme is Reverb's: it is matched with the host
 * alone, `*` standing for any run of characters; where it ends with a port, with host and port. A pattern with a scheme
 * is matched with the whole origin. Case, a default port and the form of an international name do not matter.
 */
export type OriginCheck = (origin: string) => boolean;

/**
 * @param patterns such as `*`, `example.com`, `*.example.com`, `localhost:5173`, `https://app.example.com:8443`
 * @throws Error for one that nothing could match
 */
export function compileOrigins(patterns: readonly string[]): OriginCheck {
  if (patterns.includes('*')) return () => true;
  const read = patterns.map(readOriginPattern);
  const compiled = (wanted: OriginPattern['of']) =>
    read.filter((pattern) => pattern.of === wanted).map(({ text }) => compileWildcards(text));
  const origins = compiled('origin');
  const hosts = compiled('host');
  const addresses = compiled('address');
  return (origin) => {
    const place = originPlace(origin);
    if (place === undefined) return origins.some((matches) => matches(origin));
    return (
      origins.some((matches) => matches(place.origin)) ||
      hosts.some((matches) => matches(place.host)) ||
      addresses.some((matches) => matches(`${place.hostInUrl}:${place.port}`))
    );
  };
}

/** Not a regular expression: one with several `*` takes a time that a client could make as long as he likes. */
function compileWildcards(pattern: string): (text: string) => boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return (text) => text.toLowerCase() === start;
  return (text) => {
    const lower = text.toLowerCase();
    const stop = lower.length - end.length;
    if (stop < start.length || !lower.startsWith(start) || !lower.endsWith(end)) return false;
    let from = start.length;
    for (const part of parts) {
      const found = lower.indexOf(part, from);
      if (found < 0) return false;
      from = found + part.length;
    }
    return from <= stop;
  };
}

interface OriginPlace {
  /** The whole origin as browsers write it. */
  readonly origin: string;
  readonly host: string;
  readonly hostInUrl: string;
  readonly port: string;
}

/** Where an origin is; undefined where it has no host, as `null` and `file://` have not. */
function originPlace(text: string): OriginPlace | undefined {
  if (!URL.canParse(text)) return undefined;
  const { hostname, host: hostAndPort, port, protocol, username, password } = new URL(text);
  if (hostname === '') return undefined;
  return {
    origin: username + password === '' ? `${protocol}//${hostAndPort}` : '',
    host: hostname.replace(/^\[|\]$/g, ''),
    hostInUrl: hostname,
    port: port === '' ? (DEFAULT_PORTS.get(protocol) ?? '') : port,
  };
}

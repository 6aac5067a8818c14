/**
 * Which web pages may connect (PROTOCOL.md CONN-7). A pattern without a scheme is Reverb's: it is matched with the host
 * alone, `*` standing for any run of characters; where it ends with a port, with host and port. A pattern with a scheme
 * is matched with the whole origin.
 */
export type OriginCheck = (origin: string) => boolean;

/** @param patterns such as `*`, `example.com`, `*.example.com`, `localhost:5173`, `https://app.example.com:8443` */
export function compileOrigins(patterns: readonly string[]): OriginCheck {
  if (patterns.includes('*')) return () => true;
  const isOrigin = (pattern: string) => pattern.includes('://');
  const compiled = (isWanted: (pattern: string) => boolean) =>
    patterns.filter(isWanted).map(compileWildcards);
  const origins = compiled(isOrigin);
  const hosts = compiled((pattern) => !isOrigin(pattern) && !HOST_AND_PORT.test(pattern));
  const addresses = compiled((pattern) => !isOrigin(pattern) && HOST_AND_PORT.test(pattern));
  return (origin) => {
    if (origins.some((matches) => matches(origin))) return true;
    const place = originPlace(origin);
    if (place === undefined) return false;
    return (
      hosts.some((matches) => matches(place.host)) ||
      addresses.some((matches) => matches(`${place.hostInUrl}:${place.port}`))
    );
  };
}

/** `localhost:5173`, `*.example.com:*`, `[::1]:5173`, but not the IPv6 address `::1`. */
const HOST_AND_PORT = /^(?:[^:]+|\[[^\]]+\]):[\d*]+$/;

/** Not a regular expression: one with several `*` takes a time that a client could make as long as he likes. */
function compileWildcards(pattern: string): (text: string) => boolean {
  const withoutSlash = pattern.replace(/(?<!\/)\/$/, '');
  const [start = '', ...parts] = withoutSlash.toLowerCase().split('*');
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

/** Where an origin is; undefined where it has no host, as `null` has not. */
function originPlace(
  origin: string,
): { readonly host: string; readonly hostInUrl: string; readonly port: string } | undefined {
  try {
    const { hostname, port, protocol } = new URL(origin);
    const host = hostname.replace(/^\[|\]$/g, '');
    return { host, hostInUrl: hostname, port: port === '' ? (DEFAULT_PORTS.get(protocol) ?? '') : port };
  } catch {
    return undefined;
  }
}

const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
]);

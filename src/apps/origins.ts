/**
 * Which web pages may connect (PROTOCOL.md CONN-7). A pattern without a scheme is Reverb's: it is matched with the host
 * alone, `*` standing for any run of characters. A pattern with a scheme is matched with the whole origin.
 */
export type OriginCheck = (origin: string) => boolean;

/** @param patterns such as `*`, `example.com`, `*.example.com`, `https://app.example.com:8443` */
export function compileOrigins(patterns: readonly string[]): OriginCheck {
  if (patterns.includes('*')) return () => true;
  const hosts = patterns.filter((pattern) => !pattern.includes('://')).map(compileWildcards);
  const origins = patterns.filter((pattern) => pattern.includes('://')).map(compileWildcards);
  return (origin) => {
    if (origins.some((matches) => matches(origin))) return true;
    const host = originHost(origin);
    return host !== undefined && hosts.some((matches) => matches(host));
  };
}

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

/** The host of an origin, without scheme and port; undefined where it has none, as `null` has not. */
function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return undefined;
  }
}

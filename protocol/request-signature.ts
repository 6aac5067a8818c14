/**
 * The signature of an HTTP API request (PROTOCOL.md SIGN-1 to SIGN-6).
 *
 * Libraries disagree about escaping, arrays, prefixes and blanks, so a request has a few texts that its sender may
 * have signed; {@link signedTexts} lists them, the common one first.
 */

/** One query parameter as it stands in the URL, percent-decoded; a `+` is left as it is. */
export type QueryParameter = readonly [name: string, value: string];

/** Splits a raw query string, without its `?`, into decoded parameters in their order. */
export function parseQuery(query: string): QueryParameter[] {
  const parameters: QueryParameter[] = [];
  let start = 0;
  while (start < query.length) {
    const ampersand = query.indexOf('&', start);
    const end = ampersand < 0 ? query.length : ampersand;
    const equals = query.indexOf('=', start);
    if (equals < 0 || equals >= end) {
      if (end > start) parameters.push([decodePercent(query.slice(start, end)), '']);
    } else {
      parameters.push([
        decodePercent(query.slice(start, equals)),
        decodePercent(query.slice(equals + 1, end)),
      ]);
    }
    start = end + 1;
  }
  return parameters;
}

/** The value of a parameter by its lower-case name; the first where it is repeated. */
export function queryValue(parameters: readonly QueryParameter[], name: string): string | undefined {
  for (const [key, value] of parameters) {
    if (key === name || (key.length === name.length && key.toLowerCase() === name)) return value;
  }
  return undefined;
}

/** The values of an array parameter by its lower-case name: `k[]=a&k[]=b` as Ruby writes it, `k[0]=a&k[1]=b` as PHP. */
export function queryValues(parameters: readonly QueryParameter[], name: string): string[] {
  return parameters
    .filter(([key]) => ARRAY_NAME.exec(key)?.[1]?.toLowerCase() === name)
    .map(([, value]) => value);
}

/** The parameters of a query that holds those of its signature and no others. */
export interface UsualQuery {
  readonly key: string;
  /** Digits, seconds since 1970. */
  readonly timestamp: string;
  readonly bodyMd5: string | undefined;
  readonly signature: string;
  /** The query as {@link requestText} has it. */
  readonly signedQuery: string;
}

const USUAL_QUERY =
  /^auth_key=([^&%]+)&(?:auth_signature=([0-9a-f]{64})&)?auth_timestamp=(\d{1,15})&auth_version=1\.0(?:&body_md5=([0-9a-f]{32}))?(?:&auth_signature=([0-9a-f]{64}))?$/;

/** `&auth_signature=` and its digits. */
const SIGNATURE_LENGTH = 16 + 64;

/**
 * Reads a query in the form that nearly every trigger has: sorted, unescaped, version 1.0, the signature in its place
 * or last. One match takes a fifth of the time of {@link parseQuery}, the look-ups in it and {@link requestText}.
 *
 * @returns undefined for any other query, valid or not
 */
export function readUsualQuery(query: string): UsualQuery | undefined {
  const match = USUAL_QUERY.exec(query);
  if (match === null) return undefined;
  const [, key = '', sorted, timestamp = '', bodyMd5, last] = match;
  if (sorted !== undefined && last === undefined) {
    const end = 'auth_key='.length + key.length;
    const signedQuery = query.slice(0, end) + query.slice(end + SIGNATURE_LENGTH);
    return { key, timestamp, bodyMd5, signature: sorted, signedQuery };
  }
  if (last !== undefined && sorted === undefined) {
    return { key, timestamp, bodyMd5, signature: last, signedQuery: query.slice(0, -SIGNATURE_LENGTH) };
  }
  return undefined;
}

/** What the signature of a request covers. */
export interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  /** As requested, without query and host. */
  readonly path: string;
  readonly parameters: readonly QueryParameter[];
}

/** The text that a well-behaved library signs: method, path and sorted query, joined by line feeds (SIGN-1). */
export function requestText(method: string, path: string, parameters: readonly QueryParameter[]): string {
  return `${method}\n${path}\n${canonicalQuery(parameters)}`;
}

/**
 * Every text the sender may have signed, the likeliest first (SIGN-4 to SIGN-6).
 *
 * @param pathPrefix the configured prefix, such as `/ws`; empty when there is none
 */
export function* signedTexts(request: SignedRequest, pathPrefix: string): Generator<string> {
  const queries = canonicalQueries(request.parameters);
  for (const path of signedPaths(request.path, pathPrefix)) {
    for (const query of queries) yield `${request.method}\n${path}\n${query}`;
  }
}

/** SIGN-6: with the prefix or without, percent-encoded as sent or decoded. */
function signedPaths(path: string, prefix: string): Set<string> {
  const paths = new Set([path, decodePercent(path)]);
  if (prefix === '') return paths;
  for (const known of [...paths]) {
    paths.add(known.startsWith(`${prefix}/`) ? known.slice(prefix.length) : prefix + known);
  }
  return paths;
}

/** SIGN-4 and SIGN-5: `+` as it is or as a blank, arrays as sent or folded to `name=a,b`. */
function canonicalQueries(parameters: readonly QueryParameter[]): Set<string> {
  const queries = new Set([canonicalQuery(parameters)]);
  const variants = [parameters];
  if (parameters.some(([name]) => name.endsWith(']'))) variants.push(foldArrays(parameters));
  for (const variant of variants) {
    queries.add(canonicalQuery(variant));
    if (variant.some(([, value]) => value.includes('+'))) {
      queries.add(canonicalQuery(variant.map(([name, value]) => [name, value.replaceAll('+', ' ')])));
    }
  }
  return queries;
}

/** Parameters but `auth_signature`, names in lower case, sorted by name, joined unescaped. */
function canonicalQuery(parameters: readonly QueryParameter[]): string {
  let text = '';
  let previous = '';
  for (const [mixedCaseName, value] of parameters) {
    const name = mixedCaseName.toLowerCase();
    if (name === 'auth_signature') continue;
    // Nearly all libraries send them sorted.
    if (name < previous) return canonicalQuery(sortedByName(parameters));
    previous = name;
    text += text === '' ? `${name}=${value}` : `&${name}=${value}`;
  }
  return text;
}

/** Sorting is stable: the values of `name[]` keep their order. */
function sortedByName(parameters: readonly QueryParameter[]): QueryParameter[] {
  return parameters
    .map(([name, value]): QueryParameter => [name.toLowerCase(), value])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

const ARRAY_NAME = /^(.*)\[\d*\]$/;

/**
 * `k[]=a&k[]=b` and `k[0]=a&k[1]=b` become `k=a,b`, as PHP signs them. Nothing is left out: a plain parameter stays as
 * often as it was sent, since one that gave way to another of its name would count without being signed.
 */
function foldArrays(parameters: readonly QueryParameter[]): QueryParameter[] {
  const plain: QueryParameter[] = [];
  const arrays = new Map<string, string>();
  for (const [name, value] of parameters) {
    const array = ARRAY_NAME.exec(name)?.[1];
    if (array === undefined) {
      plain.push([name, value]);
      continue;
    }
    const known = arrays.get(array);
    arrays.set(array, known === undefined ? value : `${known},${value}`);
  }
  return [...plain, ...arrays];
}

/** Percent-decodes; text that is not valid percent-encoding stays as it is. */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

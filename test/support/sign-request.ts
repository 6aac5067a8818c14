import { createHash } from 'node:crypto';
import { TEST_APP } from './start-server.js';
import { hmac } from './test-socket.js';

export type Pair = readonly [name: string, value: string];

/** The credentials that a request is signed with. */
export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

export function md5(body: string | Buffer): string {
  return createHash('md5').update(body).digest('hex');
}

/** The parameters every signed request has; `body_md5` where there is a body. */
export function authPairs(body?: string, { key }: Credentials = TEST_APP): Pair[] {
  const pairs: Pair[] = [
    ['auth_key', key],
    ['auth_timestamp', String(Math.floor(Date.now() / 1000))],
    ['auth_version', '1.0'],
  ];
  if (body !== undefined) pairs.push(['body_md5', md5(body)]);
  return pairs;
}

/** The text that is signed: sorted by name, unescaped. */
export function textToSign(method: string, path: string, pairs: readonly Pair[]): string {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${method}\n${path}\n${unescaped(sorted)}`;
}

export function signature(
  method: string,
  path: string,
  pairs: readonly Pair[],
  { secret }: Credentials = TEST_APP,
): string {
  return hmac(textToSign(method, path, pairs), secret);
}

/** `a=1&b=2`, as most libraries write it into the request. */
export function unescaped(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** A signed request target, spelled as Pusher's Node library does it. */
export function signedTarget(
  method: string,
  path: string,
  more: readonly Pair[] = [],
  body?: string,
): string {
  const pairs = [...authPairs(body), ...more];
  return `${path}?${unescaped([...pairs, ['auth_signature', signature(method, path, pairs)]])}`;
}

import fc from 'fast-check';
import { anyText, channelName, stringText } from '../unit/protocol/arbitraries.js';
import { authPairs, signature, type Pair } from '../support/sign-request.js';
import { anyChannel, oddValue } from './message-arbitraries.js';

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'] as const;
const ODD_METHODS = [
  'CONNECT',
  'TRACE',
  'PRI',
  'get',
  'Post',
  'G E T',
  '',
  'GET\0',
  'QUERY',
  'X'.repeat(500),
] as const;

const PATHS = [
  '/',
  '/up',
  '/ready',
  '/apps/app-id/events',
  '/apps/app-id/batch_events',
  '/apps/app-id/channels',
  '/apps/app-id/channels/a/users',
  '/apps/app-id/users/1/terminate_connections',
  '/users/1/terminate_connections',
  '/app/app-key',
] as const;

/** A request target, with percent-encoding that is odd or wrong. */
const target: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...PATHS), weight: 4 },
  fc
    .tuple(
      fc.constantFrom(...PATHS),
      fc.array(
        fc.constantFrom('%', '%0', '%00', '%zz', '%ff', '%2F', '%2e%2e', '/', '?', '&', '=', '#', '//', 'é', '+', '[]', 'auth_key', '__proto__', '%C3%AB', '\x7f', '\x01', ' '), // prettier-ignore
        { maxLength: 12 },
      ),
    )
    .map(([path, rest]) => path + rest.join('')),
  fc.constantFrom(
    '',
    '*',
    'x',
    'http://127.0.0.1/up',
    'http://',
    '\\',
    `/${'a/'.repeat(3000)}`,
    `/up?${'x'.repeat(20_000)}`,
  ),
  fc.string({ unit: 'binary-ascii' }),
);

const line = fc.oneof(
  fc.constantFrom(
    'Content-Length: 5',
    'Content-Length: -1',
    'Content-Length: +5',
    'Content-Length: 1e3',
    'Content-Length: 0x10',
    'Content-Length: 5, 5',
    'Content-Length: ',
    'Content-Length: 99999999999999999999999',
    'Content-Length: 18446744073709551615',
    'Content-Length: 2000000',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding:\tchunked',
    'transfer-encoding: x',
    'Connection: close',
    'Connection: keep-alive, Upgrade',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Expect: 100-continue',
    'Expect: x',
    'Idempotency-Key: k',
    'Idempotency-Key: ',
    'Host: x',
    'Host:',
    ' folded',
    'no colon',
    ': no name',
    'Na me: x',
    'X:\0',
    'X: \xff\xfe',
    `X: ${'y'.repeat(17_000)}`,
  ),
  fc
    .tuple(fc.nat(1000), fc.string({ unit: 'binary-ascii', maxLength: 50 }))
    .map(([i, text]) => `X-${i}: ${text}`),
);

const chunk = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => `${text.length.toString(16)}\r\n${text}\r\n`), weight: 3 }, // prettier-ignore
  fc.constantFrom('0\r\n\r\n', '0\r\nTrailer: x\r\n\r\n', 'zz\r\n', '-1\r\n', 'ffffffffffffffff\r\n', '5;ext="x\r\nhello\r\n', '5\r\nhel', '\r\n', '5\nhello\n', `${'0'.repeat(1000)}5\r\nhello\r\n`), // prettier-ignore
);

const body: fc.Arbitrary<string> = fc.oneof(
  fc.constant(''),
  fc.constant('hello'),
  fc.array(chunk, { maxLength: 5 }).map((chunks) => chunks.join('')),
  fc.constant('{"name":"x","channel":"a","data":"1"}'),
  fc.constant('GET /up HTTP/1.1\r\nHost: x\r\n\r\n'),
  fc.string({ unit: 'binary-ascii', maxLength: 200 }),
);

/** One request, right or wrong in any of its parts, as Latin-1. */
const oddRequest: fc.Arbitrary<string> = fc
  .record({
    method: fc.oneof({ arbitrary: fc.constantFrom(...METHODS), weight: 8 }, fc.constantFrom(...ODD_METHODS)),
    target,
    version: fc.oneof(
      { arbitrary: fc.constant('HTTP/1.1'), weight: 10 },
      fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', 'HTTP/9.9', 'HTTP', '', 'http/1.1', 'ICE/1.0'),
    ),
    host: fc.oneof({ arbitrary: fc.constant(['Host: x']), weight: 8 }, fc.constant([])),
    lines: fc.oneof(
      { arbitrary: fc.array(line, { maxLength: 6 }), weight: 10 },
      fc.integer({ min: 50, max: 3000 }).map((count) => Array.from({ length: count }, (_, i) => `X-${i}: y`)),
    ),
    newline: fc.oneof({ arbitrary: fc.constant('\r\n'), weight: 12 }, fc.constantFrom('\n', '\r')),
    body,
  })
  .map(({ method, target: path, version, host, lines, newline, body: text }) => {
    return [`${method} ${path} ${version}`, ...host, ...lines, '', text].join(newline);
  });

/** All that one connection sends: requests, one after the other, perhaps cut off. */
export const oddRequests: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.array(fc.oneof({ arbitrary: oddRequest, weight: 10 }, fc.string({ unit: 'binary-ascii' })), { minLength: 1, maxLength: 4 }), // prettier-ignore
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  )
  .map(([requests, end]) => {
    const bytes = Buffer.from(requests.join(''), 'latin1');
    return end === null ? bytes : bytes.subarray(0, Math.floor(end * bytes.length));
  });

const eventMembers: fc.Arbitrary<string> = fc
  .record({
    name: fc.oneof({ arbitrary: fc.constant('"x"'), weight: 5 }, stringText(anyText), oddValue),
    data: fc.oneof({ arbitrary: stringText(anyText), weight: 3 }, oddValue),
    channel: fc.oneof(
      {
        arbitrary: channelName('', 'presence-', 'cache-', 'private-').map((name) => JSON.stringify(name)),
        weight: 5,
      },
      anyChannel.map((name) => JSON.stringify(name)),
      oddValue,
    ),
    more: fc.array(
      fc
        .tuple(
          fc.constantFrom('channels', 'socket_id', 'info', 'idempotency_key', '__proto__', 'name', 'data'),
          oddValue,
        )
        .map(([name, value]) => `,"${name}":${value}`),
      { maxLength: 2 },
    ),
    info: fc.constantFrom('', '', ',"info":"user_count,subscription_count"', ',"info":null'),
  })
  .map(({ name, data, channel, more, info }) => {
    return `{"name":${name},"data":${data},"channel":${channel}${info}${more.join('')}}`;
  });

/** A request that is signed as it should be, with anything in it. */
export interface SignedRequest {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly body: string | undefined;
}

const query: fc.Arbitrary<Pair[]> = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom(
      'info',
      'filter_by_prefix',
      'name',
      'data',
      'channel',
      'x',
      '__proto__',
      'zoë',
      'a-b',
      '',
    ),
    fc.oneof(
      anyChannel,
      anyText,
      fc.constantFrom('user_count', 'subscription_count,cache', ',', 'presence-'),
    ),
  ),
  { selector: ([name]) => name, maxLength: 4 },
);

export const signedRequest: fc.Arbitrary<SignedRequest> = fc.oneof(
  fc
    .record({
      path: fc.oneof(
        fc.constantFrom('/channels', '/connections'),
        anyChannel.map((name) => `/channels/${encodeText(name)}`),
        anyChannel.map((name) => `/channels/${encodeText(name)}/users`),
      ),
      query,
    })
    .map(({ path, query: pairs }) => signed('GET', path, pairs, undefined)),
  fc
    .record({
      path: fc.constantFrom('/events', '/batch_events', '/users/1/terminate_connections'),
      query,
      body: fc.oneof(
        { arbitrary: eventMembers, weight: 4 },
        {
          arbitrary: fc
            .array(eventMembers, { maxLength: 12 })
            .map((events) => `{"batch":[${events.join(',')}]}`),
          weight: 4,
        },
        oddValue,
        oddValue.map((value) => `{"batch":${value}}`),
        oddValue.map((value) => `{"name":"x","data":"1","channels":${value}}`),
        anyText.map(wellFormed),
      ),
    })
    .map(({ path, query: pairs, body: text }) => signed('POST', path, pairs, wellFormed(text))),
);

function signed(
  method: 'GET' | 'POST',
  path: string,
  more: readonly Pair[],
  text: string | undefined,
): SignedRequest {
  const pairs = [
    ...authPairs(text),
    ...more.map(([name, value]): Pair => [wellFormed(name), wellFormed(value)]),
  ];
  const full = `/apps/app-id${path}`;
  const sent: Pair[] = [...pairs, ['auth_signature', signature(method, full, pairs)]];
  const queryText = sent
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  return { method, target: `${full}?${queryText}`, body: text };
}

function encodeText(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

/** Half surrogate pairs cannot travel as UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

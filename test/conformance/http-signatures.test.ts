import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { authPairs, md5, signature, textToSign, unescaped, type Pair } from '../support/sign-request.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const EVENTS = '/apps/app-id/events';
const CHANNELS = '/apps/app-id/channels';
const BODY = '{"name":"x","channel":"room","data":"1"}';
/** 2023-11-14T22:13:20Z */
const NOW = 1_700_000_000;

/** A request as one library spells it. */
interface LibraryRequest {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const escaped = (pairs: readonly Pair[], encode: (text: string) => string = encodeURIComponent) =>
  pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');

/** As java.net.URLEncoder: blanks become `+`. */
const javaEscape = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');

const withSignature = (pairs: readonly Pair[], signed: string): Pair[] => [
  ...pairs,
  ['auth_signature', signed],
];

/** How each of Pusher's libraries spells its requests (R-D3 to R-D6); all are signed with the test app's secret. */
const LIBRARIES: readonly (readonly [title: string, request: () => LibraryRequest])[] = [
  [
    "node's trigger, its query unescaped",
    () => {
      const pairs = authPairs(BODY);
      const query = unescaped(withSignature(pairs, signature('POST', EVENTS, pairs)));
      const headers = { 'content-type': 'application/json', 'x-pusher-library': 'pusher-http-node 5.3.3' };
      return { method: 'POST', target: `${EVENTS}?${query}`, headers, body: BODY };
    },
  ],
  [
    "node's GET, a comma in its query",
    () => {
      const pairs: Pair[] = [
        ...authPairs(),
        ['info', 'user_count,subscription_count'],
        ['filter_by_prefix', 'presence-'],
      ];
      const query = unescaped(withSignature(pairs, signature('GET', CHANNELS, pairs)));
      return { method: 'GET', target: `${CHANNELS}?${query}` };
    },
  ],
  [
    "php's trigger, its query unescaped",
    () => {
      const pairs = authPairs(BODY);
      const query = unescaped(withSignature(pairs, signature('POST', EVENTS, pairs)));
      const headers = { 'Content-Type': 'application/json', 'X-Pusher-Library': 'pusher-http-php 7.2.6' };
      return { method: 'POST', target: `${EVENTS}?${query}`, headers, body: BODY };
    },
  ],
  [
    "php's GET with an array, signed folded and sent with indexes",
    () => {
      const auth = authPairs();
      const signed = signature('GET', CHANNELS, [...auth, ['k', 'one two,b/c']]);
      const sent = withSignature([...auth, ['k[0]', 'one two'], ['k[1]', 'b/c']], signed);
      return {
        method: 'GET',
        target: `${CHANNELS}?${escaped(sent)}`,
        headers: { 'Content-Type': 'application/json' },
      };
    },
  ],
  [
    "php's GET with an array, its brackets unescaped",
    () => {
      const auth = authPairs();
      const signed = signature('GET', CHANNELS, [...auth, ['k', 'a,b']]);
      const sent = withSignature([...auth, ['k[0]', 'a'], ['k[1]', 'b']], signed);
      return { method: 'GET', target: `${CHANNELS}?${unescaped(sent)}` };
    },
  ],
  [
    "ruby's GET with an array, signed with its brackets",
    () => {
      const pairs: Pair[] = [...authPairs(), ['k[]', 'v2'], ['k[]', 'v1'], ['a', 'x y']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${escaped(sent)}` };
    },
  ],
  [
    "ruby's GET with an array, its brackets unescaped",
    () => {
      const pairs: Pair[] = [...authPairs(), ['k[]', 'v2'], ['k[]', 'v1']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${unescaped(sent)}` };
    },
  ],
  [
    "java's GET, blanks sent as + and parameters in any order",
    () => {
      const pairs: Pair[] = [...authPairs(), ['filter_by_prefix', 'a b c']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${escaped(sent.reverse(), javaEscape)}` };
    },
  ],
  [
    'a + that is signed as a +, sent bare',
    () => {
      const pairs: Pair[] = [...authPairs(), ['filter_by_prefix', 'a+b']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${unescaped(sent)}` };
    },
  ],
  [
    'a + that is signed as a +, sent escaped',
    () => {
      const pairs: Pair[] = [...authPairs(), ['filter_by_prefix', 'a+b']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${escaped(sent)}` };
    },
  ],
  [
    "python's GET, with the MD5 of an empty body",
    () => {
      const pairs = authPairs('');
      expect(pairs).toContainEqual(['body_md5', 'd41d8cd98f00b204e9800998ecf8427e']);
      const query = unescaped(withSignature(pairs, signature('GET', CHANNELS, pairs)));
      return { method: 'GET', target: `${CHANNELS}?${query}` };
    },
  ],
  [
    "python's terminate_user_connections, outside of /apps",
    () => {
      const path = '/users/u1/terminate_connections';
      const pairs = authPairs('{}');
      const query = unescaped(withSignature(pairs, signature('POST', path, pairs)));
      return { method: 'POST', target: `${path}?${query}`, body: '{}' };
    },
  ],
  [
    "go's GET, with a content type",
    () => {
      const pairs = authPairs();
      const query = unescaped(withSignature(pairs, signature('GET', CHANNELS, pairs)));
      return {
        method: 'GET',
        target: `${CHANNELS}?${query}`,
        headers: { 'Content-Type': 'application/json' },
      };
    },
  ],
  [
    ".NET's trigger, auth_signature first and a charset in the content type",
    () => {
      const pairs = authPairs(BODY);
      const query = `auth_signature=${signature('POST', EVENTS, pairs)}&${unescaped(pairs)}`;
      const headers = {
        'Content-Type': 'application/json; charset=utf-8',
        'Pusher-Library-Name': 'pusher-http-dotnet',
        'Pusher-Library-Version': '5.0.0',
      };
      return { method: 'POST', target: `${EVENTS}?${query}`, headers, body: BODY };
    },
  ],
  [
    'names in capitals, signed in lower case',
    () => {
      const pairs = [...authPairs(), ['info', 'subscription_count']] as const;
      const signed = signature('GET', CHANNELS, pairs);
      const sent = withSignature(pairs, signed).map(([name, value]): Pair => [name.toUpperCase(), value]);
      return { method: 'GET', target: `${CHANNELS}?${unescaped(sent)}` };
    },
  ],
  [
    'a parameter without a value',
    () => {
      const pairs: Pair[] = [...authPairs(), ['info', '']];
      const query = `info&${unescaped(withSignature(authPairs(), signature('GET', CHANNELS, pairs)))}`;
      return { method: 'GET', target: `${CHANNELS}?${query}` };
    },
  ],
  [
    'characters outside ASCII, escaped as UTF-8',
    () => {
      const pairs: Pair[] = [...authPairs(), ['k', 'zoë €']];
      const sent = withSignature(pairs, signature('GET', CHANNELS, pairs));
      return { method: 'GET', target: `${CHANNELS}?${escaped(sent)}` };
    },
  ],
];

/** Paths with a name that a library escapes, and the path it may sign instead. */
const ESCAPED_PATHS: readonly (readonly [method: 'GET' | 'POST', sent: string, decoded: string])[] = [
  ['GET', '/apps/app-id/channels/presence-a%3Db%40c%2Cd.e%3Bf', '/apps/app-id/channels/presence-a=b@c,d.e;f'],
  ['GET', '/apps/app-id/channels/presence-%61', '/apps/app-id/channels/presence-a'],
  [
    'POST',
    '/apps/app-id/users/a%40b.c%3Bd%3De%2Cf/terminate_connections',
    '/apps/app-id/users/a@b.c;d=e,f/terminate_connections',
  ],
  ['POST', '/users/a%40b/terminate_connections', '/users/a@b/terminate_connections'],
];

onEachTransport((transport) => {
  describe('a signed request', () => {
    it.each(LIBRARIES)('is accepted as spelled: %s (SIGN-1 to SIGN-5)', async (_title, spell) => {
      const { port } = await startServer({ transport });
      const client = await RawHttp.open(port);
      const { method, target, ...rest } = spell();
      client.write(requestText(method, target, rest));
      expect(await client.answer()).toMatchObject({ status: 200 });
    });

    it.each(LIBRARIES)('is refused with another secret: %s (SIGN-1)', async (_title, spell) => {
      const { port } = await startServer({ transport, app: { secret: 'another' } });
      const client = await RawHttp.open(port);
      const { method, target, ...rest } = spell();
      client.write(requestText(method, target, rest));
      const { status, body } = await client.answer();
      expect(status).toBe(401);
      expect(body).toMatch(/^Invalid signature: /);
    });

    it.each([
      ['requested and signed', '/ws', '/ws'],
      ['requested and not signed, as php does', '/ws', ''],
      ['signed and not requested, as behind a proxy that strips it', '', '/ws'],
      ['neither requested nor signed', '', ''],
    ])('counts with the prefix %s (SIGN-6)', async (_title, requested, signed) => {
      const { port } = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
      const pairs = authPairs(BODY);
      const query = unescaped(withSignature(pairs, signature('POST', `${signed}${EVENTS}`, pairs)));
      const client = await RawHttp.open(port);
      client.write(requestText('POST', `${requested}${EVENTS}?${query}`, { body: BODY }));
      expect(await client.answer()).toMatchObject({ status: 200, body: '{}' });
    });

    it('does not count with a prefix that is not the configured one (SIGN-6)', async () => {
      const { port } = await startServer({ transport, config: { server: { pathPrefix: '/ws' } } });
      const pairs = authPairs(BODY);
      const query = unescaped(withSignature(pairs, signature('POST', `/wss${EVENTS}`, pairs)));
      const client = await RawHttp.open(port);
      client.write(requestText('POST', `${EVENTS}?${query}`, { body: BODY }));
      expect(await client.answer()).toMatchObject({ status: 401 });
    });

    it.each(
      ESCAPED_PATHS.flatMap(([method, sent, decoded]) => [
        ['as sent', method, sent, sent] as const,
        ['decoded', method, sent, decoded] as const,
      ]),
    )('counts with its path signed %s: %s %s (SIGN-6)', async (_how, method, sent, signed) => {
      const { port } = await startServer({ transport });
      const body = method === 'POST' ? '{}' : undefined;
      const pairs = authPairs(body);
      const query = unescaped(withSignature(pairs, signature(method, signed, pairs)));
      const client = await RawHttp.open(port);
      client.write(requestText(method, `${sent}?${query}`, body === undefined ? {} : { body }));
      expect(await client.answer()).toMatchObject({ status: 200 });
    });
  });

  describe('a request that is not signed as it should be', () => {
    /** Answers one signed request with some authentication parameters replaced; the server's time stands still. */
    const answerTo = async (auth: Record<string, string | undefined>, body?: unknown) => {
      const server = await startServer({
        transport,
        clock: new FakeClock(NOW * 1000),
        apps: [{ id: 'other', key: 'other-key', secret: 'other-secret' }],
      });
      return server.api.request({
        method: body === undefined ? 'GET' : 'POST',
        path: body === undefined ? '/channels' : '/events',
        ...(body === undefined ? {} : { body }),
        auth: { auth_timestamp: String(NOW), ...auth },
      });
    };

    it('passes when all is right (SIGN-1)', async () => {
      expect((await answerTo({})).status).toBe(200);
    });

    it.each([
      ['no key', { auth_key: undefined }, 'Missing parameter: auth_key'],
      ['an empty key', { auth_key: '' }, 'Missing parameter: auth_key'],
      ['an unknown key', { auth_key: 'nobody' }, 'Unknown auth_key: "nobody"'],
      ['a key of the prototype', { auth_key: '__proto__' }, 'Unknown auth_key: "__proto__"'],
      ['the key of another app', { auth_key: 'other-key' }, 'Unknown auth_key: "other-key"'],
      ['the app id as key', { auth_key: 'app-id' }, 'Unknown auth_key: "app-id"'],
      ['no version', { auth_version: undefined }, 'Version required'],
      ['an empty version', { auth_version: '' }, 'Version required'],
      ['version 1', { auth_version: '1' }, 'Version not supported'],
      ['version 2.0', { auth_version: '2.0' }, 'Version not supported'],
      ['no timestamp', { auth_timestamp: undefined }, 'Timestamp required'],
      ['an empty timestamp', { auth_timestamp: '' }, 'Timestamp required'],
      ['a timestamp in words', { auth_timestamp: 'now' }, 'Timestamp required'],
      ['a negative timestamp', { auth_timestamp: '-1' }, 'Timestamp required'],
      ['a fractional timestamp', { auth_timestamp: `${NOW}.5` }, 'Timestamp required'],
      ['a hexadecimal timestamp', { auth_timestamp: '0x6553f100' }, 'Timestamp required'],
      [
        'a timestamp 600 seconds ago',
        { auth_timestamp: String(NOW - 600) },
        'Timestamp expired: Given timestamp (2023-11-14T22:03:20Z) not within 600s of server time (2023-11-14T22:13:20Z)',
      ],
      [
        'a timestamp 600 seconds ahead',
        { auth_timestamp: String(NOW + 600) },
        'Timestamp expired: Given timestamp (2023-11-14T22:23:20Z) not within 600s of server time (2023-11-14T22:13:20Z)',
      ],
      [
        'a timestamp in milliseconds',
        { auth_timestamp: String(NOW * 1000) },
        'Timestamp expired: Given timestamp (+055840-11-08T22:13:20Z) not within 600s of server time (2023-11-14T22:13:20Z)',
      ],
      [
        'a timestamp beyond all dates',
        { auth_timestamp: '999999999999999' },
        'Timestamp expired: Given timestamp (999999999999999) not within 600s of server time (2023-11-14T22:13:20Z)',
      ],
    ])('is refused with %s (SIGN-7)', async (_title, auth, text) => {
      const answer = await answerTo(auth);
      expect(answer.text).toBe(`${text}\n`);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain\b/);
    });

    it.each([NOW - 599, NOW + 599])('passes when its time is 599 seconds off: %i (SIGN-3)', async (time) => {
      expect((await answerTo({ auth_timestamp: String(time) })).status).toBe(200);
    });

    it.each([
      ['none', undefined, ''],
      ['an empty one', '', ''],
      ['one digit', '0', '0'],
      ['63 digits', 'a'.repeat(63), 'a'.repeat(63)],
      ['64 digits', 'a'.repeat(64), 'a'.repeat(64)],
      ['65 digits', 'a'.repeat(65), 'a'.repeat(65)],
      ['128 digits', 'a'.repeat(128), 'a'.repeat(100)],
      ['3000 digits', 'a'.repeat(3000), 'a'.repeat(100)],
      ['a line break', 'a\nb', 'a\\nb'],
      ['quotes', '"a"', '\\"a\\"'],
    ])('is refused with a signature of %s (SIGN-3, SIGN-7)', async (_title, sent, shown) => {
      const text = JSON.stringify(
        textToSign('GET', CHANNELS, [
          ['auth_key', TEST_APP.key],
          ['auth_timestamp', String(NOW)],
          ['auth_version', '1.0'],
        ]),
      );
      const answer = await answerTo({ auth_signature: sent ?? '' });
      expect(answer.text).toBe(
        `Invalid signature: you should have sent HmacSHA256Hex(${text}, your_secret_key), but you sent "${shown}"; check REVERB_APP_SECRET or PUSHER_APP_SECRET\n`,
      );
      expect(answer.status).toBe(401);
    });

    it('is refused with its signature in capitals (SIGN-1)', async () => {
      const { port } = await startServer({ transport });
      const pairs = authPairs();
      const signed = signature('GET', CHANNELS, pairs).toUpperCase();
      const client = await RawHttp.open(port);
      client.write(requestText('GET', `${CHANNELS}?${unescaped(withSignature(pairs, signed))}`));
      expect(await client.answer()).toMatchObject({ status: 401 });
    });

    it('is refused when a parameter was added, changed or taken away (SIGN-1)', async () => {
      const { port } = await startServer({ transport });
      const pairs: Pair[] = [...authPairs(), ['info', 'subscription_count']];
      const signed = signature('GET', CHANNELS, pairs);
      const client = await RawHttp.open(port);
      for (const sent of [
        [...pairs, ['filter_by_prefix', 'a']] as Pair[],
        pairs.filter(([name]) => name !== 'info'),
        pairs.map(([name, value]): Pair => [name, name === 'info' ? 'cache' : value]),
      ]) {
        client.write(requestText('GET', `${CHANNELS}?${unescaped(withSignature(sent, signed))}`));
        expect(await client.answer()).toMatchObject({ status: 401 });
      }
    });

    it('is refused when it was signed for another method or path (SIGN-1)', async () => {
      const { port } = await startServer({ transport });
      const client = await RawHttp.open(port);
      const pairs = authPairs();
      for (const signed of [signature('POST', CHANNELS, pairs), signature('GET', `${CHANNELS}/a`, pairs)]) {
        client.write(requestText('GET', `${CHANNELS}?${unescaped(withSignature(pairs, signed))}`));
        expect(await client.answer()).toMatchObject({ status: 401 });
      }
    });

    it.each([
      [
        'without body_md5',
        { body_md5: undefined },
        'Missing parameter: body_md5 (required when the request has a body)',
      ],
      [
        'with the MD5 of another body',
        { body_md5: md5('{}') },
        'Invalid body_md5: it is not the MD5 of the body that arrived',
      ],
      [
        'with an empty body_md5',
        { body_md5: '' },
        'Invalid body_md5: it is not the MD5 of the body that arrived',
      ],
      [
        'with its MD5 in capitals',
        { body_md5: md5(BODY).toUpperCase() },
        'Invalid body_md5: it is not the MD5 of the body that arrived',
      ],
    ])('is refused %s (SIGN-2, SIGN-7)', async (_title, auth, text) => {
      const answer = await answerTo(auth, BODY);
      expect(answer.text).toBe(`${text}\n`);
      expect(answer.status).toBe(401);
    });

    it('is refused with the MD5 of a body when there is none (SIGN-2)', async () => {
      const answer = await answerTo({ body_md5: md5(BODY) });
      expect(answer.text).toBe('Invalid body_md5: it is not the MD5 of the body that arrived\n');
    });

    it('hears of its signature before its body is looked at (SIGN-3)', async () => {
      const answer = await answerTo({ auth_signature: 'wrong' }, 'this is not JSON');
      expect(answer.status).toBe(401);
      expect(answer.text).toMatch(/^Invalid signature: /);
    });

    it('delivers nothing (SIGN-7)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const refused = await server.api.request({
        method: 'POST',
        path: '/events',
        body: BODY,
        auth: { auth_signature: 'a'.repeat(64) },
      });
      expect(refused.status).toBe(401);
      await client.settle();
      expect(client.named('x')).toEqual([]);
    });
  });

  describe('the keys of an app', () => {
    const keys = [
      { key: 'old-key', secret: 'old-secret' },
      { key: 'new-key', secret: 'new-secret' },
      { key: 'dead-key', secret: 'dead-secret', enabled: false },
    ];
    const rotated = { id: 'rotated', keys };

    const trigger = async (port: number, credentials: { key: string; secret: string }) => {
      const path = '/apps/rotated/events';
      const pairs = authPairs(BODY, credentials);
      const query = unescaped(withSignature(pairs, signature('POST', path, pairs, credentials)));
      const client = await RawHttp.open(port);
      client.write(requestText('POST', `${path}?${query}`, { body: BODY }));
      return client.answer();
    };

    it.each(keys.slice(0, 2))(
      'are all accepted while a key is rotated: $key (SIGN-3)',
      async (credentials) => {
        const { port } = await startServer({ transport, apps: [rotated] });
        expect(await trigger(port, credentials)).toMatchObject({ status: 200 });
      },
    );

    it('are refused once they are disabled (SIGN-3)', async () => {
      const { port } = await startServer({ transport, apps: [rotated] });
      const body = `Unknown auth_key: "${keys[2]!.key}"\n`;
      expect(await trigger(port, keys[2]!)).toMatchObject({ status: 401, body });
    });

    it('are refused with the secret of another key of the same app (SIGN-3)', async () => {
      const { port } = await startServer({ transport, apps: [rotated] });
      expect(await trigger(port, { key: 'old-key', secret: 'new-secret' })).toMatchObject({ status: 401 });
    });

    it("are refused on another app's path (SIGN-3)", async () => {
      const { port } = await startServer({ transport, apps: [rotated] });
      const body = `Unknown auth_key: "${TEST_APP.key}"\n`;
      expect(await trigger(port, TEST_APP)).toMatchObject({ status: 401, body });
    });
  });
});

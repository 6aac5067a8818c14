import { describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/start-server.js';
import { hmac, signinFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const SUCCEEDED = 'pusher_internal:subscription_succeeded';

interface Subscription {
  readonly channel: string;
  readonly auth: string;
  readonly channel_data?: string;
}

function subscribe(client: TestSocket, data: Subscription): void {
  client.send({ event: 'pusher:subscribe', data });
}

async function expectAccepted(client: TestSocket, data: Subscription): Promise<void> {
  subscribe(client, data);
  await client.next(SUCCEEDED, data.channel);
}

/** The text of the refusal. */
async function refusal(client: TestSocket, data: Subscription): Promise<string> {
  subscribe(client, data);
  const frame = await client.next('pusher:subscription_error', data.channel);
  const { type, error, status } = JSON.parse(frame.data as string) as {
    type: string;
    error: string;
    status: number;
  };
  expect({ type, status }).toStrictEqual({ type: 'AuthError', status: 401 });
  expect(await client.error()).toStrictEqual({ code: null, message: error });
  return error;
}

async function connected(server: TestServer, key: string): Promise<TestSocket> {
  const client = await server.open(`/app/${key}`);
  await client.established();
  return client;
}

const GUARDED = [
  'private-x',
  'private-cache-x',
  'private-encrypted-x',
  'private-encrypted-cache-x',
  'presence-x',
  'presence-cache-x',
];

/** What an application signed, and what pusher_client_socket makes of it. */
const REENCODED = [
  ['a slash', '{"user_id":"7","user_info":{"a":"x\\/y"}}', '{"user_id":"7","user_info":{"a":"x/y"}}'],
  ['an accent', '{"user_id":"7","user_info":{"a":"Zo\\u00eb"}}', '{"user_id":"7","user_info":{"a":"Zoë"}}'],
  [
    'an emoji, two units',
    '{"user_id":"7","user_info":{"a":"\\ud83d\\ude00"}}',
    '{"user_id":"7","user_info":{"a":"😀"}}',
  ],
  [
    'a URL and a name',
    '{"user_id":"7","user_info":{"name":"Zo\\u00eb","avatar":"https:\\/\\/x\\/y.png"}}',
    '{"user_id":"7","user_info":{"name":"Zoë","avatar":"https://x/y.png"}}',
  ],
  [
    'other escapes beside',
    '{"user_id":"7","user_info":{"a":"\\\\\\/\\"\\n\\/"}}',
    '{"user_id":"7","user_info":{"a":"\\\\/\\"\\n/"}}',
  ],
  [
    'a number it must not change',
    '{"user_id":"7","user_info":{"a":1.0,"b":"\\/"}}',
    '{"user_id":"7","user_info":{"a":1.0,"b":"/"}}',
  ],
] as const;

onEachTransport((transport) => {
  describe('the signature of a channel', () => {
    it.each(GUARDED)('covers socket id, channel and channel_data on %s (AUTH-1)', async (channel) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const channelData = '{"user_id":"1"}';
      const auth = `app-key:${hmac(`${client.socketId}:${channel}:${channelData}`)}`;
      await expectAccepted(client, { channel, auth, channel_data: channelData });
    });

    it.each(GUARDED.filter((channel) => channel.startsWith('private-')))(
      'covers no channel_data where there is none, on %s (AUTH-1)',
      async (channel) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        const auth = `app-key:${hmac(`${client.socketId}:${channel}`)}`;
        await expectAccepted(client, { channel, auth });
      },
    );

    it('holds for nothing else than what was signed (AUTH-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const other = await server.connect();
      const data = '{"user_id":"1"}';
      const auth = (text: string, secret?: string) => `app-key:${hmac(text, secret)}`;
      const { socketId: id } = client;
      const wrong: readonly Subscription[] = [
        { channel: 'private-x', auth: auth(`${other.socketId}:private-x`) },
        { channel: 'private-x', auth: auth(`${id}:private-y`) },
        { channel: 'private-x', auth: auth(`${id}:private-x:`) },
        { channel: 'private-x', auth: auth(`${id}:private-x`, 'another-secret') },
        { channel: 'private-x', auth: auth(`${id}:private-x`), channel_data: data },
        { channel: 'private-x', auth: auth(`${id}:private-x:${data}`) },
        { channel: 'presence-x', auth: auth(`${id}:presence-x`), channel_data: data },
        { channel: 'presence-x', auth: auth(`${id}:presence-x:${data}`), channel_data: '{"user_id":"2"}' },
        { channel: 'presence-x', auth: auth(`${id}::user::${data}`), channel_data: data },
      ];
      for (const subscription of wrong) {
        const data = subscription.channel_data === undefined ? '' : ':<channel_data>';
        expect(await refusal(client, subscription)).toBe(
          `Invalid signature: Expected HMAC SHA256 hex digest of ${id}:${subscription.channel}${data}, but got ${subscription.auth.slice(8)}`,
        );
      }
      await client.subscribe('private-x');
    });

    it('is compared exactly (AUTH-3)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const hex = hmac(`${client.socketId}:private-x`);
      for (const signature of [
        hex.toUpperCase(),
        hex.slice(0, -1),
        hex.slice(1),
        `${hex}0`,
        ` ${hex}`,
        `${hex} `,
        `${hex}:`,
        '',
        '0'.repeat(64),
        `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}`,
        '\u0130'.repeat(64),
      ]) {
        expect(await refusal(client, { channel: 'private-x', auth: `app-key:${signature}` })).toContain(
          'Invalid signature',
        );
      }
      await expectAccepted(client, { channel: 'private-x', auth: `app-key:${hex}` });
    });

    it('quotes only part of what was sent (AUTH-3)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const error = await refusal(client, { channel: 'private-x', auth: `app-key:${'f'.repeat(5000)}` });
      expect(error).toHaveLength(
        `Invalid signature: Expected HMAC SHA256 hex digest of ${client.socketId}:private-x, but got `
          .length + 100,
      );
    });

    it.each([
      '{"user_id":"1","user_info":{"b":1,"a":2}}',
      '{ "user_id" : "1" }',
      '{"user_id":1.0e0}'.replace('1.0e0', '1'),
      '{"user_id":"1","user_info":{"n":1.0}}',
      '{"user_id":"1","user_info":{"n":12345678901234567890}}',
      '{"user_info":{"name":"Zoë","url":"https://x/y"},"user_id":"1"}',
      '{"user_id":"1","user_info":{"name":"Zo\\u00eb"},"extra":null}',
      '{"user_id":"1","user_id":"2"}',
      '\n\t{"user_id":"1"}\n',
    ])('covers channel_data as it stands in the frame: %j (AUTH-3)', async (channelData) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const auth = `app-key:${hmac(`${client.socketId}:presence-x:${channelData}`)}`;
      await expectAccepted(client, { channel: 'presence-x', auth, channel_data: channelData });
    });
  });

  describe('auth', () => {
    it('is split at the first colon (AUTH-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const hex = hmac(`${client.socketId}:private-x`);
      const channel = 'private-x';
      expect(await refusal(client, { channel, auth: hex })).toBe(
        "Auth value for subscription to private-x is invalid: should be of format 'key:signature'",
      );
      expect(await refusal(client, { channel, auth: `:${hex}` })).toBe(
        "Invalid key in subscription auth data: ''",
      );
      expect(await refusal(client, { channel, auth: `app-key:x:${hex}` })).toContain(`but got x:${hex}`);
    });

    it('names a key of the app, in its spelling (AUTH-2)', async () => {
      const apps = [{ id: 'other', key: 'other-key', secret: 'other-secret' }];
      const server = await startServer({ transport, apps });
      const client = await server.connect();
      const channel = 'private-x';
      const sign = (secret: string) => hmac(`${client.socketId}:${channel}`, secret);
      for (const [key, secret] of [
        ['nobody', 'app-secret'],
        ['APP-KEY', 'app-secret'],
        ['app-id', 'app-secret'],
        ['other-key', 'other-secret'],
        ['__proto__', 'app-secret'],
        [' app-key', 'app-secret'],
      ] as const) {
        expect(await refusal(client, { channel, auth: `${key}:${sign(secret)}` })).toBe(
          `Invalid key in subscription auth data: '${key}'`,
        );
      }
    });

    it('is checked with the secret of the key it names, so that keys can be rotated (AUTH-2)', async () => {
      const server = await startServer({
        transport,
        app: {
          key: undefined,
          secret: undefined,
          keys: [
            { key: 'retired-key', secret: 'retired-secret', enabled: false },
            { key: 'old-key', secret: 'old-secret' },
            { key: 'new-key', secret: 'new-secret' },
          ],
        },
      });
      const channel = 'private-x';
      for (const connectedWith of ['old-key', 'new-key']) {
        for (const [key, secret] of [
          ['old-key', 'old-secret'],
          ['new-key', 'new-secret'],
        ] as const) {
          const client = await connected(server, connectedWith);
          const auth = (secretUsed: string) => `${key}:${hmac(`${client.socketId}:${channel}`, secretUsed)}`;
          await expectAccepted(client, { channel, auth: auth(secret) });
        }
      }
      const client = await connected(server, 'new-key');
      const sign = (secret: string) => hmac(`${client.socketId}:${channel}`, secret);
      expect(await refusal(client, { channel, auth: `retired-key:${sign('retired-secret')}` })).toContain(
        'Invalid key',
      );
      expect(await refusal(client, { channel, auth: `new-key:${sign('old-secret')}` })).toContain(
        'Invalid signature',
      );
    });
  });

  describe('channel_data that a client encoded anew', () => {
    it.each(REENCODED)('is taken in the spelling of PHP: %s (AUTH-4)', async (_what, signed, sent) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const auth = `app-key:${hmac(`${client.socketId}:presence-x:${signed}`)}`;
      subscribe(client, { channel: 'presence-x', auth, channel_data: sent });
      const { data } = await client.next(SUCCEEDED, 'presence-x');
      const { presence } = JSON.parse(data as string) as { presence: { hash: Record<string, unknown> } };
      expect(presence.hash['7']).toStrictEqual((JSON.parse(signed) as { user_info: unknown }).user_info);
    });

    it('is not taken in any other spelling (AUTH-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const attempt = (signed: string, sent: string) =>
        refusal(client, {
          channel: 'presence-x',
          auth: `app-key:${hmac(`${client.socketId}:presence-x:${signed}`)}`,
          channel_data: sent,
        });
      const slash = '{"user_id":"7","user_info":{"a":"x/y"}}';
      // Another order, another number, upper-case escapes, half-escaped, and what says something else.
      expect(await attempt('{"user_info":{"a":"x\\/y"},"user_id":"7"}', slash)).toContain(
        'Invalid signature',
      );
      expect(await attempt('{"user_id":7,"user_info":{"a":"x\\/y"}}', slash)).toContain('Invalid signature');
      expect(
        await attempt(
          '{"user_id":"7","user_info":{"a":"Zo\\u00EB"}}',
          '{"user_id":"7","user_info":{"a":"Zoë"}}',
        ),
      ).toContain('Invalid signature');
      expect(
        await attempt(
          '{"user_id":"7","user_info":{"a":"x\\/y/z"}}',
          '{"user_id":"7","user_info":{"a":"x/y/z"}}',
        ),
      ).toContain('Invalid signature');
      expect(await attempt('{"user_id":"8","user_info":{"a":"x\\/y"}}', slash)).toContain(
        'Invalid signature',
      );
    });
  });

  describe('the signature of a user', () => {
    it('covers socket id and user_data, with two colons on each side (USER-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin('{ "id": "1", "user_info": {"url": "https:\\/\\/x"} }');
      const wrong = [
        `${client.socketId}:user:{"id":"1"}`,
        `${client.socketId}::user::{"id":"2"}`,
        `1.1::user::{"id":"1"}`,
        `${client.socketId}:{"id":"1"}`,
      ];
      for (const text of wrong) {
        client.send({
          event: 'pusher:signin',
          data: { auth: `app-key:${hmac(text)}`, user_data: '{"id":"1"}' },
        });
        expect(await client.error()).toStrictEqual({
          code: null,
          message: `Invalid sign-in signature: Expected HMAC SHA256 hex digest of ${client.socketId}::user::<user_data>`,
        });
      }
    });

    it('is not one of a channel (USER-2, AUTH-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const { data } = signinFrame(client.socketId, '{"user_id":"1"}');
      expect(
        await refusal(client, { channel: 'presence-x', auth: data.auth, channel_data: data.user_data }),
      ).toContain('Invalid signature');
    });

    it.each(['', 'app-key', ':', 'nobody:0000'])(
      'comes with a key of the app, not with "%s" (AUTH-2)',
      async (auth) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        client.send({ event: 'pusher:signin', data: { auth, user_data: '{"id":"1"}' } });
        expect(await client.error()).toMatchObject({ code: null });
        await client.settle();
        expect(client.named('pusher:signin_success')).toEqual([]);
      },
    );
  });
});

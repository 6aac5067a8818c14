import { describe, expect, it } from 'vitest';
import { RawHttp, requestText } from '../support/raw-http.js';
import { authPairs, md5, signature, signedTarget, unescaped, type Pair } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import type { ReceivedFrame, TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const EVENTS = '/apps/app-id/events';

const MISSING_NAME = 'Missing required parameter: name';
const MISSING_DATA = 'Missing required parameter: data';
const MISSING_CHANNEL = 'Missing required parameter: channel';
const RESERVED = "Invalid event name: 'pusher:' and 'pusher_internal:' are reserved";
const BAD_CHARACTERS =
  "Invalid channel name: only letters, digits and _-=@,.; are allowed, and '#' only in #server-to-user-{id}";
const BAD_INFO = 'info should be a comma separated list of attributes';

const tooManyBytes = (name: string, channel: string, bytes: number, most = 10_240) =>
  `The data content of this event exceeds the allowed maximum (${most} bytes). Event '${name}' on ${channel} has ${bytes} bytes; the app's maxEventBytes (PREGON_APP_MAX_EVENT_BYTES) sets the limit`;

/** What a client has received of events, whatever else it was sent, once all that was triggered has arrived. */
async function eventsOf(client: TestSocket): Promise<ReceivedFrame[]> {
  await client.settle();
  return client.frames.filter(({ event }) => !event.startsWith('pusher'));
}

/** Bodies that are refused whichever endpoint they go to: one event without its channel. */
const BAD_EVENTS: readonly (readonly [title: string, event: Record<string, unknown>, text: string])[] = [
  ['no name', { data: 'd' }, MISSING_NAME],
  ['null as name', { name: null, data: 'd' }, MISSING_NAME],
  ['an empty name', { name: '', data: 'd' }, MISSING_NAME],
  ['a number as name', { name: 1, data: 'd' }, "Invalid parameter: 'name' must be a string"],
  ['an array as name', { name: ['x'], data: 'd' }, "Invalid parameter: 'name' must be a string"],
  ['no data', { name: 'x' }, MISSING_DATA],
  [
    'a name of 201 characters',
    { name: 'n'.repeat(201), data: 'd' },
    'Invalid event name: 201 characters, at most 200 are allowed',
  ],
  ['a protocol event', { name: 'pusher:error', data: 'd' }, RESERVED],
  ['an internal event', { name: 'pusher_internal:member_added', data: '{"user_id":"1"}' }, RESERVED],
  ['a number as info', { name: 'x', data: 'd', info: 1 }, BAD_INFO],
  ['an array as info', { name: 'x', data: 'd', info: ['user_count'] }, BAD_INFO],
  ['words as info', { name: 'x', data: 'd', info: 'user count' }, BAD_INFO],
  ['a gap in info', { name: 'x', data: 'd', info: 'user_count,,cache' }, BAD_INFO],
  ['a semicolon in info', { name: 'x', data: 'd', info: 'user_count;cache' }, BAD_INFO],
];

const BAD_CHANNELS: readonly (readonly [title: string, channel: unknown, text: string])[] = [
  ['an empty channel', '', MISSING_CHANNEL],
  ['a number as channel', 7, "Invalid parameter: 'channel' must be a string"],
  ['an object as channel', {}, "Invalid parameter: 'channel' must be a string"],
  [
    'a channel of 201 characters',
    'c'.repeat(201),
    'Invalid channel name: 201 characters, at most 200 are allowed',
  ],
  ['a blank in the channel', 'my room', BAD_CHARACTERS],
  ['a slash in the channel', 'a/b', BAD_CHARACTERS],
  ['a colon in the channel', 'a:b', BAD_CHARACTERS],
  ['a line break after the channel', 'room\n', BAD_CHARACTERS],
  ['a letter outside ASCII in the channel', 'zoë', BAD_CHARACTERS],
  ['a # before the channel', '#room', BAD_CHARACTERS],
  ['a # within the channel', 'room#1', BAD_CHARACTERS],
  ['a channel of a user without an id', '#server-to-user-', BAD_CHARACTERS],
];

/** `data` as it is sent, as JSON text, and as it arrives. */
const DATA: readonly (readonly [title: string, sent: string, arrives: string])[] = [
  ['a string', '"hello"', 'hello'],
  ['an empty string', '""', ''],
  ['string JSON', '"{\\"a\\":1}"', '{"a":1}'],
  ["Laravel's empty payload", '"[]"', '[]'],
  [
    "PHP's spelling, untouched",
    '"{\\"u\\":\\"a\\\\/b\\",\\"n\\":\\"zo\\\\u00eb\\"}"',
    '{"u":"a\\/b","n":"zo\\u00eb"}',
  ],
  ['characters outside ASCII', '"zoë € 😀"', 'zoë € 😀'],
  ['a NUL and line separators', '"\\u0000\\u2028\\u2029"', '\u0000\u2028\u2029'],
  ['half a surrogate pair', '"\\ud83d"', '\ud83d'],
  ['an object', '{"a":1}', '{"a":1}'],
  ['an object as it was spelled', '{"a": 1.0, "b":\t[ ]}', '{"a": 1.0, "b":\t[ ]}'],
  ['an object with the name __proto__', '{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
  ['an array', '[1,"b",null]', '[1,"b",null]'],
  ['a number', '42', '42'],
  ['a number beyond 2^53', '9007199254740993', '9007199254740993'],
  ['an id beyond 2^53 in an object', '{"id":12345678901234567890}', '{"id":12345678901234567890}'],
  ['true', 'true', 'true'],
  ['false', 'false', 'false'],
  ['null', 'null', 'null'],
];

onEachTransport((transport) => {
  describe('a trigger', () => {
    it('delivers the event to the subscribers of its channel and answers {} (API-1, EVENT-1)', async () => {
      const server = await startServer({ transport });
      const [one, other] = [await server.connect(), await server.connect()];
      await one.subscribe('room');
      await other.subscribe('hall');
      const answer = await server.api.post('/events', { name: 'x', channel: 'room', data: '{"a":1}' });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(await eventsOf(one)).toStrictEqual([{ event: 'x', channel: 'room', data: '{"a":1}' }]);
      expect(await eventsOf(other)).toEqual([]);
    });

    it('succeeds when nobody is subscribed (API-1)', async () => {
      const server = await startServer({ transport });
      const answer = await server.api.post('/events', { name: 'x', channel: 'nobody', data: '1' });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    });

    it('delivers to all of its channels, each counted once (API-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['a', 'b', 'c']) await client.subscribe(channel);
      await server.api.trigger(['b', 'a', 'b', 'a', 'b'], 'x', '1');
      expect((await eventsOf(client)).map(({ channel }) => channel)).toEqual(['b', 'a']);
    });

    it('takes channels when channel is given too (API-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['a', 'b']) await client.subscribe(channel);
      await server.api.post('/events', { name: 'x', data: '1', channel: 'a', channels: ['b'] });
      expect((await eventsOf(client)).map(({ channel }) => channel)).toEqual(['b']);
    });

    it.each(DATA)('delivers %s (API-1, EVENT-1)', async (_title, sent, arrives) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const body = `{"name":"x","channel":"room","data":${sent}}`;
      expect((await server.api.request({ method: 'POST', path: '/events', body })).text).toBe('{}');
      expect((await eventsOf(client)).map(({ data }) => data)).toEqual([arrives]);
    });

    it('delivers events of one channel in their order (EVENT-3)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const http = await RawHttp.open(server.port);
      const numbers = Array.from({ length: 200 }, (_, i) => String(i));
      const statuses = [];
      // As many without waiting as a client is let (API-15).
      for (let start = 0; start < numbers.length; start += 20) {
        for (const data of numbers.slice(start, start + 20)) {
          const body = JSON.stringify({ name: 'x', channel: 'room', data });
          http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { body }));
        }
        for (let i = 0; i < 20; i++) statuses.push((await http.answer()).status);
      }
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect((await eventsOf(client)).map(({ data }) => data)).toEqual(numbers);
    });

    it('reaches a signed-in user on #server-to-user-{id} (USER-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: 'ana@x' });
      await client.subscribe('#server-to-user-ana@x');
      await server.api.post('/events', { name: 'x', channel: '#server-to-user-ana@x', data: '1' });
      expect(await eventsOf(client)).toStrictEqual([
        { event: 'x', channel: '#server-to-user-ana@x', data: '1' },
      ]);
    });

    it.each([
      'client-typing',
      'pusher',
      'pusher_x',
      'Pusher:x',
      'App\\Events\\OrderShipped',
      '.x',
      'zoë',
      'a\nb',
      '"',
      '__proto__',
    ])('may be named %j (EVENT-2)', async (name) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      await server.api.trigger('room', name, '1');
      await client.settle();
      expect(client.named(name)).toStrictEqual([{ event: name, channel: 'room', data: '1' }]);
    });

    it.each([
      undefined,
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json; charset=',
      'json',
      ';;',
    ])('is read as JSON with the content type %j (API-1)', async (type) => {
      const { port } = await startServer({ transport });
      const http = await RawHttp.open(port);
      const body = '{"name":"x","channel":"room","data":"1"}';
      const headers = type === undefined ? {} : { 'Content-Type': type };
      http.write(requestText('POST', signedTarget('POST', EVENTS, [], body), { headers, body }));
      expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
    });

    it('passes over members it does not know (API-1)', async () => {
      const server = await startServer({ transport });
      const body = '{"name":"x","channel":"room","data":"1","tags":["a"],"__proto__":{"data":"2"}}';
      expect((await server.api.request({ method: 'POST', path: '/events', body })).status).toBe(200);
    });

    describe('without a body', () => {
      const post = async (port: number, more: readonly Pair[], headers: Record<string, string> = {}) => {
        const http = await RawHttp.open(port);
        http.write(requestText('POST', signedTarget('POST', EVENTS, more), { headers }));
        return http.answer();
      };

      it.each([
        ['channels[]', [['channels[]', 'a'], ['channels[]', 'b']]], // prettier-ignore
        ['numbered channels', [['channels[0]', 'a'], ['channels[1]', 'b']]], // prettier-ignore
      ] as [string, Pair[]][])(
        'takes its parameters from the query: %s (API-1)',
        async (_title, channels) => {
          const server = await startServer({ transport });
          const client = await server.connect();
          for (const channel of ['a', 'b']) await client.subscribe(channel);
          const more: Pair[] = [['name', 'x'], ['data', '{"a":1}'], ...channels]; // prettier-ignore
          expect(await post(server.port, more)).toMatchObject({ status: 200, body: '{}' });
          expect(await eventsOf(client)).toStrictEqual([
            { event: 'x', channel: 'a', data: '{"a":1}' },
            { event: 'x', channel: 'b', data: '{"a":1}' },
          ]);
        },
      );

      it('takes channel, info and socket_id from the query (API-1, API-4)', async () => {
        const server = await startServer({ transport });
        const [sender, other] = [await server.connect(), await server.connect()];
        await sender.subscribe('room');
        await other.subscribe('room');
        const answer = await post(server.port, [
          ['channel', 'room'],
          ['data', ''],
          ['info', 'subscription_count'],
          ['name', 'x'],
          ['socket_id', sender.socketId],
        ]);
        expect(JSON.parse(answer.body)).toEqual({ channels: { room: { subscription_count: 2 } } });
        expect(await eventsOf(sender)).toEqual([]);
        expect(await eventsOf(other)).toStrictEqual([{ event: 'x', channel: 'room', data: '' }]);
      });

      it('decodes what is percent-encoded (API-1, SIGN-4)', async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        const pairs: Pair[] = [...authPairs(), ['channel', 'room'], ['data', 'zoë & co'], ['name', 'a=b']];
        const sent: Pair[] = [...pairs, ['auth_signature', signature('POST', EVENTS, pairs)]];
        const http = await RawHttp.open(server.port);
        const query = sent.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
        http.write(requestText('POST', `${EVENTS}?${query}`, { headers: { 'Content-Length': '0' } }));
        expect(await http.answer()).toMatchObject({ status: 200 });
        expect(await eventsOf(client)).toStrictEqual([{ event: 'a=b', channel: 'room', data: 'zoë & co' }]);
      });

      it.each([
        ['nothing', [], MISSING_NAME],
        ['no data', [['channel', 'a'], ['name', 'x']], MISSING_DATA], // prettier-ignore
        ['no channel', [['data', '1'], ['name', 'x']], MISSING_CHANNEL], // prettier-ignore
      ] as [string, Pair[], string][])(
        'is refused with %s in the query (API-1)',
        async (_title, more, text) => {
          const { port } = await startServer({ transport });
          expect(await post(port, more)).toMatchObject({ status: 400, body: `${text}\n` });
        },
      );
    });

    it.each([
      ...BAD_EVENTS.map(([title, event, text]) => [title, { ...event, channel: 'room' }, text] as const),
      ...BAD_CHANNELS.map(
        ([title, channel, text]) => [title, { name: 'x', data: 'd', channel }, text] as const,
      ),
      ...BAD_CHANNELS.map(
        ([title, channel, text]) =>
          [`${title} among channels`, { name: 'x', data: 'd', channels: ['room', channel] }, text] as const,
      ),
      ['neither channel nor channels', { name: 'x', data: 'd' }, MISSING_CHANNEL],
      ['null for both', { name: 'x', data: 'd', channel: null, channels: null }, MISSING_CHANNEL],
      ['no channels', { name: 'x', data: 'd', channels: [] }, MISSING_CHANNEL],
      [
        'no channels beside a channel',
        { name: 'x', data: 'd', channels: [], channel: 'room' },
        MISSING_CHANNEL,
      ],
      ['null among channels', { name: 'x', data: 'd', channels: ['room', null] }, MISSING_CHANNEL],
      [
        'a string as channels',
        { name: 'x', data: 'd', channels: 'room' },
        "Invalid parameter: 'channels' must be an array of channel names",
      ],
      [
        'an object as channels',
        { name: 'x', data: 'd', channels: { 0: 'room' } },
        "Invalid parameter: 'channels' must be an array of channel names",
      ],
    ] as [string, object, string][])(
      'is refused with %s, and delivers nothing (API-1, API-5)',
      async (_title, body, text) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        const answer = await server.api.post('/events', body);
        expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
        await client.settle();
        expect(client.frames.filter(({ channel }) => channel === 'room')).toHaveLength(1);
      },
    );

    it.each([
      ['no JSON', 'name=x', 'Invalid body: it is not JSON'],
      ['JSON that is cut off', '{"name":"x"', 'Invalid body: it is not JSON'],
      ['a byte order mark', '\ufeff{}', 'Invalid body: it is not JSON'],
      ['an array', '[]', 'Invalid body: it must be a JSON object'],
      ['a string', '"x"', 'Invalid body: it must be a JSON object'],
      ['null', 'null', 'Invalid body: it must be a JSON object'],
    ])('is refused when its body is %s (API-1)', async (_title, body, text) => {
      const server = await startServer({ transport });
      for (const path of ['/events', '/batch_events']) {
        const answer = await server.api.request({ method: 'POST', path, body });
        expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
      }
    });

    it.each([
      ['a lone continuation byte', Buffer.from([0x80])],
      ['an overlong slash', Buffer.from([0xc0, 0xaf])],
      ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
      ['Latin-1', Buffer.from('zoë', 'latin1')],
    ])('is refused when its body is not UTF-8: %s (API-1)', async (_title, bytes) => {
      const { port } = await startServer({ transport });
      const body = Buffer.concat([
        Buffer.from('{"name":"x","channel":"room","data":"'),
        bytes,
        Buffer.from('"}'),
      ]);
      const pairs: Pair[] = [...authPairs(), ['body_md5', md5(body)]];
      const query = unescaped([...pairs, ['auth_signature', signature('POST', EVENTS, pairs)]]);
      const http = await RawHttp.open(port);
      http.write(
        requestText('POST', `${EVENTS}?${query}`, { headers: { 'Content-Length': String(body.length) } }),
      );
      http.write(body);
      expect(await http.answer()).toMatchObject({ status: 400, body: 'Invalid body: it is not UTF-8\n' });
    });

    it('takes a name of 200 characters and a channel of 200 (EVENT-2, CHAN-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const [name, channel] = ['n'.repeat(200), 'c'.repeat(200)];
      await client.subscribe(channel);
      expect((await server.api.trigger(channel, name, '1')).status).toBe(200);
      expect(await eventsOf(client)).toStrictEqual([{ event: name, channel, data: '1' }]);
    });

    it('takes 100 channels and not 101, each name counted once (API-1)', async () => {
      const server = await startServer({ transport });
      const channels = Array.from({ length: 100 }, (_, i) => `room-${i}`);
      expect((await server.api.trigger(channels, 'x', '1')).status).toBe(200);
      expect((await server.api.trigger([...channels, ...channels], 'x', '1')).status).toBe(200);
      const answer = await server.api.trigger([...channels, 'one-more'], 'x', '1');
      expect([answer.status, answer.text]).toEqual([
        400,
        'Too many channels (101 > 100): an event may be triggered on 100 channels at once\n',
      ]);
    });

    it.each([
      ['ASCII', 'a'.repeat(10_240), 'a'.repeat(10_241), 10_241],
      ['two bytes each', 'ë'.repeat(5120), `${'ë'.repeat(5120)}a`, 10_241],
      ['three bytes each', `${'€'.repeat(3413)}a`, '€'.repeat(3414), 10_242],
      ['four bytes each', '😀'.repeat(2560), `${'😀'.repeat(2560)}a`, 10_241],
    ])(
      'takes 10,240 bytes of data and no more, counted in UTF-8: %s (EVENT-2, API-3)',
      async (_title, most, over, bytes) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        expect((await server.api.trigger('room', 'x', most)).text).toBe('{}');
        const answer = await server.api.trigger('room', 'x', over);
        expect([answer.status, answer.text]).toEqual([413, `${tooManyBytes('x', 'room', bytes)}\n`]);
        expect((await eventsOf(client)).map(({ data }) => data)).toEqual([most]);
      },
    );

    it("holds the app's own limits (API-1, EVENT-2)", async () => {
      const app = {
        maxEventNameLength: 5,
        maxChannelNameLength: 6,
        maxChannelsPerEvent: 2,
        maxEventBytes: 7,
      };
      const server = await startServer({ transport, app });
      expect((await server.api.trigger(['123456', 'b'], '12345', '1234567')).status).toBe(200);
      expect((await server.api.trigger('a', '123456', '')).text).toBe(
        'Invalid event name: 6 characters, at most 5 are allowed\n',
      );
      expect((await server.api.trigger('1234567', 'x', '')).text).toBe(
        'Invalid channel name: 7 characters, at most 6 are allowed\n',
      );
      expect((await server.api.trigger(['a', 'b', 'c'], 'x', '')).text).toMatch(
        /^Too many channels \(3 > 2\)/,
      );
      expect((await server.api.trigger('a', 'x', '12345678')).text).toBe(`${tooManyBytes('x', 'a', 8, 7)}\n`);
    });

    it.each([
      ['an array', '['.repeat(300_000) + ']'.repeat(300_000)],
      ['an object', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
    ])(
      'is refused for its size, not its depth, when its data is %s in itself very often (API-3)',
      async (_title, data) => {
        const server = await startServer({ transport });
        const body = `{"name":"x","channel":"room","data":${data}}`;
        const answer = await server.api.request({ method: 'POST', path: '/events', body });
        expect([answer.status, answer.text]).toEqual([413, `${tooManyBytes('x', 'room', data.length)}\n`]);
      },
    );

    it('answers in one line, whatever was sent (API-3)', async () => {
      const server = await startServer({ transport });
      const answer = await server.api.trigger('room', 'a\r\nb\u2028c', 'd'.repeat(10_241));
      expect(answer.text).toBe(`${tooManyBytes('a b c', 'room', 10_241)}\n`);
    });
  });

  describe('a trigger with info', () => {
    const occupied = async () => {
      const server = await startServer({ transport });
      for (const user of [1, 2, 2]) {
        const client = await server.connect();
        await client.subscribe('presence-room', { user_id: user });
        await client.subscribe('private-room');
      }
      return server;
    };

    it.each([
      [
        'user_count',
        {
          'presence-room': { user_count: 2 },
          'private-room': {},
          nobody: {},
          'presence-nobody': { user_count: 0 },
        },
      ],
      [
        'subscription_count',
        {
          'presence-room': { subscription_count: 3 },
          'private-room': { subscription_count: 3 },
          nobody: { subscription_count: 0 },
          'presence-nobody': { subscription_count: 0 },
        },
      ],
      [
        'user_count,subscription_count',
        {
          'presence-room': { user_count: 2, subscription_count: 3 },
          'private-room': { subscription_count: 3 },
          nobody: { subscription_count: 0 },
          'presence-nobody': { user_count: 0, subscription_count: 0 },
        },
      ],
      [
        ' subscription_count , user_count ',
        {
          'presence-room': { user_count: 2, subscription_count: 3 },
          'private-room': { subscription_count: 3 },
          nobody: { subscription_count: 0 },
          'presence-nobody': { user_count: 0, subscription_count: 0 },
        },
      ],
    ])('%j answers with what applies to each channel (API-1)', async (info, channels) => {
      const server = await occupied();
      const names = ['presence-room', 'private-room', 'nobody', 'presence-nobody', 'presence-room'];
      expect((await server.api.trigger(names, 'x', '1', { info })).json()).toEqual({ channels });
    });

    it.each([null, '', undefined, 'occupied'])('%j answers {} (API-1)', async (info) => {
      const server = await startServer({ transport });
      expect((await server.api.trigger('room', 'x', '1', { info })).text).toBe('{}');
    });

    it('counts a channel named __proto__ (API-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('__proto__');
      const answer = await server.api.trigger('__proto__', 'x', '1', { info: 'subscription_count' });
      expect(answer.text).toBe('{"channels":{"__proto__":{"subscription_count":1}}}');
      expect(await eventsOf(client)).toStrictEqual([{ event: 'x', channel: '__proto__', data: '1' }]);
    });
  });

  describe('socket_id', () => {
    it('leaves that connection out, and nobody else (API-4)', async () => {
      const server = await startServer({ transport });
      const [sender, other] = [await server.connect(), await server.connect()];
      for (const client of [sender, other]) for (const channel of ['a', 'b']) await client.subscribe(channel);
      await server.api.trigger(['a', 'b'], 'x', '1', { socket_id: sender.socketId });
      expect(await eventsOf(sender)).toEqual([]);
      expect(await eventsOf(other)).toHaveLength(2);
    });

    it('does no harm where that connection is not subscribed (API-4)', async () => {
      const server = await startServer({ transport });
      const [sender, other] = [await server.connect(), await server.connect()];
      await other.subscribe('room');
      await server.api.trigger('room', 'x', '1', { socket_id: sender.socketId });
      expect(await eventsOf(other)).toHaveLength(1);
    });

    it('does no harm when that connection is the only one (API-4)', async () => {
      const server = await startServer({ transport });
      const sender = await server.connect();
      await sender.subscribe('room');
      expect((await server.api.trigger('room', 'x', '1', { socket_id: sender.socketId })).text).toBe('{}');
      expect(await eventsOf(sender)).toEqual([]);
    });

    it('of a connection that is gone leaves nobody out (API-4)', async () => {
      const server = await startServer({ transport });
      const [gone, other] = [await server.connect(), await server.connect()];
      await other.subscribe('room');
      await gone.close();
      expect((await server.api.trigger('room', 'x', '1', { socket_id: gone.socketId })).text).toBe('{}');
      expect(await eventsOf(other)).toHaveLength(1);
    });

    it('of a connection of another app leaves nobody out (API-4)', async () => {
      const apps = [{ id: 'other', key: 'other-key', secret: 'other-secret' }];
      const server = await startServer({ transport, apps });
      const stranger = await server.open('/app/other-key?protocol=7');
      await stranger.established();
      await stranger.subscribe('room');
      const client = await server.connect();
      await client.subscribe('room');
      await server.api.trigger('room', 'x', '1', { socket_id: stranger.socketId });
      expect(await eventsOf(client)).toHaveLength(1);
      expect(await eventsOf(stranger)).toEqual([]);
    });

    it.each([
      ['unknown', '1.1'],
      ['malformed', '123123'],
      ['empty', ''],
      ['a name of the prototype', '__proto__'],
      ['very long', '1'.repeat(10_000)],
      ['a number', 123.456],
      ['null', null],
      ['true', true],
      ['an array', ['1.1']],
      ['an object', {}],
    ])('that is %s leaves nobody out and is no mistake (API-4)', async (_title, socketId) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      expect((await server.api.trigger('room', 'x', '1', { socket_id: socketId })).text).toBe('{}');
      const batch = [{ name: 'x', channel: 'room', data: '2', socket_id: socketId }];
      expect((await server.api.post('/batch_events', { batch })).text).toBe('{}');
      expect((await eventsOf(client)).map(({ data }) => data)).toEqual(['1', '2']);
    });
  });

  describe('a batch', () => {
    it('delivers its events in their order and answers {} (API-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      for (const channel of ['a', 'b']) await client.subscribe(channel);
      const batch = ['a', 'b', 'a', 'a', 'b'].map((channel, i) => ({
        name: `x${i}`,
        channel,
        data: String(i),
      }));
      expect((await server.api.post('/batch_events', { batch })).text).toBe('{}');
      expect(await eventsOf(client)).toStrictEqual(
        batch.map(({ name, channel, data }) => ({ event: name, channel, data })),
      );
    });

    it.each(DATA)('delivers %s (API-2, EVENT-1)', async (_title, sent, arrives) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const event = `{"name":"x", "data" : ${sent}, "channel":"room"}`;
      const body = `{"batch":[{"name":"y","channel":"other","data":[{"data":1}]} , ${event},${event}]}`;
      expect((await server.api.request({ method: 'POST', path: '/batch_events', body })).text).toBe('{}');
      expect((await eventsOf(client)).map(({ data }) => data)).toEqual([arrives, arrives]);
    });

    it('may be empty (API-2)', async () => {
      const server = await startServer({ transport });
      const answer = await server.api.post('/batch_events', { batch: [] });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    });

    it("leaves out each event's own socket_id (API-2, API-4)", async () => {
      const server = await startServer({ transport });
      const [one, other] = [await server.connect(), await server.connect()];
      for (const client of [one, other]) await client.subscribe('room');
      const batch = [one.socketId, other.socketId, undefined, null].map((socketId, i) => {
        return { name: 'x', channel: 'room', data: String(i), socket_id: socketId };
      });
      await server.api.post('/batch_events', { batch });
      expect((await eventsOf(one)).map(({ data }) => data)).toEqual(['1', '2', '3']);
      expect((await eventsOf(other)).map(({ data }) => data)).toEqual(['0', '2', '3']);
    });

    it('answers with info in the order of its events, {} for those without (API-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('presence-room', { user_id: 1 });
      await client.subscribe('room');
      const event = (channel: string, info?: string | null) => ({ name: 'x', data: '1', channel, info });
      const batch = [
        event('room'),
        event('presence-room', 'user_count'),
        event('room', 'subscription_count,user_count'),
        event('room', null),
        event('nobody', 'subscription_count'),
        event('presence-room', 'subscription_count'),
        event('presence-nobody', 'user_count,subscription_count'),
      ];
      expect((await server.api.post('/batch_events', { batch })).json()).toEqual({
        batch: [
          {},
          { user_count: 1 },
          { subscription_count: 1 },
          {},
          { subscription_count: 0 },
          { subscription_count: 1 },
          { user_count: 0, subscription_count: 0 },
        ],
      });
    });

    it('takes 10 events and not 11 (API-2)', async () => {
      const server = await startServer({ transport });
      const batch = Array.from({ length: 11 }, () => ({ name: 'x', channel: 'room', data: '1' }));
      expect((await server.api.post('/batch_events', { batch: batch.slice(1) })).status).toBe(200);
      const answer = await server.api.post('/batch_events', { batch });
      expect([answer.status, answer.text]).toEqual([400, 'Batch too large (11 > 10)\n']);
    });

    it('takes 10 events of 10,240 bytes each (API-2, EVENT-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const data = '\u0001'.repeat(10_240);
      const batch = Array.from({ length: 10 }, () => ({ name: 'x', channel: 'room', data }));
      expect((await server.api.post('/batch_events', { batch })).status).toBe(200);
      expect(await eventsOf(client)).toHaveLength(10);
    });

    it.each([
      ['no batch', {}, 'Missing required parameter: batch'],
      ['null as batch', { batch: null }, "Invalid parameter: 'batch' must be an array of events"],
      ['an object as batch', { batch: {} }, "Invalid parameter: 'batch' must be an array of events"],
      ['a string as an event', { batch: ['x'] }, 'Invalid body: it must be a JSON object'],
      ['null as an event', { batch: [null] }, 'Invalid body: it must be a JSON object'],
      ['an array as an event', { batch: [[]] }, 'Invalid body: it must be a JSON object'],
    ])('is refused with %s (API-2)', async (_title, body, text) => {
      const server = await startServer({ transport });
      const answer = await server.api.post('/batch_events', body);
      expect([answer.status, answer.text]).toEqual([400, `${text}\n`]);
    });

    it.each([
      ...BAD_EVENTS.map(([title, event, text]) => [title, { ...event, channel: 'room' }, 400, text] as const),
      ...BAD_CHANNELS.map(
        ([title, channel, text]) => [title, { name: 'x', data: 'd', channel }, 400, text] as const,
      ),
      ['no channel', { name: 'x', data: 'd' }, 400, MISSING_CHANNEL],
      ['null as channel', { name: 'x', data: 'd', channel: null }, 400, MISSING_CHANNEL],
      ['channels', { name: 'x', data: 'd', channels: ['room'] }, 400, MISSING_CHANNEL],
      [
        'too much data',
        { name: 'x', data: 'd'.repeat(10_241), channel: 'room' },
        413,
        tooManyBytes('x', 'room', 10_241),
      ],
    ] as [string, object, number, string][])(
      'delivers none of its events when the last one has %s (API-5)',
      async (_title, event, status, text) => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        const good = { name: 'x', channel: 'room', data: '1' };
        const answer = await server.api.post('/batch_events', { batch: [good, good, event] });
        expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
        await client.settle();
        expect(client.frames.filter(({ channel }) => channel === 'room')).toHaveLength(1);
      },
    );
  });
});

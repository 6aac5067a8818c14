import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { Opcode, RawClient } from '../support/raw-client.js';
import { startServer } from '../support/start-server.js';
import { hmac } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const INVALID_JSON = 'Received invalid JSON';
const INVALID_EVENT = "Invalid message: 'event' must be a non-empty string";
const notAnObject = (event: string) => `Invalid message: 'data' of ${event} must be an object`;

/** A bad frame, and what it is answered with. */
const BAD_FRAMES: readonly (readonly [frame: string, message: string])[] = [
  ['', INVALID_JSON],
  [' ', INVALID_JSON],
  ['hello', INVALID_JSON],
  ['{', INVALID_JSON],
  ['{"event":"pusher:ping"', INVALID_JSON],
  ["{'event':'pusher:ping'}", INVALID_JSON],
  ['{"event":"pusher:ping"}{"event":"pusher:ping"}', INVALID_JSON],
  ['\ufeff{"event":"pusher:ping"}', INVALID_JSON],
  ['[]', INVALID_JSON],
  ['[{"event":"pusher:ping"}]', INVALID_JSON],
  ['"pusher:ping"', INVALID_JSON],
  ['null', INVALID_JSON],
  ['1', INVALID_JSON],
  ['true', INVALID_JSON],
  ['{}', INVALID_EVENT],
  ['{"data":{}}', INVALID_EVENT],
  ['{"event":null}', INVALID_EVENT],
  ['{"event":""}', INVALID_EVENT],
  ['{"event":1}', INVALID_EVENT],
  ['{"event":["pusher:ping"]}', INVALID_EVENT],
  ['{"event":{"name":"pusher:ping"}}', INVALID_EVENT],
  ['{"Event":"pusher:ping"}', INVALID_EVENT],
  ['{"event":"pusher:subscribe"}', notAnObject('pusher:subscribe')],
  ['{"event":"pusher:subscribe","data":null}', notAnObject('pusher:subscribe')],
  ['{"event":"pusher:subscribe","data":[]}', notAnObject('pusher:subscribe')],
  ['{"event":"pusher:subscribe","data":"news"}', notAnObject('pusher:subscribe')],
  ['{"event":"pusher:subscribe","data":"[\\"news\\"]"}', notAnObject('pusher:subscribe')],
  [
    '{"event":"pusher:subscribe","data":{}}',
    "Invalid message: pusher:subscribe needs 'channel', a non-empty string",
  ],
  [
    '{"event":"pusher:subscribe","data":{"channel":""}}',
    "Invalid message: pusher:subscribe needs 'channel', a non-empty string",
  ],
  [
    '{"event":"pusher:subscribe","data":{"channel":null}}',
    "Invalid message: pusher:subscribe needs 'channel', a non-empty string",
  ],
  [
    '{"event":"pusher:subscribe","data":{"channel":["news"]}}',
    "Invalid message: 'channel' of pusher:subscribe must be a string",
  ],
  ['{"event":"pusher:subscribe","channel":"news"}', notAnObject('pusher:subscribe')],
  ['{"event":"pusher:unsubscribe"}', notAnObject('pusher:unsubscribe')],
  [
    '{"event":"pusher:unsubscribe","data":{"channel":7}}',
    "Invalid message: 'channel' of pusher:unsubscribe must be a string",
  ],
  [
    '{"event":"pusher:unsubscribe","data":{}}',
    "Invalid message: pusher:unsubscribe needs 'channel', a non-empty string",
  ],
  ['{"event":"pusher:signin"}', notAnObject('pusher:signin')],
  ['{"event":"pusher:signin","data":{}}', "Invalid message: pusher:signin needs 'auth', a non-empty string"],
  [
    '{"event":"pusher:signin","data":{"auth":"app-key:0"}}',
    "Invalid message: pusher:signin needs 'user_data', a non-empty string",
  ],
  [
    '{"event":"pusher:signin","data":{"auth":"app-key:0","user_data":{"id":"1"}}}',
    "Invalid message: 'user_data' of pusher:signin must be a string",
  ],
  ['{"event":"client-x"}', 'Invalid client event (must contain channel and data)'],
  ['{"event":"client-x","data":{}}', 'Invalid client event (must contain channel and data)'],
  ['{"event":"client-x","channel":"private-x"}', 'Invalid client event (must contain channel and data)'],
  [
    '{"event":"client-x","channel":"private-x","data":null}',
    'Invalid client event (must contain channel and data)',
  ],
  ['{"event":"client-x","channel":7,"data":{}}', 'Invalid client event (must contain channel and data)'],
];

const UNSUPPORTED = [
  'x',
  'my-event',
  'client',
  'Client-x',
  ' client-x',
  'pusher',
  'pusher:',
  'pusher:foo',
  'pusher:error',
  'pusher:connection_established',
  'pusher:subscription_succeeded',
  'pusher:signin_success',
  'Pusher:ping',
  'pusher_internal:',
  'pusher_internal:subscription_succeeded',
  'pusher_internal:member_added',
  'pusher_internal:member_removed',
  'App\\Events\\OrderShipped',
  '__proto__',
  'constructor',
];

/** Pings as clients in the field spell them (pusher-protocol.md A.6). */
const PINGS = [
  ['pusher-js, dart_pusher_channels, laravel_reverb', '{"event":"pusher:ping","data":{}}'],
  ['the Java client', '{"event": "pusher:ping"}'],
  ['pusher_client_socket', '{"event":"pusher:ping","data":null}'],
  ['Pysher', '{"event":"pusher:ping","data":""}'],
  ['one that counts', '{"event":"pusher:ping","data":7}'],
  ['one with a list', '{"event":"pusher:ping","data":[1,2]}'],
  ['one with JSON text', '{"event":"pusher:ping","data":"{}"}'],
  ['one that says more', '{"data":{"a":1},"channel":null,"x":[],"event":"pusher:ping"}'],
] as const;

onEachTransport((transport) => {
  describe('a bad frame', () => {
    it.each(BAD_FRAMES)('%s is answered with an error without a code (MSG-1)', async (frame, message) => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const client = await server.connect();
      client.send(frame);
      await client.settle();
      expect(client.frames.slice(1)).toStrictEqual([
        { event: 'pusher:error', data: { code: null, message } },
        { event: 'pusher:pong', data: '{}' },
      ]);
      // The connection is as usable as before.
      await client.subscribe('news');
    });

    it('is no concern of other clients (MSG-1)', async () => {
      const server = await startServer({ transport });
      const other = await server.connect();
      const client = await server.connect();
      await other.subscribe('news');
      await client.subscribe('news');
      for (const [frame] of BAD_FRAMES) client.send(frame);
      await client.settle();
      await other.settle();
      expect(other.frames.map(({ event }) => event)).toStrictEqual([
        'pusher:connection_established',
        'pusher_internal:subscription_succeeded',
        'pusher:pong',
      ]);
      expect(client.named('pusher:error')).toHaveLength(BAD_FRAMES.length);
    });

    it('may be binary, and is not read even if it holds a message (MSG-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.ws.send(Buffer.from('{"event":"pusher:subscribe","data":{"channel":"news"}}'));
      client.ws.send(Buffer.alloc(0));
      client.ws.send(Buffer.from([0, 255, 1]));
      await client.settle();
      expect(client.frames.slice(1, -1)).toStrictEqual(
        Array.from({ length: 3 }, () => ({
          event: 'pusher:error',
          data: { code: null, message: 'Binary messages are not supported' },
        })),
      );
    });

    it.each([
      ['text that is not UTF-8', Opcode.text, Buffer.from([0x22, 0xc3, 0x28, 0x22])],
      ['an opcode that does not exist', 3, Buffer.from('x')],
      ['a control frame that is too long', Opcode.ping, Buffer.alloc(126)],
    ])(
      'may break the WebSocket protocol with %s; the library ends the connection (MSG-6)',
      async (_what, opcode, payload) => {
        const server = await startServer({ transport });
        const other = await server.connect();
        const client = await RawClient.open(server.port, { path: '/app/app-key' });
        await client.established();
        client.send(opcode, payload);
        await client.gone;
        // None of our codes, if any: 1002 and 1007 are the protocol's own.
        expect([undefined, 1002, 1007]).toContain(client.closeCode);
        await other.settle();
      },
    );

    it('may be nested too deep for some, and is read all the same (MSG-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send(`{"event":"pusher:ping","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
      await client.next('pusher:pong');
      client.send('['.repeat(60_000));
      expect(await client.error()).toStrictEqual({ code: null, message: INVALID_JSON });
    });
  });

  describe('an unsupported event', () => {
    it.each(UNSUPPORTED)("'%s' is refused by name (MSG-4)", async (event) => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const client = await server.connect();
      client.send({ event, channel: 'private-x', data: {} });
      expect(await client.error()).toStrictEqual({
        code: null,
        message: `Unsupported event received on socket: '${event}'`,
      });
      await client.settle();
    });

    it('is never relayed, pusher_internal: ones included (MSG-4)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const sender = await server.connect();
      const listener = await server.connect();
      for (const client of [sender, listener]) await client.subscribe('private-x');
      for (const event of UNSUPPORTED) sender.send({ event, channel: 'private-x', data: '{"user_id":"1"}' });
      await sender.settle();
      await listener.settle();
      expect(listener.frames).toHaveLength(3);
      expect(sender.named('pusher:error')).toHaveLength(UNSUPPORTED.length);
    });

    it('is quoted only in part when its name is long (MSG-4)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send({ event: 'x'.repeat(10_000) });
      const { message } = await client.error();
      expect(message).toBe(`Unsupported event received on socket: '${'x'.repeat(100)}'`);
    });
  });

  describe('a ping', () => {
    it.each(PINGS)('of %s is answered with a pong: %s (MSG-2, LIVE-2)', async (_who, frame) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send(frame);
      await client.next('pusher:pong');
      expect(client.texts.slice(1)).toStrictEqual(['{"event":"pusher:pong","data":"{}"}']);
    });

    it('is answered also when it is sent before connection_established was read (MSG-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.open('/app/app-key?client=Pysher&version=0.6.0&protocol=6');
      client.send('{"event":"pusher:ping","data":""}');
      await client.next('pusher:pong');
      expect(client.frames.map(({ event }) => event)).toStrictEqual([
        'pusher:connection_established',
        'pusher:pong',
      ]);
    });

    it.each([
      '{"event":"pusher:pong","data":{}}',
      '{"event":"pusher:pong"}',
      '{"event":"pusher:pong","data":null}',
    ])('may be answered by a client that was not asked: %s (MSG-2)', async (frame) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      client.send(frame);
      await client.settle();
      expect(client.frames).toHaveLength(2);
    });
  });

  describe('data as JSON text', () => {
    it('is taken for pusher:subscribe, pusher:unsubscribe and pusher:signin (MSG-3)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      const userData = '{"id":"1"}';
      const auth = `app-key:${hmac(`${client.socketId}::user::${userData}`)}`;
      client.send({ event: 'pusher:signin', data: JSON.stringify({ auth, user_data: userData }) });
      await client.next('pusher:signin_success');
      client.send({ event: 'pusher:subscribe', data: JSON.stringify({ channel: 'news' }) });
      await client.next('pusher_internal:subscription_succeeded', 'news');
      client.send({ event: 'pusher:unsubscribe', data: JSON.stringify({ channel: 'news' }) });
      await client.settle();
      await server.api.trigger('news', 'x', '1');
      await client.settle();
      expect(client.named('x')).toEqual([]);
    });
  });

  describe('a large message', () => {
    const ping = (length: number) => {
      const frame = '{"event":"pusher:ping","data":""}';
      return frame.replace('""', `"${'x'.repeat(length - frame.length)}"`);
    };

    it('is taken up to maxMessageBytes and ends the connection with 1009 above (MSG-6)', async () => {
      const server = await startServer({ transport, app: { maxMessageBytes: 1024 } });
      const client = await server.connect();
      client.send(ping(1024));
      await client.next('pusher:pong');
      client.send(ping(1025));
      expect(await client.closed).toMatchObject({ code: 1009 });
      expect(client.frames).toHaveLength(2);
    });

    it('is measured in bytes, not in characters (MSG-6)', async () => {
      const server = await startServer({ transport, app: { maxMessageBytes: 1024 } });
      const client = await server.connect();
      client.send({ event: 'pusher:ping', data: 'ü'.repeat(600) });
      expect(await client.closed).toMatchObject({ code: 1009 });
    });

    it('counts when it is binary too (MSG-6)', async () => {
      const server = await startServer({ transport, app: { maxMessageBytes: 1024 } });
      const client = await server.connect();
      client.ws.send(Buffer.alloc(1025));
      expect(await client.closed).toMatchObject({ code: 1009 });
    });

    it('is dealt with by the library above twice the limit, and hurts nobody else (MSG-6)', async () => {
      const server = await startServer({ transport, app: { maxMessageBytes: 1024 } });
      const other = await server.connect();
      const client = await server.connect();
      client.send(ping(3000));
      expect([1006, 1009]).toContain((await client.closed).code);
      await other.settle();
    });

    it('is held to the limit of its own app (MSG-6)', async () => {
      const apps = [{ id: 'large', key: 'large-key', secret: 's', maxMessageBytes: 100_000 }];
      const server = await startServer({ transport, apps, app: { maxMessageBytes: 1024 } });
      const large = await server.open('/app/large-key');
      large.send(ping(100_000));
      await large.next('pusher:pong');
      const small = await server.connect();
      small.send(ping(2000));
      expect(await small.closed).toMatchObject({ code: 1009 });
    });

    it('may come in fragments, which count together (MSG-6)', async () => {
      const server = await startServer({ transport, app: { maxMessageBytes: 1024 } });
      const client = await server.connect();
      const fragments = (text: string) => {
        for (let i = 0; i < text.length; i += 100) {
          client.ws.send(text.slice(i, i + 100), { fin: i + 100 >= text.length });
        }
      };
      fragments(ping(1000));
      await client.next('pusher:pong');
      fragments(ping(1500));
      expect(await client.closed).toMatchObject({ code: 1009 });
    });

    it('leaves room for a client event of 10 KB by default (MSG-6)', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const sender = await server.connect();
      const listener = await server.connect();
      for (const client of [sender, listener]) await client.subscribe('private-x');
      const data = '"'.repeat(10_240);
      sender.send({ event: 'client-x', channel: 'private-x', data });
      expect((await listener.next('client-x')).data).toBe(data);
    });
  });

  describe('the message window', () => {
    const LIMIT = { maxMessagesPerWindow: 5, messageWindowSeconds: 10 };
    const EXCEEDED = { event: 'pusher:error', data: { code: 4301, message: 'Rate limit exceeded' } };

    it('answers messages of any kind above it with 4301, and opens again (MSG-7)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMIT });
      const client = await server.connect();
      for (let i = 0; i < 5; i++) await client.settle();
      client.send({ event: 'pusher:subscribe', data: { channel: 'news' } });
      client.send('nonsense');
      client.ws.send(Buffer.from('binary'));
      for (let i = 0; i < 3; i++) await client.next('pusher:error');
      expect(client.frames.slice(-3)).toStrictEqual([EXCEEDED, EXCEEDED, EXCEEDED]);

      clock.advance(2000);
      await client.settle();
      client.send({ event: 'pusher:ping' });
      expect(await client.error()).toMatchObject({ code: 4301 });
      clock.advance(10_000);
      for (let i = 0; i < 5; i++) await client.settle();
    });

    it('counts each connection for itself (MSG-7)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMIT });
      const first = await server.connect();
      const second = await server.connect();
      for (let i = 0; i < 5; i++) await first.settle();
      for (let i = 0; i < 5; i++) await second.settle();
    });

    it('does not count control frames (MSG-7)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock, app: LIMIT });
      const client = await server.connect();
      for (let i = 0; i < 20; i++) client.ws.ping();
      for (let i = 0; i < 5; i++) await client.settle();
    });

    it('closes with 4100 where terminateOnMessageLimit is set (MSG-7)', async () => {
      const clock = new FakeClock();
      const server = await startServer({
        transport,
        clock,
        app: { ...LIMIT, terminateOnMessageLimit: true },
      });
      const client = await server.connect();
      for (let i = 0; i < 5; i++) await client.settle();
      client.send({ event: 'pusher:ping' });
      expect(await client.closed).toStrictEqual({ code: 4100, reason: 'Rate limit exceeded' });
      expect(client.frames.slice(-2)).toStrictEqual([
        EXCEEDED,
        { event: 'pusher:error', data: { code: 4100, message: 'Rate limit exceeded' } },
      ]);
    });
  });

  describe('what the server sends', () => {
    it('is compact JSON with string data, whatever the occasion (MSG-5)', async () => {
      const server = await startServer({
        transport,
        app: { clientEvents: 'members', subscriptionCount: true, watchlist: true },
      });
      const client = await server.connect();
      const other = await server.connect();
      await client.signin({ id: '1', watchlist: ['2'] });
      await other.signin({ id: '2' });
      await client.subscribe('cache-news');
      await client.subscribe('#server-to-user-1');
      for (const one of [client, other])
        await one.subscribe('presence-room', { user_id: one === client ? '1' : '2' });
      await server.api.trigger(['cache-news', 'presence-room', '#server-to-user-1'], 'x', '');
      other.send({ event: 'client-x', channel: 'presence-room', data: { a: null } });
      await other.settle();
      await other.close();
      await client.next('pusher_internal:member_removed');
      client.send('x');
      await client.settle();

      // Every frame went past the list of what must never be sent; here the kinds are counted, so that none is missing.
      expect([...new Set(client.frames.map(({ event }) => event))].sort()).toStrictEqual([
        'client-x',
        'pusher:cache_miss',
        'pusher:connection_established',
        'pusher:error',
        'pusher:pong',
        'pusher:signin_success',
        'pusher_internal:member_added',
        'pusher_internal:member_removed',
        'pusher_internal:subscription_count',
        'pusher_internal:subscription_succeeded',
        'pusher_internal:watchlist_events',
        'x',
      ]);
      expect(client.watch.violations).toEqual([]);
      for (const text of client.texts) expect(text).toBe(JSON.stringify(JSON.parse(text)));
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RawHttp, requestText } from '../support/raw-http.js';
import { authPairs, signature, type Pair } from '../support/sign-request.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { hmac } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { fuzzOptions, fuzzTimeout } from './fuzz-options.js';

const BODY = '{"name":"paid","channel":"private-user.7","data":"{\\"amount\\":100}"}';

/** A request before it is changed: its parts as they are signed and sent. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly pairs: readonly Pair[];
  readonly body: string | undefined;
}

/** One change to a signed request that the signature has to notice. */
type Mutation = (request: Request) => Request;

const somewhere = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));

/** Puts another character in one place of a text; a text without characters gets one. */
function withOtherCharacter(text: string, place: number, character: string): string {
  const at = Math.floor(place * text.length);
  const other = text[at] === character ? (character === 'x' ? 'y' : 'x') : character;
  return text.slice(0, at) + other + text.slice(at + 1);
}

function withoutCharacter(text: string, place: number): string {
  const at = Math.floor(place * text.length);
  return text.slice(0, at) + text.slice(at + 1);
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // One character of one parameter's value, the signature's included.
  fc.tuple(somewhere, somewhere, printable).map(([which, place, character]): Mutation => {
    return (request) => ({
      ...request,
      pairs: request.pairs.map(([name, value], index): Pair => {
        const isChosen = index === Math.floor(which * request.pairs.length);
        return [name, isChosen ? withOtherCharacter(value, place, character) : value];
      }),
    });
  }),
  // A parameter that is left out.
  somewhere.map((which): Mutation => {
    return (request) => ({
      ...request,
      pairs: request.pairs.filter((_pair, index) => index !== Math.floor(which * request.pairs.length)),
    });
  }),
  // A parameter that is added.
  fc.tuple(fc.constantFrom('info', 'socket_id', 'a', 'zz'), printable).map(([name, value]): Mutation => {
    return (request) => ({ ...request, pairs: [...request.pairs, [name, value]] });
  }),
  // Another resource of the same app.
  fc
    .constantFrom('/apps/app-id/batch_events', '/apps/app-id/users/7/terminate_connections')
    .map((path): Mutation => {
      return (request) => ({ ...request, path });
    }),
  // One character of the body, more of it, less of it.
  fc.tuple(somewhere, printable).map(([place, character]): Mutation => {
    return (request) => ({ ...request, body: withOtherCharacter(request.body ?? '', place, character) });
  }),
  somewhere.map((place): Mutation => {
    return (request) => ({ ...request, body: withoutCharacter(request.body ?? '', place) });
  }),
  fc
    .constantFrom(' ', '\n', '\0', ',')
    .map((more): Mutation => (request) => ({ ...request, body: `${request.body ?? ''}${more}` })),
);

function signed(method: string, path: string, body: string | undefined): Request {
  const pairs = authPairs(body);
  return { method, path, body, pairs: [...pairs, ['auth_signature', signature(method, path, pairs)]] };
}

function encode({ method, path, pairs, body }: Request): Buffer {
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return requestText(method, `${path}?${query}`, body === undefined ? {} : { body });
}

onEachTransport((transport) => {
  describe('a signed trigger with anything changed in it', () => {
    it(
      'is refused with 401 and reaches nobody (SIGN-1 to SIGN-3)',
      async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('private-user.7');
        let http = await RawHttp.open(server.port);
        const property = fc.asyncProperty(mutation, async (mutate) => {
          http.write(encode(mutate(signed('POST', '/apps/app-id/events', BODY))));
          const { status, headers } = await http.answer();
          expect(status).toBe(401);
          if (headers.get('connection') === 'close') http = await RawHttp.open(server.port);
        });
        await fc.assert(property, fuzzOptions(1000));

        http.write(encode(signed('POST', '/apps/app-id/events', BODY)));
        expect((await http.answer()).status).toBe(200);
        await client.next('paid');
        expect(client.named('paid')).toHaveLength(1);
      },
      fuzzTimeout(10),
    );
  });

  describe('a signed subscription with anything changed in it', () => {
    it(
      'is refused, and the connection hears nothing of the channel (AUTH-1 to AUTH-3)',
      async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        const data = '{"user_id":"7","user_info":{"name":"Ana"}}';
        const fields = ['channel', 'auth', 'channel_data'] as const;
        const change = fc.record({
          field: fc.constantFrom(...fields),
          place: somewhere,
          character: fc.option(printable),
          channel: fc.constantFrom('private-user.7', 'presence-user.7', 'private-cache-user.7'),
        });
        const property = fc.asyncProperty(change, async ({ field, place, character, channel }) => {
          const subscription = {
            channel,
            auth: `${TEST_APP.key}:${hmac(`${client.socketId}:${channel}:${data}`)}`,
            channel_data: data,
          };
          const value = subscription[field];
          const changed =
            character === null ? withoutCharacter(value, place) : withOtherCharacter(value, place, character);
          // A channel without its prefix is one that everybody may hear, under another name.
          fc.pre(field !== 'channel' || /^(private|presence)-/.test(changed));
          const sent = { ...subscription, [field]: changed };
          client.send({ event: 'pusher:subscribe', data: sent });
          await client.next('pusher:subscription_error', sent.channel);
        });
        await fc.assert(property, fuzzOptions(500));
        expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
      },
      fuzzTimeout(10),
    );
  });
});

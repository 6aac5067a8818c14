import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../protocol/error-codes.js';
import type { MemberData } from '../../../protocol/messages.js';
import * as codec from '../../../protocol/server-codec.js';
import { formatSocketId, SOCKET_ID_MAX } from '../../../protocol/socket-id.js';
import { anyText, channelName, objectText } from './arbitraries.js';
import { expectSameJson } from './expect-same-json.js';
import { offences } from './never-send.js';
import { readVectors, type ServerFrameVector } from './read-vectors.js';

const { vectors } = readVectors('server-frames.json');

function encode({ encoder, arguments: values }: ServerFrameVector): string {
  // The vectors hold arguments of the encoder that they name.
  const found = codec[encoder] as string | ((...values: unknown[]) => string);
  return typeof found === 'string' ? found : found(...values);
}

describe('the encoders', () => {
  it.each(vectors)('write the frame of the vectors: $title (MSG-5)', (vector) => {
    expect(encode(vector)).toBe(vector.frame);
  });

  it.each(vectors)('write a frame that no client breaks on: $title (MSG-5)', ({ frame }) => {
    expect(offences(frame)).toEqual([]);
  });

  it('have a vector each', () => {
    const encoders = Object.keys(codec);
    expect([...new Set<string>(vectors.map(({ encoder }) => encoder))].sort()).toEqual(encoders.sort());
  });
});

const count = fc.nat();
const publicOrSigned = ['', 'cache-', 'private-', 'private-cache-', 'presence-', 'presence-cache-'];
const encryptedPrefixes = ['private-encrypted-', 'private-encrypted-cache-'];
const anyChannel = channelName(...publicOrSigned, ...encryptedPrefixes, '#server-to-user-');
const presenceChannel = channelName('presence-', 'presence-cache-');
const notPresence = channelName('', 'cache-', 'private-', ...encryptedPrefixes, '#server-to-user-');
/** COUNT-1: presence and encrypted channels are not counted. */
const countedChannel = channelName('', 'cache-', 'private-', 'private-cache-');
/** EVENT-2: names of the protocol cannot be triggered. */
const eventName = anyText.filter((name) => !/^pusher(?:_internal)?:/.test(name));
const member = fc.record({ id: anyText, info: objectText.map(({ text }) => text) });
const members = fc.uniqueArray(member, { selector: ({ id }) => id, minLength: 1, maxLength: 5 });
const errorCode = fc.constantFrom(null, ...Object.values(ErrorCode));
const watchlistEvents = fc.array(
  fc.record({ name: fc.constantFrom('online' as const, 'offline' as const), userIds: fc.array(anyText) }),
);

/** Every encoder with all that it may be given. */
const frames: Record<Exclude<keyof typeof codec, 'PONG_FRAME'>, fc.Arbitrary<string>> = {
  encodeConnectionEstablished: fc
    .tuple(
      fc.integer({ min: 1, max: SOCKET_ID_MAX }),
      fc.integer({ min: 1, max: SOCKET_ID_MAX }),
      fc.integer({ min: 1 }),
    )
    .map(([first, second, timeout]) =>
      codec.encodeConnectionEstablished(formatSocketId(first, second), timeout),
    ),
  encodeError: fc.tuple(anyText, errorCode).map(([message, code]) => codec.encodeError(message, code)),
  encodeSubscriptionSucceeded: notPresence.map((channel) => codec.encodeSubscriptionSucceeded(channel)),
  encodePresenceSucceeded: fc
    .tuple(presenceChannel, members)
    .map(([channel, present]) => codec.encodePresenceSucceeded(channel, present)),
  encodeSubscriptionError: fc
    .tuple(
      anyText,
      fc.constantFrom('AuthError' as const, 'LimitReached' as const, 'InvalidChannel' as const),
      anyText,
      fc.constantFrom(undefined, 'pusher_internal:subscription_error' as const),
    )
    .map(([channel, type, error, event]) => codec.encodeSubscriptionError(channel, type, error, 401, event)),
  encodeMemberAdded: fc
    .tuple(presenceChannel, member)
    .map(([channel, joined]) => codec.encodeMemberAdded(channel, joined)),
  encodeMemberRemoved: fc
    .tuple(presenceChannel, anyText)
    .map(([channel, userId]) => codec.encodeMemberRemoved(channel, userId)),
  encodeEvent: fc
    .tuple(eventName, anyChannel, anyText)
    .map(([event, channel, data]) => codec.encodeEvent(event, channel, data)),
  encodeClientEvent: fc
    .tuple(anyText, anyChannel, anyText, fc.option(anyText, { nil: undefined }))
    .map(([name, channel, data, userId]) => codec.encodeClientEvent(`client-${name}`, channel, data, userId)),
  encodeCacheMiss: anyChannel.map((channel) => codec.encodeCacheMiss(channel)),
  encodeSubscriptionCount: fc
    .tuple(countedChannel, count)
    .map(([channel, subscriptions]) => codec.encodeSubscriptionCount(channel, subscriptions)),
  encodeSigninSuccess: anyText.map((userData) => codec.encodeSigninSuccess(userData)),
  encodeWatchlistEvents: watchlistEvents.map((events) => codec.encodeWatchlistEvents(events)),
};

describe.each(Object.entries(frames))('%s', (_encoder, frame) => {
  it('writes no frame of the never-send list, whatever it is given (MSG-5)', () => {
    fc.assert(
      fc.property(frame, (text) => {
        expect(offences(text)).toEqual([]);
      }),
    );
  });
});

function parse(frame: string): Record<string, unknown> {
  return JSON.parse(frame) as Record<string, unknown>;
}

function parseData(frame: string): unknown {
  return JSON.parse(parse(frame)['data'] as string) as unknown;
}

describe('encodeEvent', () => {
  it('carries name and data unchanged (EVENT-1)', () => {
    fc.assert(
      fc.property(eventName, anyChannel, anyText, (event, channel, data) => {
        expect(parse(codec.encodeEvent(event, channel, data))).toStrictEqual({ event, channel, data });
      }),
    );
  });
});

describe('encodeClientEvent', () => {
  it('carries name, data and the user of a presence channel unchanged (CLIENT-3)', () => {
    fc.assert(
      fc.property(anyText, presenceChannel, anyText, anyText, (event, channel, data, userId) => {
        expect(parse(codec.encodeClientEvent(event, channel, data, userId))).toStrictEqual({
          event,
          channel,
          data,
          user_id: userId,
        });
      }),
    );
  });

  it('has no user_id elsewhere (CLIENT-3)', () => {
    expect(parse(codec.encodeClientEvent('client-a', 'private-x', '1', undefined))).not.toHaveProperty(
      'user_id',
    );
  });
});

describe('encodeError', () => {
  it('carries message and code unchanged (ERR-2)', () => {
    fc.assert(
      fc.property(anyText, errorCode, (message, code) => {
        expect(parse(codec.encodeError(message, code))).toStrictEqual({
          event: 'pusher:error',
          data: { code, message },
        });
      }),
    );
  });
});

describe('encodeSubscriptionError', () => {
  it('names the channel as the client did and says why (SUB-4)', () => {
    fc.assert(
      fc.property(anyText, anyText, (channel, error) => {
        const frame = codec.encodeSubscriptionError(channel, 'AuthError', error, 401);
        expect(parse(frame)).toMatchObject({ event: 'pusher:subscription_error', channel });
        expect(parseData(frame)).toStrictEqual({ type: 'AuthError', error, status: 401 });
      }),
    );
  });
});

describe('encodeConnectionEstablished', () => {
  it('carries socket id and timeout as string JSON (CONN-4)', () => {
    const frame = codec.encodeConnectionEstablished('1.999999999', 30);
    expect(parseData(frame)).toStrictEqual({ socket_id: '1.999999999', activity_timeout: 30 });
  });
});

/** Members as the application described them. */
function described(present: readonly MemberData[]): unknown[][] {
  return present.map(({ id, info }) => [id, JSON.parse(info) as unknown]);
}

describe('encodePresenceSucceeded', () => {
  it('lists every member under his id, with his info (PRES-2)', () => {
    fc.assert(
      fc.property(presenceChannel, members, (channel, present) => {
        const { presence } = parseData(codec.encodePresenceSucceeded(channel, present)) as {
          presence: { count: number; ids: string[]; hash: Record<string, unknown> };
        };
        expect(presence.count).toBe(present.length);
        expect(presence.ids).toStrictEqual(present.map(({ id }) => id));
        expectSameJson(
          presence.ids.map((id) => [id, presence.hash[id]]),
          described(present),
        );
      }),
    );
  });

  it('takes members from any iterable, as a map has them (PRES-2)', () => {
    const byId = new Map([['7', { id: '7', info: '{"a":1}' }]]);
    expect(parseData(codec.encodePresenceSucceeded('presence-x', byId.values()))).toStrictEqual({
      presence: { count: 1, ids: ['7'], hash: { '7': { a: 1 } } },
    });
  });

  it('writes an empty hash as an object (PRES-2)', () => {
    expect(parseData(codec.encodePresenceSucceeded('presence-x', []))).toStrictEqual({
      presence: { count: 0, ids: [], hash: {} },
    });
  });
});

describe('encodeMemberAdded', () => {
  it('carries id and info (PRES-4)', () => {
    fc.assert(
      fc.property(presenceChannel, member, (channel, joined) => {
        const data = parseData(codec.encodeMemberAdded(channel, joined)) as Record<string, unknown>;
        expectSameJson([[data['user_id'], data['user_info']]], described([joined]));
      }),
    );
  });

  it('passes user_info on letter by letter (PRES-3)', () => {
    fc.assert(
      fc.property(presenceChannel, member, (channel, joined) => {
        const { data } = parse(codec.encodeMemberAdded(channel, joined));
        expect(data).toBe(`{"user_id":${JSON.stringify(joined.id)},"user_info":${joined.info}}`);
      }),
    );
  });
});

describe('encodeMemberRemoved', () => {
  it('carries the id and nothing else (PRES-5)', () => {
    fc.assert(
      fc.property(presenceChannel, anyText, (channel, userId) => {
        expect(parseData(codec.encodeMemberRemoved(channel, userId))).toStrictEqual({ user_id: userId });
      }),
    );
  });
});

describe('encodeSigninSuccess', () => {
  it('gives back the text that was sent (USER-3)', () => {
    fc.assert(
      fc.property(anyText, (userData) => {
        expect(parseData(codec.encodeSigninSuccess(userData))).toStrictEqual({ user_data: userData });
      }),
    );
  });
});

describe('encodeWatchlistEvents', () => {
  it('carries the events in their order (WATCH-1)', () => {
    fc.assert(
      fc.property(watchlistEvents, (events) => {
        expect(parseData(codec.encodeWatchlistEvents(events))).toStrictEqual({
          events: events.map(({ name, userIds }) => ({ name, user_ids: userIds })),
        });
      }),
    );
  });
});

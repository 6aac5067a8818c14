import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeClientMessage } from '../../../protocol/client-codec.js';
import type { ClientMessage } from '../../../protocol/messages.js';
import { ProtocolError, SubscriptionError } from '../../../protocol/protocol-error.js';
import { anyText, jsonValue, objectText, wellFormedText } from './arbitraries.js';
import { readVectors } from './read-vectors.js';

const { vectors, refused } = readVectors('client-frames.json');

/** The error that a frame is refused with. */
function refusal(frame: string): ProtocolError {
  try {
    decodeClientMessage(frame);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error(`not refused: ${frame}`);
}

describe('decodeClientMessage', () => {
  it.each(vectors)('reads $title (MSG-1)', ({ frame, message }) => {
    expect(decodeClientMessage(frame)).toStrictEqual(message);
  });

  it.each(refused)('refuses $title (MSG-1)', ({ frame, errorBegins }) => {
    expect(refusal(frame).message.startsWith(errorBegins), refusal(frame).message).toBe(true);
  });

  it.each(refused)('leaves the connection open: $title (ERR-2)', ({ frame }) => {
    expect(refusal(frame).code).toBeNull();
  });

  it('cuts the name of an unsupported event, so that the answer is short (MSG-4)', () => {
    const frame = JSON.stringify({ event: `pusher:${'x'.repeat(10_000)}` });
    expect(refusal(frame).message).toBe(`Unsupported event received on socket: 'pusher:${'x'.repeat(93)}'`);
  });

  it('gives back the names of missing members (MSG-1)', () => {
    expect(refusal('{"event":"pusher:subscribe","data":{}}').message).toMatch(/pusher:subscribe.*'channel'/);
    expect(refusal('{"event":"pusher:signin","data":{"auth":"a:b"}}').message).toMatch(/'user_data'/);
  });

  it.each([
    ['auth', { channel: 'private-x', auth: 7 }],
    ['channel_data', { channel: 'private-x', auth: 'a:b', channel_data: {} }],
  ])('refuses %s that is no string on its channel, since that is known (SUB-1)', (name, data) => {
    const error = refusal(JSON.stringify({ event: 'pusher:subscribe', data }));
    expect(error).toBeInstanceOf(SubscriptionError);
    expect(error).toMatchObject({ channel: 'private-x', type: 'AuthError', status: 401 });
    expect(error.message).toContain(`'${name}'`);
  });

  it.each(['{}', '{"channel":""}', '{"channel":7}'])('refuses %s on no channel (SUB-4)', (data) => {
    expect(refusal(`{"event":"pusher:subscribe","data":${data}}`)).not.toBeInstanceOf(SubscriptionError);
  });

  it('takes string JSON of data for the same as the object (MSG-3)', () => {
    const data = fc.dictionary(
      fc.constantFrom('channel', 'auth', 'channel_data', 'user_data'),
      fc.oneof(anyText, jsonValue),
    );
    const event = fc.constantFrom('pusher:subscribe', 'pusher:unsubscribe', 'pusher:signin');
    fc.assert(
      fc.property(event, data, (name, members) => {
        expect(outcome(JSON.stringify({ event: name, data: JSON.stringify(members) }))).toStrictEqual(
          outcome(JSON.stringify({ event: name, data: members })),
        );
      }),
    );
  });

  it('takes a missing auth or channel_data for the same as null and empty (SUB-2)', () => {
    const empty = fc.constantFrom({}, { auth: null }, { auth: '' });
    const emptyData = fc.constantFrom({}, { channel_data: null }, { channel_data: '' });
    fc.assert(
      fc.property(empty, emptyData, (auth, channelData) => {
        const data = { ...auth, channel: 'news', ...channelData };
        expect(decodeClientMessage(JSON.stringify({ event: 'pusher:subscribe', data }))).toStrictEqual({
          event: 'pusher:subscribe',
          channel: 'news',
          auth: '',
          channelData: '',
        });
      }),
    );
  });

  it('hands on channel_data and user_data exactly as they were sent (AUTH-3)', () => {
    const nonEmpty = wellFormedText.filter((text) => text !== '');
    fc.assert(
      fc.property(nonEmpty, nonEmpty, (channelData, userData) => {
        const subscribe = { channel: 'presence-x', auth: 'a:b', channel_data: channelData };
        const signin = { auth: 'a:b', user_data: userData };
        expect(outcome(JSON.stringify({ event: 'pusher:subscribe', data: subscribe }))).toMatchObject({
          channelData,
        });
        expect(outcome(JSON.stringify({ event: 'pusher:signin', data: signin }))).toMatchObject({ userData });
      }),
    );
  });

  it('hands on the data of a client event as the sender wrote it (CLIENT-3)', () => {
    fc.assert(
      fc.property(objectText, ({ text }) => {
        const frame = `{"event":"client-a","data":${text},"channel":"private-x"}`;
        expect(outcome(frame)).toMatchObject({ data: text.trim() });
      }),
    );
  });

  it('hands on string data of a client event unchanged (CLIENT-3)', () => {
    fc.assert(
      fc.property(anyText, (data) => {
        expect(outcome(JSON.stringify({ event: 'client-a', channel: 'private-x', data }))).toMatchObject({
          data,
        });
      }),
    );
  });

  it('reads data that is nested deeper than JSON.stringify can write', () => {
    const data = '['.repeat(20_000) + ']'.repeat(20_000);
    expect(outcome(`{"event":"client-a","channel":"private-x","data":${data}}`)).toMatchObject({ data });
  });
});

/** What comes of a frame: the message, or the text of the ProtocolError; any other error fails the test. */
function outcome(frame: string): ClientMessage | string {
  try {
    return decodeClientMessage(frame);
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

const knownEvent = fc.constantFrom(
  'pusher:ping',
  'pusher:pong',
  'pusher:subscribe',
  'pusher:unsubscribe',
  'pusher:signin',
  'pusher:error',
  'pusher_internal:member_added',
  'client-a',
);
const memberName = fc.constantFrom('channel', 'auth', 'channel_data', 'user_data', '__proto__', 'event');
const payload = fc.oneof(fc.dictionary(memberName, fc.oneof(anyText, jsonValue)), jsonValue);

/** Frames that come near to being messages. */
const nearMessage = fc
  .record(
    {
      event: fc.oneof(knownEvent, anyText, jsonValue),
      channel: fc.oneof(anyText, jsonValue),
      data: fc.oneof(
        payload,
        payload.map((value) => JSON.stringify(value)),
      ),
      user_id: jsonValue,
    },
    { requiredKeys: [] },
  )
  .map((message) => JSON.stringify(message));

const anyFrame = fc.oneof(
  nearMessage,
  anyText,
  fc.json(),
  objectText.map(({ text }) => text),
  // Cut short or with something in the middle.
  fc
    .tuple(nearMessage, anyText, fc.nat(200))
    .map(([frame, text, at]) => frame.slice(0, at) + text + frame.slice(at)),
  fc.tuple(nearMessage, fc.nat(200)).map(([frame, at]) => frame.slice(0, at)),
);

describe('decodeClientMessage, given anything', () => {
  it('returns a message or throws a ProtocolError (MSG-1)', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(isWellTyped(outcome(frame))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('answers every refusal without a code (ERR-2)', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        try {
          decodeClientMessage(frame);
        } catch (error) {
          expect((error as ProtocolError).code).toBeNull();
        }
      }),
    );
  });

  it('never lets a name of the protocol through as a client event (MSG-4)', () => {
    fc.assert(
      fc.property(fc.constantFrom('pusher:', 'pusher_internal:'), anyText, (prefix, rest) => {
        const message = outcome(JSON.stringify({ event: prefix + rest, channel: 'presence-x', data: {} }));
        expect(message).not.toHaveProperty('event', 'client event');
      }),
    );
  });
});

function isWellTyped(message: ClientMessage | string): boolean {
  if (typeof message === 'string') return message !== '';
  const texts = Object.values(message).every((value) => typeof value === 'string');
  switch (message.event) {
    case 'pusher:ping':
    case 'pusher:pong':
      return Object.keys(message).length === 1;
    case 'pusher:subscribe':
      return texts && Object.keys(message).length === 4 && message.channel !== '';
    case 'pusher:unsubscribe':
      return texts && Object.keys(message).length === 2 && message.channel !== '';
    case 'pusher:signin':
      return texts && Object.keys(message).length === 3 && message.auth !== '' && message.userData !== '';
    case 'client event':
      return (
        texts &&
        Object.keys(message).length === 4 &&
        message.name.startsWith('client-') &&
        message.channel !== ''
      );
  }
}

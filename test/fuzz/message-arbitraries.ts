import fc from 'fast-check';
import { anyText, channelName, objectText, stringText } from '../unit/protocol/arbitraries.js';

/** JSON text that stands where another value is expected. */
export const oddValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-0',
    '1e999',
    '9007199254740993',
    '12345678901234567890.5e-3',
    '""',
    '[]',
    '{}',
    '[[],{}]',
    '{"__proto__":null}',
    '{"toString":1,"constructor":{}}',
    '"{}"',
    '"[]"',
    '"null"',
    '"\\ud800"',
    '"\\u0000"',
    `"${'x'.repeat(5000)}"`,
    `[${'0,'.repeat(2000)}0]`,
  ),
  stringText(anyText),
  objectText.map(({ text }) => text),
  objectText.map(({ text }) => JSON.stringify(text)),
  nested(),
);

/** JSON in itself again and again. */
function nested(): fc.Arbitrary<string> {
  const layer = fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"data":', '}'], ['[{"__proto__":', '}]']);
  return fc
    .tuple(fc.integer({ min: 1, max: 6000 }), layer)
    .map(([depth, [open = '', close = '']]) => `${open.repeat(depth)}1${close.repeat(depth)}`);
}

/** The channels that clients of these tests have in common, and names that are nearly one. */
export const anyChannel: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'cache-a', '__proto__', 'constructor', '#server-to-user-u'), weight: 3 },
  channelName(
    '',
    'private-',
    'presence-',
    'cache-',
    'private-encrypted-',
    'private-cache-',
    'presence-cache-',
  ),
  anyText,
  fc.integer({ min: 150, max: 300 }).map((length) => 'c'.repeat(length)),
);

const EVENTS = [
  'pusher:subscribe',
  'pusher:unsubscribe',
  'pusher:signin',
  'pusher:ping',
  'pusher:pong',
  'client-x',
  'client-',
] as const;

const STRANGE_EVENTS = [
  'pusher:connection_established',
  'pusher:error',
  'pusher_internal:member_added',
  'pusher_internal:subscription_succeeded',
  'pusher:',
  'PUSHER:SUBSCRIBE',
  'pusher:subscribe ',
  'client',
  'message',
  '',
  '__proto__',
] as const;

/** Members of a message's `data`, by the names that matter and others. */
const dataMembers: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      anyChannel.map((channel) => `"channel":${JSON.stringify(channel)}`),
      fc
        .tuple(
          fc.constantFrom('channel', 'auth', 'channel_data', 'user_data', '__proto__', 'constructor', 'x'),
          oddValue,
        )
        .map(([name, value]) => `"${name}":${value}`),
      fc.constantFrom('"auth":"app-key:"', '"auth":"app-key:0000"', '"auth":":"', '"auth":"nobody:ff"'),
    ),
    { maxLength: 5 },
  )
  .map((members) => `{${members.join(',')}}`);

/** A message of a client as JSON text, right or nearly so. */
const nearMessage: fc.Arbitrary<string> = fc
  .record({
    event: fc.oneof(
      { arbitrary: fc.constantFrom(...EVENTS).map((event) => JSON.stringify(event)), weight: 6 },
      fc.constantFrom(...STRANGE_EVENTS).map((event) => JSON.stringify(event)),
      oddValue,
    ),
    data: fc.oneof(
      { arbitrary: dataMembers, weight: 4 },
      dataMembers.map((text) => JSON.stringify(text)),
      oddValue,
    ),
    channel: fc.option(
      fc.oneof(
        anyChannel.map((name) => JSON.stringify(name)),
        oddValue,
      ),
    ),
    more: fc.constantFrom(
      '',
      ',"user_id":"1"',
      ',"__proto__":{"event":"pusher:ping"}',
      ',"event":"pusher:ping"',
    ),
    omit: fc.constantFrom(undefined, 'event', 'data'),
  })
  .map(({ event, data, channel, more, omit }) => {
    const members = [
      ...(omit === 'event' ? [] : [`"event":${event}`]),
      ...(channel === null ? [] : [`"channel":${channel}`]),
      ...(omit === 'data' ? [] : [`"data":${data}`]),
    ];
    return `{${members.join(',')}${members.length === 0 ? more.slice(1) : more}}`;
  });

/** Text with one place changed. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      text,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('', '"', '}', '{', ',', ':', '\\', '\0', 'é', ' '),
      fc.nat(3),
    ) // prettier-ignore
    .map(([whole, place, put, taken]) => {
      const at = Math.floor(place * whole.length);
      return whole.slice(0, at) + put + whole.slice(at + taken);
    });
}

/** Any text frame that is short enough to be taken. */
export const anyFrame: fc.Arbitrary<string> = fc
  .oneof(
    { arbitrary: nearMessage, weight: 6 },
    { arbitrary: damaged(nearMessage), weight: 2 },
    oddValue,
    anyText,
  )
  .filter((text) => Buffer.byteLength(text) <= 60_000);

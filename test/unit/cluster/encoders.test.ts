import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BusMessageKind,
  decodeBusMessage,
  decodeLate,
  decodeTermination,
  encodeBusMessage,
  encodeLate,
  encodeTermination,
  unwrapMessage,
  wrapMessage,
} from '../../../src/cluster/bus-message.js';
import { channelKey, splitKey, userChannel, userOfChannel } from '../../../src/cluster/channel-key.js';
import {
  FrameBatch,
  FrameKind,
  FrameReader,
  readMessage,
  readText,
  readTopic,
} from '../../../src/cluster/drivers/ipc/ipc-frames.js';
import { isUnicode } from '../../../protocol/unicode.js';
import { busSubject } from '../../../src/cluster/drivers/nats/nats-bus.js';

/** Any text, with what separates things somewhere, and halves of characters. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '/',
      '\n',
      ' ',
      '.',
      ':',
      '%',
      '{',
      '}',
      '"',
      '#',
      'a',
      '2',
      '0',
      '\u2028',
      '\ud800',
    ),
  }),
);
/** Text that UTF-8 can hold, which is all that is taken from outside. */
const text = anyText.filter(isUnicode);
const bytes = fc.uint8Array({ maxLength: 300 });
const number = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const node = fc.stringMatching(/^[0-9a-f]{16}$/);
const socketId = fc.oneof(fc.constant(''), fc.stringMatching(/^\d{1,9}\.\d{1,9}$/));
const kind = fc.constantFrom(...Object.values(BusMessageKind));
const header = fc.record({
  kind,
  node,
  number,
  previous: number,
  sentMs: number,
  except: socketId,
});

/** Frames as they arrive at the other end, in pieces. */
function throughHub(write: (batch: FrameBatch) => void, size: number): { kind: number; body: Buffer }[] {
  const sent: Buffer[] = [];
  const socket = {
    writableLength: 0,
    write: (chunk: Uint8Array) => {
      sent.push(Buffer.from(chunk));
      return true;
    },
  };
  const batch = new FrameBatch(socket);
  write(batch);
  batch.flush();
  const found: { kind: number; body: Buffer }[] = [];
  const reader = new FrameReader((frameKind, chunk, start, end) => {
    found.push({ kind: frameKind, body: Buffer.from(chunk.subarray(start, end)) });
  });
  const all = Buffer.concat(sent);
  for (let at = 0; at < all.length; at += size) reader.read(all.subarray(at, at + size));
  return found;
}

describe('what nodes tell each other', () => {
  it('is a bus message that is read as it was written', () => {
    fc.assert(
      fc.property(header, bytes, (written, body) => {
        const { body: read, ...rest } = decodeBusMessage(encodeBusMessage(written, body))!;
        expect(rest).toEqual(written);
        expect(read.equals(body)).toBe(true);
      }),
    );
  });

  it('is the same message when it is sent late', () => {
    fc.assert(
      fc.property(header, bytes, number, (written, body, ageMs) => {
        const outer = decodeBusMessage(encodeLate(encodeBusMessage(written, body), ageMs))!;
        const late = decodeLate(outer)!;
        const { body: read, ...rest } = late.message;
        expect([outer.kind, late.ageMs, rest]).toEqual([BusMessageKind.Late, ageMs, written]);
        expect(read.equals(body)).toBe(true);
      }),
    );
  });

  it('is no late message where it is too short, or holds no known kind', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 6 }), (written, body) => {
        expect(decodeLate(decodeBusMessage(encodeBusMessage(written, body))!)).toBeUndefined();
      }),
    );
  });

  it('names app and user of a termination, whatever they are called', () => {
    fc.assert(
      fc.property(anyText, anyText, (appId, userId) => {
        expect(decodeTermination(Buffer.from(encodeTermination(appId, userId)))).toEqual({ appId, userId });
      }),
    );
  });

  it('is no termination unless it names both', () => {
    for (const body of ['', 'app\nuser', '[]', '["app"]', '["app",1]', '{"0":"app"}', 'null']) {
      expect([body, decodeTermination(Buffer.from(body))]).toEqual([body, undefined]);
    }
  });

  it('is sent again under the topic it had', () => {
    fc.assert(
      fc.property(text, bytes, (topic, message) => {
        const read = unwrapMessage(wrapMessage(topic, message))!;
        expect(read.topic).toBe(topic);
        expect(read.message.equals(message)).toBe(true);
      }),
    );
  });

  it('comes through the hub as it was written, wherever it is cut', () => {
    fc.assert(
      fc.property(
        text,
        text,
        anyText,
        bytes,
        fc.integer({ min: 1, max: 64 }),
        (topic, other, call, message, size) => {
          const frames = throughHub((batch) => {
            batch.topic(FrameKind.Subscribe, topic);
            batch.message(other, message);
            batch.text(FrameKind.Call, 7, JSON.stringify(['claim', call]), message);
          }, size);
          const [subscribe, sent, asked] = frames.map(({ body }) => body);
          expect(readTopic(subscribe!, 0, subscribe!.length)).toBe(topic);
          const read = readMessage(sent!, 0);
          expect([read.topic, sent!.subarray(read.at).equals(message)]).toEqual([other, true]);
          const { text: question, bytes: rest } = readText(asked!, 0, asked!.length);
          expect(JSON.parse(question)).toEqual(['claim', call]);
          expect(rest.equals(message)).toBe(true);
        },
      ),
    );
  });
});

describe('what stands for a channel among nodes', () => {
  const appId = anyText.filter((value) => !value.includes('/'));

  it('is a key that is read as it was made', () => {
    fc.assert(
      fc.property(appId, anyText, (app, name) => {
        expect(splitKey(channelKey(app, name))).toEqual({ appId: app, name });
        expect(userOfChannel(userChannel(name))).toBe(name);
      }),
    );
  });

  it('is a subject of NATS of its own, and one token', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (prefix, topic, otherPrefix, otherTopic) => {
        const [one, other] = [busSubject(prefix, topic), busSubject(otherPrefix, otherTopic)];
        expect(one === other).toBe(prefix === otherPrefix && topic === otherTopic);
        expect(one).toMatch(/^[!-~]*\.bus\.[!-~]*$/);
        expect(one.split('.')).toHaveLength(3);
        expect(one).not.toMatch(/[*>]/);
      }),
    );
    expect(busSubject('p', '\u2028')).not.toBe(busSubject('p', ' 28'));
    // As nodes of the version before have it.
    expect(busSubject('pregon', 'app/private-user.7')).toBe('pregon.bus.app/private-user%2e7');
  });
});

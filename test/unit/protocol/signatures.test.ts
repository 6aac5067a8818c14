import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  channelAuthText,
  isChannelAuthValid,
  isSameHex,
  isUserAuthValid,
  parseAuthToken,
  signChannelAuth,
  signUserAuth,
  userAuthText,
} from '../../../protocol/signatures.js';
import { hmac } from '../../support/test-socket.js';
import { anyText } from './arbitraries.js';
import { readVectors } from './read-vectors.js';

const channels = readVectors('channel-signatures.json');
const users = readVectors('user-signatures.json');
const php = readVectors('php-escaping.json');

const sign = (text: string) => hmac(text, channels.secret);
const key = { key: channels.key, sign };

/** The hex part of `KEY:HEX`. */
const hexOf = (auth: string) => auth.slice(auth.indexOf(':') + 1);

describe('the vectors', () => {
  it.each([...channels.vectors, ...users.vectors])(
    'are HMAC-SHA256 of their text: $title',
    ({ text, auth }) => {
      expect(auth).toBe(`${channels.key}:${hmac(text, channels.secret)}`);
    },
  );

  it.each(php.signatures)(
    'are HMAC-SHA256 of the signed text: $title',
    ({ socketId, channel, signed, hex }) => {
      expect(hex).toBe(hmac(`${socketId}:${channel}:${signed}`, php.secret));
    },
  );
});

describe('channelAuthText', () => {
  it.each(channels.vectors)('is what the application signed for $title (AUTH-1)', (vector) => {
    expect(channelAuthText(vector.socketId, vector.channel, vector.channelData)).toBe(vector.text);
  });
});

describe('userAuthText', () => {
  it.each(users.vectors)(
    'is what the application signed for $title (USER-2)',
    ({ socketId, userData, text }) => {
      expect(userAuthText(socketId, userData)).toBe(text);
    },
  );
});

describe('signChannelAuth', () => {
  it.each(channels.vectors)(
    'writes the auth of $title (AUTH-1)',
    ({ socketId, channel, channelData, auth }) => {
      expect(signChannelAuth(key, socketId, channel, channelData)).toBe(auth);
    },
  );

  it('leaves out channel_data that is not given (AUTH-1)', () => {
    const { socketId, channel, auth } = channels.vectors[0]!;
    expect(signChannelAuth(key, socketId, channel)).toBe(auth);
  });
});

describe('signUserAuth', () => {
  it.each(users.vectors)('writes the auth of $title (USER-2)', ({ socketId, userData, auth }) => {
    expect(signUserAuth(key, socketId, userData)).toBe(auth);
  });
});

describe('parseAuthToken', () => {
  it.each([
    ['key:hex', { key: 'key', signature: 'hex' }],
    ['key:he:x', { key: 'key', signature: 'he:x' }],
    [':hex', { key: '', signature: 'hex' }],
    ['key:', { key: 'key', signature: '' }],
    ['::', { key: '', signature: ':' }],
  ])('splits %s at the first colon (AUTH-2)', (auth, token) => {
    expect(parseAuthToken(auth)).toStrictEqual(token);
  });

  it.each(['', 'key', 'key;hex'])('returns undefined for %j (AUTH-2)', (auth) => {
    expect(parseAuthToken(auth)).toBeUndefined();
  });
});

describe('isChannelAuthValid', () => {
  it.each(channels.vectors)('accepts $title (AUTH-3)', ({ socketId, channel, channelData, auth }) => {
    expect(isChannelAuthValid(sign, hexOf(auth), socketId, channel, channelData)).toBe(true);
  });

  const { socketId, channel, channelData, auth } = channels.vectors[1]!;
  const hex = hexOf(auth);

  it.each([
    ['another secret', (text: string) => hmac(text, 'other'), hex, socketId, channel, channelData],
    ['another connection', sign, hex, '1234.1235', channel, channelData],
    ['another channel', sign, hex, socketId, 'presence-foobaz', channelData],
    ['other channel_data', sign, hex, socketId, channel, channelData.replace('10', '11')],
    ['channel_data in another spelling', sign, hex, socketId, channel, channelData.replace(':', ': ')],
    ['no channel_data', sign, hex, socketId, channel, ''],
    ['capital hex', sign, hex.toUpperCase(), socketId, channel, channelData],
    ['half of the hex', sign, hex.slice(0, 32), socketId, channel, channelData],
    ['more than the hex', sign, `${hex}0`, socketId, channel, channelData],
    ['a blank after the hex', sign, `${hex} `, socketId, channel, channelData],
    ['the key as well', sign, auth, socketId, channel, channelData],
    ['nothing', sign, '', socketId, channel, channelData],
  ])('refuses a signature with %s (AUTH-3)', (_title, signer, ...rest) => {
    expect(isChannelAuthValid(signer, ...rest)).toBe(false);
  });

  it.each(php.signatures)('decides on a client that encodes anew: $title (AUTH-4)', (vector) => {
    expect(isChannelAuthValid(sign, vector.hex, vector.socketId, vector.channel, vector.sent)).toBe(
      vector.valid,
    );
  });

  it('hashes once where the signature fits or nothing is to be escaped (AUTH-4)', () => {
    const texts: string[] = [];
    const record = (text: string) => {
      texts.push(text);
      return sign(text);
    };
    isChannelAuthValid(record, hex, socketId, channel, channelData);
    isChannelAuthValid(record, 'wrong', socketId, channel, String.raw`{"a":"\/\u00eb"}`);
    isChannelAuthValid(record, 'wrong', socketId, channel, '');
    expect(texts).toStrictEqual([
      `${socketId}:${channel}:${channelData}`,
      String.raw`${socketId}:${channel}:{"a":"\/\u00eb"}`,
      `${socketId}:${channel}`,
    ]);
  });

  it('accepts what was signed as it was sent, whatever it is (AUTH-3)', () => {
    fc.assert(
      fc.property(anyText, (data) => {
        const signature = hexOf(signChannelAuth(key, socketId, channel, data));
        expect(isChannelAuthValid(sign, signature, socketId, channel, data)).toBe(true);
      }),
    );
  });
});

describe('isUserAuthValid', () => {
  it.each(users.vectors)('accepts $title (USER-2)', ({ socketId, userData, auth }) => {
    expect(isUserAuthValid(sign, hexOf(auth), socketId, userData)).toBe(true);
  });

  it.each(users.vectors)('refuses other data, connections and secrets: $title (USER-2)', (vector) => {
    const { socketId, userData } = vector;
    const hex = hexOf(vector.auth);
    expect(isUserAuthValid(sign, hex, socketId, `${userData} `)).toBe(false);
    expect(isUserAuthValid(sign, hex, '1.1', userData)).toBe(false);
    expect(isUserAuthValid((text) => hmac(text, 'other'), hex, socketId, userData)).toBe(false);
  });

  it('does not take the signature of a channel for that of a user (USER-2)', () => {
    const { socketId, userData } = users.vectors[0]!;
    expect(isUserAuthValid(sign, sign(`${socketId}:user:${userData}`), socketId, userData)).toBe(false);
  });
});

describe('isSameHex', () => {
  it('is true of equal texts alone (AUTH-3)', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        expect(isSameHex(a, a)).toBe(true);
        expect(isSameHex(a, b)).toBe(a === b);
      }),
    );
  });

  it('looks at every digit (AUTH-3)', () => {
    const digest = 'a'.repeat(64);
    for (let i = 0; i < digest.length; i++) {
      expect(isSameHex(digest, `${digest.slice(0, i)}b${digest.slice(i + 1)}`)).toBe(false);
    }
  });
});

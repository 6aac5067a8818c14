import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limits } from '../../../protocol/limits.js';
import { parseMemberData, parseUserData, type MemberLimits } from '../../../protocol/member-data.js';
import { anyText, jsonValue, objectText, wellFormedText } from './arbitraries.js';
import { readVectors } from './read-vectors.js';

const LIMITS: MemberLimits = {
  userIdLength: Limits.userIdLength,
  infoBytes: Limits.presenceInfoBytes,
  watchListLength: Limits.watchListLength,
};

const UNLIMITED: MemberLimits = { userIdLength: Infinity, infoBytes: Infinity, watchListLength: Infinity };

const members = readVectors('presence-members.json').vectors;

function isRefused(vector: { readonly refused?: string }): boolean {
  return vector.refused !== undefined;
}

describe('parseMemberData', () => {
  it.each(members.filter((vector) => !isRefused(vector)))(
    'reads $title (PRES-1)',
    ({ channelData, member }) => {
      expect(parseMemberData(channelData, LIMITS)).toStrictEqual({ ok: true, value: member });
    },
  );

  it.each(members.filter(isRefused))('refuses $title as $refused (PRES-1)', ({ channelData, refused }) => {
    expect(parseMemberData(channelData, LIMITS)).toMatchObject({ ok: false, limit: refused === 'limit' });
  });

  it('says what is wrong with user_info in the words of Pusher (PRES-3)', () => {
    expect(parseMemberData('{"user_id":"1","user_info":1}', LIMITS)).toMatchObject({
      problem:
        'user_info supplied to presence subscription is invalid - if supplied it must be a type of hash',
    });
  });

  it('says how long an id or info is and how long it may be (SUB-4)', () => {
    const limits = { ...LIMITS, userIdLength: 3, infoBytes: 12 };
    expect(parseMemberData('{"user_id":"1234"}', limits)).toMatchObject({
      problem: expect.stringMatching(/4.*3/) as unknown,
    });
    expect(parseMemberData('{"user_id":"1","user_info":{"a":"ëëë"}}', limits)).toMatchObject({
      problem: expect.stringMatching(/14.*12/) as unknown,
    });
  });

  it('keeps every digit of an integer (PRES-1)', () => {
    fc.assert(
      fc.property(fc.bigInt(), (id) => {
        expect(parseMemberData(`{"user_id":${String(id)}}`, UNLIMITED)).toStrictEqual({
          ok: true,
          value: { id: String(id), info: '{}' },
        });
      }),
    );
  });

  it('keeps id and info as the application wrote them (PRES-3)', () => {
    fc.assert(
      fc.property(
        wellFormedText.filter((text) => text !== ''),
        objectText,
        (id, { text }) => {
          const channelData = `{"user_id":${JSON.stringify(id)},"user_info":${text}}`;
          expect(parseMemberData(channelData, UNLIMITED)).toStrictEqual({
            ok: true,
            value: { id, info: text.trim() },
          });
        },
      ),
    );
  });

  it('returns an id that is not empty and info that is an object, or a problem, whatever it is given (PRES-3)', () => {
    const nearData = fc
      .record({ user_id: fc.oneof(anyText, jsonValue), user_info: jsonValue }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(
        fc.oneof(
          nearData,
          objectText.map(({ text }) => text),
          anyText,
        ),
        (channelData) => {
          const parsed = parseMemberData(channelData, UNLIMITED);
          if (!parsed.ok) expect(parsed.problem).not.toBe('');
          else {
            expect(parsed.value.id).not.toBe('');
            expect(parsed.value.info).toMatch(/^\{[^]*\}$/);
            expect(JSON.parse(parsed.value.info)).toBeInstanceOf(Object);
          }
        },
      ),
    );
  });
});

const users = readVectors('users.json').vectors;

describe('parseUserData', () => {
  it.each(users.filter((vector) => !isRefused(vector)))('reads $title (USER-1)', ({ userData, user }) => {
    expect(parseUserData(userData, LIMITS)).toStrictEqual({ ok: true, value: user });
  });

  it.each(users.filter(isRefused))('refuses $title as $refused (USER-1)', ({ userData, refused }) => {
    expect(parseUserData(userData, LIMITS)).toMatchObject({ ok: false, limit: refused === 'limit' });
  });

  it('returns a user or a problem, whatever it is given (USER-1)', () => {
    const nearData = fc
      .record(
        { id: fc.oneof(fc.constant('1'), jsonValue), user_info: jsonValue, watchlist: jsonValue },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(nearData, anyText), (userData) => {
        const parsed = parseUserData(userData, LIMITS);
        if (!parsed.ok) expect(parsed.problem).not.toBe('');
        else {
          expect(parsed.value.id).toMatch(/^[A-Za-z0-9_\-=@,.;]{1,128}$/);
          expect(parsed.value.watchlist.every((id) => typeof id === 'string')).toBe(true);
        }
      }),
    );
  });
});

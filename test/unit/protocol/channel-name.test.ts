import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  channelNameProblem,
  channelPolicy,
  serverToUserChannel,
  SERVER_TO_USER_PREFIX,
  userIdProblem,
} from '../../../protocol/channel-name.js';
import { anyText, channelName } from './arbitraries.js';
import { readVectors } from './read-vectors.js';

const { vectors, invalid } = readVectors('channel-names.json');

const ALLOWED = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=@,.;';

describe('channelNameProblem', () => {
  it.each(vectors)('finds nothing wrong: $title (CHAN-1)', ({ name }) => {
    expect(channelNameProblem(name)).toBeUndefined();
  });

  it.each(invalid)('refuses $title (CHAN-1)', ({ name }) => {
    expect(channelNameProblem(name)).toMatch(/^Invalid channel name/);
  });

  it('says how long a name is and how long it may be (CHAN-1)', () => {
    expect(channelNameProblem('a'.repeat(165), 164)).toMatch(/\b165\b.*\b164\b/);
    expect(channelNameProblem('a'.repeat(164), 164)).toBeUndefined();
  });

  it('counts the prefix (CHAN-1)', () => {
    expect(channelNameProblem(`private-${'a'.repeat(193)}`)).toBeDefined();
    expect(channelNameProblem(`private-${'a'.repeat(192)}`)).toBeUndefined();
  });

  it('allows no character but those of the rule, at any place (CHAN-1)', () => {
    fc.assert(
      fc.property(channelName('', 'private-', 'presence-cache-'), anyText, fc.nat(), (name, text, place) => {
        const at = place % (name.length + 1);
        const mixed = name.slice(0, at) + text + name.slice(at);
        const isAllowed = Array.from(text, (character) => ALLOWED.includes(character)).every(Boolean);
        expect(channelNameProblem(mixed, 1000) === undefined).toBe(isAllowed);
      }),
    );
  });
});

describe('channelPolicy', () => {
  it.each(vectors)('knows the kind: $title (CHAN-2)', ({ title: _t, source: _s, name, ...policy }) => {
    expect(channelPolicy(name)).toStrictEqual(policy);
  });

  it.each(vectors)('is frozen: $title', ({ name }) => {
    expect(Object.isFrozen(channelPolicy(name))).toBe(true);
  });

  it('is public for every name that none of the prefixes begins (CHAN-2)', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        fc.pre(!/^(?:private-|presence-|cache-|#server-to-user-)/.test(name));
        expect(channelPolicy(name)).toMatchObject({ kind: 'public', guarded: false, cached: false });
      }),
    );
  });
});

describe('serverToUserChannel', () => {
  it('names a valid channel of the server-to-user kind for every valid id (USER-4)', () => {
    fc.assert(
      fc.property(channelName(''), (id) => {
        const name = serverToUserChannel(id);
        expect(name).toBe(`${SERVER_TO_USER_PREFIX}${id}`);
        expect(channelNameProblem(name)).toBeUndefined();
        expect(channelPolicy(name).kind).toBe('server-to-user');
      }),
    );
  });
});

describe('userIdProblem', () => {
  it.each(['1', 'AZaz09_-=@,.;', 'ana@example.com', 'private-1', 'a'.repeat(128)])(
    'finds nothing wrong with %s (USER-1)',
    (id) => {
      expect(userIdProblem(id, 128)).toBeUndefined();
    },
  );

  it.each(['', ' ', 'a b', 'a/b', 'a:b', '#1', 'zoë', '1\n', '\ud800', 'a'.repeat(129)])(
    'refuses %j (USER-1)',
    (id) => {
      expect(userIdProblem(id, 128)).toMatch(/^user id/);
    },
  );
});

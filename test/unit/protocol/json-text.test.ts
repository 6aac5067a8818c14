import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  elementTexts,
  escapeAsPhp,
  isJsonObject,
  memberTexts,
  parseJson,
  utf8Length,
} from '../../../protocol/json-text.js';
import { anySpace, anyText, jsonValue, objectText, stringText, wellFormedText } from './arbitraries.js';
import { expectSameJson } from './expect-same-json.js';
import { readVectors } from './read-vectors.js';

describe('memberTexts', () => {
  it.each([
    ['an empty object', '{}', []],
    ['an empty object with white space', ' {\n} ', []],
    ['one member', '{"a":1}', [['a', '1']]],
    ['digits beyond 2^53', '{"a":9007199254740993}', [['a', '9007199254740993']]],
    ['a fraction of nothing', '{"a":1.0}', [['a', '1.0']]],
    ['strings in their spelling', String.raw`{"a":"\u00e9\/\"}"}`, [['a', String.raw`"\u00e9\/\"}"`]]],
    [
      'white space around values',
      '{ "a" : 1 ,\n\t"b":\r{ "c" : 2 } }',
      [
        ['a', '1'],
        ['b', '{ "c" : 2 }'],
      ],
    ],
    [
      'members of members',
      '{"a":{"b":{"c":1},"d":[{"e":2},3]},"f":4}',
      [
        ['a', '{"b":{"c":1},"d":[{"e":2},3]}'],
        ['f', '4'],
      ],
    ],
    [
      'braces, colons and commas in strings',
      '{"a,":"{:,]","b:":["}"]}',
      [
        ['a,', '"{:,]"'],
        ['b:', '["}"]'],
      ],
    ],
    [
      'an escaped backslash before a quote',
      String.raw`{"a":"\\","b":1}`,
      [
        ['a', String.raw`"\\"`],
        ['b', '1'],
      ],
    ],
    ['a name with escapes', String.raw`{"\u0061\"":1}`, [['a"', '1']]],
    [
      'a repeated name, the last counts',
      '{"a":1,"b":2,"a":3}',
      [
        ['a', '3'],
        ['b', '2'],
      ],
    ],
    ['an empty name', '{"":null}', [['', 'null']]],
    [
      'names of Object.prototype',
      '{"__proto__":{"a":1},"constructor":2}',
      [
        ['__proto__', '{"a":1}'],
        ['constructor', '2'],
      ],
    ],
  ] satisfies [string, string, [string, string][]][])('cuts out %s (PRES-3)', (_title, json, members) => {
    expect([...memberTexts(json)]).toStrictEqual(members);
  });

  it('has the names and values of JSON.parse for any object in any spelling', () => {
    fc.assert(
      fc.property(objectText, ({ text }) => {
        const parsed = JSON.parse(text) as Record<string, unknown>;
        const texts = memberTexts(text);
        expect([...texts.keys()].sort()).toStrictEqual(Object.keys(parsed).sort());
        for (const [name, valueText] of texts) {
          expectSameJson(JSON.parse(valueText), parsed[name]);
        }
      }),
    );
  });

  it('gives each value as it was written, the last of a repeated name (PRES-3)', () => {
    fc.assert(
      fc.property(objectText, ({ text, members }) => {
        expect(memberTexts(text)).toStrictEqual(new Map(members));
      }),
    );
  });

  it('cuts values out of text that JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, jsonValue), (object) => {
        const json = JSON.stringify(object);
        const written = Object.entries(object).map(([name, value]) => [name, JSON.stringify(value)] as const);
        expect(memberTexts(json)).toStrictEqual(new Map(written));
      }),
    );
  });
});

describe('elementTexts', () => {
  it.each([
    ['an empty array', '[]', []],
    ['an empty array with white space', ' [\n] ', []],
    [
      'values of every kind',
      '[1.0, "a" ,null,{"b":[2,3]},[4]]',
      ['1.0', '"a"', 'null', '{"b":[2,3]}', '[4]'],
    ],
    ['an empty string', '[""]', ['""']],
    ['brackets and commas in strings', '["],","{[",{"]":","}]', ['"],"', '"{["', '{"]":","}']],
    ['an escaped quote', String.raw`["\",",2]`, [String.raw`"\","`, '2']],
  ] satisfies [string, string, string[]][])('cuts out %s (API-1)', (_title, json, elements) => {
    expect(elementTexts(json)).toStrictEqual(elements);
  });

  it('gives each element as it was written (API-1)', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anySpace, objectText, anySpace)), (elements) => {
        const json = `[${elements.map(([before, { text }, after]) => before + text + after).join(',')}]`;
        expect(elementTexts(json)).toStrictEqual(elements.map(([, { text }]) => text.trim()));
      }),
    );
  });
});

const php = readVectors('php-escaping.json');

/** What PHP's `json_encode` writes, character by character from its documentation. */
function jsonEncode(value: fc.JsonValue): string {
  if (typeof value === 'string')
    return `"${Array.from({ length: value.length }, (_, i) => escapeUnit(value.charCodeAt(i))).join('')}"`;
  if (Array.isArray(value)) return `[${value.map(jsonEncode).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([name, item]) => `${jsonEncode(name)}:${jsonEncode(item ?? null)}`)
      .join(',')}}`;
  }
  return String(value);
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': '\\\\',
  '/': String.raw`\/`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

function escapeUnit(code: number): string {
  const unit = String.fromCharCode(code);
  const isPlain = code >= 0x20 && code < 0x80;
  return SHORT_ESCAPES[unit] ?? (isPlain ? unit : `\\u${`000${code.toString(16)}`.slice(-4)}`);
}

/** Values that PHP and JavaScript write alike but for slashes and letters: whole numbers only. */
const sharedValue = fc.letrec<{ value: fc.JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    wellFormedText,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(wellFormedText, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('escapeAsPhp', () => {
  it.each(php.vectors)('spells $title as PHP does (AUTH-4)', ({ json, php: expected }) => {
    expect(escapeAsPhp(json)).toBe(expected);
  });

  it.each(php.vectors)('leaves $title alone that PHP has spelled (AUTH-4)', ({ php: escaped }) => {
    expect(escapeAsPhp(escaped)).toBe(escaped);
  });

  it.each(php.vectors)('is compared below with what PHP writes for $title', ({ json, php: expected }) => {
    expect(jsonEncode(JSON.parse(json) as fc.JsonValue)).toBe(expected);
  });

  it('makes of any JSON text what json_encode of PHP writes (AUTH-4)', () => {
    fc.assert(
      fc.property(sharedValue, (value) => {
        expect(escapeAsPhp(JSON.stringify(value))).toBe(jsonEncode(value));
      }),
    );
  });

  it('keeps the value, in any spelling of the text (AUTH-4)', () => {
    fc.assert(
      fc.property(objectText, ({ text }) => {
        expectSameJson(JSON.parse(escapeAsPhp(text)), JSON.parse(text));
      }),
    );
  });

  it('leaves nothing outside ASCII and no bare slash (AUTH-4)', () => {
    fc.assert(
      fc.property(stringText(anyText), (text) => {
        expect(escapeAsPhp(text)).toMatch(/^(?:[^\\/\u0080-\uffff]|\\[^])*$/);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          objectText.map(({ text }) => text),
          anyText,
        ),
        (text) => {
          expect(escapeAsPhp(escapeAsPhp(text))).toBe(escapeAsPhp(text));
        },
      ),
    );
  });
});

describe('parseJson', () => {
  it('returns the value of JSON text', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const text = JSON.stringify(value);
        expectSameJson(parseJson(text), JSON.parse(text));
      }),
    );
  });

  it.each(['', ' ', '{', "{'a':1}", '{a:1}', '[1,]', 'undefined', 'NaN', '01', '"\n"', '\ufeff{}', '{} {}'])(
    'returns undefined for %j',
    (text) => {
      expect(parseJson(text)).toBeUndefined();
    },
  );

  it('returns for text that is nested deeply', () => {
    expect(parseJson('['.repeat(100_000) + ']'.repeat(100_000))).toBeInstanceOf(Array);
    expect(parseJson('['.repeat(100_000))).toBeUndefined();
  });
});

describe('isJsonObject', () => {
  it.each([{}, { a: 1 }, Object.create(null)])('takes %j for an object', (value) => {
    expect(isJsonObject(value)).toBe(true);
  });

  it.each([null, undefined, [], [{}], 'a', '{}', 0, true])('does not take %j for an object', (value) => {
    expect(isJsonObject(value)).toBe(false);
  });
});

describe('utf8Length', () => {
  it.each([
    ['', 0],
    ['a\0\x7f', 3],
    ['\u0080\u07ff', 4],
    ['\u0800\ud7ff\ue000\uffff', 12],
    ['\u{10000}\u{10ffff}', 8],
    ['\ud800', 3],
    ['\udc00a', 4],
    ['\ud83d\ud83d\ude00', 7],
  ])('counts the bytes of %j (EVENT-2)', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });

  it('is the byte length of any well-formed string (EVENT-2)', () => {
    fc.assert(
      fc.property(wellFormedText, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
      }),
    );
  });

  it('counts half of a pair as the replacement character it is sent as', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(Buffer.from(text, 'utf8').length);
      }),
    );
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePercent,
  parseQuery,
  queryValue,
  readUsualQuery,
  requestText,
  signedTexts,
  type QueryParameter,
} from '../../../protocol/request-signature.js';
import { hmac } from '../../support/test-socket.js';
import { anyText, wellFormedText } from './arbitraries.js';
import { readVectors, type RequestVector } from './read-vectors.js';

const { secret, vectors, refused } = readVectors('request-signatures.json');

function textsOf({ method, path, pathPrefix, query }: RequestVector): string[] {
  return [...signedTexts({ method, path, parameters: parseQuery(query) }, pathPrefix)];
}

function signatureOf({ query }: RequestVector): string | undefined {
  return queryValue(parseQuery(query), 'auth_signature');
}

describe('the vectors', () => {
  it.each(vectors)('are HMAC-SHA256 of their text: $title', (vector) => {
    expect(signatureOf(vector)).toBe(hmac(vector.text, secret));
  });

  it.each(vectors.filter(({ body }) => body !== undefined))(
    'carry the MD5 of their body: $title',
    (vector) => {
      const md5 = createHash('md5')
        .update(vector.body ?? '')
        .digest('hex');
      expect(queryValue(parseQuery(vector.query), 'body_md5')).toBe(md5);
    },
  );
});

describe('signedTexts', () => {
  it.each(vectors)('has the text that was signed: $title (SIGN-1 to SIGN-6)', (vector) => {
    expect(textsOf(vector)).toContain(vector.text);
  });

  it.each(refused)('has no text that was signed: $title (SIGN-1 to SIGN-6)', (vector) => {
    expect(textsOf(vector).map((text) => hmac(text, secret))).not.toContain(signatureOf(vector));
  });

  it('begins with what a well-behaved library signs (SIGN-1)', () => {
    const { text } = vectors[0]!;
    expect(textsOf(vectors[0]!)[0]).toBe(text);
  });

  it('has one text for a plain request', () => {
    expect(textsOf(vectors[0]!)).toHaveLength(1);
  });

  it('has no text twice', () => {
    for (const vector of vectors) expect(new Set(textsOf(vector))).toHaveLength(textsOf(vector).length);
  });

  it('has the text that was signed for no request with a parameter more (SIGN-1)', () => {
    // A parameter that counts without being signed would let anyone change a request he has seen.
    const name = fc.constantFrom('auth_timestamp', 'body_md5', 'auth_version', 'name');
    const value = fc.stringMatching(/^[a-z0-9]{0,3}$/);
    const plain = fc.tuple(name, value);
    const extra = fc.tuple(
      fc.tuple(name, fc.constantFrom('', '[]', '[0]', '[1]')).map((parts) => parts.join('')),
      value,
    );
    fc.assert(
      fc.property(
        fc.array(plain, { maxLength: 4 }),
        fc.array(extra, { minLength: 1, maxLength: 4 }),
        fc.array(extra, { maxLength: 2 }),
        (signed, before, after) => {
          const parameters = [...before, ...signed, ...after];
          expect([...signedTexts({ method: 'GET', path: '/', parameters }, '')]).not.toContain(
            requestText('GET', '/', signed),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A parameter of a name that no other has, in any case. */
const distinctParameters = fc.uniqueArray(
  fc.tuple(
    wellFormedText.filter((name) => !name.includes('=') && name.toLowerCase() !== 'auth_signature'),
    wellFormedText,
  ),
  { selector: ([name]) => name.toLowerCase(), maxLength: 6 },
);

function escaped(parameters: readonly QueryParameter[]): string {
  return parameters.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
}

describe('requestText', () => {
  it('is independent of the order of parameters (SIGN-1)', () => {
    const shuffled = distinctParameters.chain((parameters) =>
      fc.tuple(fc.constant(parameters), fc.shuffledSubarray(parameters, { minLength: parameters.length })),
    );
    fc.assert(
      fc.property(shuffled, ([parameters, others]) => {
        expect(requestText('GET', '/', parseQuery(escaped(others)))).toBe(
          requestText('GET', '/', parseQuery(escaped(parameters))),
        );
      }),
    );
  });

  it('joins lower-case names and decoded values, sorted by name (SIGN-1)', () => {
    fc.assert(
      fc.property(distinctParameters, (parameters) => {
        const byName = new Map(parameters.map(([name, value]) => [name.toLowerCase(), value]));
        const expected = [...byName.keys()].sort().map((name) => `${name}=${byName.get(name) ?? ''}`);
        expect(requestText('POST', '/a', parseQuery(escaped(parameters)))).toBe(
          `POST\n/a\n${expected.join('&')}`,
        );
      }),
    );
  });

  it('leaves out auth_signature and nothing else, in any case (SIGN-1)', () => {
    const parameters = parseQuery('b=2&AUTH_SIGNATURE=x&auth_signature=y&a=1&auth_signature2=z');
    expect(requestText('GET', '/', parameters)).toBe('GET\n/\na=1&auth_signature2=z&b=2');
  });

  it('keeps the order of the values of one name (SIGN-5)', () => {
    expect(requestText('GET', '/', parseQuery('k[]=b&c=1&k[]=a&K[]=c'))).toBe(
      'GET\n/\nc=1&k[]=b&k[]=a&k[]=c',
    );
  });

  it('ends with a line feed where there are no parameters (SIGN-1)', () => {
    expect(requestText('GET', '/', [])).toBe('GET\n/\n');
  });
});

describe('readUsualQuery', () => {
  const HEX = /^[0-9a-f]{64}$/;
  const usual = {
    auth_key: 'app-key',
    auth_timestamp: '1700000000',
    auth_version: '1.0',
    body_md5: 'd41d8cd98f00b204e9800998ecf8427e',
    auth_signature: 'ab'.repeat(32),
  };

  function queryOf(parameters: Readonly<Record<string, string>>): string {
    return Object.entries(parameters)
      .map((pair) => pair.join('='))
      .join('&');
  }

  it.each([
    ['the signature last', usual],
    [
      'all sorted',
      Object.fromEntries(Object.entries(usual).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
    ],
    ['no body', { ...usual, body_md5: undefined }],
  ])('takes a query with %s (SIGN-1)', (_title, parameters) => {
    const query = queryOf(JSON.parse(JSON.stringify(parameters)) as Record<string, string>);
    expect(readUsualQuery(query)).toStrictEqual({
      key: usual.auth_key,
      timestamp: usual.auth_timestamp,
      bodyMd5: parameters.body_md5,
      signature: usual.auth_signature,
      signedQuery: requestText('', '', parseQuery(query)).slice(2),
    });
  });

  it('leaves any other query to the full reading', () => {
    const { auth_signature: signature, ...unsigned } = usual;
    const others = [
      { ...usual, auth_version: '1.00' },
      { ...usual, auth_key: 'a%20b' },
      { ...usual, auth_key: '' },
      { ...usual, auth_timestamp: '1e9' },
      { ...usual, info: 'user_count' },
      { ...usual, auth_signature: signature.toUpperCase() },
      unsigned,
    ].map(queryOf);
    const { auth_key: key, ...rest } = unsigned;
    const sorted = queryOf({ auth_key: key, auth_signature: signature, ...rest });
    others.push(
      `auth_version=1.0&${queryOf(usual)}`,
      `&${queryOf(usual)}`,
      `${queryOf(usual)}&`,
      `${queryOf(usual)}\n`,
      `${sorted}&auth_signature=${signature}`,
      '',
    );
    for (const query of others) expect(readUsualQuery(query), query).toBeUndefined();
  });

  it('agrees with the full reading on whatever it takes (SIGN-1)', () => {
    const value = fc.oneof(
      fc.constantFrom(...Object.values(usual), ''),
      fc.stringMatching(/^[a-z0-9+=\[\]%]{0,3}$/),
    );
    const parameter = fc.tuple(fc.constantFrom(...Object.keys(usual)), value).map((pair) => pair.join('='));
    const near = fc
      .tuple(fc.shuffledSubarray(Object.entries(usual)), fc.array(parameter, { maxLength: 1 }))
      .map(([pairs, more]) => [...pairs.map((pair) => pair.join('=')), ...more].join('&'));
    let taken = 0;
    fc.assert(
      fc.property(near, (query) => {
        const read = readUsualQuery(query);
        if (read === undefined) return;
        taken++;
        const parameters = parseQuery(query);
        expect(read.signature).toMatch(HEX);
        expect(read).toStrictEqual({
          key: queryValue(parameters, 'auth_key'),
          timestamp: queryValue(parameters, 'auth_timestamp'),
          bodyMd5: queryValue(parameters, 'body_md5'),
          signature: queryValue(parameters, 'auth_signature'),
          signedQuery: requestText('', '', parameters).slice(2),
        });
      }),
      { numRuns: 5000, examples: [[queryOf(usual)]] },
    );
    expect(taken).toBeGreaterThan(0);
  });
});

describe('parseQuery', () => {
  it.each([
    ['', []],
    ['a=1', [['a', '1']]],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['=1', [['', '1']]],
    ['&&a=1&', [['a', '1']]],
    ['a=b=c', [['a', 'b=c']]],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['a%5B%5D=%2F%26%3D', [['a[]', '/&=']]],
    ['a=x+y%2Bz', [['a', 'x+y+z']]],
    ['A=B', [['A', 'B']]],
    [
      'a=100%&b=%20%zz&%=%C3',
      [
        ['a', '100%'],
        ['b', '%20%zz'],
        ['%', '%C3'],
      ],
    ],
    ['__proto__=1', [['__proto__', '1']]],
  ] satisfies [string, [string, string][]][])('reads %j (SIGN-4)', (query, parameters) => {
    expect(parseQuery(query)).toStrictEqual(parameters);
  });

  it('reads back whatever was escaped (SIGN-4)', () => {
    fc.assert(
      fc.property(distinctParameters, (parameters) => {
        const notBare = parameters.filter(([name, value]) => name !== '' || value !== '');
        expect(parseQuery(escaped(notBare))).toStrictEqual(notBare);
      }),
    );
  });

  it('returns for any text', () => {
    fc.assert(
      fc.property(anyText, (query) => {
        expect(parseQuery(query)).toBeInstanceOf(Array);
      }),
    );
  });
});

describe('queryValue', () => {
  const parameters = parseQuery('a=1&Auth_Key=k&a=2&empty=');

  it.each([
    ['a', '1'],
    ['auth_key', 'k'],
    ['empty', ''],
    ['missing', undefined],
    ['toString', undefined],
  ])('finds %s by its lower-case name, the first of several', (name, value) => {
    expect(queryValue(parameters, name)).toBe(value);
  });
});

describe('decodePercent', () => {
  it.each([
    ['plain', 'plain'],
    ['a%40b%2Cc', 'a@b,c'],
    ['%C3%AB', 'ë'],
    ['%2520', '%20'],
    ['a+b', 'a+b'],
    ['100%', '100%'],
    ['%E4', '%E4'],
    ['%40%E4', '%40%E4'],
  ])('makes of %s %s (SIGN-4)', (text, decoded) => {
    expect(decodePercent(text)).toBe(decoded);
  });
});

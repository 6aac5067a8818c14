import fc from 'fast-check';

/** Any string at all: control characters, quotes, lone surrogates, names of `Object.prototype`. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })))
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('__proto__', 'constructor', 'toString', '"', '\\', '","x":null,"', '\u2028', '\0', '\n'),
);

/** Strings without lone surrogates, as they come out of UTF-8. */
export const wellFormedText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
);

/** One value of JSON with names such as `__proto__`. */
export const jsonValue: fc.Arbitrary<fc.JsonValue> = fc.jsonValue({ stringUnit: 'binary' });

/** White space that JSON allows between tokens. */
export const anySpace = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

/** A string as JSON text in which some characters are escaped that need not be. */
export function stringText(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(text, fc.infiniteStream(fc.boolean())).map(([value, escapes]) => {
    const units = Array.from({ length: value.length }, (_, i) => value.slice(i, i + 1));
    return `"${units.map((unit) => (escapes.next().value ? unicodeEscape(unit) : plain(unit))).join('')}"`;
  });
}

function unicodeEscape(unit: string): string {
  const hex = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return `\\u${unit.charCodeAt(0) % 2 === 0 ? hex.toUpperCase() : hex}`;
}

function plain(unit: string): string {
  if (unit === '/') return '\\/';
  // Half of a pair is left for the other half to join.
  return /[\ud800-\udfff]/.test(unit) ? unit : JSON.stringify(unit).slice(1, -1);
}

const numberText = fc.oneof(
  fc.bigInt().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('0', '-0', '1.0', '1e3', '-1.50E+2', '9007199254740993', '1E400'),
);

/** A JSON object as text, and its own members in the order they stand in. */
export interface ObjectText {
  readonly text: string;
  readonly members: readonly (readonly [name: string, valueText: string])[];
}

const memberName = fc.oneof(fc.constantFrom('a', 'b', '', '__proto__', 'user_id', 'user_info'), anyText);

function objectOf(value: fc.Arbitrary<string>): fc.Arbitrary<ObjectText> {
  const member = fc.tuple(stringText(memberName), value, anySpace, anySpace, anySpace, anySpace);
  return fc.tuple(anySpace, fc.array(member, { maxLength: 5 }), anySpace).map(([before, members, after]) => ({
    text: `${before}{${members.map(([name, text, a, b, c, d]) => `${a}${name}${b}:${c}${text}${d}`).join(',')}${members.length === 0 ? before : ''}}${after}`,
    members: members.map(([name, text]) => [JSON.parse(name) as string, text]),
  }));
}

const { value: valueText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false'),
    numberText,
    stringText(anyText),
    fc
      .array(fc.tuple(anySpace, tie('value'), anySpace), { maxLength: 3 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    objectOf(tie('value')).map(({ text }) => text.trim()),
  ),
}));

/** A JSON object in any spelling: odd white space, escaped and repeated names, nested structures. */
export const objectText: fc.Arbitrary<ObjectText> = objectOf(valueText);

/** A name that CHAN-1 allows, of the given prefixes. */
export function channelName(...prefixes: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...prefixes),
      fc.string({
        unit: fc.constantFrom(...'a b c X Y Z 0 1 9 _ - = @ , . ;'.split(' ')),
        minLength: 1,
        maxLength: 20,
      }),
    )
    .map(([prefix, rest]) => prefix + rest);
}

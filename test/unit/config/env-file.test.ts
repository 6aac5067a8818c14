import { describe, expect, it } from 'vitest';
import { EnvFileError, laravelValue, parseEnvFile } from '../../../src/config/env-file.js';

describe('parseEnvFile', () => {
  const FILES: readonly [rule: string, text: string, values: Record<string, string>][] = [
    ['a plain value', 'A=1', { A: '1' }],
    ['blanks around the name and the value', '  A =  1  ', { A: '1' }],
    ['lines that end as on Windows or an old Mac', 'A=1\r\nB=2\rC=3\n', { A: '1', B: '2', C: '3' }],
    ['a byte order mark', '\uFEFFA=1', { A: '1' }],
    ['blank lines and comments', '\n# A=1\n   # B=2\n\nC=3', { C: '3' }],
    ['a comment after a value', 'A=1 # one\nB=2#two\nC="3" # three', { A: '1', B: '2', C: '3' }],
    ['a # in quotes', 'A="#1"\nB=\'#2\'', { A: '#1', B: '#2' }],
    ['a value with = in it', 'A=b=c==', { A: 'b=c==' }],
    ['no value', 'A=\nB=""\nC=\'\'', { A: '', B: '', C: '' }],
    ['a name alone, which declares nothing', 'A', {}],
    ['a name alone, which takes an earlier value back', 'A=1\nA', {}],
    ['the last of two values', 'A=1\nA=2', { A: '2' }],
    ['export', 'export A=1\nexport\tBB="2"\nexported=3', { A: '1', BB: '2', exported: '3' }],
    ['a quoted name', '"A"=1\n\'B\'=2', { A: '1', B: '2' }],
    ['a name with dots, digits and letters beyond ASCII', 'a.b_1=x\nÄ=y', { 'a.b_1': 'x', Ä: 'y' }],
    ['quotes within an unquoted value', `A=it's"so"`, { A: `it's"so"` }],
    ['a backslash in an unquoted value', 'A=C:\\new', { A: 'C:\\new' }],
    ['single quotes, in which all is literal', "A='a\\n$B ${B} \"#'", { A: 'a\\n$B ${B} "#' }],
    ['escapes in double quotes', String.raw`A="a\nb\rc\td\fe\vf\\g\"h\$i"`, { A: 'a\nb\rc\td\fe\vf\\g"h$i' }],
    [
      'a value over several lines',
      'A="one\ntwo # two\n\nthree"\nB=4',
      { A: 'one\ntwo # two\n\nthree', B: '4' },
    ],
    [
      'a key over several lines',
      'KEY="-----BEGIN X-----\nAB+/==\n-----END X-----\n"\nB=1',
      { KEY: '-----BEGIN X-----\nAB+/==\n-----END X-----\n', B: '1' },
    ],
    ['a quote in a comment, which opens nothing', '# say="hi\nA=1', { A: '1' }],
    ['${NAME} of an earlier line', 'A=1\nB=${A}2\nC="x${B}y"', { A: '1', B: '12', C: 'x12y' }],
    ['${NAME} of a later line, which stays as it is', 'B=${A}\nA=1', { B: '${A}', A: '1' }],
    ['an escaped dollar, which stands for itself', 'A=1\nB="\\${A}"', { A: '1', B: '${A}' }],
    ['a dollar that is no reference', 'A=a$b\nB="$A ${}"\nC=p4$$w', { A: 'a$b', B: '$A ${}', C: 'p4$$w' }],
    [
      'a reference in the text of another, which is not followed',
      "A='${B}'\nB=1\nC=${A}",
      { A: '${B}', B: '1', C: '${B}' },
    ],
    [
      "Laravel's own file",
      'APP_NAME="My App"\nREVERB_APP_KEY=abc\nREVERB_HOST="localhost"\nVITE_REVERB_APP_KEY="${REVERB_APP_KEY}"\nVITE_APP_NAME="${APP_NAME}"',
      {
        APP_NAME: 'My App',
        REVERB_APP_KEY: 'abc',
        REVERB_HOST: 'localhost',
        VITE_REVERB_APP_KEY: 'abc',
        VITE_APP_NAME: 'My App',
      },
    ],
  ];

  it.each(FILES)('reads %s', (_rule, text, values) => {
    expect(parseEnvFile(text)).toStrictEqual(values);
  });

  it('takes ${NAME} from the environment before the file, as Laravel does', () => {
    const text = 'A=file\nB=${A}\nC=${OUTER}';
    expect(parseEnvFile(text, { A: 'environment', OUTER: 'x' })).toMatchObject({ B: 'environment', C: 'x' });
  });

  it('takes a name such as __proto__ for any other', () => {
    const values = parseEnvFile('__proto__=1\nconstructor=2\nA=${toString}');
    expect(Object.entries(values)).toStrictEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['A', '${toString}'],
    ]);
  });

  const MISTAKES: readonly [mistake: string, text: string, message: string | RegExp][] = [
    ['a value with blanks and no quotes', 'OK=1\nA=one two', /^line 2: .*quotes/],
    ['text after a quoted value', 'A="one" two', /^line 1: .*quotes/],
    ['text after a single-quoted value', "A='one'two", /^line 1: .*quotes/],
    ['a double quote that is not closed', '# x\n\nA="one\ntwo', /^line 3: the closing quote is missing$/],
    ['a single quote that is not closed', "A='one", /^line 1: the closing quote is missing$/],
    ['a single-quoted value over two lines', "A='one\ntwo'", /^line 1: the closing quote is missing$/],
    ['an unknown escape', 'A="C:\\Users"', /^line 1: .*escape/],
    ['a name with a blank', 'A B=1', /^line 1: .*name/],
    ['a name with a dash', 'A-B=1', /^line 1: .*name/],
    ['no name', '=1', /^line 1: .*name/],
    ['a line that is no setting', 'A=1\nwhat is this', /^line 2: .*name/],
    ['a mistake after a value over several lines', 'A="1\n2\n3"\nB C=4', /^line 4: /],
  ];

  it.each(MISTAKES)('refuses %s and names the line', (_mistake, text, message) => {
    expect(() => parseEnvFile(text)).toThrow(EnvFileError);
    expect(() => parseEnvFile(text)).toThrow(message);
  });

  it.each([
    ['a key that was pasted without quotes', 'KEY=-----BEGIN\nhunter2AB+/=='],
    ['a value with blanks', 'SECRET=hunter2 hunter2'],
    ['an escape in a secret', 'SECRET="hunter2\\qhunter2"'],
  ])('does not show what it could not read: %s', (_mistake, text) => {
    expect(() => parseEnvFile(text)).toThrow(EnvFileError);
    expect(() => parseEnvFile(text)).not.toThrow(/hunter2/);
  });
});

describe('laravelValue', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['null', undefined],
    ['NULL', undefined],
    ['(null)', undefined],
    ['empty', undefined],
    ['(empty)', undefined],
    ['true', 'true'],
    ['(true)', 'true'],
    ['(False)', 'false'],
    ['0', '0'],
    ['nullable', 'nullable'],
  ])("stands for what Laravel's env() makes of %j", (text, value) => {
    expect(laravelValue(text)).toBe(value);
  });
});

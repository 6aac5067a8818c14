/**
 * Reads a Laravel project's `.env`, by the rules of phpdotenv 5, which Laravel reads it with:
 *
 * - `NAME=value`, optionally after `export`; blank lines and lines that begin with `#` are skipped;
 * - an unquoted value holds no blanks and ends at a `#`;
 * - in single quotes everything is literal; in double quotes `\n`, `\r`, `\t`, `\f`, `\v`, `\\`, `\"` and `\$` are the
 *   escapes, and a value that opens right after the `=` may run over several lines;
 * - `${NAME}` outside single quotes stands for a name defined above, or in the environment; an unknown one stays.
 */
export type EnvRecord = Readonly<Record<string, string | undefined>>;

/** A line that phpdotenv would refuse too. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
}

/**
 * @param text the file's content
 * @param environment what `${NAME}` may also refer to; it wins over the file, as in Laravel
 * @throws EnvFileError naming the line, but not what stands in it, since that may be part of a secret
 */
export function parseEnvFile(text: string, environment: EnvRecord = {}): Record<string, string> {
  const values = new Map<string, string>();
  const lookUp = (name: string) =>
    (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? values.get(name);

  for (const { line, entry } of entries(text)) {
    try {
      const equals = entry.indexOf('=');
      if (equals < 0) {
        // `NAME` alone declares a name without a value, and takes back one that it had.
        values.delete(parseName(entry));
      } else {
        const name = parseName(trim(entry.slice(0, equals)));
        values.set(name, parseValue(trim(entry.slice(equals + 1)), lookUp));
      }
    } catch (cause) {
      throw new EnvFileError(`line ${line}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
  return Object.fromEntries(values);
}

/** As PHP's `trim`; JavaScript's would also take blanks beyond ASCII. */
function trim(text: string): string {
  return text.replace(/^[ \n\r\t\0\v]+|[ \n\r\t\0\v]+$/g, '');
}

interface Entry {
  /** Counted from 1. */
  readonly line: number;
  readonly entry: string;
}

/** Joins the lines of a double-quoted value; leaves out comments and blank lines. */
function* entries(text: string): Generator<Entry> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let entry = lines[i] ?? '';
    if (/^[^#]*?="/.test(entry)) {
      while (countQuotes(entry) < 2 && i + 1 < lines.length) entry += `\n${lines[++i] ?? ''}`;
    }
    if (!/^(?:#|$)/.test(trim(entry))) yield { line, entry };
  }
}

/** Double quotes that no backslash precedes. */
function countQuotes(text: string): number {
  return text.replaceAll('\\\\', '').match(/(?<!\\)"/g)?.length ?? 0;
}

function parseName(source: string): string {
  const name = source.replace(/^export[ \t\n\r\v\f]+/, '').replace(/^(['"])(.+)\1$/s, '$2');
  if (!/^[\p{Ll}\p{Lu}\p{M}\p{N}_.]+$/u.test(name)) {
    throw new Error(
      "what stands before '=' is no name of a variable; a value over several lines needs double quotes",
    );
  }
  return name;
}

type LookUp = (name: string) => string | undefined;

function parseValue(source: string, lookUp: LookUp): string {
  if (source.startsWith("'")) return parseSingleQuoted(source);
  if (source.startsWith('"')) return parseDoubleQuoted(source, lookUp);
  const [value = ''] = /^[^ \t\n\r\v\f#]*/.exec(source) ?? [];
  expectNothing(source.slice(value.length));
  return interpolate(['', ...value.split(/(?=\$)/)], lookUp);
}

function parseSingleQuoted(source: string): string {
  const end = source.indexOf("'", 1);
  if (end < 0) throw new Error('the closing quote is missing');
  expectNothing(source.slice(end + 1));
  return source.slice(1, end);
}

function parseDoubleQuoted(source: string, lookUp: LookUp): string {
  const pieces = [''];
  const append = (text: string) => {
    pieces.push((pieces.pop() ?? '') + text);
  };
  for (let i = 1; i < source.length; i++) {
    const character = source[i] ?? '';
    if (character === '"') {
      expectNothing(source.slice(i + 1));
      return interpolate(pieces, lookUp);
    }
    if (character === '\\') append(unescape(source[++i]));
    else if (character === '$') pieces.push('$');
    else append(character);
  }
  throw new Error('the closing quote is missing');
}

/** After a value only a comment may follow. */
function expectNothing(rest: string): void {
  if (!/^[ \t\n\r\v\f]*(?:#|$)/.test(rest)) throw new Error('a value with blanks needs quotes');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ['$', '$'],
]);

function unescape(character: string | undefined): string {
  if (character === undefined) throw new Error('the closing quote is missing');
  const meant = ESCAPES.get(character);
  if (meant === undefined) throw new Error(`unexpected escape sequence \\${character}`);
  return meant;
}

/**
 * Puts in what `${NAME}` refers to, from the last to the first as phpdotenv does.
 *
 * @param pieces a text; each piece but the first begins with a `$` that was not escaped
 */
function interpolate([first = '', ...references]: readonly string[], lookUp: LookUp): string {
  return (
    first +
    references.reduceRight((rest, piece) => {
      return (piece + rest).replace(
        /^\$\{([A-Za-z0-9_.]+)\}/,
        (found, name: string) => lookUp(name) ?? found,
      );
    }, '')
  );
}

/**
 * A value as Laravel's `env()` sees it: `null`, `(null)`, `empty`, `(empty)` and nothing at all stand for no value,
 * `(true)` and `(false)` for what they say.
 */
export function laravelValue(value: string | undefined): string | undefined {
  switch (value?.toLowerCase()) {
    case undefined:
    case '':
    case 'null':
    case '(null)':
    case 'empty':
    case '(empty)':
      return undefined;
    case '(true)':
      return 'true';
    case '(false)':
      return 'false';
    default:
      return value;
  }
}

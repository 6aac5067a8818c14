import { prettyFactory } from 'pino-pretty';

/** Not shown: they are the same in each line of a process, or stand in front of the message. */
const LEFT_OUT: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err', 'hint']);

/** JSON's own escapes leave these, at which a terminal begins a line or changes its state. */
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/**
 * A function that makes one readable line of a JSON line of the log: time, level, message, then `name=value`. An error's
 * stack and a hint follow on lines of their own.
 */
export function createReadable(isColoured: boolean): (line: string) => string {
  return prettyFactory({
    colorize: isColoured,
    hideObject: true,
    ignore: 'pid,hostname',
    messageFormat: (line, messageKey) => {
      const fields = Object.entries(line)
        .filter(([name]) => !LEFT_OUT.has(name))
        .map(([name, value]) => ` ${name}=${shown(value)}`);
      const hint: unknown = line['hint'];
      const { err } = line;
      const message = String(line[messageKey]);
      return `${message}${fields.join('')}${typeof hint === 'string' ? `\n    hint: ${shownText(hint)}` : ''}${shownError(err)}`;
    },
  });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+{}-]+$/.test(value) ? value : quoted(value);
  if (Array.isArray(value)) return value.map(shown).join(',');
  return quoted(value);
}

function quoted(value: unknown): string {
  return shownText(JSON.stringify(value));
}

function shownText(text: string): string {
  return text.replace(CONTROLS, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function shownError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const stack: unknown = 'stack' in error ? error.stack : undefined;
  return typeof stack === 'string' ? `\n    ${stack.replaceAll('\n', '\n    ')}` : '';
}

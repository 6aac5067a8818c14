import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CloseCode, ErrorCode } from '../../../protocol/error-codes.js';

const document = readFileSync(new URL('../../../protocol/PROTOCOL.md', import.meta.url), 'utf8');

/** The cells of the first table after the rule of that number, without its head. */
function tableOf(rule: string): string[][] {
  const lines = document.slice(document.indexOf(`**${rule}**`)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const documented = tableOf('ERR-1').map(([code, , reaction]) => [Number(code), reaction] as const);
const codes: readonly number[] = Object.values(ErrorCode);

describe('ErrorCode', () => {
  it('holds exactly the codes of the table (ERR-1)', () => {
    expect([...codes].sort()).toStrictEqual(documented.map(([code]) => code));
  });

  it.each(Object.entries(ErrorCode))('has its %s, %i, in the table (ERR-1)', (_name, code) => {
    expect(documented.map(([listed]) => listed)).toContain(code);
  });

  it.each(documented)('has the code %i of the table (ERR-1)', (code) => {
    expect(codes).toContain(code);
  });

  it('gives no two names to one code (ERR-1)', () => {
    expect(new Set(codes)).toHaveLength(codes.length);
  });

  it('is what the reasons to refuse a handshake lead to (CONN-2)', () => {
    const refusals = tableOf('CONN-2').map(([, code]) => Number(code));
    expect(refusals).not.toHaveLength(0);
    expect(codes).toEqual(expect.arrayContaining(refusals));
  });

  // The ranges are the protocol's own: clients look at nothing else.
  it.each(documented)(
    'of %i lies in the range that makes clients do what is said: %s (ERR-1)',
    (code, reaction) => {
      const ranges: Readonly<Record<string, readonly [first: number, last: number]>> = {
        'connect again with TLS': [4000, 4000],
        'stay away': [4001, 4099],
        'come back after a second or more': [4100, 4199],
        'come back at once': [4200, 4299],
        'stay connected': [4300, 4399],
      };
      const [first, last] = ranges[String(reaction)] ?? [0, 0];
      expect(code).toBeGreaterThanOrEqual(first);
      expect(code).toBeLessThanOrEqual(last);
    },
  );
});

describe('CloseCode', () => {
  it('closes with 1009 what is too long (MSG-6)', () => {
    expect(CloseCode).toStrictEqual({ MessageTooBig: 1009 });
    expect(document).toMatch(/\*\*MSG-6\*\*[^*]*\b1009\b/);
  });
});

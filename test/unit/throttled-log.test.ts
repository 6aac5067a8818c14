import { describe, expect, it } from 'vitest';
import { SILENT_LOG, type Log } from '../../src/log.js';
import { ThrottledLog } from '../../src/throttled-log.js';
import { FakeClock } from '../support/fake-clock.js';

interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

function create({ isDebug = false } = {}) {
  const lines: Line[] = [];
  const keep = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...fields } });
  };
  const log: Log = { ...SILENT_LOG, warn: keep('warn'), debug: keep('debug'), isDebug };
  const clock = new FakeClock();
  return { throttled: new ThrottledLog(log, clock), clock, lines };
}

describe('ThrottledLog', () => {
  it('writes the first of a kind at once, with its fields and app', () => {
    const { throttled, lines } = create();
    throttled.warn('a', { reason: 'Origin not allowed', origin: 'https://x', key: undefined }, 'refused');
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'refused',
        fields: { app: 'a', reason: 'Origin not allowed', origin: 'https://x' },
      },
    ]);
  });

  it('writes one line a minute for each kind and app, with the count of the others', () => {
    const { throttled, clock, lines } = create();
    for (let i = 0; i < 1000; i++) {
      throttled.warn('a', { i }, 'refused');
      throttled.warn('b', { i }, 'refused');
      throttled.warn(undefined, { i }, 'refused');
      throttled.warn('a', { i }, 'turned away');
    }
    expect(lines).toHaveLength(4);
    clock.stall(60_000);
    throttled.warn('a', { i: 1000 }, 'refused');
    expect(
      lines.filter(({ fields, message }) => fields['app'] === 'a' && message.startsWith('refused')),
    ).toEqual([
      { level: 'warn', message: 'refused', fields: { app: 'a', i: 0 } },
      {
        level: 'warn',
        message: 'refused, and more often than was said',
        fields: { app: 'a', unsaid: 999, seconds: 60 },
      },
    ]);
  });

  it('tells the count with the next line where that comes before the summary', () => {
    const { throttled, clock, lines } = create();
    clock.advance(3000);
    for (let i = 0; i < 5; i++) throttled.warn('a', { i }, 'refused');
    clock.advance(60_000);
    throttled.warn('a', { i: 5 }, 'refused');
    expect(lines.at(-1)?.fields).toEqual({ app: 'a', i: 5, unsaid: 4 });
  });

  it('says at its end what is still unsaid, and says nothing of what it has said', () => {
    const { throttled, clock, lines } = create();
    throttled.warn('a', {}, 'refused');
    throttled.warn('b', {}, 'refused');
    throttled.warn('b', {}, 'refused');
    clock.advance(10_000);
    throttled.close();
    expect(lines.slice(2)).toEqual([
      {
        level: 'warn',
        message: 'refused, and more often than was said',
        fields: { app: 'b', unsaid: 1, seconds: 10 },
      },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is quiet about what has ended', () => {
    const { throttled, clock, lines } = create();
    throttled.warn('a', {}, 'refused');
    throttled.warn('a', {}, 'refused');
    clock.advance(600_000);
    expect(lines).toHaveLength(2);
  });

  it('holds no more than its bound, whatever the number of apps', () => {
    const { throttled, lines } = create();
    for (let i = 0; i < 5000; i++) throttled.warn(`app-${i}`, {}, 'refused');
    expect(lines.length).toBeLessThanOrEqual(1001);
    throttled.close();
    expect(lines.at(-1)?.fields).toMatchObject({ unsaid: 3999 });
  });

  it('cuts texts that a peer made long', () => {
    const { throttled, lines } = create();
    throttled.warn('a', { origin: 'x'.repeat(10_000) }, 'refused');
    expect(String(lines[0]?.fields['origin'])).toHaveLength(301);
  });

  it('asks for fields only when a line is written', () => {
    const { throttled, lines } = create();
    let asked = 0;
    for (let i = 0; i < 5; i++) throttled.warn('a', () => ({ asked: ++asked }), 'refused');
    expect(lines.map(({ fields }) => fields)).toEqual([{ app: 'a', asked: 1 }]);
  });

  it('writes each with debug, those beyond one a minute as debug', () => {
    const { throttled, lines } = create({ isDebug: true });
    for (let i = 0; i < 3; i++) throttled.warn('a', { i }, 'refused');
    expect(lines.map(({ level, fields }) => [level, fields['i']])).toEqual([
      ['warn', 0],
      ['debug', 1],
      ['debug', 2],
    ]);
  });
});

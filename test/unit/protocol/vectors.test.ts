import { describe, expect, it } from 'vitest';
import { readAnyVectors, VECTOR_FILES, type Vector } from './read-vectors.js';

/** Every list of cases in a file, `vectors` and whatever stands beside it. */
function lists(file: string): readonly (readonly [name: string, cases: readonly Vector[]])[] {
  return Object.entries(readAnyVectors(file)).filter((entry): entry is [string, Vector[]] =>
    Array.isArray(entry[1]),
  );
}

describe.each(VECTOR_FILES)('%s', (file) => {
  it('says what it is about', () => {
    expect(readAnyVectors(file)['about']).toMatch(/\.$/);
  });

  it('has cases', () => {
    expect(lists(file).map(([name]) => name)).toContain('vectors');
    for (const [, cases] of lists(file)) expect(cases).not.toHaveLength(0);
  });

  it.each(lists(file))('gives each of its %s a title of its own and a source', (_name, cases) => {
    expect(new Set(cases.map(({ title }) => title))).toHaveLength(cases.length);
    for (const { title, source } of cases) {
      expect(title).not.toBe('');
      expect(source, title).toMatch(/^[A-Za-z][\w-]*\.(?:md|json)\b|^RFC \d+/);
    }
  });
});

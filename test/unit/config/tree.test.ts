import { describe, expect, it } from 'vitest';
import { getPath, leaves, nearest, setPath } from '../../../src/config/tree.js';

describe('setPath', () => {
  it('makes the branches it needs', () => {
    const tree = {};
    setPath(tree, 'server.port', 1);
    expect(tree).toStrictEqual({ server: { port: 1 } });
  });

  it('leaves what is no branch to the schema', () => {
    const tree = { server: 'x' };
    setPath(tree, 'server.port', 1);
    expect(tree).toStrictEqual({ server: 'x' });
  });
});

describe('getPath', () => {
  it.each([
    ['a.b', 1],
    ['list.1.c', 2],
    ['a.x.y', undefined],
    ['a.b.c', undefined],
  ])('reads %s', (path, value) => {
    expect(getPath({ a: { b: 1 }, list: [{}, { c: 2 }] }, path)).toBe(value);
  });
});

describe('leaves', () => {
  it('are values and lists of values, but not what holds further settings', () => {
    expect(leaves({ a: { b: null, c: [1, 2] }, d: [{ e: 1 }, { e: 2 }], f: [], g: {} })).toStrictEqual([
      'a.b',
      'a.c',
      'd.0.e',
      'd.1.e',
      'f',
    ]);
  });
});

describe('nearest', () => {
  const known = new Map([
    ['a', 1],
    ['a.b.c', 2],
  ]);

  it.each([
    ['a.b.c', { path: 'a.b.c', value: 2 }],
    ['a.b.c.0', { path: 'a.b.c', value: 2 }],
    ['a.b', { path: 'a', value: 1 }],
    ['ab', undefined],
    ['', undefined],
  ])('finds what is around %j', (path, found) => {
    expect(nearest(known, path)).toStrictEqual(found);
  });
});

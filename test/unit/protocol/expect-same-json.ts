import { inspect, isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** Expects equal JSON values. Unlike `toStrictEqual` it copes with members named `constructor`. */
export function expectSameJson(actual: unknown, expected: unknown): void {
  const isSame = isDeepStrictEqual(actual, expected);
  expect(isSame, isSame ? '' : `${inspect(actual)} is not ${inspect(expected)}`).toBe(true);
}

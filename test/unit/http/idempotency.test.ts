import { describe, expect, it } from 'vitest';
import { IdempotencyStore } from '../../../src/http/idempotency.js';
import { EMPTY_OBJECT, HttpError, jsonResponse, type HttpResponse } from '../../../src/http/response.js';
import { FakeClock } from '../../support/fake-clock.js';

/** Is never kept. */
const REFUSED = new HttpError(400, 'no').toResponse();

describe('IdempotencyStore', () => {
  const setUp = (maxKeys = 100, maxBytes?: number) => {
    const clock = new FakeClock();
    const store = new IdempotencyStore({ seconds: 120, maxKeys }, clock, undefined, maxBytes);
    const keep = (scope: string, key: string, answer: HttpResponse) => {
      void store.once(
        [scope],
        key,
        () => answer,
        () => undefined,
      );
    };
    /** What a repeat gets; undefined where it would be answered anew. */
    const find = (scope: string, key: string) => {
      const replays: true[] = [];
      const answer = store.once(
        [scope],
        key,
        () => REFUSED,
        () => replays.push(true),
      );
      return replays.length > 0 ? answer : undefined;
    };
    return { clock, keep, find };
  };

  it('gives back the very answer it was given (API-6)', () => {
    const { keep, find } = setUp();
    const answer = jsonResponse({ channels: {} });
    keep('app /events', 'k', answer);
    expect(find('app /events', 'k')).toBe(answer);
  });

  it('keeps an answer for 120 seconds from the first request, however often it is asked for (API-6)', () => {
    const { clock, keep, find } = setUp();
    keep('app /events', 'k', EMPTY_OBJECT);
    for (const seconds of [0, 60, 59, 1]) {
      clock.advance(seconds * 1000);
      expect(find('app /events', 'k')).toBe(EMPTY_OBJECT);
    }
    clock.advance(1);
    expect(find('app /events', 'k')).toBeUndefined();
  });

  it('keeps keys of different scopes apart, whatever is in the keys (API-6)', () => {
    const { keep, find } = setUp();
    keep('app /events', 'k', EMPTY_OBJECT);
    for (const scope of ['app /batch_events', 'other /events']) {
      for (const key of ['k', '/events k', ' /events k', '__proto__', '']) {
        expect(find(scope, key)).toBeUndefined();
      }
    }
  });

  it.each([400, 401, 403, 404, 413, 429, 500])('does not keep an answer with status %i (API-6)', (status) => {
    const { keep, find } = setUp();
    keep('app /events', 'k', new HttpError(status, 'no').toResponse());
    expect(find('app /events', 'k')).toBeUndefined();
  });

  it('keeps as many keys as it may and forgets the least recently used (API-6)', () => {
    const { keep, find } = setUp(3);
    for (const key of ['a', 'b', 'c']) keep('s', key, EMPTY_OBJECT);
    void find('s', 'a');
    keep('s', 'd', EMPTY_OBJECT);
    expect(['a', 'b', 'c', 'd'].filter((key) => find('s', key) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('forgets the least recently used when the answers are long', () => {
    const { keep, find } = setUp(100, 10_000);
    const answer = jsonResponse({ channels: 'x'.repeat(2000) });
    for (const key of ['a', 'b', 'c', 'd']) keep('app /events', key, answer);
    const kept = ['a', 'b', 'c', 'd'].filter((key) => find('app /events', key) !== undefined);
    expect(kept).toEqual(['c', 'd']);
  });
});

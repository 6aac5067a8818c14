import { describe, expect, it } from 'vitest';
import { IdempotencyStore } from '../../../src/http/idempotency.js';
import { EMPTY_OBJECT, HttpError, jsonResponse } from '../../../src/http/response.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('IdempotencyStore', () => {
  const setUp = (maxKeys = 100, maxBytes?: number) => {
    const clock = new FakeClock();
    return { clock, store: new IdempotencyStore({ seconds: 120, maxKeys }, clock, maxBytes) };
  };

  it('gives back the very answer it was given (API-6)', () => {
    const { store } = setUp();
    const answer = jsonResponse({ channels: {} });
    store.keep('app /events', 'k', answer);
    expect(store.find('app /events', 'k')).toBe(answer);
  });

  it('keeps an answer for 120 seconds from the first request, however often it is asked for (API-6)', () => {
    const { clock, store } = setUp();
    store.keep('app /events', 'k', EMPTY_OBJECT);
    for (const seconds of [0, 60, 59, 1]) {
      clock.advance(seconds * 1000);
      expect(store.find('app /events', 'k')).toBe(EMPTY_OBJECT);
    }
    clock.advance(1);
    expect(store.find('app /events', 'k')).toBeUndefined();
  });

  it('keeps keys of different scopes apart, whatever is in the keys (API-6)', () => {
    const { store } = setUp();
    store.keep('app /events', 'k', EMPTY_OBJECT);
    for (const scope of ['app /batch_events', 'other /events']) {
      for (const key of ['k', '/events k', ' /events k', '__proto__', '']) {
        expect(store.find(scope, key)).toBeUndefined();
      }
    }
  });

  it.each([400, 401, 403, 404, 413, 429, 500])('does not keep an answer with status %i (API-6)', (status) => {
    const { store } = setUp();
    store.keep('app /events', 'k', new HttpError(status, 'no').toResponse());
    expect(store.find('app /events', 'k')).toBeUndefined();
  });

  it('keeps as many keys as it may and forgets the least recently used (API-6)', () => {
    const { store } = setUp(3);
    for (const key of ['a', 'b', 'c']) store.keep('s', key, EMPTY_OBJECT);
    store.find('s', 'a');
    store.keep('s', 'd', EMPTY_OBJECT);
    expect(['a', 'b', 'c', 'd'].filter((key) => store.find('s', key) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('forgets the least recently used when the answers are long', () => {
    const { store } = setUp(100, 10_000);
    const answer = jsonResponse({ channels: 'x'.repeat(2000) });
    for (const key of ['a', 'b', 'c', 'd']) store.keep('app /events', key, answer);
    const kept = ['a', 'b', 'c', 'd'].filter((key) => store.find('app /events', key) !== undefined);
    expect(kept).toEqual(['c', 'd']);
  });
});

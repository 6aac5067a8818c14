import { describe, expect, it } from 'vitest';
import { roomFor, type KnownConnections } from '../../../src/cluster/connection-room.js';

const known = (others: number, untold = 0): KnownConnections => ({
  isKnown: true,
  untold,
  othersMin: others,
  othersMax: others,
});

describe('room for a connection (CONN-10)', () => {
  it('is free up to half of the share of what is left, until the store knows of the last ones', () => {
    // 30 are left, told or not; 5 of them are half of the share of one of three nodes.
    expect(roomFor(60, 14, known(20, 4), 3)).toBe('free');
    expect(roomFor(60, 15, known(20, 5), 3)).toBe('unsure');
    expect(roomFor(60, 15, known(20), 3)).toBe('free');
  });

  it('is free for one while less than a share is left, and full when nothing is', () => {
    expect(roomFor(60, 39, known(20), 3)).toBe('free');
    expect(roomFor(60, 39, known(20, 1), 3)).toBe('unsure');
    expect(roomFor(60, 40, known(20), 3)).toBe('full');
  });

  it('is not full for what a change under way may have been counted twice for', () => {
    expect(roomFor(60, 30, { isKnown: true, untold: 10, othersMin: 20, othersMax: 30 }, 2)).toBe('unsure');
    expect(roomFor(60, 30, { isKnown: true, untold: 10, othersMin: 30, othersMax: 40 }, 2)).toBe('full');
  });

  it('is free for one in a hundred before anything is known', () => {
    expect(roomFor(60, 0, undefined, 3)).toBe('free');
    const unknown = { ...known(0, 1), isKnown: false };
    expect(roomFor(60, 1, unknown, 3)).toBe('unsure');
    expect(roomFor(10_000, 1, unknown, 3)).toBe('free');
  });

  it('is never full by a guess while the others cannot be reached', () => {
    expect(roomFor(60, 39, known(20), 0)).toBe('free');
    expect(roomFor(60, 40, known(20), 0)).toBe('unsure');
    expect(roomFor(60, 60, known(0), 0)).toBe('full');
  });
});

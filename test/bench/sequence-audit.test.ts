import { describe, expect, it } from 'vitest';
import { SequenceAudit } from '../../bench/client/sequence-audit.js';

function audited(numbers: readonly number[], first: number | undefined = 0): SequenceAudit {
  const audit = new SequenceAudit();
  audit.begin(0, first);
  for (const number of numbers) audit.receive(0, number);
  return audit;
}

describe('SequenceAudit', () => {
  it.each([
    ['all in order', [0, 1, 2, 3], { received: 4, lost: 0, duplicated: 0, reordered: 0 }],
    ['a gap', [0, 1, 4], { received: 3, lost: 2, duplicated: 0, reordered: 0 }],
    ['the first one missing', [1, 2], { received: 2, lost: 1, duplicated: 0, reordered: 0 }],
    ['one that comes late', [0, 2, 1, 3], { received: 4, lost: 0, duplicated: 0, reordered: 1 }],
    ['one that comes twice', [0, 1, 1, 2], { received: 4, lost: 0, duplicated: 1, reordered: 0 }],
    ['an old one that comes again', [0, 1, 2, 0], { received: 4, lost: 0, duplicated: 1, reordered: 0 }],
    ['one that comes late, twice', [0, 2, 1, 1], { received: 4, lost: 0, duplicated: 1, reordered: 1 }],
  ])('counts %s', (_, numbers, totals) => {
    expect(audited(numbers).totals()).toEqual(totals);
  });

  it('counts as lost what has not come when all should have, once', () => {
    const audit = audited([0, 1]);
    expect(audit.missing(0, 5)).toBe(3);
    audit.settle(0, 5);
    audit.settle(0, 5);
    expect(audit.totals().lost).toBe(3);
    expect(audit.missing(0, 5)).toBe(0);
  });

  it('counts what was settled as lost and comes after all as reordered', () => {
    const audit = audited([0]);
    audit.settle(0, 2);
    audit.receive(0, 1);
    audit.receive(0, 2);
    expect(audit.totals()).toEqual({ received: 3, lost: 0, duplicated: 0, reordered: 1 });
  });

  it('lets one who joins late begin with what comes first', () => {
    const audit = new SequenceAudit();
    audit.begin(0, undefined);
    audit.receive(0, 41);
    audit.receive(0, 42);
    audit.receive(0, 44);
    expect(audit.totals()).toEqual({ received: 3, lost: 1, duplicated: 0, reordered: 0 });
  });

  it('loses nothing of one who joined late and saw nothing', () => {
    const audit = new SequenceAudit();
    audit.begin(0, undefined);
    audit.settle(0, 10);
    expect(audit.totals().lost).toBe(0);
  });

  it('keeps subscriptions apart, also when there come to be many', () => {
    const audit = new SequenceAudit();
    for (let subscription = 0; subscription < 5000; subscription++) audit.begin(subscription, 0);
    for (let subscription = 0; subscription < 5000; subscription++) audit.receive(subscription, 0);
    audit.receive(4999, 2);
    expect(audit.totals()).toEqual({ received: 5001, lost: 1, duplicated: 0, reordered: 0 });
  });

  it('forgets the gaps of a subscription that begins anew', () => {
    const audit = audited([0, 3]);
    audit.begin(0, 4);
    audit.receive(0, 1);
    expect(audit.totals()).toEqual({ received: 3, lost: 2, duplicated: 1, reordered: 0 });
  });
});

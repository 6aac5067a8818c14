import { describe, expect, it } from 'vitest';
import {
  decide,
  findChannelRule,
  matchPattern,
  type Candidate,
  type System,
} from '../../../../protocol/events/index.js';

const user = (id: string | number, ...roles: string[]): Candidate => ({ id, roles });

function mayJoin(channel: string, system: System, candidate: Candidate | undefined): string {
  const found = findChannelRule(channel, [system])!;
  return decide(found.rule, candidate, matchPattern(found.pattern, channel));
}

describe('decide', () => {
  it.each([
    ['private-user.33', 'credits', user(33, 'cobrador'), 'yes'],
    ['private-user.33', 'credits', user('33', 'cobrador'), 'yes'],
    ['private-user.33', 'credits', user(34, 'admin'), 'no'],
    ['private-user.33', 'credits', undefined, 'no'],
    ['private-cobrador.33', 'credits', user(33, 'cobrador'), 'yes'],
    ['private-cobrador.33', 'credits', user(33, 'manager'), 'no'],
    ['private-payments', 'credits', user(1, 'client'), 'no'],
    ['private-payments', 'credits', user(1, 'cobrador'), 'no'],
    ['private-payments', 'credits', user(1, 'manager'), 'yes'],
    ['private-waiting-list', 'credits', user(1, 'admin'), 'yes'],
    ['private-role.manager', 'credits', user(1, 'manager'), 'yes'],
    ['private-role.admin', 'credits', user(1, 'manager'), 'no'],
    ['private-role.client', 'credits', user(1, 'admin'), 'yes'],
    ['private-stats.cobrador.33', 'credits', user(33, 'cobrador'), 'yes'],
    ['private-stats.cobrador.33', 'credits', user(7, 'manager'), 'ask'],
    ['presence-chat.room', 'hosting', user(1, 'client'), 'ask'],
    ['presence-chat.room', 'hosting', user(1, 'support'), 'yes'],
    ['private-admin.services', 'hosting', user(1, 'super_admin'), 'yes'],
    ['private-admin.super', 'hosting', user(1, 'admin'), 'no'],
    ['private-system.notifications', 'hosting', user(1), 'yes'],
    ['private-system.notifications', 'hosting', undefined, 'no'],
    ['stats.global', 'credits', undefined, 'yes'],
  ] as const)('%s of %s for %j: %s', (channel, system, candidate, answer) => {
    expect(mayJoin(channel, system, candidate)).toBe(answer);
  });

  it('does not let in a UUID that has the same number at its start', () => {
    // PHP's (int) makes 42 of both, and 0 of every UUID that begins with a letter.
    const own = '42aa0000-0000-4000-8000-000000000001';
    const other = '42bb0000-0000-4000-8000-000000000002';
    expect(mayJoin(`private-user.${own}`, 'hosting', user(own))).toBe('yes');
    expect(mayJoin(`private-user.${own}`, 'hosting', user(other))).toBe('no');
    expect(mayJoin('private-user.abc', 'hosting', user(0))).toBe('no');
    expect(mayJoin('private-user.042', 'hosting', user(42))).toBe('no');
  });
});

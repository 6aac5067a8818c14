import { describe, expect, it } from 'vitest';
import { channelsOf, findEvent, type Producer } from '../../../../protocol/events/index.js';

const COBRADOR = { id: '33', name: 'Luis' };
const MANAGER = { id: 7, name: 'Ana' };

/** What sends which event with what, and where it goes. */
const CASES: readonly (readonly [
  event: string,
  by: Producer,
  source: unknown,
  channels: readonly string[],
])[] = [
  ['credit.waiting.approval', 'legacy-http', { manager: MANAGER }, ['private-user.7']],
  ['credit.approved', 'legacy-http', { cobrador: COBRADOR, manager: MANAGER }, ['private-user.33']],
  ['credit.approved', 'legacy-http', { manager: MANAGER }, []],
  ['credit.rejected', 'legacy-http', { cobrador: COBRADOR }, ['private-user.33']],
  ['credit.delivered', 'legacy-http', { cobrador: COBRADOR, manager: MANAGER }, ['private-user.7']],
  ['credit.requires.attention', 'legacy-http', { cobrador: COBRADOR, manager: MANAGER }, ['private-user.33']],
  [
    'credit.completed',
    'legacy-http',
    { cobrador: COBRADOR, manager: MANAGER },
    ['private-user.33', 'private-user.7'],
  ],
  [
    'payment.received',
    'legacy-http',
    { cobrador: COBRADOR, manager: MANAGER, client: { id: 12 } },
    ['private-user.33'],
  ],
  ['cobrador.payment.received', 'legacy-http', { cobrador: COBRADOR, manager: MANAGER }, ['private-user.7']],
  [
    'cash.balance.auto.closed',
    'legacy-http',
    { cobrador: COBRADOR, manager: MANAGER },
    ['private-user.33', 'private-user.7'],
  ],
  ['stats.updated', 'legacy-http', { type: 'global' }, ['private-stats.global']],
  ['stats.updated', 'legacy-http', { type: 'cobrador', user_id: 33 }, ['private-stats.cobrador.33']],
  ['stats.updated', 'legacy-http', { type: 'manager', user_id: '7' }, ['private-stats.manager.7']],
  ['stats.updated', 'legacy-http', { type: 'manager' }, []],
  ['notification', 'legacy-http', { userId: 33, userType: 'manager' }, ['private-user.33']],
  ['notification', 'legacy-http', { data: { user_id: '33' } }, ['private-user.33']],
  ['notification', 'legacy-http', { userType: 'manager' }, ['private-role.manager']],
  ['notification', 'legacy-http', {}, ['private-system.notifications']],
  ['payment.confirmed', 'hub', { userId: 'u-1' }, ['private-user.u-1']],
  [
    'payment.received',
    'laravel-broadcast',
    { payment: { id: 1 }, cobrador: COBRADOR, manager: MANAGER, client: { id: 12 } },
    ['private-payments', 'private-user.33', 'private-user.7', 'private-user.12'],
  ],
  [
    'payment.received',
    'laravel-broadcast',
    { cobrador: COBRADOR, manager: { id: 33 } },
    ['private-payments', 'private-user.33'],
  ],
  [
    'credit.waiting.list.update',
    'laravel-broadcast',
    { credit: { client_id: 12, created_by: { id: 33 } } },
    ['private-waiting-list', 'private-user.12', 'private-user.33'],
  ],
  [
    'credit.waiting.list.update',
    'laravel-broadcast',
    { client_id: 12 },
    ['private-waiting-list', 'private-user.12'],
  ],
  ['ticket.reply.receipt', 'laravel-broadcast', { ticket_uuid: 'abc' }, ['presence-ticket.abc']],
  ['service.ready', 'laravel-broadcast', { service_id: 'abc' }, ['private-admin.services']],
  ['payment.received', 'laravel-broadcast', null, ['private-payments']],
  ['payment.received', 'laravel-broadcast', { cobrador: { id: { $ne: 1 } } }, ['private-payments']],
  ['payment.received', 'laravel-broadcast', { cobrador: [{ id: 33 }] }, ['private-payments']],
];

describe('channelsOf', () => {
  it.each(CASES)('%s by %s with %j', (name, by, source, channels) => {
    expect(channelsOf(findEvent(name)!, source, by)).toStrictEqual(channels);
  });

  it('takes nothing that an object inherits for an id', () => {
    const inherited: unknown = Object.create({ cobrador: COBRADOR });
    expect(channelsOf(findEvent('credit.approved')!, inherited, 'legacy-http')).toStrictEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import {
  checkChannel,
  checkClientEvent,
  checkPayload,
  DateOrTime,
  findEvent,
  Id,
  Money,
  OpenMap,
  Timestamp,
} from '../../../../protocol/events/index.js';

const event = (name: string) => findEvent(name)!;

describe('values', () => {
  it.each([
    [
      'Money',
      Money,
      [0, 12.5, -3, '5000.00', '12', '-0.50'],
      ['', '5,000.00', '1e3', 'NaN', null, '5.', ' 5', true],
    ],
    ['Id', Id, [0, 7, '7', 'a-b'], ['', 1.5, null, {}, true]],
    [
      'Timestamp',
      Timestamp,
      [
        '2026-11-23T14:05:09Z',
        '2026-11-23T14:05:09.123Z',
        '2026-11-23T14:05:09.123456Z',
        '2026-11-23T14:05:09+00:00',
        '2026-11-23T14:05:09.1-04:00',
      ],
      [
        '2026-11-23',
        '2026-11-23 14:05:09',
        '2026-11-23T14:05:09',
        '2026-13-23T14:05:09Z',
        1_763_906_709,
        null,
      ],
    ],
    ['DateOrTime', DateOrTime, ['2026-11-23', '2026-11-23T00:00:00.000000Z'], ['23/11/2026', '', null]],
    ['OpenMap', OpenMap, [{}, [], { a: 1 }], [[1], 'a', null]],
  ] as const)('%s', (_name, schema, valid, invalid) => {
    for (const value of valid) expect(schema.safeParse(value).success, JSON.stringify(value)).toBe(true);
    for (const value of invalid) expect(schema.safeParse(value).success, JSON.stringify(value)).toBe(false);
  });
});

describe('checkPayload', () => {
  it('takes null and absence for the same', () => {
    const timestamp = '2026-11-23T14:05:09Z';
    const payment = { id: 1, amount: '5.00' };
    expect(checkPayload(event('payment.received'), { payment, timestamp })).toStrictEqual([]);
    expect(
      checkPayload(event('payment.received'), {
        payment,
        client: null,
        cobrador: null,
        manager: null,
        timestamp,
      }),
    ).toStrictEqual([]);
  });

  it('says where a payload is wrong, against the member of a union that comes closest', () => {
    const problems = checkPayload(event('payment.received'), {
      payment: { id: 1, amount: 'five' },
      timestamp: '2026-11-23T14:05:09Z',
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^payment\.amount: /);
  });

  it('says nothing of the values', () => {
    const problems = checkPayload(event('service.ready'), { access_details: 'password hunter2' });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('tells five faults at most', () => {
    expect(checkPayload(event('ticket.replied'), {})).toHaveLength(5);
  });

  it('takes [] and a filled map for access details', () => {
    const payload = { service_id: 'a', service_name: 'b', message: 'c', timestamp: '2026-11-23T14:05:09Z' };
    for (const access_details of [[], {}, { user: 'root' }]) {
      expect(checkPayload(event('service.ready'), { ...payload, access_details })).toStrictEqual([]);
    }
    expect(checkPayload(event('service.ready'), { ...payload, access_details: ['root'] })).toHaveLength(1);
  });
});

describe('checkChannel', () => {
  it.each([
    ['stats.updated', 'stats.global', false],
    ['stats.updated', 'cache-stats.global', false],
    ['stats.updated', 'private-stats.global', true],
    ['stats.updated', 'private-anything', true],
    ['stats.updated', 'presence-online', true],
    ['stats.updated', '#server-to-user-7', true],
    ['server.shutdown', 'public-channel', true],
  ] as const)('%s on %s', (name, channel, isRight) => {
    expect(checkChannel(event(name), channel) === undefined).toBe(isRight);
  });
});

describe('checkClientEvent', () => {
  const payload = event('client-location.updated').examples[0];
  const check = (name: string, channel: string, userId: string | undefined, data: unknown = payload) =>
    checkClientEvent(event(name), { channel, payload: data, userId });

  it('lets a cobrador tell where he is', () => {
    expect(check('client-location.updated', 'presence-tracking.33', '33')).toStrictEqual([]);
  });

  it.each([
    [
      'another member',
      'client-location.updated',
      'presence-tracking.33',
      '34',
      payload,
      'only the user of that id',
    ],
    [
      'no member',
      'client-location.updated',
      'presence-tracking.33',
      undefined,
      payload,
      'only the user of that id',
    ],
    ['another channel', 'client-location.updated', 'presence-online', '33', payload, 'on presence-tracking'],
    [
      'a wrong payload',
      'client-location.updated',
      'presence-tracking.33',
      '33',
      { latitude: 91 },
      'latitude',
    ],
    ['an event of the back end', 'payment.received', 'private-user.33', '33', payload, 'may not send'],
  ])('refuses %s', (_what, name, channel, userId, data, problem) => {
    expect(check(name, channel, userId, data).join()).toContain(problem);
  });

  it('lets both sides of a ticket send receipts', () => {
    const [receipt] = event('ticket.reply.receipt').examples;
    expect(check('ticket.reply.receipt', 'presence-ticket.abc', 'anybody', receipt)).toStrictEqual([]);
  });
});

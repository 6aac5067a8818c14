import { describe, expect, it } from 'vitest';
import { checkPayload, findEvent } from '../../protocol/events/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { get, GATEWAY_SECRET, post, startGateway } from '../support/gateway.js';
import { keepingLog } from '../support/keeping-log.js';
import { startServer, type TestServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const CREDIT = { id: 456, amount: '1000.00', status: 'waiting_delivery', client_name: 'María Rojas' };
const COBRADOR = { id: '33', name: 'Luis Pérez' };
const MANAGER = { id: 7, name: 'Ana Gómez', email: null };
const PAYMENT = { id: 981, amount: 250.5, credit_id: 456, status: 'completed' };
const CASH_BOX = { id: 70, date: '2026-11-22', status: 'closed', requires_reconciliation: true };

const TO_COBRADOR = 'private-user.33';
const TO_MANAGER = 'private-user.7';

/** An event that has to arrive: where, under which names, and some of its payload. */
interface Expected {
  readonly channel: string;
  readonly event: string;
  readonly alias?: string;
  readonly payload: Record<string, unknown>;
}

interface Row {
  readonly title: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly answer: Record<string, unknown>;
  readonly events: readonly Expected[];
}

const credit = (action: string, receivers: readonly string[], expected: Omit<Expected, 'channel'>): Row => ({
  title: `${action}: ${receivers.join(' and ')}`,
  path: '/credit-notification',
  body: { action, credit: CREDIT, user: { id: 1 }, manager: MANAGER, cobrador: COBRADOR },
  answer: {
    success: true,
    message: 'Credit notification processed',
    action,
    creditId: 456,
    sent: true,
  },
  events: receivers.map((channel) => ({ channel, ...expected })),
});

const cashBalance = (action: string, expected: Omit<Expected, 'channel'>): Row => ({
  title: `${action}: cobrador and manager`,
  path: '/cash-balance-notification',
  body: { action, cash_balance: CASH_BOX, cobrador: COBRADOR, manager: MANAGER, reason: 'payment' },
  answer: {
    success: true,
    message: 'Caja notificada correctamente',
    action,
    cashBalanceId: 70,
    sent: true,
  },
  events: [
    { channel: TO_COBRADOR, ...expected, payload: { cash_balance: CASH_BOX, ...expected.payload } },
    {
      channel: TO_MANAGER,
      ...expected,
      payload: { cash_balance: CASH_BOX, cobrador: COBRADOR, ...expected.payload },
    },
  ],
});

const stats = (type: string, userId: unknown, channel: string): Row => ({
  title: `${type} statistics`,
  path: '/stats-update',
  body: { type, stats: { total: '850.00' }, user_id: userId },
  answer: { success: true, type, ...(userId === undefined ? {} : { user_id: userId }) },
  events: [
    {
      channel,
      event: 'stats.updated',
      alias: `stats.${type}.updated`,
      payload: {
        type,
        stats: { total: '850.00' },
        ...(userId === undefined || type === 'global' ? {} : { user_id: userId }),
      },
    },
  ],
});

const notify = (
  title: string,
  body: Record<string, unknown>,
  target: string,
  expected: Expected,
  event = 'notification',
): Row => ({
  title,
  path: '/notify',
  body,
  answer: { success: true, message: 'Notification sent', event, target },
  events: [expected],
});

const NOTE = { title: 'Aviso', message: 'Hola' };
const NOTIFICATION = { event: 'notification', payload: NOTE };

const ROWS: readonly Row[] = [
  credit('created', [TO_MANAGER], {
    event: 'credit.waiting.approval',
    alias: 'credit_waiting_approval',
    payload: { type: 'credit_created', credit: CREDIT, cobrador: COBRADOR },
  }),
  credit('approved', [TO_COBRADOR], {
    event: 'credit.approved',
    alias: 'credit_approved',
    payload: {
      type: 'credit_approved',
      credit: { ...CREDIT, entrega_inmediata: false },
      manager: MANAGER,
      entrega_inmediata: false,
    },
  }),
  credit('rejected', [TO_COBRADOR], {
    event: 'credit.rejected',
    alias: 'credit_rejected',
    payload: { type: 'credit_rejected', credit: CREDIT, manager: MANAGER },
  }),
  credit('delivered', [TO_MANAGER], {
    event: 'credit.delivered',
    alias: 'credit_delivered',
    payload: { type: 'credit_delivered', credit: CREDIT, cobrador: COBRADOR },
  }),
  credit('requires_attention', [TO_COBRADOR], {
    event: 'credit.requires.attention',
    alias: 'credit_attention_required',
    payload: { type: 'credit_attention', credit: CREDIT },
  }),
  credit('completed', [TO_COBRADOR, TO_MANAGER], {
    event: 'credit.completed',
    alias: 'credit_completed',
    payload: { type: 'credit_completed', credit: CREDIT, cobrador: COBRADOR },
  }),
  credit('terminated', [TO_COBRADOR, TO_MANAGER], {
    event: 'credit.terminated',
    alias: 'credit_terminated',
    payload: { type: 'credit_terminated', credit: CREDIT, cobrador: COBRADOR },
  }),
  {
    title: 'a payment: cobrador and manager, each under his own name',
    path: '/payment-notification',
    body: { payment: PAYMENT, cobrador: COBRADOR, manager: MANAGER, client: { id: 12, name: 'María' } },
    answer: { success: true, message: 'Payment notification processed', paymentId: 981, sent: true },
    events: [
      {
        channel: TO_COBRADOR,
        event: 'payment.received',
        alias: 'payment_received',
        payload: { type: 'payment_received', payment: PAYMENT, client: { id: 12, name: 'María' } },
      },
      {
        channel: TO_MANAGER,
        event: 'cobrador.payment.received',
        alias: 'cobrador_payment_received',
        payload: { type: 'cobrador_payment_received', payment: PAYMENT, cobrador: COBRADOR },
      },
    ],
  },
  cashBalance('auto_closed', {
    event: 'cash.balance.auto.closed',
    alias: 'cash_balance_auto_closed',
    payload: { type: 'cash_balance_auto_closed', closure_type: 'automatic' },
  }),
  cashBalance('auto_created', {
    event: 'cash.balance.auto.created',
    alias: 'cash_balance_auto_created',
    payload: { type: 'cash_balance_auto_created', reason: 'payment', requires_reconciliation: true },
  }),
  cashBalance('requires_reconciliation', {
    event: 'cash.balance.requires.reconciliation',
    alias: 'cash_balance_requires_reconciliation',
    payload: { type: 'cash_balance_requires_reconciliation', reason: 'payment', priority: 'high' },
  }),
  stats('global', undefined, 'private-stats.global'),
  stats('global', 33, 'private-stats.global'),
  stats('cobrador', 33, 'private-stats.cobrador.33'),
  stats('manager', '7', 'private-stats.manager.7'),
  notify('an event to a user', { userId: '33', event: 'notification', data: NOTE }, 'user 33', {
    channel: TO_COBRADOR,
    ...NOTIFICATION,
  }),
  notify('a notification without the name of an event', { userId: 33, notification: NOTE }, 'user 33', {
    channel: TO_COBRADOR,
    ...NOTIFICATION,
  }),
  notify('to the user that the data names', { data: { ...NOTE, user_id: 33 } }, 'user 33', {
    channel: TO_COBRADOR,
    event: 'notification',
    payload: { ...NOTE, user_id: 33 },
  }),
  notify(
    'an older name to a user',
    { userId: '33', event: 'cash_balance_reminder', data: { title: 'Cajas', pending_count: 1 } },
    'user 33',
    {
      channel: TO_COBRADOR,
      event: 'cash.balance.reminder',
      alias: 'cash_balance_reminder',
      payload: { title: 'Cajas', pending_count: 1 },
    },
    'cash_balance_reminder',
  ),
  notify(
    'a name that nobody knows, as it is',
    { userId: '33', event: 'made_up', data: NOTE },
    'user 33',
    { channel: TO_COBRADOR, event: 'made_up', payload: NOTE },
    'made_up',
  ),
  ...['cobrador', 'cobradors', 'cobradores', 'cobradoress'].map((userType) =>
    notify(`to the role ${userType}`, { userType, data: NOTE }, `all ${userType}s`, {
      channel: 'private-role.cobrador',
      ...NOTIFICATION,
    }),
  ),
  ...['manager', 'managers', 'managerss'].map((userType) =>
    notify(`to the role ${userType}`, { userType, data: NOTE }, `all ${userType}s`, {
      channel: 'private-role.manager',
      ...NOTIFICATION,
    }),
  ),
  ...['admin', 'admins', 'adminss'].map((userType) =>
    notify(`to the role ${userType}`, { userType, data: NOTE }, `all ${userType}s`, {
      channel: 'private-role.admin',
      ...NOTIFICATION,
    }),
  ),
  ...['client', 'clients', 'clientss'].map((userType) =>
    notify(`to the role ${userType}`, { userType, data: NOTE }, `all ${userType}s`, {
      channel: 'private-role.client',
      ...NOTIFICATION,
    }),
  ),
  notify('to everybody', { userId: null, userType: null, data: NOTE }, 'all users', {
    channel: 'private-system.notifications',
    ...NOTIFICATION,
  }),
];

/** Every channel that any row sends to. */
const CHANNELS = [...new Set(ROWS.flatMap(({ events }) => events.map(({ channel }) => channel)))];

/** What a client heard but for what the server itself tells it. */
async function heard(client: TestSocket): Promise<{ channel: string; event: string; payload: unknown }[]> {
  await client.settle();
  return client.frames
    .filter(({ event }) => !event.startsWith('pusher'))
    .map(({ channel = '', event, data }) => ({
      channel,
      event,
      payload: JSON.parse(data as string) as unknown,
    }));
}

/** A client that hears everything. */
async function listener(server: TestServer): Promise<TestSocket> {
  const client = await server.connect();
  for (const channel of CHANNELS) await client.subscribe(channel);
  return client;
}

onEachTransport((transport) => {
  describe('the endpoints of the older server', () => {
    it.each(ROWS)('$path sends $title', async ({ path, body, answer, events }) => {
      const server = await startGateway({ transport });
      const client = await listener(server);
      const { status, body: answered } = await post(server, path, body);
      expect(answered).toMatchObject(answer);
      expect(answered['sent']).toBe(true);
      expect(status).toBe(200);

      const got = await heard(client);
      expect(got.map(({ channel, event }) => `${event} on ${channel}`)).toEqual(
        events.map(({ channel, event }) => `${event} on ${channel}`),
      );
      for (const [index, { payload }] of events.entries()) {
        expect(got[index]!.payload).toMatchObject(payload);
      }
    });

    it.each(ROWS.filter(({ path }) => path !== '/notify'))(
      '$path with $title fits the catalogue',
      async ({ path, body }) => {
        const server = await startGateway({ transport });
        const client = await listener(server);
        await post(server, path, body);
        for (const { event, payload } of await heard(client)) {
          expect(checkPayload(findEvent(event)!, payload)).toEqual([]);
        }
      },
    );

    it.each(ROWS)('$path with $title: the older name too when asked for', async (row) => {
      const server = await startGateway({ transport, gateway: { aliases: true } });
      const client = await listener(server);
      await post(server, row.path, row.body);
      const got = await heard(client);
      expect(got.map(({ channel, event }) => `${event} on ${channel}`)).toEqual(
        row.events.flatMap(({ channel, event, alias }) => [
          `${event} on ${channel}`,
          ...(alias === undefined ? [] : [`${alias} on ${channel}`]),
        ]),
      );
    });

    it.each(ROWS)('$path with $title tells truly that nobody is there', async ({ path, body }) => {
      const server = await startGateway({ transport });
      const answer = await post(server, path, body);
      expect(answer).toMatchObject({ status: 200, body: { success: true, sent: false } });
    });

    it('tells the time as the older server did, with three digits of a second', async () => {
      const server = await startGateway({ transport });
      const client = await listener(server);
      await post(server, '/credit-notification', ROWS[0]!.body);
      const [first] = await heard(client);
      const payload = first!.payload as Record<string, unknown>;
      expect(payload['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(payload['message']).toBe('Luis Pérez creó un crédito de 1000.00 que espera aprobación');
      expect(payload['title']).toBe('Nuevo crédito por aprobar');
    });

    it('passes money and ids on to the digit', async () => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      await client.subscribe(TO_COBRADOR);
      const money = '{"id":9007199254740993,"amount":5000.00,"total_amount":"5000.10"}';
      await post(
        server,
        '/credit-notification',
        `{"action":"approved","credit":${money},"cobrador":{"id":33}}`,
      );
      await post(server, '/notify', `{"userId":"33","data":{"amount":1.10}}`);
      await client.settle();
      const [approved, note] = client.frames.filter(({ event }) => !event.startsWith('pusher'));
      expect(approved!.data).toContain('"amount":5000.00,"total_amount":"5000.10"');
      expect(approved!.data).toContain('"id":9007199254740993,');
      expect(note!.data).toBe('{"amount":1.10}');
    });
  });

  describe('immediate delivery', () => {
    const SPELLINGS = [
      'entrega_inmediata',
      'entregaInmediata',
      'immediate_delivery',
      'immediateDelivery',
      'deliver_immediately',
    ];
    it.each([
      ...SPELLINGS.map((name) => [{ [name]: true }, true] as const),
      ...SPELLINGS.map((name) => [{ [name]: 'true' }, false] as const),
      ...SPELLINGS.map((name) => [{ [name]: 1 }, false] as const),
      [{ immediate_delivery_requested: true }, false] as const,
      [{ entrega_inmediata: false, immediateDelivery: true }, true] as const,
    ])('of %j is %s', async (flags, expected) => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      await client.subscribe(TO_COBRADOR);
      await post(server, '/credit-notification', {
        action: 'approved',
        credit: { id: 1, amount: 10, ...flags },
        cobrador: COBRADOR,
      });
      const frame = await client.next('credit.approved');
      const payload = JSON.parse(frame.data as string) as Record<string, unknown>;
      expect(payload['entrega_inmediata']).toBe(expected);
      expect(payload['credit']).toMatchObject({ entrega_inmediata: expected });
      expect(payload['message']).toContain(`Entrega inmediata: ${expected ? 'Sí' : 'No'}`);
    });
  });

  describe('what the older server took', () => {
    it.each([
      ['an action that is not known', '/credit-notification', { action: 'paused', credit: CREDIT }],
      ['nobody to tell', '/credit-notification', { action: 'approved', credit: CREDIT, cobrador: null }],
      [
        "PHP's empty array for nobody",
        '/credit-notification',
        { action: 'created', credit: {}, manager: [] },
      ],
      ['a payment that nobody is told of', '/payment-notification', { payment: PAYMENT, client: COBRADOR }],
      [
        'a cash box without an owner',
        '/cash-balance-notification',
        { action: 'auto_closed', cash_balance: {} },
      ],
      ['a role that is none', '/notify', { userType: 'boss', data: NOTE }],
    ])('takes %s, and tells that nothing was sent', async (_title, path, body) => {
      const server = await startGateway({ transport });
      expect(await post(server, path, body)).toMatchObject({
        status: 200,
        body: { success: true, sent: false },
      });
    });

    it.each([
      ['an unknown type', { type: 'weekly', stats: {} }],
      ['no user', { type: 'cobrador', stats: {} }],
    ])('answers statistics of %s with success false', async (_title, body) => {
      const server = await startGateway({ transport });
      const answer = await post(server, '/stats-update', body);
      expect(answer).toMatchObject({ status: 200, body: { success: false, type: body.type } });
    });

    it("passes PHP's empty array for nobody on as nobody", async () => {
      const server = await startGateway({ transport });
      const client = await listener(server);
      const nobody = { client: [], manager: [], cobrador: COBRADOR };
      await post(server, '/payment-notification', { payment: PAYMENT, ...nobody });
      await post(server, '/credit-notification', { action: 'rejected', credit: CREDIT, ...nobody });
      const owner = { cobrador: [], manager: MANAGER };
      await post(server, '/credit-notification', { action: 'created', credit: CREDIT, ...owner });
      await post(server, '/cash-balance-notification', {
        action: 'auto_closed',
        cash_balance: CASH_BOX,
        ...owner,
      });
      const got = await heard(client);
      expect(got).toHaveLength(4);
      for (const { event, payload } of got) {
        expect(payload).not.toHaveProperty('client');
        expect(payload).not.toHaveProperty('manager');
        expect(payload).not.toHaveProperty('cobrador');
        expect(checkPayload(findEvent(event)!, payload)).toEqual([]);
      }
    });

    it.each([[{ id: 'no id', name: 'María' }], [{ name: null }], ['María'], [7]])(
      'tells of a payment whatever is said of its client: %j',
      async (payer) => {
        const server = await startGateway({ transport });
        const client = await server.connect();
        await client.subscribe(TO_COBRADOR);
        const body = { payment: PAYMENT, cobrador: COBRADOR, client: payer };
        expect((await post(server, '/payment-notification', body)).status).toBe(200);
        const { data } = await client.next('payment.received');
        expect(JSON.parse(data as string)).toMatchObject({ payment: PAYMENT, client: payer });
      },
    );

    it('names people as the older server did where they have no name', async () => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      await client.subscribe(TO_COBRADOR);
      await post(server, '/credit-notification', {
        action: 'approved',
        credit: { amount: 10 },
        cobrador: { id: 33 },
      });
      const { data } = await client.next('credit.approved');
      expect(data).toContain('El gerente aprobó tu crédito de 10. Entrega inmediata: No');
    });

    it('tells a manager who is his own cobrador once', async () => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      await client.subscribe(TO_MANAGER);
      await post(server, '/cash-balance-notification', {
        action: 'auto_closed',
        cash_balance: CASH_BOX,
        cobrador: { id: '7', name: 'Ana' },
        manager: MANAGER,
      });
      expect(await heard(client)).toMatchObject([{ payload: { cobrador: { id: '7' } } }]);
    });
  });

  describe('what cannot be understood', () => {
    it.each([
      ['an array', '/notify', [], 422, 'it must be a JSON object'],
      ['a user id that is an object', '/notify', { userId: {}, data: NOTE }, 422, 'userId: must be'],
      ['an empty user id', '/notify', { userId: '', data: NOTE }, 422, 'userId: must be'],
      ['an id that is no id', '/notify', { data: { user_id: 'a b' } }, 422, 'data.user_id: must be'],
      ['an id that lost digits', '/notify', '{"userId":9007199254740993}', 422, 'userId: must be'],
      ['an event that is no text', '/notify', { event: 7, userId: 1 }, 422, 'event: '],
      ["the protocol's own events", '/notify', { event: 'pusher:error' }, 422, 'reserved'],
      ['no credit', '/credit-notification', { action: 'created' }, 422, 'credit: '],
      ['no action', '/credit-notification', { credit: CREDIT }, 422, 'action: '],
      [
        'a manager who is none',
        '/credit-notification',
        { action: 'created', credit: {}, manager: 7 },
        422,
        'manager: ',
      ],
      ['no payment', '/payment-notification', { cobrador: COBRADOR }, 422, 'payment: '],
      ['no cash box', '/cash-balance-notification', { action: 'auto_closed' }, 422, 'cash_balance: '],
      ['no JSON', '/notify', 'userId=1', 400, 'it is not JSON'],
      ['nothing', '/notify', '', 400, 'it is not JSON'],
    ])('refuses %s', async (_title, path, body, status, issue) => {
      const server = await startGateway({ transport });
      const client = await listener(server);
      const answer = await post(server, path, body);
      expect(answer).toMatchObject({ status, body: { success: false } });
      expect(answer.body['error']).toEqual(expect.any(String));
      expect(answer.body['issues']).toEqual([expect.stringContaining(issue)]);
      expect(await heard(client)).toEqual([]);
    });

    it('refuses what is over the limit of an event, and publishes nothing of it', async () => {
      const server = await startGateway({ transport, app: { maxEventBytes: 1000 } });
      const client = await listener(server);
      const body = { payment: { id: 1, amount: 1, note: 'x'.repeat(1000) }, cobrador: COBRADOR };
      expect(await post(server, '/payment-notification', body)).toMatchObject({
        status: 413,
        body: { success: false },
      });
      expect(await heard(client)).toEqual([]);
    });

    it('refuses a body over the limit of a request', async () => {
      const server = await startServer({
        transport,
        config: { gateway: { secret: GATEWAY_SECRET }, server: { maxRequestBytes: 1000 } },
      });
      const { status } = await post(server, '/notify', { data: 'x'.repeat(2000) });
      expect(status).toBe(413);
    });

    it('answers an id that is nested too deep to be written with a success', async () => {
      const server = await startServer({
        transport,
        app: { maxEventBytes: 1_000_000 },
        config: { gateway: { secret: GATEWAY_SECRET }, server: { maxRequestBytes: 1_000_000 } },
      });
      const client = await listener(server);
      const deep = '['.repeat(100_000) + ']'.repeat(100_000);
      for (const [path, body] of [
        ['/credit-notification', `{"action":"approved","credit":{"id":${deep}},"cobrador":{"id":33}}`],
        ['/payment-notification', `{"payment":{"id":${deep}},"cobrador":{"id":33}}`],
        ['/cash-balance-notification', `{"action":"auto_closed","cash_balance":{"id":${deep}}}`],
        ['/stats-update', `{"type":${deep},"user_id":${deep}}`],
      ] as const) {
        expect(await post(server, path, body), path).toMatchObject({ status: 200 });
      }
      expect((await heard(client)).map(({ event }) => event)).toEqual([
        'credit.approved',
        'payment.received',
      ]);
    });

    it('takes POST alone', async () => {
      const server = await startGateway({ transport });
      const { status, headers } = await get(server, '/notify', { 'x-ws-secret': GATEWAY_SECRET });
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('POST, OPTIONS');
    });
  });

  describe('what the operator may want to look at', () => {
    it('is logged once a minute, and nothing of what was refused', async () => {
      const { log, lines } = keepingLog({ isDebug: false });
      const clock = new FakeClock();
      const server = await startGateway({ transport, log, clock });
      const unknown = (userId: number) => post(server, '/notify', { event: 'made_up', userId });
      for (const userId of [1, 2, 3]) expect((await unknown(userId)).status).toBe(200);
      expect((await post(server, '/notify', { event: 'x'.repeat(5000), userType: 'boss' })).status).toBe(200);
      expect((await post(server, '/notify', { event: 'x'.repeat(5000), userId: 1 })).status).toBe(422);
      const doubts = () => lines.filter((line) => line.startsWith('notification'));
      expect(doubts()).toEqual([
        expect.stringMatching(/outside the catalogue: passed on as it is .*"\/notify".*"made_up"/),
        expect.stringMatching(/no role: nobody is told .*"boss".*cobrador/),
      ]);
      expect(lines.join('\n')).not.toContain('xxx');
      clock.advance(60_001);
      await unknown(4);
      expect(doubts().slice(2)).toEqual([
        expect.stringContaining('more often than was said app="app-id" unsaid=2'),
      ]);
    });

    it.each([
      ['/credit-notification', { action: 'aproved', credit: {} }, /unknown action: .*"aproved".*"approved"/],
      [
        '/cash-balance-notification',
        { action: 'open', cash_balance: {} },
        /unknown action: .*"open".*"auto_closed"/,
      ],
      ['/credit-notification', { action: 'approved', credit: {} }, /without people: .*cobrador\.id/],
      ['/payment-notification', { payment: { id: 7, amount: 10 } }, /without people: .*cobrador\.id/],
      ['/stats-update', { type: 'weekly' }, /unknown type.*"weekly"/],
    ])('is said of %s %j', async (path, body, line) => {
      const { log, lines } = keepingLog({ isDebug: false });
      const server = await startGateway({ transport, log });
      expect((await post(server, path, body)).status).toBe(200);
      expect(lines).toContainEqual(expect.stringMatching(line));
      expect(lines).toContainEqual(expect.stringContaining(`path="${path}"`));
    });

    it('is a caller without the secret, or with another, which is not logged', async () => {
      const { log, lines } = keepingLog({ isDebug: false });
      const server = await startGateway({ transport, log });
      await post(server, '/notify', {}, { 'x-ws-secret': 'letmein' });
      expect(lines).toContainEqual(
        expect.stringMatching(
          /^gateway request refused with 401 app="app-id" reason="the secret is wrong" method="POST" path="\/notify" address="127\.0\.0\.1" hint=".*PREGON_GATEWAY_SECRET/,
        ),
      );
      expect(lines.join()).not.toContain('letmein');
    });
  });

  describe('the secret', () => {
    const PATHS = [
      '/notify',
      '/credit-notification',
      '/payment-notification',
      '/cash-balance-notification',
      '/stats-update',
    ];
    const REFUSED = { status: 401, body: { success: false, error: 'Unauthorized: backend only' } };

    it.each(PATHS)('is needed for %s', async (path) => {
      const server = await startGateway({ transport });
      const client = await listener(server);
      for (const headers of [{}, { 'x-ws-secret': '' }, { 'x-ws-secret': 'wrong' }]) {
        expect(await post(server, path, ROWS[0]!.body, headers)).toMatchObject(REFUSED);
      }
      expect(await post(server, `${path}?ws_secret=${GATEWAY_SECRET}`, {}, {})).toMatchObject(REFUSED);
      expect(await heard(client)).toEqual([]);
    });

    it('is looked at before the body', async () => {
      const server = await startGateway({ transport });
      expect(await post(server, '/notify', 'no JSON', {})).toMatchObject(REFUSED);
    });

    it('is taken from the query where that is allowed', async () => {
      const server = await startGateway({ transport, gateway: { secretInQuery: true } });
      const path = `/notify?ws_secret=${encodeURIComponent(GATEWAY_SECRET)}`;
      expect(await post(server, path, { data: NOTE }, {})).toMatchObject({ status: 200 });
      expect(await post(server, '/notify?ws_secret=wrong', { data: NOTE }, {})).toMatchObject(REFUSED);
    });

    it('is never logged', async () => {
      const { log, lines } = keepingLog();
      const server = await startGateway({ transport, log, gateway: { secretInQuery: true } });
      const secret = { 'x-ws-secret': GATEWAY_SECRET };
      for (const path of [...PATHS, '/active-users', '/test.html', '/nothing']) {
        for (const query of ['', `?ws_secret=${GATEWAY_SECRET}`, `?ws_secret=${GATEWAY_SECRET}x`]) {
          await post(server, path + query, { event: 'made_up' }, secret);
          await post(server, path + query, {}, {});
          await get(server, path + query, secret);
        }
      }
      await server.server.stop(0);
      expect(lines).not.toEqual([]);
      expect(lines.join('\n')).not.toContain(GATEWAY_SECRET);
    });

    it('turns the endpoints on', async () => {
      const server = await startServer({ transport });
      for (const path of PATHS) expect((await post(server, path, {})).status).toBe(404);
      expect((await get(server, '/active-users')).status).toBe(404);
      expect((await get(server, '/test.html')).status).toBe(404);
      expect(await get(server, '/health')).toMatchObject({ status: 200, body: { health: 'OK' } });
    });
  });

  describe('GET', () => {
    it('/health needs no secret, and counts connections', async () => {
      const server = await startGateway({ transport });
      await server.connect();
      const { status, body } = await get(server, '/health');
      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'OK', connections: 1, health: 'OK' });
      expect(body['message']).toEqual(expect.any(String));
      expect(body['uptime']).toEqual(expect.any(Number));
      expect(Date.parse(String(body['timestamp']))).toBeGreaterThan(0);
    });

    it('/active-users needs the secret, and lists who is online', async () => {
      const server = await startGateway({ transport });
      const client = await server.connect();
      const info = { name: 'Luis', role: 'cobrador' };
      await client.subscribe('presence-online', { user_id: '33', user_info: info });
      expect((await get(server, '/active-users')).status).toBe(401);
      const { body } = await get(server, '/active-users', { 'x-ws-secret': GATEWAY_SECRET });
      expect(body).toEqual({
        total: 1,
        users: [
          { userId: '33', userName: 'Luis', userType: 'cobrador', connectedAt: expect.any(String) as string },
        ],
      });
    });

    it('/active-users may be opened', async () => {
      const server = await startGateway({ transport, gateway: { publicUsers: true } });
      expect(await get(server, '/active-users')).toMatchObject({
        status: 200,
        body: { total: 0, users: [] },
      });
    });

    it('/test.html is a page that holds no secret and takes nothing from elsewhere', async () => {
      const server = await startGateway({ transport });
      const { status, body, headers } = await get(server, '/test.html');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(body['text']).toContain('app-key');
      expect(body['text']).not.toContain(GATEWAY_SECRET);
    });
  });

  describe('a path prefix', () => {
    it('is in front of the endpoints, and need not be', async () => {
      const server = await startServer({
        transport,
        config: { gateway: { secret: GATEWAY_SECRET }, server: { pathPrefix: '/ws' } },
      });
      for (const path of ['/ws/notify', '/notify']) {
        expect((await post(server, path, { data: NOTE })).status).toBe(200);
      }
    });
  });
});

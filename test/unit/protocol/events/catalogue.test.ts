import { describe, expect, it } from 'vitest';
import { channelNameProblem, channelPolicy } from '../../../../protocol/channel-name.js';
import {
  ALIAS_KINDS,
  CATALOGUE,
  CHANNEL_RULES,
  SYSTEMS,
  aliasesOf,
  checkChannel,
  checkPayload,
  eventNames,
  eventsOf,
  fillPattern,
  findChannelRule,
  findEvent,
  matchPattern,
  splitPattern,
} from '../../../../protocol/events/index.js';

const names = CATALOGUE.map(({ name }) => name);

/** Rows of the applications' own lists: a name that somebody sends or listens to, and the entry it belongs to. */
const ROWS: readonly (readonly [name: string, entry: string])[] = [
  ['credit.waiting.list.update', 'credit.waiting.list.update'],
  ['payment.received', 'payment.received'],
  ['payment_received', 'payment.received'],
  ['PaymentReceived', 'payment.received'],
  ['App\\Events\\PaymentReceived', 'payment.received'],
  ['credit.requires.attention', 'credit.requires.attention'],
  ['credit_attention_required', 'credit.requires.attention'],
  ['stats.updated', 'stats.updated'],
  ['stats.global.updated', 'stats.updated'],
  ['stats.cobrador.updated', 'stats.updated'],
  ['stats.manager.updated', 'stats.updated'],
  ['test.notification', 'test.notification'],
  ['notification', 'notification'],
  ['message.received', 'message.received'],
  ['new_message', 'message.received'],
  ['client.assigned', 'client.assigned'],
  ['credit_waiting_approval', 'credit.waiting.approval'],
  ['credit_approved', 'credit.approved'],
  ['CreditApproved', 'credit.approved'],
  ['credit_rejected', 'credit.rejected'],
  ['credit_delivered', 'credit.delivered'],
  ['credit_completed', 'credit.completed'],
  ['credit_terminated', 'credit.terminated'],
  ['cobrador_payment_received', 'cobrador.payment.received'],
  ['cash_balance_auto_closed', 'cash.balance.auto.closed'],
  ['cash_balance_auto_created', 'cash.balance.auto.created'],
  ['cash_balance_requires_reconciliation', 'cash.balance.requires.reconciliation'],
  ['cash_balance_reminder', 'cash.balance.reminder'],
  ['credit_lifecycle_update', 'credit.lifecycle.update'],
  ['credit_pending_approval', 'credit.pending.approval'],
  ['credit_decision', 'credit.decision'],
  ['credit_delivered_notification', 'credit.delivered.notification'],
  ['new_credit_notification', 'credit.notification'],
  ['payment_updated', 'payment.updated'],
  ['route_updated', 'route.updated'],
  ['cobrador_location_update', 'cobrador.location.update'],
  ['client-location.updated', 'client-location.updated'],
  ['authenticated', 'authenticated'],
  ['authentication_error', 'authentication.error'],
  ['user_connected', 'user.connected'],
  ['user_disconnected', 'user.disconnected'],
  ['server_shutdown', 'server.shutdown'],
  ['server_log', 'server.log'],
  ['new_notification', 'new_notification'],
  ['notify', 'notify'],
  ['broadcast_notification', 'broadcast_notification'],
  ['debug_event', 'debug_event'],
  ['service.status.changed', 'service.status.changed'],
  ['service.purchased', 'service.purchased'],
  ['service.ready', 'service.ready'],
  ['service.maintenance.scheduled', 'service.maintenance.scheduled'],
  ['service.maintenance.completed', 'service.maintenance.completed'],
  ['invoice.generated', 'invoice.generated'],
  ['invoice.status.changed', 'invoice.status.changed'],
  ['payment.processed', 'payment.processed'],
  ['payment.failed', 'payment.failed'],
  ['payment.automatic.processed', 'payment.automatic.processed'],
  ['ticket.replied', 'ticket.replied'],
  ['ticket.read', 'ticket.read'],
  ['ticket.reply.receipt', 'ticket.reply.receipt'],
  ['message.sent', 'message.sent'],
  ['backup.status.changed', 'backup.status.changed'],
  ['ping.updated', 'ping.updated'],
  [
    'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
    'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated',
  ],
  ['notification.received', 'notification.received'],
  ['service.attention.required', 'service.attention.required'],
  ['user.activity', 'user.activity'],
  ['service.metrics.updated', 'service.metrics.updated'],
  ['system.alert', 'system.alert'],
  ['PAYMENT_CONFIRMED', 'payment.confirmed'],
  ['payment.confirmed', 'payment.confirmed'],
];

describe('findEvent', () => {
  it.each(ROWS)('finds %s', (name, entry) => {
    expect(findEvent(name)?.name).toBe(entry);
  });

  it('finds nothing that is not tested above', () => {
    expect(names.filter((name) => !ROWS.some(([, entry]) => entry === name))).toStrictEqual([]);
  });

  it.each(['', 'credit', 'Payment.Received', '__proto__', 'constructor', 'App\\Events\\Nothing'])(
    'does not find %j',
    (name) => {
      expect(findEvent(name)).toBeUndefined();
    },
  );

  it.each([
    ['service_ready', 'type', 'service.ready'],
    ['credit_attention', 'type', 'credit.requires.attention'],
    ['service.status', 'listener', 'service.status.changed'],
    ['auth_error', 'listener', 'authentication.error'],
    ['PAYMENT_CONFIRMED', 'hub', 'payment.confirmed'],
  ] as const)('finds %s as %s only', (alias, kind, entry) => {
    expect(findEvent(alias, kind)?.name).toBe(entry);
    expect(findEvent(alias, kind === 'type' ? 'hub' : 'type')).toBeUndefined();
  });

  it('does not take a notification type or a listened-to name for an event', () => {
    expect(findEvent('service_ready')).toBeUndefined();
    expect(findEvent('service.status')).toBeUndefined();
  });
});

describe('names', () => {
  it('are each of one entry', () => {
    const all = CATALOGUE.flatMap(eventNames);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toStrictEqual([]);
  });

  it.each(ALIAS_KINDS)('of the kind %s are each of one entry', (kind) => {
    const all = CATALOGUE.flatMap((event) => aliasesOf(event, kind));
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toStrictEqual([]);
  });
});

describe.each(CATALOGUE)('$name', (event) => {
  it.each(event.examples)('has a valid example (%#)', (example) => {
    expect(checkPayload(event, example)).toStrictEqual([]);
  });

  it('has an example for each member of its payload', () => {
    const members =
      'options' in event.payload.def && Array.isArray(event.payload.def.options)
        ? event.payload.def.options.length
        : 1;
    expect(event.examples.length).toBeGreaterThanOrEqual(members);
  });

  it('keeps and allows unknown keys', () => {
    for (const example of event.examples) {
      const extended = { ...(example as object), not_of_the_catalogue: { deep: [1] } };
      expect(event.payload.safeParse(extended)).toStrictEqual({ success: true, data: extended });
    }
  });

  it.each([null, 7, 'text', [[1]]])('refuses %j', (payload) => {
    expect(checkPayload(event, payload)).not.toStrictEqual([]);
  });

  it('has channels with a rule, and a source for each parameter', () => {
    for (const { pattern, from, legacy } of event.channels) {
      const { parameter } = splitPattern(pattern);
      expect(from === undefined, pattern).toBe(parameter === undefined);
      const sample = fillPattern(pattern, pattern === 'private-role.{role}' ? 'manager' : 'x');
      expect(channelNameProblem(sample!)).toBeUndefined();
      if (legacy !== true) expect(findChannelRule(sample!, [event.system]), pattern).toBeDefined();
    }
  });

  it('stands on no public channel, except for what older applications do', () => {
    for (const { pattern, legacy } of event.channels) {
      if (legacy !== true) expect(checkChannel(event, pattern)).toBeUndefined();
    }
  });

  it('is described in one line of both languages', () => {
    expect(event.docs.en).toMatch(/^[^\n]{5,120}$/);
    expect(event.docs.es).toMatch(/^[^\n]{5,120}$/);
  });

  it('names a replacement when it is deprecated, and only then', () => {
    expect(event.replacedBy !== undefined).toBe(event.status === 'deprecated');
  });

  it('has a client pattern that one of its channels has', () => {
    if (event.client === undefined) return;
    expect(event.channels.map(({ pattern }) => pattern)).toContain(event.client.channel);
    expect(channelPolicy(event.client.channel).guarded).toBe(true);
  });
});

describe('channel rules', () => {
  it.each(CHANNEL_RULES)('$pattern of $systems has one parameter at most, at its end', ({ pattern }) => {
    expect(pattern).toMatch(/^[^{}]+(?:\{[A-Za-z]+\})?$/);
  });

  it('are the first to fit their own channels', () => {
    for (const rule of CHANNEL_RULES) {
      const channel = fillPattern(rule.pattern, rule.values?.[0] ?? 'x')!;
      for (const system of rule.systems) expect(findChannelRule(channel, [system])).toBe(rule);
    }
  });

  it('may differ between systems', () => {
    const [credits, hosting] = (['credits', 'hosting'] as const).map((system) =>
      findChannelRule('private-admin.notifications', [system]),
    );
    expect(credits?.rule).toStrictEqual({ asks: 'role', roles: ['admin', 'manager'] });
    expect(hosting?.rule).toStrictEqual({ asks: 'role', roles: ['admin', 'super_admin'] });
  });

  it.each(['private-admin.chat', 'private-role.boss', 'private-user.', 'private-user', 'news', ''])(
    'have none for %j',
    (channel) => {
      expect(findChannelRule(channel, SYSTEMS)).toBeUndefined();
    },
  );

  it('fit no channel of another system', () => {
    expect(findChannelRule('private-payments', ['hosting'])).toBeUndefined();
  });
});

describe('patterns', () => {
  it.each([
    ['private-user.{id}', 'private-user.33', '33'],
    ['private-user.{id}', 'private-user.a.b@example.com', 'a.b@example.com'],
    ['private-user.{id}', 'private-user.', undefined],
    ['private-user.{id}', 'presence-user.33', undefined],
    ['private-waiting-list', 'private-waiting-list', ''],
    ['private-waiting-list', 'private-waiting-list.1', undefined],
  ])('%s on %s gives %j', (pattern, channel, parameter) => {
    expect(matchPattern(pattern, channel)).toBe(parameter);
  });

  it.each([
    [33, 'private-user.33'],
    ['33', 'private-user.33'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e', 'private-user.0f8fad5b-d9cb-469f-a165-70867728950e'],
    [0, 'private-user.0'],
    ['', undefined],
    [null, undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [2 ** 53, undefined],
    [true, undefined],
    [{}, undefined],
    [['33'], undefined],
    ['33 or 1', undefined],
    ['33\n', undefined],
    ['á', undefined],
    ['x'.repeat(300), undefined],
  ])('an id %j makes %j', (id, channel) => {
    expect(fillPattern('private-user.{id}', id)).toBe(channel);
  });
});

describe('eventsOf', () => {
  it('gives the events of the systems that are named', () => {
    expect(eventsOf(['payments']).map(({ name }) => name)).toStrictEqual(['payment.confirmed']);
    expect(eventsOf([])).toStrictEqual([]);
    expect(eventsOf(SYSTEMS)).toHaveLength(CATALOGUE.length);
  });
});

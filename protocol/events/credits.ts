import { z } from 'zod';
import { defineEvent, type CatalogueEvent, type EventChannel } from './event.js';
import {
  CashBox,
  Contact,
  CreditHttp,
  CreditStatus,
  DateOrTime,
  Id,
  Money,
  object,
  oneOf,
  OpenMap,
  optional,
  PaymentHttp,
  Person,
  Timestamp,
} from './values.js';

/** Events of the credit application: those that Laravel broadcasts and those of the HTTP gateway. */

const toCobrador: EventChannel = {
  pattern: 'private-user.{id}',
  from: 'cobrador.id',
  of: 'request',
  optional: true,
};
const toManager: EventChannel = {
  pattern: 'private-user.{id}',
  from: 'manager.id',
  of: 'request',
  optional: true,
};

/** What every notification of the gateway carries beside its own fields, flat. */
const envelope = { message: z.string(), timestamp: Timestamp };

const creditNotification = (action: string, event: string) => ({
  produced: [
    {
      by: 'legacy-http',
      trigger: `/credit-notification with action=${action}`,
      endpoint: '/credit-notification',
      when: { field: 'action', is: action },
      transform: `type=${event}, title and message in Spanish; credit as it came`,
    },
  ] as const,
  sensitivity: 'personal' as const,
  system: 'credits' as const,
});

const cashBalance = (action: string, event: string) => ({
  system: 'credits' as const,
  channels: [toCobrador, toManager],
  receivers: ['cobrador', 'manager'] as const,
  produced: [
    {
      by: 'legacy-http',
      trigger: `/cash-balance-notification with action=${action}`,
      endpoint: '/cash-balance-notification',
      when: { field: 'action', is: action },
      transform: `type=${event}; the manager's copy adds cobrador`,
    },
  ] as const,
  sensitivity: 'personal' as const,
});

const WaitingListAction = z.enum([
  'created',
  'approved',
  'rejected',
  'delivered',
  'rescheduled',
  'completed',
  'terminated',
]);

const Actor = object({ id: Id, name: z.string(), role: optional(z.string()) }).meta({
  id: 'Actor',
  description: 'Who did it',
});

const WaitingListCredit = object({
  id: Id,
  client_id: Id,
  amount: Money,
  total_amount: optional(Money),
  interest_rate: optional(Money),
  status: oneOf(...CreditStatus),
  scheduled_delivery_date: optional(DateOrTime),
  created_at: optional(Timestamp),
  client: optional(Contact),
  created_by: optional(Person),
}).meta({ id: 'WaitingListCredit', description: 'A credit on the waiting list' });

const WaitingListUpdate = object({
  action: WaitingListAction,
  credit: WaitingListCredit,
  user: Actor,
  timestamp: Timestamp,
}).meta({ title: 'CreditWaitingListUpdate' });

/** approved_by and delivered_by are ids, names or whole user records. */
const DeliveryStatus = object({
  status: z.string(),
  is_pending_approval: z.boolean(),
  is_waiting_delivery: z.boolean(),
  is_active: z.boolean(),
  is_ready_for_delivery: z.boolean(),
  is_overdue_for_delivery: z.boolean(),
  days_until_delivery: optional(z.int()),
  days_overdue_for_delivery: optional(z.int()),
  scheduled_delivery_date: optional(DateOrTime),
  approved_by: z.unknown(),
  approved_at: optional(Timestamp),
  delivered_by: z.unknown(),
  delivered_at: optional(Timestamp),
  delivery_notes: optional(z.string()),
  rejection_reason: optional(z.string()),
})
  .partial({ approved_by: true, delivered_by: true })
  .meta({ id: 'DeliveryStatus', description: 'Where the delivery of a credit stands' });

/** Of the first version. */
const FlatWaitingListUpdate = object({
  action: WaitingListAction,
  credit_id: Id,
  client_id: Id,
  client_name: z.string(),
  amount: Money,
  total_amount: optional(Money),
  status: oneOf(...CreditStatus),
  scheduled_delivery_date: optional(DateOrTime),
  delivery_status: DeliveryStatus,
  user: Actor,
  timestamp: Timestamp,
}).meta({ title: 'FlatCreditWaitingListUpdate' });

const RegisteredPayment = object({
  id: Id,
  amount: Money,
  payment_date: optional(DateOrTime),
  payment_method: optional(z.string()),
  credit_id: optional(Id),
  received_by: optional(Id),
}).meta({ id: 'RegisteredPayment', description: 'A payment as it was registered' });

const PaymentReceived = object({
  payment: RegisteredPayment,
  client: optional(Contact),
  cobrador: optional(Contact),
  manager: optional(Person),
  timestamp: Timestamp,
}).meta({ title: 'PaymentReceived' });

const PaymentReceivedNotice = object({
  type: z.literal('payment_received'),
  title: optional(z.string()),
  payment: PaymentHttp,
  client: optional(Person),
  ...envelope,
}).meta({ title: 'PaymentReceivedNotice' });

const OverdueCredit = object({
  id: Id,
  amount: Money,
  balance: optional(Money),
  end_date: optional(DateOrTime),
  status: oneOf(...CreditStatus),
  client: optional(Contact),
}).meta({ id: 'OverdueCredit', description: 'A credit that is overdue or about to end' });

const CreditAttention = object({
  credit: OverdueCredit,
  cobrador: optional(Person),
  manager: optional(Person),
  reason: z.string(),
  timestamp: Timestamp,
}).meta({ title: 'CreditRequiresAttention' });

const CreditAttentionNotice = object({
  type: z.literal('credit_attention'),
  title: optional(z.string()),
  credit: CreditHttp,
  ...envelope,
}).meta({ title: 'CreditAttentionNotice' });

const PendingCashBox = object({
  id: Id,
  date: DateOrTime,
  initial_amount: optional(Money),
  collected_amount: optional(Money),
  lent_amount: optional(Money),
  final_amount: optional(Money),
}).meta({ id: 'PendingCashBox', description: 'A cash box that was left open' });

const CREDIT = {
  id: 456,
  amount: '1000.00',
  total_amount: '1200.00',
  balance: '1200.00',
  frequency: 'weekly',
  status: 'waiting_delivery',
  entrega_inmediata: false,
  client_name: 'María Rojas',
  client_id: 12,
};
const COBRADOR = { id: '33', name: 'Luis Pérez', email: 'luis@example.com' };
const MANAGER = { id: '7', name: 'Ana Gómez', email: 'ana@example.com' };
const CLIENT = { id: 12, name: 'María Rojas', email: null, phone: '+591 700 00000' };
const AT = '2026-11-23T14:05:09.123Z';
const LARAVEL_AT = '2026-11-23T14:05:09.123456Z';

export const CREDIT_EVENTS: readonly CatalogueEvent[] = [
  defineEvent({
    name: 'credit.waiting.list.update',
    system: 'credits',
    channels: [
      { pattern: 'private-waiting-list' },
      { pattern: 'private-user.{id}', from: ['credit.client_id', 'client_id'] },
      { pattern: 'private-user.{id}', from: 'credit.created_by.id', optional: true },
      { pattern: 'private-cobrador.{userId}', of: 'producer', from: 'credit.created_by', legacy: true },
    ],
    receivers: ['manager', 'cobrador', 'admin', 'client', 'creator'],
    payload: z.union([WaitingListUpdate, FlatWaitingListUpdate]),
    produced: [{ by: 'laravel-broadcast', trigger: "a credit's state changes" }],
    sensitivity: 'personal',
    examples: [
      {
        action: 'approved',
        credit: {
          id: 456,
          client_id: 12,
          amount: '1000.00',
          total_amount: '1200.00',
          interest_rate: '20.00',
          status: 'waiting_delivery',
          scheduled_delivery_date: '2026-11-24T00:00:00.000000Z',
          created_at: LARAVEL_AT,
          client: CLIENT,
          created_by: { id: 33, name: 'Luis Pérez' },
        },
        user: { id: 7, name: 'Ana Gómez', role: 'manager' },
        timestamp: LARAVEL_AT,
      },
      {
        action: 'delivered',
        credit_id: 456,
        client_id: 12,
        client_name: 'María Rojas',
        amount: '1000.00',
        total_amount: '1200.00',
        status: 'active',
        scheduled_delivery_date: null,
        delivery_status: {
          status: 'active',
          is_pending_approval: false,
          is_waiting_delivery: false,
          is_active: true,
          is_ready_for_delivery: false,
          is_overdue_for_delivery: false,
          days_until_delivery: 0,
          days_overdue_for_delivery: 0,
          scheduled_delivery_date: null,
          approved_by: { id: 7, name: 'Ana Gómez' },
          approved_at: LARAVEL_AT,
          delivered_by: null,
          delivered_at: null,
          delivery_notes: null,
          rejection_reason: null,
        },
        user: { id: 7, name: 'Ana Gómez' },
        timestamp: LARAVEL_AT,
      },
    ],
    docs: {
      en: 'A credit on the waiting list changed its state',
      es: 'Un crédito de la lista de espera cambió de estado',
    },
    notes: [
      'A manager is reached through the list channel alone.',
      'In the flat, older payload approved_by and delivered_by are whole user records.',
    ],
  }),
  defineEvent({
    name: 'payment.received',
    system: 'credits',
    aliases: { 'socket.io': ['payment_received'], class: ['PaymentReceived'], type: ['payment_received'] },
    channels: [
      { pattern: 'private-payments', by: ['laravel-broadcast'] },
      { pattern: 'private-user.{id}', from: 'cobrador.id', optional: true },
      { pattern: 'private-user.{id}', from: 'manager.id', optional: true, by: ['laravel-broadcast'] },
      { pattern: 'private-user.{id}', from: 'client.id', optional: true, by: ['laravel-broadcast'] },
      { pattern: 'private-cobrador.{userId}', from: 'cobrador.id', optional: true, legacy: true },
    ],
    receivers: ['cobrador', 'manager', 'admin', 'client'],
    payload: z.union([PaymentReceived, PaymentReceivedNotice]),
    produced: [
      { by: 'laravel-broadcast', trigger: 'a payment is registered' },
      {
        by: 'legacy-http',
        trigger: '/payment-notification with cobrador',
        endpoint: '/payment-notification',
        transform: 'type=payment_received, title and message in Spanish; payment and client as they came',
      },
    ],
    sensitivity: 'personal',
    examples: [
      {
        payment: {
          id: 981,
          amount: '250.00',
          payment_date: '2026-11-23T00:00:00.000000Z',
          payment_method: 'cash',
          credit_id: 456,
          received_by: 33,
        },
        client: CLIENT,
        cobrador: { ...COBRADOR, phone: null },
        manager: MANAGER,
        timestamp: LARAVEL_AT,
      },
      {
        type: 'payment_received',
        title: 'Pago realizado',
        payment: { id: 981, amount: 250, credit_id: 456, status: 'completed', payment_date: '2026-11-23' },
        client: { id: '12', name: 'María Rojas' },
        message: 'Pago de 250 recibido de María Rojas',
        timestamp: AT,
      },
    ],
    docs: { en: 'A payment was registered', es: 'Se registró un pago' },
    notes: [
      'The amount is payment.amount; there is none at the top.',
      'Over the gateway only the cobrador is told under this name; his manager gets cobrador.payment.received.',
    ],
  }),
  defineEvent({
    name: 'credit.requires.attention',
    system: 'credits',
    aliases: {
      'socket.io': ['credit_attention_required'],
      type: ['credit_attention'],
    },
    channels: [
      { pattern: 'private-credits-attention', by: ['laravel-broadcast'] },
      { pattern: 'private-user.{id}', from: 'cobrador.id', optional: true },
      { pattern: 'private-user.{id}', from: 'manager.id', optional: true, by: ['laravel-broadcast'] },
      { pattern: 'private-cobrador.{userId}', from: 'cobrador.id', optional: true, legacy: true },
    ],
    receivers: ['cobrador', 'manager', 'admin'],
    payload: z.union([CreditAttention, CreditAttentionNotice]),
    produced: [
      {
        by: 'laravel-broadcast',
        trigger: 'hourly, for active credits past their end or within seven days of it; or by hand',
      },
      {
        by: 'legacy-http',
        trigger: '/credit-notification with action=requires_attention',
        endpoint: '/credit-notification',
        when: { field: 'action', is: 'requires_attention' },
        transform: 'type=credit_attention, title and message in Spanish; credit as it came',
      },
    ],
    sensitivity: 'personal',
    examples: [
      {
        credit: {
          id: 456,
          amount: '1000.00',
          balance: '700.00',
          end_date: '2026-11-20T00:00:00.000000Z',
          status: 'active',
          client: { id: 12, name: 'María Rojas', phone: '+591 700 00000' },
        },
        cobrador: { id: 33, name: 'Luis Pérez' },
        manager: null,
        reason: 'overdue',
        timestamp: LARAVEL_AT,
      },
      {
        type: 'credit_attention',
        title: 'Crédito requiere atención',
        credit: CREDIT,
        message: 'El crédito de María Rojas requiere tu atención',
        timestamp: AT,
      },
    ],
    docs: { en: 'A credit is overdue or about to end', es: 'Un crédito está vencido o por vencer' },
    notes: ['The broadcast has no message; build one from reason.'],
  }),
  defineEvent({
    name: 'stats.updated',
    system: 'credits',
    aliases: {
      'socket.io': ['stats.global.updated', 'stats.cobrador.updated', 'stats.manager.updated'],
    },
    channels: [
      { pattern: 'private-stats.global', when: { path: 'type', is: 'global' } },
      { pattern: 'private-stats.cobrador.{id}', from: 'user_id', when: { path: 'type', is: 'cobrador' } },
      { pattern: 'private-stats.manager.{id}', from: 'user_id', when: { path: 'type', is: 'manager' } },
      { pattern: 'stats.global', when: { path: 'type', is: 'global' }, legacy: true },
      {
        pattern: 'stats.cobrador.{id}',
        from: 'user_id',
        when: { path: 'type', is: 'cobrador' },
        legacy: true,
      },
      { pattern: 'stats.manager.{id}', from: 'user_id', when: { path: 'type', is: 'manager' }, legacy: true },
    ],
    receivers: ['cobrador', 'manager', 'admin'],
    payload: object({
      type: z.enum(['global', 'cobrador', 'manager']),
      stats: OpenMap,
      user_id: optional(Id),
      updated_at: optional(Timestamp),
      timestamp: optional(Timestamp),
    }),
    produced: [
      { by: 'laravel-broadcast', trigger: 'statistics are calculated anew after a payment or a delivery' },
      {
        by: 'legacy-http',
        trigger: '/stats-update',
        endpoint: '/stats-update',
        transform: 'the body, with timestamp',
      },
    ],
    sensitivity: 'personal',
    examples: [
      {
        type: 'cobrador',
        stats: { collected_today: '850.00', pending: 4 },
        user_id: 33,
        updated_at: '2026-11-23T14:05:09+00:00',
      },
      { type: 'global', stats: [], timestamp: AT },
    ],
    docs: { en: 'Statistics were calculated anew', es: 'Se recalcularon las estadísticas' },
    notes: ['Older classes declare public channels for these money figures; use the private ones.'],
  }),
  defineEvent({
    name: 'test.notification',
    system: 'credits',
    status: 'draft',
    channels: [
      { pattern: 'private-user.{id}', from: 'user_id' },
      { pattern: 'test.notifications', legacy: true },
    ],
    receivers: ['recipient'],
    payload: object({
      notification_id: Id,
      title: z.string(),
      message: z.string(),
      type: z.string(),
      data: optional(OpenMap),
      user_id: Id,
      timestamp: Timestamp,
    }),
    produced: [{ by: 'laravel-broadcast', trigger: 'the test endpoint is called' }],
    sensitivity: 'personal',
    examples: [
      {
        notification_id: 'b7a1',
        title: 'Prueba',
        message: 'Notificación de prueba',
        type: 'test',
        data: [],
        user_id: 33,
        timestamp: LARAVEL_AT,
      },
    ],
    docs: { en: 'A notification to try the connection with', es: 'Una notificación para probar la conexión' },
  }),
  defineEvent({
    name: 'notification',
    system: 'credits',
    goesTo: 'first',
    channels: [
      { pattern: 'private-user.{id}', from: ['userId', 'data.user_id'], of: 'request', optional: true },
      { pattern: 'private-role.{role}', from: 'userType', of: 'request', optional: true },
      { pattern: 'private-system.notifications', of: 'request' },
      { pattern: 'private-cobrador.{userId}', of: 'producer', from: 'cobrador.id', legacy: true },
    ],
    receivers: ['recipient'],
    payload: object({
      title: optional(z.string()),
      message: optional(z.string()),
      body: optional(z.string()),
      type: optional(z.string()),
      data: optional(OpenMap),
    }),
    produced: [
      {
        by: 'legacy-http',
        trigger: '/notify without the name of an event',
        endpoint: '/notify',
        transform: 'data, else notification, as it came; to the user, else the role, else everybody',
      },
    ],
    sensitivity: 'personal',
    examples: [{ title: 'Recordatorio', message: 'Revise su ruta de hoy', type: 'info', data: { route: 4 } }],
    docs: { en: 'A notification of any kind', es: 'Una notificación de cualquier tipo' },
  }),
  defineEvent({
    name: 'client.assigned',
    system: 'credits',
    status: 'draft',
    channels: [
      { pattern: 'private-user.{id}', from: 'cobrador.id' },
      { pattern: 'private-cobrador.{userId}', from: 'cobrador.id', legacy: true },
    ],
    receivers: ['cobrador'],
    payload: object({
      client: Person,
      cobrador: Person,
      assigned_by: optional(Person),
      timestamp: Timestamp,
    }),
    produced: [{ by: 'laravel-broadcast', trigger: 'a client is assigned to a cobrador' }],
    sensitivity: 'personal',
    examples: [
      {
        client: { id: 12, name: 'María Rojas' },
        cobrador: COBRADOR,
        assigned_by: MANAGER,
        timestamp: LARAVEL_AT,
      },
    ],
    docs: { en: 'A client was assigned to a cobrador', es: 'Se asignó un cliente a un cobrador' },
  }),
  defineEvent({
    ...creditNotification('created', 'credit_created'),
    name: 'credit.waiting.approval',
    aliases: { 'socket.io': ['credit_waiting_approval'], class: ['CreditCreated'], type: ['credit_created'] },
    channels: [toManager],
    receivers: ['manager'],
    payload: object({
      type: z.literal('credit_created'),
      title: optional(z.string()),
      credit: CreditHttp,
      cobrador: optional(Person),
      ...envelope,
    }),
    examples: [
      {
        type: 'credit_created',
        title: 'Nuevo crédito por aprobar',
        credit: { ...CREDIT, status: 'pending_approval' },
        cobrador: COBRADOR,
        message: 'Luis Pérez creó un crédito de 1000.00 que espera aprobación',
        timestamp: AT,
      },
    ],
    docs: {
      en: 'A cobrador made a credit that waits for approval',
      es: 'Un cobrador creó un crédito que espera aprobación',
    },
  }),
  defineEvent({
    ...creditNotification('approved', 'credit_approved'),
    name: 'credit.approved',
    aliases: { 'socket.io': ['credit_approved'], class: ['CreditApproved'], type: ['credit_approved'] },
    channels: [toCobrador],
    receivers: ['cobrador'],
    payload: object({
      type: z.literal('credit_approved'),
      title: optional(z.string()),
      credit: CreditHttp,
      manager: optional(Person),
      entrega_inmediata: optional(z.boolean()),
      ...envelope,
    }),
    examples: [
      {
        type: 'credit_approved',
        title: 'Crédito aprobado',
        credit: CREDIT,
        manager: MANAGER,
        entrega_inmediata: false,
        message: 'Ana Gómez aprobó tu crédito de 1000.00. Entrega inmediata: No',
        timestamp: AT,
      },
    ],
    docs: { en: 'A manager approved a credit', es: 'Un gerente aprobó un crédito' },
    notes: [
      'entrega_inmediata is true only if one of entrega_inmediata, entregaInmediata, immediate_delivery, immediateDelivery and deliver_immediately of the credit is exactly true.',
    ],
  }),
  defineEvent({
    ...creditNotification('rejected', 'credit_rejected'),
    name: 'credit.rejected',
    aliases: { 'socket.io': ['credit_rejected'], class: ['CreditRejected'], type: ['credit_rejected'] },
    channels: [toCobrador],
    receivers: ['cobrador'],
    payload: object({
      type: z.literal('credit_rejected'),
      title: optional(z.string()),
      credit: CreditHttp,
      manager: optional(Person),
      ...envelope,
    }),
    examples: [
      {
        type: 'credit_rejected',
        title: 'Crédito rechazado',
        credit: { ...CREDIT, status: 'rejected' },
        manager: MANAGER,
        message: 'Ana Gómez rechazó tu crédito de 1000.00',
        timestamp: AT,
      },
    ],
    docs: { en: 'A manager rejected a credit', es: 'Un gerente rechazó un crédito' },
    notes: ['No reason is sent.'],
  }),
  ...(
    [
      {
        name: 'credit.delivered',
        action: 'delivered',
        type: 'credit_delivered',
        status: 'stable',
        class: ['CreditDelivered'],
        channels: [toManager],
        receivers: ['manager'],
        title: 'Crédito entregado',
        message: 'Luis Pérez entregó el crédito de 1000.00 a María Rojas',
        creditStatus: 'active',
        docs: { en: 'A credit was delivered to its client', es: 'Se entregó un crédito a su cliente' },
      },
      {
        name: 'credit.completed',
        action: 'completed',
        type: 'credit_completed',
        status: 'draft',
        class: [],
        channels: [toCobrador, toManager],
        receivers: ['cobrador', 'manager'],
        title: 'Crédito completado',
        message: 'El crédito de 1000.00 de María Rojas está pagado',
        creditStatus: 'completed',
        docs: { en: 'A credit is paid in full', es: 'Un crédito se pagó por completo' },
      },
      {
        name: 'credit.terminated',
        action: 'terminated',
        type: 'credit_terminated',
        status: 'draft',
        class: [],
        channels: [toCobrador, toManager],
        receivers: ['cobrador', 'manager'],
        title: 'Crédito terminado',
        message: 'El crédito de 1000.00 de María Rojas terminó',
        creditStatus: 'cancelled',
        docs: { en: 'A credit ended before its time', es: 'Un crédito terminó antes de tiempo' },
      },
    ] as const
  ).map((each) =>
    defineEvent({
      ...creditNotification(each.action, each.type),
      name: each.name,
      status: each.status,
      aliases: { 'socket.io': [each.type], class: each.class, type: [each.type] },
      channels: each.channels,
      receivers: each.receivers,
      payload: object({
        type: z.literal(each.type),
        title: optional(z.string()),
        credit: CreditHttp,
        cobrador: optional(Person),
        ...envelope,
      }),
      examples: [
        {
          type: each.type,
          title: each.title,
          credit: { ...CREDIT, status: each.creditStatus },
          cobrador: COBRADOR,
          message: each.message,
          timestamp: AT,
        },
      ],
      docs: each.docs,
    }),
  ),
  defineEvent({
    name: 'cobrador.payment.received',
    system: 'credits',
    aliases: { 'socket.io': ['cobrador_payment_received'], type: ['cobrador_payment_received'] },
    channels: [toManager],
    receivers: ['manager'],
    payload: object({
      type: z.literal('cobrador_payment_received'),
      title: optional(z.string()),
      payment: PaymentHttp,
      cobrador: optional(Person),
      client: optional(Person),
      ...envelope,
    }),
    produced: [
      {
        by: 'legacy-http',
        trigger: '/payment-notification with manager',
        endpoint: '/payment-notification',
        transform:
          'type=cobrador_payment_received, title and message in Spanish; payment, cobrador and client as they came',
      },
    ],
    sensitivity: 'personal',
    examples: [
      {
        type: 'cobrador_payment_received',
        title: 'Pago recibido por cobrador',
        payment: { id: 981, amount: 250, credit_id: 456, status: 'completed', payment_date: '2026-11-23' },
        cobrador: COBRADOR,
        client: { id: '12', name: 'María Rojas' },
        message: 'Luis Pérez recibió un pago de 250 de María Rojas',
        timestamp: AT,
      },
    ],
    docs: { en: "A manager's cobrador received a payment", es: 'Un cobrador del gerente recibió un pago' },
  }),
  defineEvent({
    ...cashBalance('auto_closed', 'cash_balance_auto_closed'),
    name: 'cash.balance.auto.closed',
    aliases: {
      'socket.io': ['cash_balance_auto_closed'],
      class: ['CashBalanceAutoClosed'],
      type: ['cash_balance_auto_closed'],
    },
    payload: object({
      type: z.literal('cash_balance_auto_closed'),
      title: optional(z.string()),
      cash_balance: CashBox,
      closure_type: z.literal('automatic'),
      cobrador: optional(Person),
      ...envelope,
    }),
    examples: [
      {
        type: 'cash_balance_auto_closed',
        cash_balance: {
          id: 70,
          date: '2026-11-22',
          status: 'closed',
          initial_amount: '100.00',
          collected_amount: '850.00',
          lent_amount: '400.00',
          final_amount: '550.00',
          auto_closed_at: LARAVEL_AT,
        },
        closure_type: 'automatic',
        cobrador: COBRADOR,
        message: 'La caja del 2026-11-22 se cerró automáticamente',
        timestamp: AT,
      },
    ],
    docs: { en: 'A cash box was closed by the system', es: 'El sistema cerró una caja' },
  }),
  defineEvent({
    ...cashBalance('auto_created', 'cash_balance_auto_created'),
    name: 'cash.balance.auto.created',
    aliases: {
      'socket.io': ['cash_balance_auto_created'],
      class: ['CashBalanceAutoCreated'],
      type: ['cash_balance_auto_created'],
    },
    payload: object({
      type: z.literal('cash_balance_auto_created'),
      title: optional(z.string()),
      cash_balance: CashBox,
      reason: z.string(),
      requires_reconciliation: z.boolean(),
      cobrador: optional(Person),
      ...envelope,
    }),
    examples: [
      {
        type: 'cash_balance_auto_created',
        cash_balance: { id: 71, date: '2026-11-23', status: 'open', requires_reconciliation: true },
        reason: 'payment',
        requires_reconciliation: true,
        message: 'Se creó una caja para registrar un pago',
        timestamp: AT,
      },
    ],
    docs: { en: 'A cash box was opened by the system', es: 'El sistema abrió una caja' },
    notes: ['reason is payment; anything else stands for a delivery.'],
  }),
  defineEvent({
    ...cashBalance('requires_reconciliation', 'cash_balance_requires_reconciliation'),
    name: 'cash.balance.requires.reconciliation',
    aliases: {
      'socket.io': ['cash_balance_requires_reconciliation'],
      class: ['CashBalanceRequiresReconciliation'],
      type: ['cash_balance_requires_reconciliation'],
    },
    payload: object({
      type: z.literal('cash_balance_requires_reconciliation'),
      title: optional(z.string()),
      cash_balance: CashBox,
      reason: z.string(),
      priority: z.literal('high'),
      cobrador: optional(Person),
      ...envelope,
    }),
    examples: [
      {
        type: 'cash_balance_requires_reconciliation',
        cash_balance: { id: 70, date: '2026-11-22', status: 'closed', requires_reconciliation: true },
        reason: 'auto_closed',
        priority: 'high',
        cobrador: COBRADOR,
        message: 'La caja del 2026-11-22 requiere conciliación',
        timestamp: AT,
      },
    ],
    docs: { en: 'A cash box has to be reconciled', es: 'Una caja requiere conciliación' },
  }),
  defineEvent({
    name: 'cash.balance.reminder',
    system: 'credits',
    aliases: { 'socket.io': ['cash_balance_reminder'] },
    channels: [{ pattern: 'private-user.{id}', from: ['userId', 'data.user_id'], of: 'request' }],
    receivers: ['cobrador'],
    payload: object({
      title: z.string(),
      message: z.string(),
      pending_count: z.int(),
      pending_dates: z.array(z.string()).meta({ description: 'dd/mm/yyyy' }),
      pending_boxes: z.array(PendingCashBox),
    }),
    produced: [
      {
        by: 'legacy-http',
        trigger: 'daily while cash boxes are left open: /notify with the event cash_balance_reminder',
        endpoint: '/notify',
        when: { field: 'event', is: 'cash_balance_reminder' },
        transform: 'data as it came',
      },
    ],
    sensitivity: 'personal',
    examples: [
      {
        title: 'Cajas pendientes',
        message: 'Tiene 1 caja sin cerrar',
        pending_count: 1,
        pending_dates: ['22/11/2026'],
        pending_boxes: [{ id: 70, date: '2026-11-22', initial_amount: '100.00', final_amount: '550.00' }],
      },
    ],
    docs: { en: 'A cobrador left cash boxes open', es: 'Un cobrador dejó cajas abiertas' },
    notes: ['Its sample has no timestamp.'],
  }),
];

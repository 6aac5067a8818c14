import { expect } from 'vitest';
import type { Name, SeededUsers } from './seeded-users.js';

/** An event of the example: who hears it where, and what it says. */
export interface ExpectedEvent {
  readonly name: string;
  /** Without the prefix `private-`, each with a user who may listen there. */
  readonly listeners: readonly (readonly [channel: string, user: Name])[];
  readonly payload: unknown;
}

/** As Laravel writes a time in JSON. */
const TIME: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const UUID: unknown = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const PHONE = '+591 700 00000';

const NADIA = { id: 4, name: 'Nadia', email: 'nadia@example.com', phone: PHONE };
const CARLOS = { id: 2, name: 'Carlos', email: 'carlos@example.com', phone: PHONE };

/** The events of the credit application, with the data of the seeder. */
const CREDIT_EVENTS: readonly ExpectedEvent[] = [
  {
    name: 'payment.received',
    listeners: [
      ['payments', 'ada'],
      ['cobrador.2', 'carlos'],
      ['user.2', 'carlos'],
      ['user.1', 'marta'],
      ['user.4', 'nadia'],
    ],
    payload: {
      payment: {
        id: 1,
        amount: '250.50',
        payment_date: TIME,
        payment_method: 'cash',
        credit_id: 1,
        received_by: 2,
      },
      client: NADIA,
      cobrador: CARLOS,
      manager: { id: 1, name: 'Marta', email: 'marta@example.com' },
      timestamp: TIME,
    },
  },
  {
    name: 'credit.requires.attention',
    listeners: [
      ['credits-attention', 'celia'],
      ['cobrador.2', 'carlos'],
      ['user.2', 'carlos'],
      ['user.1', 'marta'],
    ],
    payload: {
      credit: {
        id: 1,
        amount: '5000.00',
        balance: '4500.00',
        end_date: TIME,
        status: 'active',
        client: { id: 4, name: 'Nadia', phone: PHONE },
      },
      cobrador: { id: 2, name: 'Carlos' },
      manager: { id: 1, name: 'Marta' },
      reason: 'overdue',
      timestamp: TIME,
    },
  },
];

/** Queued in the database, so that a worker has to send it. */
export const QUEUED_EVENT: ExpectedEvent = {
  name: 'credit.waiting.list.update',
  listeners: [
    ['waiting-list', 'celia'],
    ['user.4', 'nadia'],
    ['user.2', 'carlos'],
  ],
  payload: {
    action: 'approved',
    credit: {
      id: 4,
      client_id: 4,
      amount: '1000.00',
      total_amount: '1200.00',
      interest_rate: '20.00',
      status: 'waiting_delivery',
      scheduled_delivery_date: TIME,
      created_at: TIME,
      client: NADIA,
      created_by: { id: 2, name: 'Carlos' },
    },
    user: { id: 1, name: 'Marta', role: 'manager' },
    timestamp: TIME,
  },
};

/** The events of the hosting platform, whose user channels have uuids. */
function hostingEvents({ nadia }: SeededUsers): ExpectedEvent[] {
  const owner = `user.${nadia.user.uuid}`;
  const toOwnerAnd = (channel: string): ExpectedEvent['listeners'] => [
    [owner, 'nadia'],
    [channel, 'ada'],
  ];
  const service = { service_id: UUID, service_name: 'VPS 4', timestamp: TIME };
  const charge = { transaction_id: UUID, amount: '49.90', currency: 'USD', timestamp: TIME };
  return [
    {
      name: 'service.status.changed',
      listeners: toOwnerAnd('admin.services'),
      payload: { ...service, old_status: 'pending', new_status: 'active', message: 'VPS 4 is now active' },
    },
    {
      name: 'service.purchased',
      listeners: toOwnerAnd('admin.services'),
      payload: { ...service, purchase_amount: 49.9, message: 'VPS 4 was bought' },
    },
    {
      name: 'service.ready',
      listeners: toOwnerAnd('admin.services'),
      // As PHP writes an empty map.
      payload: { ...service, access_details: [], message: 'VPS 4 is ready' },
    },
    {
      name: 'service.maintenance.scheduled',
      listeners: toOwnerAnd('admin.maintenance'),
      payload: {
        ...service,
        maintenance_start: expect.stringMatching(/ 03:00:00$/) as unknown,
        maintenance_end: expect.stringMatching(/ 04:00:00$/) as unknown,
        description: '',
        message: expect.stringMatching(/^VPS 4 will be under maintenance from .* to .*$/) as unknown,
      },
    },
    {
      name: 'invoice.status.changed',
      listeners: toOwnerAnd('admin.invoices'),
      payload: {
        invoice_id: UUID,
        invoice_number: 'INV-0001',
        old_status: 'draft',
        new_status: 'pending',
        amount: '49.90',
        currency: 'USD',
        message: 'Invoice INV-0001 is now pending',
        timestamp: TIME,
      },
    },
    {
      name: 'payment.processed',
      listeners: toOwnerAnd('admin.payments'),
      payload: {
        ...charge,
        status: 'completed',
        description: 'VPS 4, monthly',
        message: 'USD 49.90 were paid',
      },
    },
    {
      name: 'payment.failed',
      listeners: toOwnerAnd('admin.payments'),
      payload: { ...charge, reason: 'insufficient_funds', message: 'USD 49.90 could not be charged' },
    },
    {
      name: 'system.alert',
      listeners: [
        ['system.notifications', 'oscar'],
        ['admin.super', 'sofia'],
      ],
      payload: {
        title: 'Notice',
        message: 'The system is updated at midnight',
        severity: 'info',
        data: [],
        timestamp: TIME,
      },
    },
  ];
}

/** All events that are sent at once and named by `broadcastAs()`. */
export function expectedEvents(users: SeededUsers): ExpectedEvent[] {
  return [...CREDIT_EVENTS, ...hostingEvents(users)];
}

export const EVENT_NAMES = [
  'payment.received',
  'credit.requires.attention',
  'service.status.changed',
  'service.purchased',
  'service.ready',
  'service.maintenance.scheduled',
  'invoice.status.changed',
  'payment.processed',
  'payment.failed',
  'system.alert',
] as const;

/** A broadcast notification, as Echo's `.notification()` gives it. */
export const NOTIFICATION = {
  id: UUID,
  type: 'service_status',
  title: 'VPS 4',
  message: 'VPS 4 is active',
  data: { service_id: UUID },
  timestamp: TIME,
};

/** A change of a model, as it broadcasts it itself. */
export const INVOICE_UPDATED = {
  invoice: { id: UUID, number: 'INV-0001', amount: '49.90', currency: 'USD', status: 'paid' },
};

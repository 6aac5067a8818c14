import { z } from 'zod';
import { defineEvent, type CatalogueEvent } from './event.js';
import { object, oneOf, optional, Timestamp } from './values.js';

/** Events of the payments hub. */
export const PAYMENT_EVENTS: readonly CatalogueEvent[] = [
  defineEvent({
    name: 'payment.confirmed',
    system: 'payments',
    aliases: { hub: ['PAYMENT_CONFIRMED'] },
    channels: [
      { pattern: 'private-user.{id}', from: 'userId', of: 'request' },
      { pattern: 'private-cache-user.{id}', from: 'userId', of: 'producer' },
    ],
    receivers: ['payer'],
    payload: object({
      paymentId: z.string(),
      status: oneOf('approved'),
      planType: optional(z.string()),
      creditsAdded: optional(z.int()),
      totalCredits: optional(z.int()),
      timestamp: Timestamp,
    }),
    produced: [
      {
        by: 'hub',
        trigger: "Mercado Pago's webhook credited a payment",
        endpoint: '/notifications/users/{userId}/notify',
        when: { field: 'type', is: 'PAYMENT_CONFIRMED' },
        transform: 'data as it came; hub sockets get {type, data}',
      },
      { by: 'laravel-broadcast', trigger: 'a payment is confirmed' },
    ],
    sensitivity: 'personal',
    examples: [
      {
        paymentId: '1234567890',
        status: 'approved',
        planType: 'addon_3',
        creditsAdded: 3,
        totalCredits: 8,
        timestamp: '2026-11-23T14:05:09Z',
      },
    ],
    docs: { en: 'A payment was confirmed and credited', es: 'Un pago fue confirmado y acreditado' },
  }),
];

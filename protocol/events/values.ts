import { z } from 'zod';

/**
 * The values that applications really send, as payload schemas take them. They check and never change: what arrived is
 * passed on as it stands. A schema with an `id` is a type of its own in everything that is generated.
 */

/** Eloquent's `decimal:2` casts are strings such as "5000.00"; plain PHP numbers are numbers. */
export const Money = z
  .union([z.number(), z.string().regex(/^-?\d+(?:\.\d+)?$/)])
  .meta({ id: 'Money', description: 'An amount: a number, or the text of one such as "5000.00"' });

/** Compared as text: 7 and "7" are one id. */
export const Id = z
  .union([z.int(), z.string().min(1)])
  .meta({ id: 'Id', description: 'An id: an integer, or a text such as a UUID; 7 and "7" are the same' });

/** Laravel writes six digits of a second and Z, Node three, `toIso8601String` none and an offset. */
export const Timestamp = z.iso
  .datetime({ offset: true })
  .meta({ id: 'Timestamp', description: 'ISO 8601 date and time with Z or an offset' });

/** The same field holds `2026-11-23` from the HTTP client and a full date-time from a broadcast. */
export const DateOrTime = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .meta({ id: 'DateOrTime', description: 'ISO 8601 date, alone or with the time' });

/** PHP's empty array is `[]` in JSON, also where a filled one is an object. */
export const OpenMap = z
  .union([z.record(z.string(), z.unknown()), z.tuple([])])
  .meta({ id: 'OpenMap', description: 'Free keys and values; an empty one may arrive as []' });

/** Laravel sends an explicit null for what is missing, Node drops the key. */
export const optional = <T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodNullable<T>> => schema.nullish();

/** Text with values that are known today and may be joined by others tomorrow. */
export const oneOf = (...known: readonly string[]): z.ZodString => z.string().meta({ examples: [...known] });

/** An object whose unknown keys are kept. */
export const object = z.looseObject;

export const Person = object({ id: Id, name: z.string(), email: optional(z.string()) }).meta({
  id: 'Person',
  description: 'Who it is about',
});

export const Contact = object({
  id: Id,
  name: z.string(),
  email: optional(z.string()),
  phone: optional(z.string()),
}).meta({ id: 'Contact', description: 'A person and how to reach him' });

export const CreditStatus = [
  'pending_approval',
  'waiting_delivery',
  'active',
  'completed',
  'defaulted',
  'cancelled',
  'rejected',
] as const;

/** A credit as Laravel's HTTP client sends it to the gateway. */
export const CreditHttp = object({
  id: Id,
  amount: Money,
  total_amount: optional(Money),
  balance: optional(Money),
  frequency: optional(oneOf('daily', 'weekly', 'biweekly', 'monthly')),
  status: optional(oneOf(...CreditStatus)),
  start_date: optional(DateOrTime),
  end_date: optional(DateOrTime),
  entrega_inmediata: optional(z.boolean()),
  scheduled_delivery_date: optional(DateOrTime),
  client_name: optional(z.string()),
  client_id: optional(Id),
}).meta({ id: 'CreditHttp', description: 'A credit as the HTTP gateway takes it' });

/** A payment as Laravel's HTTP client sends it to the gateway. */
export const PaymentHttp = object({
  id: Id,
  amount: Money,
  credit_id: optional(Id),
  status: optional(z.string()),
  payment_date: optional(DateOrTime),
}).meta({ id: 'PaymentHttp', description: 'A payment as the HTTP gateway takes it' });

/** A cobrador's cash box of one day. */
export const CashBox = object({
  id: Id,
  date: DateOrTime,
  status: z.string(),
  initial_amount: optional(Money),
  collected_amount: optional(Money),
  lent_amount: optional(Money),
  final_amount: optional(Money),
  requires_reconciliation: optional(z.boolean()),
  auto_closed_at: optional(Timestamp),
  closure_notes: optional(z.string()),
}).meta({ id: 'CashBox', description: "A cobrador's cash box of one day" });

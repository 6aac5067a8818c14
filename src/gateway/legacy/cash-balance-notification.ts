import { z } from 'zod';
import { channelsOf, type CatalogueEvent } from '../../../protocol/events/index.js';
import type { JsonBody } from '../json-body.js';
import { echoed, eventsByAction, Party, partyText, typeOf, wording } from './bodies.js';
import { envelope, type Texts } from './envelope.js';
import { notice, unknownAction, unlessTold, type Notice, type Plan } from './notice.js';

const CashBalanceNotification = z.object({
  action: z.string(),
  cash_balance: z.looseObject({}),
  cobrador: Party,
  manager: Party,
  reason: z.string().nullish(),
});

type CashBalanceNotification = z.output<typeof CashBalanceNotification>;

const EVENTS = eventsByAction('/cash-balance-notification');

/** `POST /cash-balance-notification`: tells a cobrador what became of his cash box, and his manager with his name. */
export function cashBalanceNotification(body: JsonBody, nowMs: number): Plan {
  const request = body.as(CashBalanceNotification);
  const { action, cash_balance: cashBox } = request;
  const event = EVENTS.get(action);
  const notices = event === undefined ? [] : noticesOf(event, request, body, nowMs);
  return {
    // As on the older server, an action that is not known is no mistake, and nobody is told.
    notices,
    doubt:
      event === undefined ? unknownAction(action, EVENTS) : unlessTold(notices, 'cobrador.id or manager.id'),
    answer: (sent) => ({
      success: true,
      message: 'Caja notificada correctamente',
      action,
      cashBalanceId: echoed(cashBox['id']),
      sent,
    }),
  };
}

function noticesOf(
  event: CatalogueEvent,
  request: CashBalanceNotification,
  body: JsonBody,
  nowMs: number,
): Notice[] {
  const texts: Texts = { type: typeOf(event), ...wordsOf(request) };
  const fields = { cash_balance: body.text('cash_balance'), ...fieldsOf(request) };
  const toManager = channelsOf(event, { manager: request.manager }, 'legacy-http');
  const toCobrador = channelsOf(event, { cobrador: request.cobrador }, 'legacy-http');
  const forManager = envelope(texts, { ...fields, cobrador: partyText(body, 'cobrador') }, nowMs);
  const forCobrador = envelope(texts, fields, nowMs);
  return [
    // Who is his own manager gets the fuller copy alone.
    ...toCobrador
      .filter((channel) => !toManager.includes(channel))
      .map((channel) => notice(event, channel, forCobrador)),
    ...toManager.map((channel) => notice(event, channel, forManager)),
  ];
}

function fieldsOf({
  action,
  cash_balance: cashBox,
  reason,
}: CashBalanceNotification): Record<string, string> {
  switch (action) {
    case 'auto_closed':
      return { closure_type: '"automatic"' };
    case 'auto_created':
      return {
        reason: JSON.stringify(reason ?? 'delivery'),
        requires_reconciliation: String(cashBox['requires_reconciliation'] === true),
      };
    default:
      return { reason: JSON.stringify(reason ?? ''), priority: '"high"' };
  }
}

function wordsOf({ action, cash_balance: cashBox, reason }: CashBalanceNotification): Omit<Texts, 'type'> {
  const date = wording(cashBox['date'])?.slice(0, 10);
  const which = date === undefined ? 'La caja' : `La caja del ${date}`;
  switch (action) {
    case 'auto_closed':
      return { title: 'Caja cerrada', message: `${which} se cerró automáticamente` };
    case 'auto_created':
      return {
        title: 'Caja creada',
        message: `Se creó una caja para registrar ${reason === 'payment' ? 'un pago' : 'una entrega'}`,
      };
    default:
      return { title: 'Caja por conciliar', message: `${which} requiere conciliación` };
  }
}

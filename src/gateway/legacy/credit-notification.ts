import { z } from 'zod';
import { channelsOf, type CatalogueEvent } from '../../../protocol/events/index.js';
import { memberTexts } from '../../../protocol/json-text.js';
import { jsonObject, type JsonBody } from '../json-body.js';
import { echoed, eventsByAction, nameOf, Party, partyText, typeOf, wording } from './bodies.js';
import { envelope, type Texts } from './envelope.js';
import { notice, unknownAction, unlessTold, type Notice, type Plan } from './notice.js';

const CreditNotification = z.object({
  action: z.string(),
  credit: z.looseObject({}),
  manager: Party,
  cobrador: Party,
});

type CreditNotification = z.output<typeof CreditNotification>;

const EVENTS = eventsByAction('/credit-notification');

/** `POST /credit-notification`: tells the cobrador or his manager what became of a credit. */
export function creditNotification(body: JsonBody, nowMs: number): Plan {
  const request = body.as(CreditNotification);
  const { action, credit } = request;
  const event = EVENTS.get(action);
  const notices = event === undefined ? [] : noticesOf(event, request, body, nowMs);
  return {
    // As on the older server, an action that is not known is no mistake, and nobody is told.
    notices,
    doubt:
      event === undefined ? unknownAction(action, EVENTS) : unlessTold(notices, 'cobrador.id or manager.id'),
    answer: (sent) => ({
      success: true,
      message: 'Credit notification processed',
      action,
      creditId: echoed(credit['id']),
      sent,
    }),
  };
}

function noticesOf(
  event: CatalogueEvent,
  request: CreditNotification,
  body: JsonBody,
  nowMs: number,
): Notice[] {
  const texts: Texts = { type: typeOf(event), ...wordsOf(request) };
  const data = envelope(texts, fieldsOf(request, body), nowMs);
  return channelsOf(event, request, 'legacy-http').map((channel) => notice(event, channel, data));
}

/** What each action carries beside the texts: the credit, and whoever acted. */
function fieldsOf(request: CreditNotification, body: JsonBody): Record<string, string | undefined> {
  const credit = body.text('credit') ?? '{}';
  switch (request.action) {
    case 'approved': {
      const flag = String(isImmediate(request.credit));
      const members = memberTexts(credit).set('entrega_inmediata', flag);
      return { credit: jsonObject(members), manager: partyText(body, 'manager'), entrega_inmediata: flag };
    }
    case 'rejected':
      return { credit, manager: partyText(body, 'manager') };
    case 'requires_attention':
      return { credit };
    default:
      return { credit, cobrador: partyText(body, 'cobrador') };
  }
}

/** All spellings of the flag that callers have used; anything but true counts as no. */
const IMMEDIATE_DELIVERY = [
  'entrega_inmediata',
  'entregaInmediata',
  'immediate_delivery',
  'immediateDelivery',
  'deliver_immediately',
];

function isImmediate(credit: Readonly<Record<string, unknown>>): boolean {
  return IMMEDIATE_DELIVERY.some((name) => credit[name] === true);
}

function wordsOf({ action, credit, manager, cobrador }: CreditNotification): Omit<Texts, 'type'> {
  const amount = wording(credit['amount']);
  const client = wording(credit['client_name']);
  const what = `crédito${amount === undefined ? '' : ` de ${amount}`}`;
  const whose = client === undefined ? '' : ` de ${client}`;
  switch (action) {
    case 'created':
      return {
        title: 'Nuevo crédito por aprobar',
        message: `${nameOf(cobrador, 'Un cobrador')} creó un ${what} que espera aprobación`,
      };
    case 'approved':
      return {
        title: 'Crédito aprobado',
        message: `${nameOf(manager, 'El gerente')} aprobó tu ${what}. Entrega inmediata: ${isImmediate(credit) ? 'Sí' : 'No'}`,
      };
    case 'rejected':
      return {
        title: 'Crédito rechazado',
        message: `${nameOf(manager, 'El gerente')} rechazó tu ${what}`,
      };
    case 'delivered':
      return {
        title: 'Crédito entregado',
        message: `${nameOf(cobrador, 'El cobrador')} entregó el ${what}${client === undefined ? '' : ` a ${client}`}`,
      };
    case 'requires_attention':
      return {
        title: 'Crédito requiere atención',
        message: `El ${what}${whose} requiere tu atención`,
      };
    case 'completed':
      return { title: 'Crédito completado', message: `El ${what}${whose} está pagado` };
    default:
      return { title: 'Crédito terminado', message: `El ${what}${whose} terminó` };
  }
}

import { z } from 'zod';
import { channelsOf, findEvent, type CatalogueEvent } from '../../../protocol/events/index.js';
import type { JsonBody } from '../json-body.js';
import { echoed, nameOf, Party, partyText, typeOf, wording } from './bodies.js';
import { envelope } from './envelope.js';
import { notice, unlessTold, type Notice, type Plan } from './notice.js';

const PaymentNotification = z.object({
  payment: z.looseObject({}),
  cobrador: Party,
  manager: Party,
  /** He is named and not told, so nothing of him is worth a refusal. */
  client: z.unknown().optional(),
});

const FOR_COBRADOR = findEvent('payment.received');
const FOR_MANAGER = findEvent('cobrador.payment.received');

/** `POST /payment-notification`: tells the cobrador of a payment, and his manager; never the client. */
export function paymentNotification(body: JsonBody, nowMs: number): Plan {
  const { payment, cobrador, manager, client } = body.as(PaymentNotification);
  const amount = wording(payment['amount']);
  const what = `pago${amount === undefined ? '' : ` de ${amount}`}`;
  const payer = nameOf(client, '');
  const whose = payer === '' ? '' : ` de ${payer}`;
  const fields = { payment: body.text('payment'), client: partyText(body, 'client') };

  const tell = (
    event: CatalogueEvent | undefined,
    receiver: object,
    words: { readonly title: string; readonly message: string },
    more: Record<string, string | undefined> = {},
  ): Notice[] => {
    if (event === undefined) return [];
    const data = envelope({ type: typeOf(event), ...words }, { ...fields, ...more }, nowMs);
    return channelsOf(event, receiver, 'legacy-http').map((channel) => notice(event, channel, data));
  };

  const notices = [
    ...tell(
      FOR_COBRADOR,
      { cobrador },
      { title: 'Pago realizado', message: `Se registró un ${what}${whose}` },
    ),
    ...tell(
      FOR_MANAGER,
      { manager },
      {
        title: 'Pago recibido por cobrador',
        message: `${nameOf(cobrador, 'Un cobrador')} recibió un ${what}${whose}`,
      },
      { cobrador: partyText(body, 'cobrador') },
    ),
  ];
  return {
    notices,
    doubt: unlessTold(notices, 'cobrador.id or manager.id'),
    answer: (sent) => ({
      success: true,
      message: 'Payment notification processed',
      paymentId: echoed(payment['id']),
      sent,
    }),
  };
}

import fc from 'fast-check';
import { anyText, objectText, stringText } from '../unit/protocol/arbitraries.js';
import { oddValue } from './message-arbitraries.js';

/** A body of one of the gateway's endpoints, with anything in the place of any value. */
export interface GatewayRequest {
  readonly path: string;
  readonly body: Buffer;
}

/** JSON text of an object: each member as it should be, odd, or left out; then some that should not be there. */
function objectOf(members: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const names = Object.keys(members);
  const proper = fc.tuple(
    ...Object.entries(members).map(([name, value]) =>
      fc
        .oneof({ arbitrary: value, weight: 6 }, oddValue, fc.constant(undefined))
        .map((text) => (text === undefined ? [] : [`${JSON.stringify(name)}:${text}`])),
    ),
  );
  const more = fc.array(
    fc
      .tuple(fc.constantFrom('__proto__', 'constructor', 'toString', 'length', ...names), oddValue)
      .map(([name, text]) => `${JSON.stringify(name)}:${text}`),
    { maxLength: 2 },
  );
  return fc.tuple(proper, more).map(([texts, others]) => `{${[...texts.flat(), ...others].join(',')}}`);
}

const oneOf = (...values: readonly unknown[]) =>
  fc.constantFrom(...values.map((value) => JSON.stringify(value)));

const id = fc.oneof(oneOf(7, '33', null, '4f1c2b1e-9f0a-4c55-8d8e-1f2a3b4c5d6e'), stringText(anyText));
const party = fc.oneof(objectOf({ id, name: stringText(anyText) }), oneOf([], null));
const amount = oneOf('1000.00', 250.5, null);

const ENDPOINTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  '/notify': objectOf({
    event: fc.oneof(oneOf('notification', 'credit_approved', 'pusher:error'), stringText(anyText)),
    userId: id,
    userType: oneOf('cobradores', 'admin', '', 'boss', '__proto__'),
    data: objectText.map(({ text }) => text),
    notification: objectText.map(({ text }) => text),
  }),
  '/credit-notification': objectOf({
    action: oneOf('created', 'approved', 'requires_attention', 'completed', 'constructor'),
    credit: objectOf({ id, amount, client_name: stringText(anyText), entregaInmediata: oneOf(true, 1) }),
    manager: party,
    cobrador: party,
  }),
  '/payment-notification': objectOf({
    payment: objectOf({ id, amount }),
    manager: party,
    cobrador: party,
    client: party,
  }),
  '/cash-balance-notification': objectOf({
    action: oneOf('auto_closed', 'auto_created', 'requires_reconciliation', '__proto__'),
    cash_balance: objectOf({ id, date: oneOf('2026-11-22', null) }),
    manager: party,
    cobrador: party,
    reason: oneOf('payment', null),
  }),
  '/stats-update': objectOf({ type: oneOf('global', 'cobrador', 'manager', '__proto__'), user_id: id }),
  '/notifications/users/7/notify': objectOf({
    type: oneOf('PAYMENT_CONFIRMED', 'payment.confirmed', '__proto__'),
    data: objectText.map(({ text }) => text),
  }),
  '/notifications/users/%5f%5fproto__/notify': objectOf({ type: oneOf('PAYMENT_CONFIRMED'), data: oddValue }),
};

const ODD_BYTES = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  anyText.map((text) => Buffer.from(text, 'utf16le')),
  fc.constantFrom(
    Buffer.from('\ufeff{}'),
    Buffer.from('{"userId":1,"data":"\xff"}', 'latin1'),
    Buffer.from('{"data":"\xed\xa0\x80"}', 'latin1'),
    Buffer.from('userId=1&data=x'),
    Buffer.from('NaN'),
  ),
);

export const gatewayRequest: fc.Arbitrary<GatewayRequest> = fc
  .constantFrom(...Object.entries(ENDPOINTS))
  .chain(([path, text]) =>
    fc
      .oneof(
        { arbitrary: text.map((json) => Buffer.from(json, 'utf8')), weight: 12 },
        ODD_BYTES,
        text.map((json) => Buffer.from(json, 'utf8').subarray(0, -1)),
      )
      .map((body) => ({ path, body })),
  );

const part = (text: fc.Arbitrary<string>) =>
  text.map((json) => Buffer.from(json, 'utf8').toString('base64url'));

/** What might be taken for a JWT and is none that was signed here. */
export const forgedToken: fc.Arbitrary<string> = fc.oneof(
  {
    arbitrary: fc
      .tuple(
        part(
          objectOf({
            alg: oneOf('HS256', 'none', 'None', 'RS256', 'HS512', '', 7, null, ['HS256']),
            typ: oneOf('JWT'),
            kid: oneOf('../../etc/passwd', '__proto__', 7),
            crit: oneOf(['exp'], ['b64'], []),
            b64: oneOf(false),
            jwk: oneOf({ kty: 'oct', k: 'AAAA' }),
            zip: oneOf('DEF'),
          }),
        ),
        part(objectOf({ sub: oneOf('7', 7), exp: oneOf(9_999_999_999, 1e308, -1, '9') })),
        fc.oneof(
          fc.constant(''),
          fc.base64String().map((text) => text.replace(/[+/=]/g, '_')),
        ),
      )
      .map((parts) => parts.join('.')),
    weight: 6,
  },
  fc.constantFrom('.', '..', '...', 'a.b.c', 'x'.repeat(8192), '%', '%00', 'undefined'),
  anyText.map((text) => encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))),
);

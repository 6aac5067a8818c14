import { useState } from 'react';
import type { Session } from './api';
import { Chat } from './chat';
import type { CreditRequiresAttention, PaymentReceived } from './events';
import { PaymentForm } from './payment-form';
import { useConnectionStatus, useEvent, type EchoClient } from './realtime';

interface DashboardProps {
  echo: EchoClient;
  session: Session;
  onLogout: () => void;
}

/** Payments and credits as they arrive, and the room of those who work on them. */
export function Dashboard({ echo, session, onLogout }: DashboardProps) {
  const { user } = session;
  const status = useConnectionStatus(echo);
  const [payments, setPayments] = useState<PaymentReceived[]>([]);
  const [credits, setCredits] = useState<CreditRequiresAttention[]>([]);
  const own = echo.private(`user.${user.id}`);

  const addPayment = (received: PaymentReceived) => {
    setPayments((before) => withFirst(received, before, ({ payment }) => payment.id));
  };
  useEvent(own, '.payment.received', addPayment);
  useEvent<CreditRequiresAttention>(own, '.credit.requires.attention', (received) => {
    setCredits((before) => withFirst(received, before, ({ credit }) => credit.id));
  });

  return (
    <main>
      <header>
        <h1>
          {user.name}, {user.role.replace('_', ' ')}
        </h1>
        <output aria-label="Connection" data-status={status}>
          {status}
        </output>
        <button className="plain" onClick={onLogout}>
          Log out
        </button>
      </header>
      <section aria-label="Payments">
        <h2>Payments</h2>
        {user.role === 'cobrador' && <PaymentForm echo={echo} session={session} onRegistered={addPayment} />}
        {payments.length === 0 && (
          <p className="empty">No payments yet. They appear here as they are registered.</p>
        )}
        <ul>
          {payments.map(({ payment, client }) => (
            <li key={payment.id}>
              {payment.amount} <small>{payment.payment_method}</small> on credit {payment.credit_id}
              {client && ` of ${client.name}`}
            </li>
          ))}
        </ul>
      </section>
      <section aria-label="Credits">
        <h2>Credits that require attention</h2>
        {credits.length === 0 && <p className="empty">Nothing requires attention.</p>}
        <ul>
          {credits.map(({ credit, reason }) => (
            <li key={credit.id}>
              Credit {credit.id} of {credit.client.name}: {credit.balance} <small>{reason}</small>
            </li>
          ))}
        </ul>
      </section>
      <Chat echo={echo} session={session} />
    </main>
  );
}

/** The newest first. What arrives again, as after a retry of the queue, replaces what was there. */
function withFirst<T>(item: T, items: T[], idOf: (item: T) => number): T[] {
  return [item, ...items.filter((other) => idOf(other) !== idOf(item))];
}

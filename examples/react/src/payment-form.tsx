import { useActionState } from 'react';
import { registerPayment, type Session } from './api';
import type { PaymentReceived } from './events';
import type { EchoClient } from './realtime';

interface PaymentFormProps {
  echo: EchoClient;
  session: Session;
  /** The sender hears no event of his own payment, so he is told by the answer. */
  onRegistered: (received: PaymentReceived) => void;
}

export function PaymentForm({ echo, session, onRegistered }: PaymentFormProps) {
  const [refusal, submit, isPending] = useActionState(async (_before: string | undefined, form: FormData) => {
    try {
      const payment = await registerPayment(session, echo.socketId(), {
        credit_id: Number(form.get('credit')),
        amount: String(form.get('amount')),
        payment_method: 'cash',
      });
      onRegistered({ payment, client: null, cobrador: session.user, timestamp: new Date().toISOString() });
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }, undefined);
  return (
    <form action={submit}>
      <label>
        Credit
        <input name="credit" type="number" min="1" required />
      </label>
      <label>
        Amount
        <input name="amount" inputMode="decimal" autoComplete="off" required />
      </label>
      <button disabled={isPending}>Register</button>
      {refusal !== undefined && <p role="alert">{refusal}</p>}
    </form>
  );
}

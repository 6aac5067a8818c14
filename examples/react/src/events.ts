/** A user as events name him; only some events tell e-mail address and phone. */
export interface Person {
  id: number;
  name: string;
  email?: string;
  phone?: string;
}

/** Money arrives as text with two decimals, as Laravel casts it. */
export interface Payment {
  id: number;
  amount: string;
  payment_method: string;
  credit_id: number;
}

/** `payment.received` */
export interface PaymentReceived {
  payment: Payment;
  client: Person | null;
  cobrador: Person | null;
  timestamp: string;
}

/** `message.sent` */
export interface MessageSent {
  chat_room_id: number;
  message: { id: string; message: string; user: Person };
  timestamp: string;
}

/** `credit.requires.attention` */
export interface CreditRequiresAttention {
  credit: { id: number; balance: string; client: Person };
  reason: string;
  timestamp: string;
}

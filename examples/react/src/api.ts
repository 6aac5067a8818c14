import type { Payment } from './events';

export type Role = 'client' | 'cobrador' | 'manager' | 'admin' | 'support' | 'super_admin';

/** Who logged in, and the token that says so. */
export interface Session {
  token: string;
  user: { id: number; uuid: string; name: string; role: Role };
}

export function login(email: string, password: string): Promise<Session> {
  return post('/api/login', { email, password });
}

/**
 * Registers a payment.
 *
 * @param socketId of this page's connection, which toOthers() leaves out
 */
export function registerPayment(
  { token }: Session,
  socketId: string | undefined,
  payment: { credit_id: number; amount: string; payment_method: string },
): Promise<Payment> {
  return post('/api/payments', payment, {
    Authorization: `Bearer ${token}`,
    ...(socketId === undefined ? {} : { 'X-Socket-ID': socketId }),
  });
}

/** @throws Error with the message of Laravel's answer */
async function post<T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error((answer as { message?: string }).message ?? response.statusText);
  return answer as T;
}

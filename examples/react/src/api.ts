import type { MessageSent, Payment } from './events';

export type Role = 'client' | 'cobrador' | 'manager' | 'admin' | 'support' | 'super_admin';

export interface User {
  id: number;
  uuid: string;
  name: string;
  role: Role;
}

/** Who logged in, and the token that says so. */
export interface Session {
  token: string;
  user: User;
}

export function login(email: string, password: string): Promise<Session> {
  return ask('POST', '/api/login', {}, { email, password });
}

/** Whether Laravel still takes a session's token; true while that cannot be told. */
export async function isGood(session: Session): Promise<boolean> {
  try {
    await ask('GET', '/api/user', headersOf(session));
    return true;
  } catch (error) {
    return !(error instanceof Refusal && error.status === 401);
  }
}

/**
 * Registers a payment.
 *
 * @param socketId of this page's connection, which toOthers() leaves out
 */
export function registerPayment(
  session: Session,
  socketId: string | undefined,
  payment: { credit_id: number; amount: string; payment_method: string },
): Promise<Payment> {
  return ask('POST', '/api/payments', headersOf(session, socketId), payment);
}

/**
 * Sends a message to the others in a room.
 *
 * @param socketId of this page's connection, which toOthers() leaves out
 * @returns what the others hear
 */
export function sendMessage(
  session: Session,
  socketId: string | undefined,
  room: number,
  message: string,
): Promise<MessageSent> {
  return ask('POST', `/api/rooms/${room}/messages`, headersOf(session, socketId), { message });
}

function headersOf({ token }: Session, socketId?: string): Record<string, string> {
  return {
    Authorization: `Bearer ${token}`,
    ...(socketId === undefined ? {} : { 'X-Socket-ID': socketId }),
  };
}

/** Laravel's answer to what it does not do. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** @throws Error with the message of Laravel's answer */
async function ask<T>(
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // A proxy that cannot reach Laravel answers no JSON.
  const answer = (await response.json().catch(() => undefined)) as { message?: string } | undefined;
  if (!response.ok || answer === undefined) {
    throw new Refusal(
      response.status,
      answer?.message ?? 'Laravel does not answer. Is `php artisan serve` running?',
    );
  }
  return answer as T;
}

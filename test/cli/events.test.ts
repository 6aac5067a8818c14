import { describe, expect, it } from 'vitest';
import { CATALOGUE, findEvent } from '../../protocol/events/index.js';
import { Command } from '../support/command.js';

const [PAYMENT] = findEvent('payment.confirmed')!.examples;

describe('pregon events', () => {
  it('lists every event with its system, state and meaning', async () => {
    const { code, stdout, stderr } = await Command.run(['events']);
    expect([code, stderr]).toStrictEqual([0, '']);
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(CATALOGUE.length);
    expect(rows.find((row) => row.includes('credit.approved '))).toMatch(
      /^credits {3}stable {6}credit\.approved +A manager approved a credit/,
    );
  });

  it('lists those of one system', async () => {
    const { stdout } = await Command.run(['events', '--system', 'payments']);
    expect(stdout).toBe('payments  stable  payment.confirmed  A payment was confirmed and credited\n');
  });

  it('refuses a system that there is not', async () => {
    const { code, stderr } = await Command.run(['events', '--system', 'shipping']);
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are credits, hosting, payments');
  });
});

describe('pregon events check', () => {
  it.each([
    ['payment.confirmed', 'payment.confirmed: fits\n'],
    ['PAYMENT_CONFIRMED', 'PAYMENT_CONFIRMED (payment.confirmed): fits\n'],
  ])('ends with 0 for %s with a payload that fits', async (name, text) => {
    const { code, stdout, stderr } = await Command.run(['events', 'check', name, JSON.stringify(PAYMENT)]);
    expect([code, stdout, stderr]).toStrictEqual([0, text, '']);
  });

  it('ends with 5 and says what does not fit', async () => {
    const payload = JSON.stringify({ ...(PAYMENT as object), paymentId: 7 });
    const { code, stdout, stderr } = await Command.run(['events', 'check', 'payment.confirmed', payload]);
    expect([code, stdout]).toStrictEqual([5, '']);
    expect(stderr).toMatch(/^payment\.confirmed: does not fit\n- paymentId: /);
  });

  it.each([
    [
      'a name that is not in the catalogue',
      ['payment.invented', '{}'],
      'payment.invented is not in the catalogue',
    ],
    ['no JSON', ['payment.confirmed', '{'], 'the payload is no JSON'],
    ['nothing on standard input', ['payment.confirmed', '-'], 'the payload is no JSON'],
    ['no payload', ['payment.confirmed'], "missing required argument 'json'"],
  ])('ends with 2 for %s', async (_what, args, text) => {
    const { code, stderr } = await Command.run(['events', 'check', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });
});

import { describe, expect, it } from 'vitest';
import { findEvent } from '../../protocol/events/index.js';
import type { Log } from '../../src/log.js';
import { SILENT_LOG } from '../../src/log.js';
import { FakeClock } from '../support/fake-clock.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const [PAYMENT] = findEvent('payment.received')!.examples;
const [LOCATION] = findEvent('client-location.updated')!.examples;
const [RECEIPT] = findEvent('ticket.reply.receipt')!.examples;
const WRONG = { payment: { id: 1, amount: 'hunter2' }, timestamp: '2026-11-23T14:05:09Z' };

const CREDITS = { eventSystems: ['credits'] };

/** Keeps what is warned of. */
function recordingLog(): { log: Log; warnings: Record<string, unknown>[] } {
  const warnings: Record<string, unknown>[] = [];
  const log: Log = { ...SILENT_LOG, warn: (fields, message) => void warnings.push({ ...fields, message }) };
  return { log, warnings };
}

onEachTransport((transport) => {
  describe('triggers of catalogued events (EVENT-4)', () => {
    it('are delivered unchanged and warned of by default when they do not fit', async () => {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app: CREDITS, log });
      const client = await server.connect();
      await client.subscribe('private-payments');
      const data = `{ "payment" : ${JSON.stringify(WRONG.payment)} }`;
      const answer = await server.api.trigger('private-payments', 'payment.received', data);
      expect([answer.status, answer.text]).toStrictEqual([200, '{}']);
      expect((await client.next('payment.received')).data).toBe(data);
      expect(warnings).toStrictEqual([
        {
          appId: 'app-id',
          event: 'payment.received',
          channel: 'private-payments',
          problems: [expect.stringMatching(/^payment\.amount: /), expect.stringMatching(/^timestamp: /)],
          unseen: 0,
          message: 'a trigger is not as the catalogue of events has it; passed on',
        },
      ]);
      expect(JSON.stringify(warnings)).not.toContain('hunter2');
    });

    it('are warned of once a minute for each event, with how many were not told of', async () => {
      const { log, warnings } = recordingLog();
      const clock = new FakeClock();
      const server = await startServer({ transport, app: CREDITS, log, clock });
      const send = (name: string) => server.api.trigger('private-x', name, JSON.stringify(WRONG));
      await send('payment.received');
      await send('payment.received');
      await send('payment_received');
      await send('credit.approved');
      expect(warnings.map(({ event }) => event)).toStrictEqual(['payment.received', 'credit.approved']);
      clock.advance(60_000);
      await send('payment.received');
      expect(warnings.slice(2)).toMatchObject([{ event: 'payment.received', unseen: 2 }]);
    });

    it('are told of once when they go to many channels', async () => {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app: CREDITS, log });
      await server.api.trigger(['private-a', 'private-b'], 'payment.received', JSON.stringify(WRONG));
      expect(warnings).toMatchObject([{ channel: 'private-a', unseen: 0 }]);
    });

    it('are warned of when personal data stands on a public channel', async () => {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app: CREDITS, log });
      await server.api.trigger('stats.global', 'stats.updated', '{"type":"global","stats":[]}');
      expect(warnings).toMatchObject([
        { problems: ['stats.updated is personal, and stats.global is a public channel'] },
      ]);
    });

    it.each([
      ['fit', CREDITS, 'payment.received', PAYMENT],
      ['are not in the catalogue', CREDITS, 'payment.invented', WRONG],
      ['are of another system', { eventSystems: ['hosting'] }, 'payment.received', WRONG],
      ['come without any system', {}, 'payment.received', WRONG],
      ['are not to be checked', { ...CREDITS, eventValidation: 'off' }, 'payment.received', WRONG],
    ])('are not warned of when they %s', async (_when, app, name, payload) => {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app, log });
      const { status } = await server.api.trigger('private-x', name, JSON.stringify(payload));
      expect([status, warnings]).toStrictEqual([200, []]);
    });

    it('are not looked into when they are encrypted', async () => {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app: CREDITS, log });
      const channels = ['private-encrypted-x', 'private-x'];
      await server.api.trigger(channels, 'payment.received', '{"nonce":"n","ciphertext":"c"}');
      expect(warnings).toMatchObject([{ channel: 'private-x' }]);
    });

    describe('with eventValidation "reject"', () => {
      const app = { ...CREDITS, eventValidation: 'reject' };

      it.each([
        ['payment.received', 'private-x', JSON.stringify(WRONG), 'payment.amount: '],
        ['payment_received', 'private-x', 'no json', 'Invalid input: expected object'],
        ['stats.updated', 'stats.global', '{"type":"global","stats":[]}', 'stats.global is a public channel'],
      ])('are refused: %s on %s', async (name, channel, data, problem) => {
        const server = await startServer({ transport, app });
        const client = await server.connect();
        await client.subscribe(channel);
        const answer = await server.api.trigger(channel, name, data);
        expect(answer.status).toBe(400);
        expect(answer.text).toContain(problem);
        expect(answer.text).toContain('PREGON_APP_EVENT_VALIDATION');
        await client.settle();
        expect(client.named(name)).toStrictEqual([]);
      });

      it('are refused as a whole batch when one does not fit (API-5)', async () => {
        const server = await startServer({ transport, app });
        const client = await server.connect();
        await client.subscribe('private-x');
        const batch = [PAYMENT, WRONG].map((payload) => ({
          name: 'payment.received',
          channel: 'private-x',
          data: JSON.stringify(payload),
        }));
        expect((await server.api.post('/batch_events', { batch })).status).toBe(400);
        await client.settle();
        expect(client.named('payment.received')).toStrictEqual([]);
      });

      it('pass when they fit', async () => {
        const server = await startServer({ transport, app });
        const { status } = await server.api.trigger('private-x', 'payment.received', JSON.stringify(PAYMENT));
        expect(status).toBe(200);
      });
    });
  });

  describe('client events of catalogued names (CLIENT-5)', () => {
    const app = { eventSystems: ['credits', 'hosting'], clientEvents: 'members' };

    /** Users 33 and 34 on a presence channel; what the first sends, and what comes of it. */
    async function whisper(settings: object, name: string, channel: string, data: unknown, userId = '33') {
      const { log, warnings } = recordingLog();
      const server = await startServer({ transport, app: { ...app, ...settings }, log });
      const sender = await server.connect();
      const listener = await server.connect();
      await sender.subscribe(channel, { user_id: userId });
      await listener.subscribe(channel, { user_id: '34' });
      sender.send({ event: name, channel, data });
      await sender.settle();
      await listener.settle();
      return { heard: listener.named(name), errors: sender.named('pusher:error'), warnings };
    }

    it.each([
      ['a cobrador tells where he is', 'client-location.updated', 'presence-tracking.33', LOCATION],
      ['a receipt in a ticket', 'client-ticket.reply.receipt', 'presence-ticket.abc', RECEIPT],
      ['a name that is not in the catalogue', 'client-typing', 'presence-ticket.abc', { any: 'thing' }],
    ])('pass: %s', async (_what, name, channel, data) => {
      const { heard, errors } = await whisper({}, name, channel, data);
      expect(errors).toStrictEqual([]);
      expect(heard.map(({ data: text }) => JSON.parse(text as string) as unknown)).toStrictEqual([data]);
    });

    it.each([
      [
        'the place of another',
        'client-location.updated',
        'presence-tracking.99',
        LOCATION,
        'only the user of that id',
      ],
      ['a wrong payload', 'client-location.updated', 'presence-tracking.33', { latitude: 200 }, 'latitude: '],
      [
        'the wrong channel',
        'client-location.updated',
        'presence-ticket.1',
        LOCATION,
        'on presence-tracking.{cobradorId} only',
      ],
      [
        'an event of the back end',
        'client-payment.received',
        'presence-ticket.1',
        PAYMENT,
        'clients may not send it',
      ],
      ['an alias of one', 'client-payment_received', 'presence-ticket.1', PAYMENT, 'clients may not send it'],
    ])('are refused: %s', async (_what, name, channel, data, problem) => {
      const { heard, errors } = await whisper({}, name, channel, data);
      expect(heard).toStrictEqual([]);
      expect(errors).toHaveLength(1);
      expect(errors[0]?.data).toMatchObject({
        code: null,
        message: expect.stringContaining(problem) as string,
      });
    });

    it('are passed on and warned of with "warn"', async () => {
      const settings = { clientEventValidation: 'warn' };
      const { heard, errors, warnings } = await whisper(
        settings,
        'client-payment.received',
        'presence-x',
        PAYMENT,
      );
      expect([heard.length, errors]).toStrictEqual([1, []]);
      expect(warnings).toMatchObject([
        {
          event: 'payment.received',
          problems: ['clients may not send it'],
          message: 'a client event is not as the catalogue of events has it; passed on',
        },
      ]);
    });

    it.each([
      ['with "off"', { clientEventValidation: 'off' }],
      ['of another system', { eventSystems: ['payments'] }],
    ])('pass unchecked %s', async (_when, settings) => {
      const { heard, warnings } = await whisper(settings, 'client-payment.received', 'presence-x', PAYMENT);
      expect([heard.length, warnings]).toStrictEqual([1, []]);
    });

    it('are refused with 4301 beyond the rate of the catalogue, and pass again later', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, app, clock });
      const channel = 'presence-tracking.33';
      const sender = await server.connect();
      const listener = await server.connect();
      await sender.subscribe(channel, { user_id: '33' });
      await listener.subscribe(channel, { user_id: '7' });
      const send = () => {
        sender.send({ event: 'client-location.updated', channel, data: LOCATION });
      };
      for (let i = 0; i < 3; i++) send();
      await sender.settle();
      expect(sender.named('pusher:error').map(({ data }) => data)).toMatchObject([{ code: 4301 }]);
      clock.advance(1000);
      send();
      await sender.settle();
      await listener.settle();
      expect(listener.named('client-location.updated')).toHaveLength(3);
    });
  });
});

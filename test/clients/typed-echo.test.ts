import { describe, expect, it } from 'vitest';
import { CATALOGUE, fillPattern, splitPattern } from '../../protocol/events/index.js';
import { channels, subscribe, type Notification } from '../../protocol/events/generated/typescript/events.js';
import { applicationOf, recorded } from '../support/client-libraries.js';
import { called, pusherOf } from '../support/echo.js';
import { echoClient } from '../support/echo-client.js';
import { eventually } from '../support/eventually.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

/** Each example with each channel that its event goes to. */
const DELIVERIES = CATALOGUE.flatMap(({ name, examples, channels: targets }) =>
  targets.flatMap(({ pattern, legacy }) => {
    const { parameter } = splitPattern(pattern);
    const value = parameter === 'role' ? 'manager' : '7';
    const channel = legacy === true ? undefined : fillPattern(pattern, value);
    return channel === undefined || name.startsWith('client-')
      ? []
      : examples.map((payload) => ({ name, payload, channel }));
  }),
);

onEachTransport((transport) => {
  describe('every event of the catalogue', () => {
    it('reaches Echo as it was triggered, on each of its channels, with validation at its strictest', async () => {
      const settings = { eventSystems: ['credits', 'hosting', 'payments'], eventValidation: 'reject' };
      const server = await startServer({ transport, app: settings });
      const application = applicationOf(server);
      const echo = echoClient('reverb', server);
      const pusher = pusherOf(echo);
      const heard = new Map<string, unknown[]>();
      for (const channel of new Set(DELIVERIES.map((delivery) => delivery.channel))) {
        const [, kind, name = channel] = /^(private|presence)-(.*)$/.exec(channel) ?? [];
        const subscription = kind === 'presence' ? echo.join(name) : echo.private(name);
        await called((done) =>
          subscription.subscribed(() => {
            done(undefined);
          }),
        );
        for (const event of new Set(
          DELIVERIES.filter((each) => each.channel === channel).map((each) => each.name),
        )) {
          heard.set(`${event} on ${channel}`, recorded(pusher.channel(channel), event));
        }
      }
      for (const { name, payload, channel } of DELIVERIES) await application.trigger(channel, name, payload);
      for (const [key, payloads] of heard) {
        const sent = DELIVERIES.filter(({ name, channel }) => `${name} on ${channel}` === key).map(
          ({ payload }) => payload,
        );
        await eventually(() => {
          expect(payloads, key).toStrictEqual(sent);
        });
      }
      expect(heard.size).toBeGreaterThan(80);
    });
  });

  describe('the typed helpers', () => {
    it('listen by the plain name, and no longer once they are told so', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const user = subscribe(echoClient('reverb', server), channels.user(7));
      await called((done) =>
        user.subscribed(() => {
          done(undefined);
        }),
      );
      const stopped: Notification[] = [];
      const stop = (payload: Notification) => void stopped.push(payload);
      user.listen('notification', stop).stopListening('notification', stop);
      const heard = called((done) => user.listen('notification', done));
      await application.trigger('private-user.7', 'notification', { title: 'Hola' });
      expect(await heard).toStrictEqual({ title: 'Hola' });
      expect(stopped).toStrictEqual([]);
    });

    it('hear notifications of Laravel by their class', async () => {
      const server = await startServer({ transport });
      const name = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';
      const user = subscribe(echoClient('reverb', server), channels.user('abc'));
      await called((done) =>
        user.subscribed(() => {
          done(undefined);
        }),
      );
      const heard = called((done) => user.listen(name, done));
      await applicationOf(server).trigger('private-user.abc', name, { type: 'service_status' });
      expect(await heard).toStrictEqual({ type: 'service_status' });
    });

    it('whisper what the catalogue lets clients send', async () => {
      const app = { eventSystems: ['credits'], clientEvents: 'members' };
      const server = await startServer({ transport, app });
      const place = { latitude: -17.78, longitude: -63.18, timestamp: '2026-11-23T14:05:09Z' };
      const boss = echoClient('reverb', server, { id: '7' });
      const tracking = subscribe(boss, channels.presenceTracking(33));
      await called((done) => boss.join('tracking.33').here(done));
      const heard = called((done) => tracking.listenForWhisper('location.updated', done));
      const cobrador = echoClient('reverb', server, { id: '33' });
      const own = subscribe(cobrador, channels.presenceTracking(33));
      await called((done) => cobrador.join('tracking.33').here(done));
      own.whisper('location.updated', place);
      expect(await heard).toStrictEqual(place);
    });

    it('tell of a refused subscription', async () => {
      const server = await startServer({ transport });
      const echo = echoClient('reverb', server, { id: '1' }, applicationOf(server, 'wrong-secret'));
      const refused = called((done) => subscribe(echo, channels.payments()).error(done));
      expect(await refused).toMatchObject({ type: 'AuthError' });
    });
  });
});

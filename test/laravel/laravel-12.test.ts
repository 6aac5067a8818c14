import { describe, expect, it, onTestFinished } from 'vitest';
import { called, echoOf, pusherOf, subscribed } from '../support/echo.js';
import { eventually } from '../support/eventually.js';
import { nextEvent } from '../support/client-libraries.js';
import type { AppAnswer } from '../support/laravel-app.js';
import { describeWith, LARAVEL } from '../support/services.js';
import { coreSuite, startedApp, type RunningApp } from './core-suite.js';
import { INVOICE_UPDATED, NOTIFICATION } from './expected-events.js';
import type { Name } from './seeded-users.js';

/** Logs in as a browser does, and gives the cookies of the session. */
async function webSession({ app }: RunningApp, name: Name): Promise<string> {
  const page = await app.request('/login');
  const token = /name="csrf-token" content="(.*?)"/.exec(page.text)![1]!;
  const login = await app.request('/login', {
    method: 'POST',
    headers: { Cookie: cookiesOf(page), 'X-CSRF-TOKEN': token },
    body: new URLSearchParams({ email: `${name}@example.com`, password: 'password' }),
  });
  expect(login.status).toBe(302);
  return cookiesOf(login);
}

function cookiesOf({ headers }: AppAnswer): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ');
}

describeWith(LARAVEL, () => {
  describe('Laravel 12 with the driver pusher, chosen by BROADCAST_DRIVER', () => {
    coreSuite(startedApp(12, { BROADCAST_CONNECTION: undefined, BROADCAST_DRIVER: 'pusher' }));
  });

  describe('Laravel 12 with the driver reverb, chosen by BROADCAST_CONNECTION', () => {
    const running = startedApp(12, { BROADCAST_CONNECTION: 'reverb' });
    coreSuite(running);

    describe('/broadcasting/auth', () => {
      const authorize = (channel: string, headers: Record<string, string>) =>
        running.app.post('/broadcasting/auth', { socket_id: '1.2', channel_name: channel }, headers);
      const bearer = (name: Name) => ({ Authorization: `Bearer ${running.users[name].token}` });

      it('takes a JSON body', async () => {
        const answer = await authorize('private-user.2', bearer('carlos'));
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.text)).toStrictEqual({
          auth: expect.stringMatching(/^app-key:[0-9a-f]{64}$/) as string,
        });
      });

      it('takes a form', async () => {
        const answer = await running.app.post(
          '/broadcasting/auth',
          'socket_id=1.2&channel_name=presence-online',
          {
            ...bearer('carlos'),
            'Content-Type': 'application/x-www-form-urlencoded',
          },
        );
        expect(answer.status).toBe(200);
        const { channel_data: channelData } = JSON.parse(answer.text) as { channel_data: string };
        expect(JSON.parse(channelData)).toStrictEqual({
          user_id: '2',
          user_info: { id: 2, name: 'Carlos', role: 'cobrador' },
        });
      });

      it('takes a session of the web', async () => {
        const cookies = await webSession(running, 'carlos');
        expect((await authorize('private-user.2', { Cookie: cookies })).status).toBe(200);
        expect((await authorize('private-user.4', { Cookie: cookies })).status).toBe(403);
      });

      it.each([{}, { Authorization: 'Bearer 1|wrong' }, { Accept: '*/*' }])(
        'answers 401 in JSON without a user (%j)',
        async (headers) => {
          const answer = await authorize('private-user.2', headers);
          expect(answer.status).toBe(401);
          expect(JSON.parse(answer.text)).toStrictEqual({ message: 'Unauthenticated.' });
        },
      );

      it.each<[channel: string, allowed: readonly Name[]]>([
        ['private-user.4', ['nadia']],
        ['private-encrypted-user.4', ['nadia']],
        ['private-user.04', []],
        ['private-user.4abc', []],
        ['private-App.Models.User.4', ['nadia']],
        ['private-cobrador.2', ['carlos']],
        ['private-cobrador.4', []],
        ['private-payments', ['marta', 'ada', 'sofia']],
        ['private-credits-attention', ['marta', 'carlos', 'celia', 'ada', 'sofia']],
        ['private-waiting-list', ['marta', 'carlos', 'celia', 'ada', 'sofia']],
        ['private-role.cobrador', ['carlos', 'celia', 'ada', 'sofia']],
        ['private-role.client', ['nadia', 'oscar', 'ada', 'sofia']],
        ['private-admin.services', ['ada', 'sofia']],
        ['private-admin.payments', ['ada', 'sofia']],
        ['private-admin.invoices', ['ada', 'sofia']],
        ['private-admin.maintenance', ['ada', 'sofia']],
        ['private-admin.users', ['ada', 'sofia']],
        ['private-admin.notifications', ['ada', 'sofia']],
        ['private-admin.tickets', ['ada', 'sofia', 'tomas']],
        ['private-admin.super', ['sofia']],
        ['private-admin.chat', []],
        [
          'private-system.notifications',
          ['marta', 'carlos', 'celia', 'nadia', 'ada', 'sofia', 'tomas', 'oscar'],
        ],
        ['presence-chat.1', ['marta', 'carlos', 'nadia', 'ada', 'sofia', 'tomas']],
        ['presence-chat.1abc', []],
        ['presence-chat.2', []],
        ['presence-online', ['marta', 'carlos', 'celia', 'ada', 'sofia', 'tomas']],
      ])('lets on %s only whom it concerns', async (channel, allowed) => {
        const names = Object.keys(running.users) as Name[];
        const statuses = await Promise.all(
          names.map(async (name) => (await authorize(channel, bearer(name))).status),
        );
        expect(names.filter((_name, i) => statuses[i] === 200)).toEqual(
          names.filter((name) => allowed.includes(name)),
        );
        expect(statuses.filter((status) => status !== 200 && status !== 403)).toEqual([]);
      });

      it('tells uuids with the same first digits apart', async () => {
        const { uuid } = running.users.nadia.user;
        const other = uuid.slice(0, -1) + (uuid.endsWith('0') ? '1' : '0');
        expect((await authorize(`private-user.${uuid}`, bearer('nadia'))).status).toBe(200);
        expect((await authorize(`private-user.${other}`, bearer('nadia'))).status).toBe(403);
      });
    });

    it('leaves the sender out of toOthers()', async () => {
      const { app, users } = running;
      const [sender, other] = [echoOf(app, users.carlos), echoOf(app, users.carlos)];
      const mine: unknown[] = [];
      const [own, others] = [sender.private('user.2'), other.private('user.2')];
      own.listen('.payment.received', (event: unknown) => mine.push(event));
      await Promise.all([own, others].map(subscribed));
      const heard = called<{ payment: unknown }>((done) => others.listen('.payment.received', done));
      const response = await app.post(
        '/api/payments',
        { credit_id: 1, amount: '12.30', payment_method: 'transfer' },
        { Authorization: `Bearer ${users.carlos.token}`, 'X-Socket-ID': sender.socketId()! },
      );
      expect(response.status).toBe(201);
      expect((await heard).payment).toMatchObject({ amount: '12.30', payment_method: 'transfer' });

      // What is sent to everybody arrives later on the same connection.
      const last = called((done) => own.listen('.credit.requires.attention', done));
      await app.fire('credit.requires.attention');
      await last;
      expect(mine).toEqual([]);
    });

    it('sends notifications', async () => {
      const { app, users } = running;
      const channel = echoOf(app, users.nadia).private(`user.${users.nadia.user.uuid}`);
      await subscribed(channel);
      const heard = called((done) => channel.notification(done));
      await app.fire('notification');
      expect(await heard).toStrictEqual(NOTIFICATION);
    });

    it('sends the changes of a model', async () => {
      const { app, users } = running;
      const invoices = echoOf(app, users.ada).private('admin.invoices');
      await subscribed(invoices);
      const told = called<{ invoice_id: string }>((done) => invoices.listen('.invoice.status.changed', done));
      await app.fire('invoice.status.changed');
      const { invoice_id: id } = await told;
      const channel = echoOf(app, users.nadia).private(`App.Models.Invoice.${id}`);
      await subscribed(channel);
      const heard = called((done) => channel.listen('.InvoiceUpdated', done));
      await app.fire('InvoiceUpdated');
      expect(await heard).toStrictEqual(INVOICE_UPDATED);
    });

    it('whispers', async () => {
      const { app, users } = running;
      const rooms = [users.marta, users.carlos].map((user) => echoOf(app, user).join('chat.1'));
      await Promise.all(rooms.map(subscribed));
      const heard = called((done) => rooms[1]!.listenForWhisper('typing', done));
      rooms[0]!.whisper('typing', { name: 'Marta' });
      expect(await heard).toStrictEqual({ name: 'Marta' });
    });

    it('encrypts what only one user may know', async () => {
      const { app, users } = running;
      const name = `user.${users.nadia.user.uuid}`;
      const witness = await app.connect();
      onTestFinished(() => {
        witness.terminate();
      });
      await witness.subscribe(`private-encrypted-${name}`);
      const channel = echoOf(app, users.nadia).encryptedPrivate(name);
      await subscribed(channel);
      const heard = called<{ access_details: unknown }>((done) =>
        channel.listen('.service.access.granted', done),
      );
      await app.fire('service.access.granted');
      expect((await heard).access_details).toStrictEqual({ host: 'vps4.example.com', user: 'root' });
      const frame = await witness.next('service.access.granted');
      expect(Object.keys(JSON.parse(frame.data as string) as object).sort()).toEqual(['ciphertext', 'nonce']);
    });

    it('signs a user in, who is then sent an event of his own', async () => {
      const { app, users } = running;
      const pusher = pusherOf(echoOf(app, users.carlos));
      await nextEvent(pusher.connection, 'connected');
      pusher.signin();
      await pusher.user.signinDonePromise;
      await eventually(() => {
        expect(pusher.user.serverToUserChannel.subscribed).toBe(true);
      });
      expect(pusher.user.user_data).toStrictEqual({
        id: '2',
        user_info: { id: 2, name: 'Carlos', role: 'cobrador' },
      });
      const heard = nextEvent(pusher.user, 'user.notice');
      const sent = await app.artisan(['broadcast:fire', 'user.notice', '--to=2']);
      expect(sent.code).toBe(0);
      expect(await heard).toStrictEqual({ message: 'The system is updated at midnight' });
    });

    it('sends 150 channels in two requests', async () => {
      const { app } = running;
      const witness = await app.connect();
      onTestFinished(() => {
        witness.terminate();
      });
      for (let id = 1; id <= 151; id++) await witness.subscribe(`private-user.${id}`);
      const accepted = async () =>
        (await app.pregon.scrape()).value('pregon_http_responses_total', { status: '200' }) ?? 0;
      const before = await accepted();
      expect((await app.artisan(['broadcast:fire', 'system.alert', '--users=150'])).code).toBe(0);
      expect((await accepted()) - before).toBe(2);
      await witness.settle();
      const channels = witness.named('system.alert').map(({ channel }) => channel);
      expect(channels).toEqual(Array.from({ length: 150 }, (_, i) => `private-user.${i + 1}`));
    });

    it('finds the credits that require attention', async () => {
      const { app, users } = running;
      const heard: unknown[] = [];
      const channel = echoOf(app, users.marta)
        .private('credits-attention')
        .listen(
          '.credit.requires.attention',
          ({ credit, reason }: { credit: { id: number }; reason: string }) => heard.push([credit.id, reason]),
        );
      await subscribed(channel);
      const { output } = await app.artisan(['credits:check-attention']);
      expect(output).toContain('2 credits require attention');
      await eventually(() => {
        expect(heard).toStrictEqual([
          [1, 'overdue'],
          [2, 'ending_soon'],
        ]);
      });
      expect((await app.artisan(['schedule:list'])).output).toMatch(
        /0 \* +\* +\* +\* .*credits:check-attention/,
      );
    });

    it('with a queue, sends only what must be sent now without a worker', async () => {
      const { app, users } = running;
      const owner = `private-user.${users.nadia.user.uuid}`;
      const witness = await app.connect();
      onTestFinished(() => {
        witness.terminate();
      });
      await witness.subscribe(owner);
      const queue = { QUEUE_CONNECTION: 'database' };
      for (const event of [
        'service.ready',
        'payment.failed',
        'invoice.status.changed',
        'service.purchased',
      ]) {
        await app.fire(event, queue);
      }
      await witness.settle();
      const events = () =>
        witness.frames.filter(({ channel }) => channel === owner).map(({ event }) => event);
      expect(events().slice(1)).toEqual(['service.purchased']);
      expect((await app.artisan(['queue:work', 'database', '--stop-when-empty'])).code).toBe(0);
      await witness.settle();
      expect(events().slice(2)).toEqual(['service.ready', 'payment.failed', 'invoice.status.changed']);
    });

    it("answers the call of Pulse's recorder of connections", async () => {
      const { app, users } = running;
      const echo = echoOf(app, users.carlos);
      await nextEvent(pusherOf(echo).connection, 'connected');
      await called((done) => echo.private('user.2').subscribed(done));
      const connections = Number((await app.artisan(['broadcast:connections'])).output);
      expect(connections).toBe((await app.pregon.scrape()).value('pregon_connections', { app: 'app-id' }));
      expect(connections).toBeGreaterThan(0);
    });
  });
});

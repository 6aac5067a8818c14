import type Echo from 'laravel-echo';
import type { Channel } from 'laravel-echo';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../support/eventually.js';
import { applicationOf, nextEvent } from '../support/client-libraries.js';
import { called, pusherOf } from '../support/echo.js';
import { echoClient } from '../support/echo-client.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const NOTIFICATION = 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated';

onEachTransport((transport) => {
  describe.each(['reverb', 'pusher'] as const)('Echo with the broadcaster %s', (broadcaster) => {
    it('connects and knows its socket id', async () => {
      const server = await startServer({ transport });
      const echo = echoClient(broadcaster, server);
      await nextEvent(pusherOf(echo).connection, 'connected');
      expect(echo.connectionStatus()).toBe('connected');
      expect(echo.socketId()).toMatch(/^\d+\.\d+$/);
    });

    it('listens on a public channel, by class name and by alias', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const channel = echoClient(broadcaster, server).channel('orders');
      await called((done) => channel.subscribed(done));
      const byClass = called((done) => channel.listen('OrderShipped', done));
      const byAlias = called((done) => channel.listen('.order.shipped', done));
      await application.trigger('orders', 'App\\Events\\OrderShipped', { id: 1 });
      await application.trigger('orders', 'order.shipped', { id: 2 });
      expect(await byClass).toStrictEqual({ id: 1 });
      expect(await byAlias).toStrictEqual({ id: 2 });
    });

    it('listens to all events of a private channel', async () => {
      const server = await startServer({ transport });
      const channel = echoClient(broadcaster, server).private('orders.7');
      await called((done) => channel.subscribed(done));
      const heard: unknown[] = [];
      channel.listenToAll((...event: unknown[]) => {
        heard.push(event);
      });
      await applicationOf(server).trigger('private-orders.7', 'App\\Events\\OrderShipped', { id: 1 });
      await applicationOf(server).trigger('private-orders.7', 'custom', { id: 2 });
      await eventually(() => {
        expect(heard).toStrictEqual([
          ['OrderShipped', { id: 1 }],
          ['.custom', { id: 2 }],
        ]);
      });
    });

    it('knows who is here, joining and leaving (PRES-2, PRES-4, PRES-5)', async () => {
      const server = await startServer({ transport });
      const ana = echoClient(broadcaster, server, { id: '1', info: { name: 'Ana' } });
      const room = ana.join('chat');
      expect(await called((done) => room.here(done))).toStrictEqual([{ name: 'Ana' }]);

      const joining = called((done) => room.joining(done));
      const ben = echoClient(broadcaster, server, { id: '2', info: { name: 'Ben' } });
      const here = called((done) => ben.join('chat').here(done));
      expect(await joining).toStrictEqual({ name: 'Ben' });
      expect(await here).toStrictEqual([{ name: 'Ana' }, { name: 'Ben' }]);

      const leaving = called((done) => room.leaving(done));
      ben.leave('chat');
      expect(await leaving).toStrictEqual({ name: 'Ben' });
    });

    it('knows a user with several tabs as one (PRES-3, PRES-4, PRES-5)', async () => {
      const server = await startServer({ transport });
      const user = (id: string) => echoClient(broadcaster, server, { id, info: { id } });
      const room = user('1').join('chat');
      const told: string[] = [];
      const hear = (what: string) => (member: unknown) => {
        told.push(`${what} ${(member as { id: string }).id}`);
      };
      room.joining(hear('joining')).leaving(hear('leaving'));
      await called((done) => room.here(done));

      const tabs = [user('2'), user('2'), user('2')];
      const seen = await Promise.all(tabs.map((tab) => called((done) => tab.join('chat').here(done))));
      for (const here of seen) expect(here).toStrictEqual([{ id: '1' }, { id: '2' }]);
      tabs[0]!.leave('chat');
      tabs[1]!.disconnect();
      const last = user('3');
      await called((done) => last.join('chat').here(done));
      await eventually(() => {
        expect(told).toStrictEqual(['joining 2', 'joining 3']);
      });

      tabs[2]!.leave('chat');
      await eventually(() => {
        expect(told).toStrictEqual(['joining 2', 'joining 3', 'leaving 2']);
      });
    });

    it('decrypts events of an encrypted private channel', async () => {
      const server = await startServer({ transport });
      const channel = echoClient(broadcaster, server).encryptedPrivate('payroll');
      await called((done) => channel.subscribed(done));
      const heard = called((done) => channel.listen('.paid', done));
      await applicationOf(server).trigger('private-encrypted-payroll', 'paid', { amount: '50.00' });
      expect(await heard).toStrictEqual({ amount: '50.00' });
    });

    it.each([
      ['a private channel', (echo: Echo<'reverb'>) => echo.private('chat')],
      ['a presence channel', (echo: Echo<'reverb'>) => echo.join('chat')],
    ])('whispers on %s (CLIENT-3)', async (_what, join) => {
      const server = await startServer({ transport, app: { clientEvents: 'members' } });
      const anas = join(echoClient(broadcaster, server, { id: '1' }));
      const bens = join(echoClient(broadcaster, server, { id: '2' }));
      await Promise.all([anas, bens].map((channel) => called((done) => channel.subscribed(done))));
      const heard = called((done) => bens.listenForWhisper('typing', done));
      anas.whisper('typing', { name: 'Ana' });
      expect(await heard).toStrictEqual({ name: 'Ana' });
    });

    it('hears notifications', async () => {
      const server = await startServer({ transport });
      const channel = echoClient(broadcaster, server).private('App.Models.User.1');
      await called((done) => channel.subscribed(done));
      const heard = called((done) => channel.notification(done));
      const notification = { id: 'a-b', type: 'App\\Notifications\\InvoicePaid', amount: 7 };
      await applicationOf(server).trigger('private-App.Models.User.1', NOTIFICATION, notification);
      expect(await heard).toStrictEqual(notification);
    });

    it('gives its socket id to the application, which leaves it out (API-4)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      // Echo looks for a global axios and has it send X-Socket-Id; Laravel's toOthers() reads that.
      const interceptors: ((request: { headers: Record<string, string> }) => unknown)[] = [];
      const axios = Object.assign(() => undefined, {
        interceptors: {
          request: { use: (interceptor: (typeof interceptors)[number]) => interceptors.push(interceptor) },
        },
      });
      vi.stubGlobal('axios', axios);
      onTestFinished(() => {
        vi.unstubAllGlobals();
      });
      const echo = echoClient(broadcaster, server);
      vi.unstubAllGlobals();
      const others = echoClient(broadcaster, server);

      const mine: unknown[] = [];
      const channel = echo.channel('orders').listen('.created', (event: unknown) => mine.push(event));
      const theirs = others.channel('orders');
      await Promise.all([channel, theirs].map((one) => called((done) => one.subscribed(done))));
      const heard = called((done) => theirs.listen('.created', done));

      const request = { headers: {} as Record<string, string> };
      for (const interceptor of interceptors) interceptor(request);
      const socketId = request.headers['X-Socket-Id'];
      expect(socketId).toBe(echo.socketId());
      await application.trigger('orders', 'created', { id: 1 }, { socket_id: socketId! });
      expect(await heard).toStrictEqual({ id: 1 });

      const next = called((done) => channel.listen('.next', done));
      await application.trigger('orders', 'next', {});
      await next;
      expect(mine).toEqual([]);
    });

    it.each([
      ['private', (echo: Echo<'reverb'>): Channel => echo.private('orders')],
      ['presence', (echo: Echo<'reverb'>): Channel => echo.join('orders')],
      ['encrypted', (echo: Echo<'reverb'>): Channel => echo.encryptedPrivate('orders')],
    ])('tells the error() callback of a refused %s channel, and goes on (SUB-4)', async (_kind, join) => {
      const server = await startServer({ transport });
      const echo = echoClient(broadcaster, server, { id: '1' }, applicationOf(server, 'not-the-secret'));
      const refusal = await called<{ type: string; status: number }>((done) => join(echo).error(done));
      expect(refusal).toMatchObject({ type: 'AuthError', status: 401 });
      await called((done) => echo.channel('news').subscribed(done));
    });

    it('leaves a channel with all its kinds (SUB-7)', async () => {
      const server = await startServer({ transport });
      const echo = echoClient(broadcaster, server);
      const channels = [echo.channel('a'), echo.private('a'), echo.join('a'), echo.channel('b')];
      await Promise.all(channels.map((channel) => called((done) => channel.subscribed(done))));
      echo.leave('a');
      await eventually(async () => {
        expect((await server.api.get('/channels')).json()).toStrictEqual({ channels: { b: {} } });
      });
    });

    it('signs its user in, who can be sent events (USER-3, USER-4)', async () => {
      const server = await startServer({ transport });
      const echo = echoClient(broadcaster, server, { id: 'u-1' });
      const pusher = pusherOf(echo);
      await nextEvent(pusher.connection, 'connected');
      echo.connector.signin();
      await pusher.user.signinDonePromise;
      await eventually(() => {
        expect(pusher.user.serverToUserChannel.subscribed).toBe(true);
      });
      const heard = nextEvent(pusher.user, 'greeting');
      await applicationOf(server).sendToUser('u-1', 'greeting', { text: 'hello' });
      expect(await heard).toStrictEqual({ text: 'hello' });
    });
  });
});

import { describe, expect, it } from 'vitest';
import { applicationOf, joined, nextEvent, recorded, subscribed } from '../support/client-libraries.js';
import { called, pusherOf } from '../support/echo.js';
import { echoClient } from '../support/echo-client.js';
import { onEachTransport } from '../support/transports.js';
import { WorkersBed } from './workers-bed.js';

onEachTransport((transport) => {
  describe('clients at different workers', { timeout: 60_000 }, () => {
    it('meet with laravel-echo and pusher-js as at one server (PRES-2, PRES-4, PRES-5, CLIENT-3)', async () => {
      const bed = await WorkersBed.start(['--transport', transport], {
        env: { PREGON_APP_CLIENT_EVENTS: 'members', PREGON_LOG_LEVEL: 'debug' },
      });
      let users = 0;
      const [ana, ben] = await bed.onBoth(async () => {
        const id = String(++users);
        const echo = echoClient('reverb', bed, { id, info: { id } });
        const pusher = pusherOf(echo);
        await nextEvent(pusher.connection, 'connected');
        return { client: { id, echo, pusher }, socketId: pusher.connection.socket_id };
      });

      const anas = ana.echo.join('chat');
      expect(await called((done) => anas.here(done))).toStrictEqual([{ id: ana.id }]);
      const joining = called((done) => anas.joining(done));
      const bens = ben.echo.join('chat');
      const here = await called<{ id: string }[]>((done) => bens.here(done));
      expect(new Set(here.map(({ id }) => id))).toStrictEqual(new Set([ana.id, ben.id]));
      expect(await joining).toStrictEqual({ id: ben.id });

      const heardByBen = called((done) => bens.listenForWhisper('typing', done));
      anas.whisper('typing', { from: 'ana' });
      expect(await heardByBen).toStrictEqual({ from: 'ana' });
      const heardByAna = called((done) => anas.listenForWhisper('typing', done));
      bens.whisper('typing', { from: 'ben' });
      expect(await heardByAna).toStrictEqual({ from: 'ben' });

      const leaving = called((done) => anas.leaving(done));
      ben.echo.leave('chat');
      expect(await leaving).toStrictEqual({ id: ben.id });

      const room = await joined(ana.pusher, 'presence-room');
      const added = nextEvent(room, 'pusher:member_added');
      await joined(ben.pusher, 'presence-room');
      expect(await added).toMatchObject({ id: ben.id });
      expect(room.members.count).toBe(2);

      const channels = await Promise.all([ana, ben].map(({ pusher }) => subscribed(pusher, 'orders')));
      const heard = channels.map((channel) => recorded<number>(channel, 'shipped'));
      const numbers = Array.from({ length: 20 }, (_, i) => i);
      // To whichever worker each of them comes.
      for (const i of numbers) await applicationOf(bed).trigger('orders', 'shipped', i);
      const ended = Promise.all(channels.map((channel) => nextEvent(channel, 'end')));
      await applicationOf(bed).trigger('orders', 'end', {});
      await ended;
      for (const all of heard) expect([...all].sort((a, b) => a - b)).toStrictEqual(numbers);

      const removed = nextEvent(room, 'pusher:member_removed');
      ben.echo.disconnect();
      expect(await removed).toMatchObject({ id: ben.id });
      expect(room.members.count).toBe(1);
    });
  });
});

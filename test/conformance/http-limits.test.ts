import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { authPairs, signature, unescaped } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

onEachTransport((transport) => {
  const setUp = async (app: Record<string, unknown>) => {
    const clock = new FakeClock(Date.now());
    const other = { id: 'other', key: 'other-key', secret: 'other-secret', ...app };
    const server = await startServer({ transport, clock, app, apps: [other] });
    return { server, clock };
  };

  describe('maxTriggersPerSecond', () => {
    it('refuses what is over it, with the time to wait (API-3)', async () => {
      const { server, clock } = await setUp({ maxTriggersPerSecond: 5 });
      const client = await server.connect();
      await client.subscribe('room');
      const trigger = () => server.api.trigger('room', 'x', '1');
      for (let i = 0; i < 5; i++) expect((await trigger()).status).toBe(200);
      const answer = await trigger();
      expect([answer.status, answer.text]).toEqual([
        429,
        'Too many triggers: this app may make 5 per second\n',
      ]);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      clock.advance(199);
      expect((await trigger()).status).toBe(429);
      clock.advance(1);
      expect((await trigger()).status).toBe(200);
      expect((await trigger()).status).toBe(429);
      clock.advance(30_000);
      for (let i = 0; i < 5; i++) expect((await trigger()).status).toBe(200);
      expect((await trigger()).status).toBe(429);
      await client.settle();
      expect(client.named('x')).toHaveLength(11);
    });

    it('counts each channel of a trigger and each event of a batch (API-3)', async () => {
      const { server, clock } = await setUp({ maxTriggersPerSecond: 6 });
      const batch = ['a', 'b', 'c'].map((channel) => ({ name: 'x', data: '1', channel }));
      expect((await server.api.trigger(['a', 'b', 'c'], 'x', '1')).status).toBe(200);
      expect((await server.api.post('/batch_events', { batch })).status).toBe(200);
      expect((await server.api.post('/batch_events', { batch })).status).toBe(429);
      clock.advance(500);
      expect((await server.api.post('/batch_events', { batch })).status).toBe(200);
      expect((await server.api.trigger('a', 'x', '1')).status).toBe(429);
    });

    it('lets more channels than it allows per second through at a full second (API-3)', async () => {
      const { server, clock } = await setUp({ maxTriggersPerSecond: 2 });
      const channels = ['a', 'b', 'c', 'd'];
      expect((await server.api.trigger(channels, 'x', '1')).status).toBe(200);
      clock.advance(999);
      expect((await server.api.trigger(channels, 'x', '1')).status).toBe(429);
      clock.advance(1);
      expect((await server.api.trigger(channels, 'x', '1')).status).toBe(200);
    });

    it('delivers all of a request or nothing (API-5)', async () => {
      const { server } = await setUp({ maxTriggersPerSecond: 3 });
      const client = await server.connect();
      for (const channel of ['a', 'b', 'c']) await client.subscribe(channel);
      await server.api.trigger(['a', 'b'], 'x', '1');
      expect((await server.api.trigger(['a', 'b'], 'x', '2')).status).toBe(429);
      await client.settle();
      expect(client.named('x').map(({ data }) => data)).toEqual(['1', '1']);
    });

    it('does not count requests with a mistake, nor those of others (API-3)', async () => {
      const { server } = await setUp({ maxTriggersPerSecond: 1 });
      expect((await server.api.trigger('a b', 'x', '1')).status).toBe(400);
      expect((await server.api.trigger('a', 'x', 'd'.repeat(10_241))).status).toBe(413);
      expect((await server.api.fetch('/apps/app-id/events', { method: 'POST', body: '{}' })).status).toBe(
        401,
      );
      const body = '{"name":"x","channel":"a","data":"1"}';
      const credentials = { key: 'other-key', secret: 'other-secret' };
      const pairs = authPairs(body, credentials);
      const signed = signature('POST', '/apps/other/events', pairs, credentials);
      const target = `/apps/other/events?${unescaped(pairs)}&auth_signature=${signed}`;
      expect((await server.api.fetch(target, { method: 'POST', body })).status).toBe(200);
      expect((await server.api.trigger('a', 'x', '1')).status).toBe(200);
      expect((await server.api.trigger('a', 'x', '1')).status).toBe(429);
    });

    it('does not count reads (API-3)', async () => {
      const { server } = await setUp({ maxTriggersPerSecond: 1 });
      for (let i = 0; i < 5; i++) expect((await server.api.get('/channels')).status).toBe(200);
      expect((await server.api.trigger('a', 'x', '1')).status).toBe(200);
    });
  });

  describe('maxReadsPerSecond', () => {
    it('refuses what is over it, with the time to wait (API-3)', async () => {
      const { server, clock } = await setUp({ maxReadsPerSecond: 4 });
      const paths = ['/channels', '/channels/a', '/channels/presence-a/users', '/connections'];
      for (const path of paths) expect((await server.api.get(path)).status).toBe(200);
      for (const path of paths) {
        const answer = await server.api.get(path);
        expect([answer.status, answer.text]).toEqual([
          429,
          'Too many reads: this app may make 4 per second\n',
        ]);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      clock.advance(250);
      expect((await server.api.get('/channels')).status).toBe(200);
      expect((await server.api.get('/channels')).status).toBe(429);
    });

    it('does not count triggers, health or requests without a signature (API-3)', async () => {
      const { server } = await setUp({ maxReadsPerSecond: 1 });
      for (let i = 0; i < 3; i++) {
        expect((await server.api.trigger('a', 'x', '1')).status).toBe(200);
        expect((await server.api.fetch('/up')).status).toBe(200);
        expect((await server.api.fetch('/apps/app-id/channels')).status).toBe(401);
      }
      expect((await server.api.get('/channels')).status).toBe(200);
    });
  });

  describe('without a limit', () => {
    it('nothing is refused for its rate (API-3)', async () => {
      const { server } = await setUp({});
      for (let i = 0; i < 50; i++) {
        expect((await server.api.trigger(['a', 'b'], 'x', '1')).status).toBe(200);
        expect((await server.api.get('/channels')).status).toBe(200);
      }
    });
  });
});

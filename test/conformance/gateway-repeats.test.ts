import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { GATEWAY_SECRET, get, post, startGateway } from '../support/gateway.js';
import { itOnOneNode, itWithoutHub } from '../support/skipping.js';
import { onEachTransport } from '../support/transports.js';

const BODY = { userId: '33', event: 'notification', data: { title: 'Aviso' } };
const CHANNEL = 'private-user.33';

/** A header set of the older client, with a key. */
const withKey = (key: string) => ({ 'x-ws-secret': GATEWAY_SECRET, 'idempotency-key': key });

onEachTransport((transport) => {
  const setUp = async (gateway: Record<string, unknown> = {}) => {
    const clock = new FakeClock();
    const server = await startGateway({ transport, clock, gateway });
    const client = await server.connect();
    await client.subscribe(CHANNEL);
    const count = async () => {
      await client.settle();
      return client.named('notification').length;
    };
    return { server, clock, count };
  };

  describe('a body that comes again', () => {
    itWithoutHub()('is answered alike and published once, for some seconds', async () => {
      const { server, clock, count } = await setUp();
      const first = await post(server, '/notify', BODY);
      clock.advance(13_000);
      const again = await post(server, '/notify', BODY);
      expect(again.body).toEqual(first.body);
      expect(await count()).toBe(1);
      clock.advance(2001);
      await post(server, '/notify', BODY);
      expect(await count()).toBe(2);
    });

    it('is published again where nobody was there, and sent tells who was there then', async () => {
      const { server } = await setUp();
      const absent = { ...BODY, userId: '34' };
      expect((await post(server, '/notify', absent)).body['sent']).toBe(false);
      const late = await server.connect();
      await late.subscribe('private-user.34');
      expect((await post(server, '/notify', absent)).body['sent']).toBe(true);
      await late.next('notification');
      await late.close();
      // It has reached somebody, who left since.
      expect((await post(server, '/notify', absent)).body['sent']).toBe(true);
      expect(late.named('notification').length).toBe(1);
    });

    it('with a key is published again where nobody was there', async () => {
      const { server } = await setUp();
      const absent = { ...BODY, userId: '34' };
      expect((await post(server, '/notify', absent, withKey('a'))).body['sent']).toBe(false);
      const late = await server.connect();
      await late.subscribe('private-user.34');
      expect((await post(server, '/notify', absent, withKey('a'))).body['sent']).toBe(true);
      expect(await late.next('notification')).toMatchObject({ data: JSON.stringify(BODY.data) });
    });

    it('is published once when both are under way', async () => {
      const { server, count } = await setUp();
      const answers = await Promise.all([1, 2, 3, 4].map(() => post(server, '/notify', BODY)));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect(await count()).toBe(1);
    });

    it('is another when it differs or goes elsewhere', async () => {
      const { server, count } = await setUp();
      await post(server, '/notify', BODY);
      await post(server, '/notify', { ...BODY, data: { title: 'Otro' } });
      await post(server, '/notify?x=1', { ...BODY, extra: 1 });
      expect(await count()).toBe(3);
    });

    it('is published each time where that is asked for', async () => {
      const { server, count } = await setUp({ duplicateSeconds: 0 });
      await post(server, '/notify', BODY);
      await post(server, '/notify', BODY);
      expect(await count()).toBe(2);
    });

    it('is told apart by an Idempotency-Key, and different ones are held for the same by it', async () => {
      const { server, count } = await setUp();
      await post(server, '/notify', BODY, withKey('one'));
      await post(server, '/notify', BODY, withKey('two'));
      await post(server, '/notify', { ...BODY, data: { title: 'Otro' } }, withKey('two'));
      expect(await count()).toBe(2);
    });

    it('is refused with a key that is too long', async () => {
      const { server, count } = await setUp();
      expect((await post(server, '/notify', BODY, withKey('x'.repeat(256)))).status).toBe(422);
      expect(await count()).toBe(0);
    });

    it('is not answered from memory without the secret', async () => {
      const { server } = await setUp();
      await post(server, '/notify', BODY);
      expect((await post(server, '/notify', BODY, {})).status).toBe(401);
    });

    it('may be right after it was wrong', async () => {
      const { server, count } = await setUp();
      const wrong = { ...BODY, userId: {} };
      expect((await post(server, '/notify', wrong)).status).toBe(422);
      expect((await post(server, '/notify', wrong)).status).toBe(422);
      expect((await post(server, '/notify', BODY)).status).toBe(200);
      expect(await count()).toBe(1);
    });
  });

  describe('how many bodies are remembered', () => {
    // With several nodes the store they share remembers too, within its own bound.
    itOnOneNode()('is bounded, the oldest forgotten first', async () => {
      const { server, count } = await setUp({ maxDuplicates: 2 });
      for (const title of ['a', 'b', 'c']) await post(server, '/notify', { ...BODY, data: { title } });
      await post(server, '/notify', { ...BODY, data: { title: 'c' } });
      expect(await count()).toBe(3);
      await post(server, '/notify', { ...BODY, data: { title: 'a' } });
      expect(await count()).toBe(4);
      expect((await get(server, '/health')).status).toBe(200);
    });
  });
});

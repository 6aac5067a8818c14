import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { authPairs, signature, signedTarget, unescaped } from '../support/sign-request.js';
import { isSpread, startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const EVENT = { name: 'x', channel: 'room', data: '1' };
const TOO_LONG = 'Idempotency key too long: at most 255 characters\n';

/** The two places a key may stand in. */
const PLACES: readonly (readonly [
  place: string,
  request: (key: unknown) => [body: object, headers: object],
])[] = [
  ['the header', (key) => [EVENT, { 'Idempotency-Key': String(key) }]],
  ['the body', (key) => [{ ...EVENT, idempotency_key: key }, {}]],
];

onEachTransport((transport) => {
  describe('an idempotency key', () => {
    const setUp = async (app: Record<string, unknown> = {}) => {
      const clock = new FakeClock(Date.now());
      const other = { id: 'other', key: 'other-key', secret: 'other-secret' };
      const server = await startServer({ transport, clock, app, apps: [other] });
      const client = await server.connect();
      await client.subscribe('room');
      const post = (body: object, headers: object = {}, path = '/events') =>
        server.api.post(path, body, headers as Record<string, string>);
      const received = async () => {
        await client.settle();
        return client.named('x').length;
      };
      return { server, clock, client, post, received };
    };

    describe.each(PLACES)('in %s', (place, request) => {
      it('publishes once, and gives a repeat the first answer (API-6)', async () => {
        const { server, post, received } = await setUp();
        const [body, headers] = request('k1');
        const first = await post({ ...body, info: 'subscription_count' }, headers);
        expect(first.json()).toEqual({ channels: { room: { subscription_count: 1 } } });
        await (await server.connect()).subscribe('room');
        const repeat = await post({ ...body, info: 'subscription_count' }, headers);
        expect([repeat.status, repeat.text]).toEqual([200, first.text]);
        expect(repeat.headers.get('content-type')).toBe(first.headers.get('content-type'));
        expect(await received()).toBe(1);
      });

      it('counts whatever else the repeat says (API-6)', async () => {
        const { post, received } = await setUp();
        const [body, headers] = request('k1');
        await post(body, headers);
        expect((await post({ ...body, name: 'pusher:error' }, headers)).text).toBe('{}');
        expect(await received()).toBe(1);
      });

      it('is another when it is spelled differently (API-6)', async () => {
        const { post, received } = await setUp();
        for (const key of ['k1', 'K1', 'k 1', 'k1.', '__proto__', 'k1']) await post(...request(key));
        expect(await received()).toBe(5);
      });

      it('is forgotten after 120 seconds, counted from the first request (API-6)', async () => {
        const { clock, post, received } = await setUp();
        for (const seconds of [0, 30, 30, 30, 30, 1]) {
          clock.advance(seconds * 1000);
          await post(...request('k1'));
          await received();
        }
        expect(await received()).toBe(2);
      });

      it('is not kept when the request fails (API-6)', async () => {
        const { post, received } = await setUp();
        const [body, headers] = request('k1');
        for (const mistake of [{ name: '' }, { channel: 'a b' }, { data: 'd'.repeat(10_241) }]) {
          expect((await post({ ...body, ...mistake }, headers)).status).toBeGreaterThanOrEqual(400);
        }
        expect((await post(body, headers)).status).toBe(200);
        expect(await received()).toBe(1);
      });

      it('has at most 255 characters (API-6)', async () => {
        const { post, received } = await setUp();
        expect((await post(...request('k'.repeat(255)))).status).toBe(200);
        const answer = await post(...request('k'.repeat(256)));
        expect([answer.status, answer.text]).toEqual([400, TOO_LONG]);
        expect(await received()).toBe(1);
      });

      it('counts for one endpoint (API-6)', async () => {
        const { post, received } = await setUp();
        const [body, headers] = request('k1');
        const { idempotency_key: key } = body as { idempotency_key?: string };
        await post(body, headers);
        const batch = { batch: [EVENT, EVENT], idempotency_key: key };
        for (let i = 0; i < 2; i++) expect((await post(batch, headers, '/batch_events')).text).toBe('{}');
        expect(await received()).toBe(3);
      });

      it('counts for one app (API-6)', async () => {
        const { server, post, received } = await setUp();
        const [body, headers] = request('k1');
        const credentials = { key: 'other-key', secret: 'other-secret' };
        const text = JSON.stringify(body);
        const pairs = authPairs(text, credentials);
        const signed = signature('POST', '/apps/other/events', pairs, credentials);
        const answer = await server.api.fetch(
          `/apps/other/events?${unescaped(pairs)}&auth_signature=${signed}`,
          { method: 'POST', body: text, headers: headers as Record<string, string> },
        );
        expect(answer.status).toBe(200);
        await post(body, headers);
        expect(await received()).toBe(1);
      });

      it('holds off repeats that come on the heels of the first (API-6)', async () => {
        const { server, clock, received } = await setUp();
        const [body, headers] = request('k1');
        const text = JSON.stringify(body);
        const target = signedTarget('POST', '/apps/app-id/events', [], text);
        const bytes = requestText('POST', target, { headers: headers as Record<string, string>, body: text });
        // API-3: uws closes a connection on which one request follows another that has to wait for its answer.
        const pipelines = transport === 'ws' || !isSpread();
        const connections = await Promise.all([1, 2, 3].map(() => RawHttp.open(server.port)));
        for (const http of connections) http.write(pipelines ? Buffer.concat([bytes, bytes, bytes]) : bytes);
        // A repeat asks for the first answer again after some time.
        const waking = setInterval(() => {
          clock.advance(50);
        }, 5);
        onTestFinished(() => {
          clearInterval(waking);
        });
        for (const http of connections) {
          for (let i = 0; i < (pipelines ? 3 : 1); i++) {
            expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
          }
        }
        expect(await received()).toBe(1);
      });

      it('does not stand for a signature (API-6, SIGN-7)', async () => {
        const { server, post, received } = await setUp();
        const [body, headers] = request('k1');
        await post(body, headers);
        const answer = await server.api.request({
          method: 'POST',
          path: '/events',
          body,
          headers: headers as Record<string, string>,
          auth: { auth_signature: '0'.repeat(64) },
        });
        expect(answer.status).toBe(401);
        expect(await received()).toBe(1);
      });

      it(`is none when it is empty: ${place} (API-6)`, async () => {
        const { post, received } = await setUp();
        for (let i = 0; i < 2; i++) expect((await post(...request(''))).text).toBe('{}');
        expect(await received()).toBe(2);
      });
    });

    it('that is null is none (API-6)', async () => {
      const { post, received } = await setUp();
      for (let i = 0; i < 2; i++) expect((await post({ ...EVENT, idempotency_key: null })).text).toBe('{}');
      expect(await received()).toBe(2);
    });

    it('may be a number, as it is written (API-6)', async () => {
      const { server, received } = await setUp();
      for (const key of ['7', '7', '9007199254740992', '9007199254740993', '7.0']) {
        const body = `{"name":"x","channel":"room","data":"1","idempotency_key": ${key} }`;
        expect((await server.api.request({ method: 'POST', path: '/events', body })).text).toBe('{}');
      }
      expect(await received()).toBe(4);
    });

    it.each([true, ['k1'], {}])('that is neither is refused: %j (API-6)', async (key) => {
      const { post, received } = await setUp();
      const answer = await post({ ...EVENT, idempotency_key: key });
      expect([answer.status, answer.text]).toEqual([
        400,
        "Invalid parameter: 'idempotency_key' must be a string\n",
      ]);
      expect(await received()).toBe(0);
    });

    it('within an event of a batch is none (API-6)', async () => {
      const { post, received } = await setUp();
      const batch = [{ ...EVENT, idempotency_key: 'k1' }];
      for (let i = 0; i < 2; i++) expect((await post({ batch }, {}, '/batch_events')).text).toBe('{}');
      expect(await received()).toBe(2);
    });

    it('of a trigger without a body counts (API-6)', async () => {
      const { server, received } = await setUp();
      const http = await RawHttp.open(server.port);
      const target = signedTarget('POST', `/apps/${TEST_APP.id}/events`, [
        ['channel', 'room'],
        ['data', '1'],
        ['name', 'x'],
      ]);
      for (let i = 0; i < 2; i++) {
        http.write(requestText('POST', target, { headers: { 'Idempotency-Key': 'k1' } }));
        expect(await http.answer()).toMatchObject({ status: 200, body: '{}' });
      }
      expect(await received()).toBe(1);
    });

    it('of a termination counts (API-6, API-10)', async () => {
      const { server, client, post } = await setUp();
      await client.signin({ id: 'ana' });
      const terminate = () => post({}, { 'Idempotency-Key': 'k1' }, '/users/ana/terminate_connections');
      await terminate();
      await client.closed;
      const again = await server.connect();
      await again.signin({ id: 'ana' });
      expect((await terminate()).text).toBe('{}');
      await again.settle();
    });

    it('is passed over on GET (API-6)', async () => {
      const { server } = await setUp();
      const count = () => server.api.request({ path: '/connections', headers: { 'Idempotency-Key': 'k1' } });
      expect((await count()).json()).toEqual({ connections: 1 });
      await server.connect();
      expect((await count()).json()).toEqual({ connections: 2 });
    });

    it('spares a repeat the rate limit (API-6)', async () => {
      const { post, received } = await setUp({ maxTriggersPerSecond: 1 });
      for (let i = 0; i < 3; i++) {
        expect((await post(EVENT, { 'Idempotency-Key': 'k1' })).status).toBe(200);
      }
      expect((await post(EVENT, { 'Idempotency-Key': 'k2' })).status).toBe(429);
      expect(await received()).toBe(1);
    });
  });
});

import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigSchema } from '../../src/config/schema.js';
import { SILENT_LOG } from '../../src/log.js';
import { PregonServer } from '../../src/server.js';
import { ListenError } from '../../src/transports/transport.js';
import { packageVersion } from '../../src/version.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { Scrape } from '../support/prometheus.js';
import { RawHttp, requestText } from '../support/raw-http.js';
import { startServer, TEST_APP, type TestServerOptions } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const APP = { app: TEST_APP.id };

onEachTransport((transport) => {
  /** A server with its management port open, and a way to ask it. */
  const setUp = async (options: Partial<TestServerOptions> = {}) => {
    const config = { ...options.config, management: { enabled: true, ...options.config?.['management'] } };
    const server = await startServer({ ...options, transport, config });
    const base = `http://127.0.0.1:${String(server.managementPort)}`;
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(base + path, init);
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    const scrape = async () => new Scrape((await ask('/metrics')).text);
    return { server, ask, scrape };
  };

  describe('/metrics', () => {
    it('is Prometheus text, each family with its help and type', async () => {
      const { ask } = await setUp();
      const { status, headers, text } = await ask('/metrics');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const names = new Set(new Scrape(text).samples.map(({ name }) => name));
      expect(names).toContain('pregon_process_resident_memory_bytes');
      expect([...names].filter((name) => !name.startsWith('pregon_'))).toEqual([]);
      for (const [, family] of text.matchAll(/^# TYPE (\S+)/gm)) expect(text).toContain(`# HELP ${family} `);
    });

    it('names the version and the transport', async () => {
      const { scrape } = await setUp();
      const labels = { version: packageVersion(), transport };
      expect((await scrape()).value('pregon_build_info', labels)).toBe(1);
    });

    it('tells of what is open now, and of nothing once all is closed', async () => {
      const { server, scrape } = await setUp({ apps: [{ id: 'other', key: 'other-key', secret: 's' }] });
      const gauges = async (labels: Record<string, string>) => {
        const now = await scrape();
        return ['connections', 'channels', 'subscriptions', 'users'].map((name) =>
          now.value(`pregon_${name}`, labels),
        );
      };
      const [one, two, three] = [await server.connect(), await server.connect(), await server.connect()];
      const stranger = await server.open('/app/other-key');
      await stranger.established();
      await stranger.subscribe('room');
      for (const client of [one, two]) {
        await client.subscribe('room');
        await client.subscribe('presence-room', { user_id: 1 });
        await client.signin({ id: 'ana' });
      }
      await three.signin({ id: 'ben' });
      // USER-4: whoever signed in hears the user's own channel.
      expect(await gauges(APP)).toEqual([3, 4, 7, 2]);
      expect(await gauges({ app: 'other' })).toEqual([1, 1, 1, 0]);

      one.send({ event: 'pusher:unsubscribe', data: { channel: 'room' } });
      await one.settle();
      await three.close();
      expect(await gauges(APP)).toEqual([2, 3, 5, 1]);

      for (const client of [one, two, stranger]) await client.close();
      expect(await gauges(APP)).toEqual([0, 0, 0, 0]);
      expect(await gauges({ app: 'other' })).toEqual([0, 0, 0, 0]);
    });

    it('tells of nothing once all was cut off', async () => {
      const { server, scrape } = await setUp();
      const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
      for (const client of clients) await client.subscribe('presence-room', { user_id: client.socketId });
      expect((await scrape()).value('pregon_subscriptions', APP)).toBe(20);
      for (const client of clients) client.terminate();
      await eventually(async () => {
        const now = await scrape();
        for (const name of ['connections', 'channels', 'subscriptions']) {
          expect(now.value(`pregon_${name}`, APP)).toBe(0);
        }
      });
      expect((await scrape()).value('pregon_connections_closed_total', { code: '1006' })).toBe(20);
    });

    it('counts what clients do', async () => {
      const { server, scrape } = await setUp({
        app: { clientEvents: 'members', maxClientEventsPerSecond: 2 },
      });
      const [one, two] = [await server.connect(), await server.connect()];
      for (const client of [one, two]) await client.subscribe('private-room');
      const whisper = { event: 'client-x', channel: 'private-room', data: {} };
      for (let i = 0; i < 3; i++) one.send(whisper);
      expect(await one.error()).toMatchObject({ code: 4301 });
      one.send({ event: 'pusher:subscribe', data: { channel: 'private-other' } });
      await one.next('pusher:subscription_error');
      one.send('no JSON');
      await one.settle();
      await two.close();
      const refused = await server.open('/app/nobody');
      await refused.closed;

      const now = await scrape();
      const counted = {
        connections_opened: 2,
        // Two subscriptions, three client events, a refused subscription, no JSON, a ping.
        messages_received: 8,
        client_events: 2,
        subscriptions_made: 2,
        subscriptions_refused: 1,
        slow_consumer_closes: 0,
        internal_errors: 0,
      };
      for (const [name, value] of Object.entries(counted)) {
        expect([name, now.value(`pregon_${name}_total`)]).toEqual([name, value]);
      }
      expect(now.value('pregon_handshakes_refused_total', { code: '4001' })).toBe(1);
      const closed = now.samples.filter(({ name }) => name === 'pregon_connections_closed_total');
      expect(closed.reduce((sum, { value }) => sum + value, 0)).toBe(1);
    });

    it('counts the close codes that clients make up as one', async () => {
      const { server, scrape } = await setUp({ app: { terminateCloseCode: 4123 } });
      for (const code of [1000, 4000, 4002, 4099, 4201, 4321, 4999]) {
        const client = await server.connect();
        client.ws.close(code);
        await client.closed;
      }
      const client = await server.connect();
      await client.signin({ id: 'ana' });
      await server.api.post('/users/ana/terminate_connections', {});
      await client.closed;
      const counted = (await scrape()).samples
        .filter(({ name }) => name === 'pregon_connections_closed_total')
        .map(({ labels, value }) => [labels['code'], value]);
      expect(Object.fromEntries(counted)).toEqual({ 1000: 1, 3000: 4, 4000: 1, 4201: 1, 4123: 1 });
    });

    it('counts what applications do', async () => {
      const { server, scrape } = await setUp({
        app: { maxTriggersPerSecond: 6, maxReadsPerSecond: 2 },
        clock: new FakeClock(Date.now()),
      });
      const batch = [{ name: 'x', channel: 'cache-a', data: '1' }];
      await server.api.trigger(['a', 'b', 'a'], 'x', '1');
      await server.api.post('/batch_events', { batch: [...batch, ...batch] });
      for (let i = 0; i < 3; i++) {
        await server.api.post('/events', { ...batch[0], channel: 'cache-b' }, { 'Idempotency-Key': 'k' });
      }
      await server.api.trigger(['a', 'b'], 'x', '1');
      for (let i = 0; i < 3; i++) await server.api.get('/channels');
      await server.api.trigger('a b', 'x', '1');
      await server.api.fetch('/up');
      await server.api.fetch('/nothing');
      await server.api.fetch('/apps/app-id/events', { method: 'PUT' });
      await server.api.fetch('/apps/app-id/events', { method: 'OPTIONS' });
      await server.api.fetch('/apps/app-id/events', { method: 'POST', body: ' '.repeat(1_048_577) });

      const now = await scrape();
      const counted = { triggers: 5, idempotent_replays: 2, rate_limited: 2, internal_errors: 0 };
      for (const [name, value] of Object.entries(counted)) {
        expect([name, now.value(`pregon_${name}_total`)]).toEqual([name, value]);
      }
      expect(now.value('pregon_cached_events')).toBe(2);
      const statuses = { 200: 8, 204: 1, 400: 1, 404: 1, 405: 1, 413: 1, 429: 2 };
      for (const [status, count] of Object.entries(statuses)) {
        expect([status, now.value('pregon_http_responses_total', { status })]).toEqual([status, count]);
      }
    });
  });

  describe('the management port', () => {
    it('answers /health and /ready', async () => {
      const { ask } = await setUp();
      expect(await ask('/health')).toMatchObject({ status: 200, text: '{"health":"OK"}' });
      // Where soketi's users ask.
      expect(await ask('/')).toMatchObject({ status: 200, text: 'OK' });
      expect(await ask('/ready')).toMatchObject({ status: 200, text: '{"ready":true}' });
      expect(await ask('/nothing')).toMatchObject({ status: 404 });
      expect(await ask('/metrics', { method: 'POST' })).toMatchObject({ status: 404 });
    });

    it('says that the node is not ready while it stops (STOP-1)', async () => {
      const clock = new FakeClock(Date.now());
      const { server, ask } = await setUp({ clock });
      const held = await RawHttp.open(server.port);
      // A request that is still on its way holds the node, since its clock stands still.
      const bytes = requestText('POST', '/apps/app-id/events', { body: '{}' });
      await held.writePiece(bytes.subarray(0, -1));
      await server.api.fetch('/up');
      const stopped = server.server.stop(0);
      expect(await ask('/ready')).toMatchObject({
        status: 503,
        text: '{"ready":false,"reason":"stopping"}',
      });
      expect(await ask('/health')).toMatchObject({ status: 200 });
      clock.advance(10_000);
      await stopped;
      await expect(ask('/health')).rejects.toThrow();
    });

    it('listens on loopback only unless it is set otherwise', async () => {
      const { server } = await setUp();
      expect(ConfigSchema.parse({}).management.host).toBe('127.0.0.1');
      const url = `http://127.0.0.2:${String(server.managementPort)}/metrics`;
      await expect(fetch(url)).rejects.toThrow();
    });

    it('listens where it is told to', async () => {
      const { server, ask } = await setUp({ config: { management: { host: '0.0.0.0' } } });
      expect(server.managementPort).toBeGreaterThan(0);
      expect(await ask('/health')).toMatchObject({ status: 200 });
    });

    it('is not the public port: metrics are not served there', async () => {
      const { server } = await setUp();
      expect(server.managementPort).not.toBe(server.port);
      expect((await server.api.fetch('/metrics')).status).toBe(404);
    });

    it('can be switched off', async () => {
      const server = await startServer({ transport, config: { management: { enabled: false } } });
      expect(server.managementPort).toBeUndefined();
    });

    it('that is in use fails the start, and names its setting', async () => {
      const taken = createServer();
      onTestFinished(() => {
        taken.close();
      });
      taken.listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as { port: number };
      const config = ConfigSchema.parse({
        server: { host: '127.0.0.1', port: 0, transport },
        management: { port },
        apps: [TEST_APP],
      });
      const start = new PregonServer(config, { log: SILENT_LOG }).start();
      await expect(start).rejects.toThrow(
        new ListenError(
          `cannot listen on 127.0.0.1:${port} for management; is the port in use? (management.port, PREGON_MANAGEMENT_PORT)`,
        ),
      );
    });
  });
});

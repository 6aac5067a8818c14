import { expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { keepingLog } from '../support/keeping-log.js';
import { HubClient, startHub } from '../support/hub-client.js';
import { startServer, TEST_APP, type TestServerOptions } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';
import { unsignedToken } from '../support/tokens.js';

onEachTransport((transport) => {
  /** A server whose log, from info on, is kept; what is of no refusal is left out. */
  const start = async (options: Partial<TestServerOptions> = {}) => {
    const { log, lines } = keepingLog({ isDebug: false });
    const server = await startServer({ transport, log, ...options });
    return { server, refusals: () => lines.filter((line) => line.includes('refused')) };
  };

  it.each([
    [
      'an origin',
      { app: { allowedOrigins: ['shop.example'] } },
      `/app/${TEST_APP.key}`,
      /^connection refused with 4009 app="app-id" reason="Origin not allowed.*" key="app-key" origin="https:\/\/evil\.example" address="127\.0\.0\.1"/,
    ],
    [
      'a key',
      {},
      '/app/other-key',
      /^connection refused with 4001 reason=.* key="other-key".*hint=".*REVERB_APP_KEY/,
    ],
    [
      'a path',
      {},
      '/elsewhere',
      /^connection refused with 4005 .* path="\/elsewhere".*hint=".*\/app\/\{key\}/,
    ],
    ['a client without TLS', { app: { requireTls: true } }, '/app/app-key', /with 4000 .*X-Forwarded-Proto/],
    ['an app that is off', { app: { enabled: false } }, '/app/app-key', /with 4003 .*enabled/],
  ])('says that %s is refused, why, and what to do', async (_what, options, path, line) => {
    const { server, refusals } = await start(options);
    for (let i = 0; i < 3; i++) await (await server.open(path, { origin: 'https://evil.example' })).closed;
    expect(refusals()).toEqual([expect.stringMatching(line)]);
    await server.server.close();
    expect(refusals().slice(1)).toEqual([expect.stringContaining('unsaid=2')]);
  });

  it('names the client that a trusted proxy names', async () => {
    const { server, refusals } = await start({ config: { server: { trustedProxies: ['127.0.0.1'] } } });
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    await (
      await server.open('/app/other-key', { headers })
    ).closed;
    const client = await server.connect({ headers });
    client.send({ event: 'pusher:subscribe', data: { channel: 'private-a' } });
    await client.next('pusher:error');
    await fetch(`http://127.0.0.1:${server.port}/apps/app-id/channels`, { headers });
    expect(refusals()).toEqual(Array(3).fill(expect.stringContaining('address="203.0.113.9"')));
  });

  it('says which subscription is refused, and why', async () => {
    const { server, refusals } = await start();
    const client = await server.connect();
    for (const auth of [undefined, 'app-key:0000', 'app-key:0001']) {
      client.send({ event: 'pusher:subscribe', data: { channel: 'private-orders', ...(auth && { auth }) } });
      await client.next('pusher:error');
    }
    expect(refusals()).toEqual([
      expect.stringMatching(
        /^subscription refused app="app-id" reason="Auth info required.*channel="private-orders" socketId="[\d.]+" address="127\.0\.0\.1" hint=".*\/broadcasting\/auth/,
      ),
    ]);
  });

  it('says which sign-in, client event and message is refused', async () => {
    const { server, refusals } = await start();
    const client = await server.connect();
    client.send({ event: 'pusher:signin', data: { auth: 'app-key:x', user_data: '{"id":"1"}' } });
    client.send({ event: 'client-typing', channel: 'private-a', data: {} });
    client.ws.send('[');
    for (let i = 0; i < 3; i++) await client.next('pusher:error');
    expect(refusals().map((line) => /^[a-z -]+ refused/.exec(line)?.[0])).toEqual([
      'sign-in refused',
      'client event refused',
      'message refused',
    ]);
  });

  it('says which request is refused, and why', async () => {
    const { server, refusals } = await start({ config: { server: { maxRequestBytes: 20_000 } } });
    const { api } = server;
    await api.request({ path: '/channels', auth: { auth_signature: '00' } });
    await api.request({ path: '/channels', auth: { auth_timestamp: '1' } });
    await api.request({ method: 'POST', path: '/events', body: { name: 'e' } });
    await api.request({ method: 'POST', path: '/events', body: { name: 'e', data: 'x'.repeat(30_000) } });
    await fetch(`http://127.0.0.1:${server.port}/apps/none/channels?auth_key=app-key`);
    expect(refusals()).toEqual([
      expect.stringMatching(
        /^request refused with 401 app="app-id" reason="Invalid signature: check REVERB_APP_SECRET.*" method="GET" path="\/apps\/app-id\/channels" key="app-key" address="127\.0\.0\.1"$/,
      ),
      expect.stringMatching(/^request refused with 400 app="app-id" reason=".+" method="POST"/),
      expect.stringMatching(
        /^request refused with 413 app="app-id" .*PREGON_MAX_REQUEST_BYTES.* method="POST"/,
      ),
      expect.stringMatching(/^request refused with 404 reason="Unknown app id 'none'.*key="app-key"/),
    ]);
  });

  it('says why a hub token is refused, and nothing of it', async () => {
    const { log, lines } = keepingLog({ isDebug: false });
    const server = await startHub({ transport, log });
    const token = unsignedToken({ sub: '7' });
    await HubClient.open(server, `?token=${token}`);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^hub connection refused with 401 app="app-id" reason=".+" address="127\.0\.0\.1"/,
      ),
    );
    expect(lines.join()).not.toContain(token.slice(0, 10));
  });

  it('never shows a secret, wherever a caller has put it', async () => {
    const clock = new FakeClock(Date.now());
    const { server, refusals } = await start({ clock });
    const { secret } = TEST_APP;
    await (
      await server.open(`/app/${secret}`)
    ).closed;
    const client = await server.connect();
    for (const [i, auth] of [`${secret}:00`, `app-key:${secret}`].entries()) {
      client.send({ event: 'pusher:subscribe', data: { channel: `private-${i}`, auth } });
      await client.next('pusher:error');
      clock.advance(60_001);
    }
    await server.api.request({ path: '/channels', auth: { auth_key: secret, auth_signature: secret } });
    expect(refusals().length).toBeGreaterThan(2);
    expect(refusals().join('\n')).toMatch(/uses an app's secret as its key/);
    expect(refusals().join('\n')).not.toContain(secret);
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, aliasesOf } from '../../protocol/events/index.js';
import { RETRY_MS } from '../../src/gateway/hub/remote-keys.js';
import { applicationOf, nextEvent, pusherClient, subscribed } from '../support/client-libraries.js';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { post } from '../support/gateway.js';
import { HubClient, NOTIFY_SECRET, startHub, type Refusal, PAYMENT } from '../support/hub-client.js';
import { keepingLog } from '../support/keeping-log.js';
import { RawClient, PLAIN_UPGRADE } from '../support/raw-client.js';
import { authPairs, signature, unescaped, type Pair } from '../support/sign-request.js';
import { hmacToken, IssuerKey, JWT_SECRET, KeyServer, unsignedToken } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';
import type { TestServer } from '../support/start-server.js';

const CONFIRMED = { type: 'PAYMENT_CONFIRMED', data: PAYMENT };

const notifyPath = (userId: string) => `/notifications/users/${userId}/notify`;
const WITH_SECRET = { 'x-ws-secret': NOTIFY_SECRET };

/** Opens and expects to be refused. */
async function refusal(server: TestServer, query: string, options = {}): Promise<Refusal> {
  const opened = await HubClient.open(server, query, options);
  if (opened instanceof HubClient) throw new Error('it was let in');
  return opened;
}

onEachTransport((transport) => {
  describe('a hub socket', () => {
    it('is opened with a token in the URL, and hears of its user alone', async () => {
      const server = await startHub({ transport });
      const one = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const other = await HubClient.connect(server, await hmacToken({ sub: '8' }));
      const answer = await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      expect(answer).toMatchObject({ status: 200, body: { text: 'OK' } });
      expect(await one.received(1)).toEqual([CONFIRMED]);
      await other.settle();
      expect(other.frames).toEqual([]);
    });

    it('stays open, wherever in memory its handshake was', async () => {
      const userId = '4f1c2b1e-9f0a-4c55-8d8e-1f2a3b4c5d6e';
      for (let i = 0; i < 5; i++) {
        const server = await startHub({ transport });
        const client = await HubClient.connect(server, await hmacToken({ sub: i === 0 ? '9' : userId }));
        await post(server, notifyPath('9'), CONFIRMED, WITH_SECRET);
        await client.settle();
        client.ws.terminate();
        await server.server.close();
      }
    });

    it('is opened with a token in Authorization', async () => {
      const server = await startHub({ transport });
      const headers = { Authorization: `Bearer ${await hmacToken({ sub: '7' })}` };
      const client = (await HubClient.open(server, '', { headers })) as HubClient;
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it.each([
      ['beside another, which is echoed', (token: string) => ['bearer', token], () => 'bearer'],
      ['alone', (token: string) => [token], (token: string) => token],
    ])('is opened with a token as sub-protocol %s', async (_title, protocols, echoed) => {
      const server = await startHub({ transport });
      const token = await hmacToken({ sub: '7' });
      const client = (await HubClient.open(server, '', { protocols: protocols(token) })) as HubClient;
      expect(client.ws.protocol).toBe(echoed(token));
    });

    it('gets one frame in each tab', async () => {
      const server = await startHub({ transport });
      const token = await hmacToken({ sub: '7' });
      const tabs = await Promise.all([1, 2, 3].map(() => HubClient.connect(server, token)));
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      for (const tab of tabs) {
        expect(await tab.received(1)).toEqual([CONFIRMED]);
        await tab.settle();
        expect(tab.frames).toHaveLength(1);
      }
    });

    it('answers ping with pong, and to nothing else', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      for (const text of ['', '{}', 'hello', '{"event":"pusher:ping","data":{}}', 'Ping'])
        client.ws.send(text);
      client.ws.send(Buffer.from('ping'), { binary: true });
      await client.settle();
      expect(client.texts).toEqual([]);
    });

    it('is ended when it says more than a hub takes', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      client.ws.send('x'.repeat(5000));
      await client.closed;
    });

    it('occupies the channel of its user until it closes', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const channels = async () => (await server.api.get('/channels')).json();
      expect(await channels()).toEqual({
        channels: { 'private-user.7': {}, 'private-cache-user.7': {} },
      });
      client.ws.close();
      await eventually(async () => {
        expect(await channels()).toEqual({ channels: {} });
      });
    });

    it('that reads too slowly is closed with 1013, and the other tabs lose nothing', async () => {
      const server = await startHub({
        transport,
        app: { maxEventBytes: 500_000 },
        config: { server: { maxBufferedBytes: 65_536, maxRequestBytes: 1_000_000 } },
      });
      const token = await hmacToken({ sub: '7' });
      const reader = await HubClient.connect(server, token);
      const slow = await HubClient.connect(server, token);
      slow.ws.pause();
      const subscriptions = async () => {
        const { text } = await server.api.get('/channels/private-user.7', { info: 'subscription_count' });
        return (JSON.parse(text) as { subscription_count: number }).subscription_count;
      };
      let sent = 0;
      while ((await subscriptions()) > 1) {
        // Random, so that no socket makes less of it.
        const data = { ...PAYMENT, paymentId: String(++sent), filler: randomBytes(200_000).toString('hex') };
        await post(server, notifyPath('7'), { type: 'PAYMENT_CONFIRMED', data }, WITH_SECRET);
        await reader.received(sent);
        if (sent > 200) throw new Error('no socket was ever too slow');
      }
      slow.ws.resume();
      expect(await slow.closed).toEqual({ code: 1013, reason: 'Reads too slowly' });
      const ids = (client: HubClient) =>
        client.frames.map((frame) => Number((frame as typeof CONFIRMED).data.paymentId));
      const all = Array.from({ length: sent }, (_, i) => i + 1);
      expect(ids(slow)).toEqual(all.slice(0, ids(slow).length));
      await reader.settle();
      expect(ids(reader)).toEqual(all);
    });

    it('is closed when the server stops', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      await server.server.stop(0);
      expect(await client.closed).toEqual({ code: 1012, reason: 'Server is restarting' });
    });

    it('is served with the path prefix and without', async () => {
      const server = await startHub({ transport, config: { server: { pathPrefix: '/ws' } } });
      const token = await hmacToken({ sub: '7' });
      await HubClient.connect(server, token);
      const raw = await RawClient.open(server.port, { path: `/ws/notifications/ws?token=${token}` });
      expect(raw.status).toBe(101);
    });

    it('is not there unless there are keys for tokens', async () => {
      const server = await startHub({ transport, hub: {} });
      const raw = await RawClient.open(server.port, { path: '/notifications/ws' });
      expect(await raw.nextEvent('pusher:error')).toMatchObject({ data: { code: 4005 } });
      expect((await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET)).status).toBe(404);
    });
  });

  describe('the way of an event', () => {
    it('leads from a trigger of Laravel to hub sockets', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      await applicationOf(server).trigger('private-user.7', 'payment.confirmed', PAYMENT);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it('leads from a trigger on several channels and from a batch', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const application = applicationOf(server);
      await application.trigger(['private-user.8', 'private-user.7'], 'payment.confirmed', PAYMENT);
      await application.triggerBatch([
        { channel: 'private-user.7', name: 'payment.confirmed', data: { ...PAYMENT, paymentId: '2' } },
      ]);
      expect(await client.received(2)).toEqual([
        CONFIRMED,
        { type: 'PAYMENT_CONFIRMED', data: { ...PAYMENT, paymentId: '2' } },
      ]);
    });

    it("leads from a trigger on the user's cache channel", async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      await applicationOf(server).trigger('private-cache-user.7', 'payment.confirmed', PAYMENT);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it('ends once for each event, in whichever order the channels of the user bring it', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const application = applicationOf(server);
      const payment = (n: number) => ({ ...PAYMENT, paymentId: String(n) });
      for (const channel of ['private-user.7', 'private-cache-user.7', 'private-user.7']) {
        for (const n of [1, 2, 3]) await application.trigger(channel, 'payment.confirmed', payment(n));
      }
      await application.trigger('private-user.7', 'payment.confirmed', payment(4));
      await client.received(4);
      await client.settle();
      expect(client.frames).toEqual(
        [1, 2, 3, 4].map((n) => ({ type: 'PAYMENT_CONFIRMED', data: payment(n) })),
      );
    });

    it('leads from a hub notification to pusher-js', async () => {
      const server = await startHub({ transport });
      const channel = await subscribed(pusherClient(server, { id: '7' }), 'private-user.7');
      const event = nextEvent(channel, 'payment.confirmed');
      const headers = { ...WITH_SECRET, accept: 'application/json' };
      const { body } = await post(server, notifyPath('7'), CONFIRMED, headers);
      expect(body).toEqual({ success: true, event: 'payment.confirmed', sent: true });
      expect(await event).toEqual(PAYMENT);
    });

    it('passes data on to the digit', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const data = '{"paymentId":"1","amount":10.50,"id":9007199254740993}';
      await post(server, notifyPath('7'), `{"type":"PAYMENT_CONFIRMED","data":${data}}`, WITH_SECRET);
      await client.received(1);
      expect(client.texts).toEqual([`{"type":"PAYMENT_CONFIRMED","data":${data}}`]);
    });

    it('is closed to whatever the hub does not carry', async () => {
      const server = await startHub({ transport, app: { clientEvents: 'members' } });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const application = applicationOf(server);
      for (const name of CATALOGUE.filter((event) => aliasesOf(event, 'hub').length === 0)
        .map((event) => event.name)
        .slice(0, 20)) {
        await application.trigger('private-user.7', name, {});
      }
      const sender = await server.connect();
      await sender.subscribe('private-user.7');
      sender.send({ event: 'client-payment.confirmed', channel: 'private-user.7', data: PAYMENT });
      await sender.settle();
      await client.settle();
      expect(client.frames).toEqual([]);
    });

    it('takes the name of the frame as well', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      await applicationOf(server).trigger('private-user.7', 'PAYMENT_CONFIRMED', PAYMENT);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });
  });

  describe('a notification of the back end', () => {
    it.each([
      ['the secret', () => ({ headers: WITH_SECRET })],
      ['the secret as bearer', () => ({ headers: { authorization: `Bearer ${NOTIFY_SECRET}` } })],
      [
        "the app's signature",
        () => {
          const pairs: Pair[] = authPairs(JSON.stringify(CONFIRMED));
          const all: Pair[] = [...pairs, ['auth_signature', signature('POST', notifyPath('7'), pairs)]];
          return { query: `?${unescaped(all)}`, headers: {} };
        },
      ],
    ])('is taken with %s', async (_title, credentials) => {
      const server = await startHub({ transport });
      const { headers, query = '' } = credentials() as { headers: Record<string, string>; query?: string };
      const { status } = await post(server, notifyPath('7') + query, CONFIRMED, headers);
      expect(status).toBe(200);
    });

    it.each([
      ['nothing', '', {}],
      ['a wrong secret', '', { 'x-ws-secret': 'wrong' }],
      ['an empty secret', '', { 'x-ws-secret': '' }],
      ['a wrong signature', `?${unescaped([...authPairs('{}'), ['auth_signature', 'ab']])}`, WITH_SECRET],
    ])('is refused with %s', async (_title, query, headers) => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      const answer = await post(server, notifyPath('7') + query, CONFIRMED, headers);
      expect(answer.status).toBe(401);
      await client.settle();
      expect(client.frames).toEqual([]);
    });

    it.each([
      ['a type that the hub does not carry', { type: 'credit.approved', data: {} }, 'type: '],
      ['no type', { data: {} }, 'type: '],
      ['no data', { type: 'PAYMENT_CONFIRMED' }, 'data: '],
      ['an array', [], 'it must be'],
    ])('is refused for %s', async (_title, body, issue) => {
      const server = await startHub({ transport });
      const answer = await post(server, notifyPath('7'), body, WITH_SECRET);
      expect(answer).toMatchObject({ status: 422, body: { success: false } });
      expect(answer.body['issues']).toEqual([expect.stringContaining(issue)]);
    });

    it('is refused for an id that makes no channel', async () => {
      const server = await startHub({ transport });
      for (const id of ['a%20b', '%E0%A4%A', 'x'.repeat(300)]) {
        expect((await post(server, notifyPath(id), CONFIRMED, WITH_SECRET)).status).toBe(422);
      }
    });

    it('is published once when it is repeated', async () => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      for (let i = 0; i < 3; i++) {
        expect((await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET)).status).toBe(200);
      }
      await post(server, notifyPath('8'), CONFIRMED, WITH_SECRET);
      await client.settle();
      expect(client.frames).toEqual([CONFIRMED]);
    });

    it("takes the gateway's secret where the hub has none of its own", async () => {
      const config = { gateway: { secret: 'gateway-secret' } };
      const hub = { jwtSecret: JWT_SECRET, notifySecret: null };
      const server = await startHub({ transport, config, hub });
      const answer = await post(server, notifyPath('7'), CONFIRMED, { 'x-ws-secret': 'gateway-secret' });
      expect(answer.status).toBe(200);
    });
  });

  describe('who connects late', () => {
    it('gets the last confirmation', async () => {
      const server = await startHub({ transport });
      const last = { ...PAYMENT, paymentId: '2' };
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      await post(server, notifyPath('7'), { type: 'PAYMENT_CONFIRMED', data: last }, WITH_SECRET);
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      expect(await client.received(1)).toEqual([{ type: 'PAYMENT_CONFIRMED', data: last }]);
      const other = await HubClient.connect(server, await hmacToken({ sub: '8' }));
      await other.settle();
      expect(other.frames).toEqual([]);
    });

    it('gets what Laravel triggered', async () => {
      const server = await startHub({ transport });
      await applicationOf(server).trigger('private-user.7', 'payment.confirmed', PAYMENT);
      const client = await HubClient.connect(server, await hmacToken({ sub: '7' }));
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it("may be a Pusher client on the user's cache channel", async () => {
      const server = await startHub({ transport });
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      const client = await server.connect();
      await client.subscribe('private-cache-user.7');
      const { data } = await client.next('payment.confirmed', 'private-cache-user.7');
      expect(JSON.parse(data as string)).toEqual(PAYMENT);
    });

    it('comes too late some time after it', async () => {
      const clock = new FakeClock();
      const server = await startHub({
        transport,
        clock,
        hub: { jwtSecret: JWT_SECRET, rememberSeconds: 60 },
      });
      const token = () => hmacToken({ sub: '7' }, { now: clock.now() });
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      clock.advance(59_000);
      const soon = await HubClient.connect(server, await token());
      expect(await soon.received(1)).toEqual([CONFIRMED]);
      clock.advance(1000);
      const late = await HubClient.connect(server, await token());
      await late.settle();
      expect(late.frames).toEqual([]);
    });
  });

  describe('a token', () => {
    const HUB = { jwtSecret: JWT_SECRET, issuer: 'https://id.test', audience: 'hub' };
    const GOOD = { sub: '7', iss: 'https://id.test', aud: 'hub' };

    it.each([
      ['for this issuer and audience', GOOD],
      ['for several audiences', { ...GOOD, aud: ['shop', 'hub'] }],
    ])('%s is taken', async (_title, claims) => {
      const server = await startHub({ transport, hub: HUB });
      await HubClient.connect(server, await hmacToken(claims));
    });

    const tampered = async () => {
      const [head, , sign] = (await hmacToken(GOOD)).split('.');
      const claims = { ...GOOD, sub: '8', exp: 9_999_999_999 };
      return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), sign].join('.');
    };
    it.each<[string, string, () => string | Promise<string>]>([
      ['that has expired', 'expired', () => hmacToken(GOOD, { expiresIn: -60 })],
      ['that expired a moment ago', 'expired', () => hmacToken(GOOD, { expiresIn: -1 })],
      ['without an end', 'has no exp', () => hmacToken(GOOD, { expiresIn: null })],
      [
        'whose end is no number',
        'exp is not accepted',
        () => hmacToken({ ...GOOD, exp: 'soon' as never }, { expiresIn: null }),
      ],
      ['that is not good yet', 'nbf is not accepted', () => hmacToken({ ...GOOD, nbf: 9_999_999_998 })],
      [
        'of another algorithm',
        'algorithm',
        () => hmacToken(GOOD, { alg: 'HS512', secret: JWT_SECRET.repeat(2) }),
      ],
      [
        'of the same secret and another algorithm',
        'algorithm',
        () => hmacToken(GOOD, { alg: 'HS384', secret: JWT_SECRET }),
      ],
      ['that is not signed', 'algorithm', () => unsignedToken(GOOD)],
      [
        'with another secret',
        'signature',
        () => hmacToken(GOOD, { secret: 'another-secret-with-32-characters!!' }),
      ],
      ['that was changed', 'signature', tampered],
      ['for another audience', 'aud is not accepted', () => hmacToken({ ...GOOD, aud: 'shop' })],
      ['for no audience', 'has no aud', () => hmacToken({ sub: '7', iss: GOOD.iss })],
      ['of another issuer', 'iss is not accepted', () => hmacToken({ ...GOOD, iss: 'https://evil.test' })],
      ['without a user', 'none of sub, userId, id', () => hmacToken({ iss: GOOD.iss, aud: GOOD.aud })],
      ['whose user is no id', 'sub is no user id', () => hmacToken({ ...GOOD, sub: 'a b' })],
      ['whose user is empty', 'sub is no user id', () => hmacToken({ ...GOOD, sub: '' })],
      [
        'whose user lost digits',
        'sub is no user id',
        () => hmacToken({ ...GOOD, sub: 9007199254740993 as never }),
      ],
      ['that is none', 'is not a signed JWT', () => 'none'],
      ['that is empty', 'there is no token', () => ''],
      ['that is far too long', 'too long', () => 'x'.repeat(9000)],
    ])('%s is refused before the upgrade: %s', async (_title, reason, token) => {
      const { log, lines } = keepingLog();
      const server = await startHub({ transport, hub: HUB, log });
      const given = await token();
      const { status, body, headers } = await refusal(server, `?token=${given}`);
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toBe('Bearer');
      expect(JSON.parse(body)).toMatchObject({ success: false });
      expect(body).toContain(reason);
      if (given.length > 10) {
        expect(body).not.toContain(given);
        expect(lines.join('\n')).not.toContain(given);
        for (const part of given.split('.').filter((text) => text.length > 10)) {
          expect(lines.join('\n')).not.toContain(part);
        }
      }
    });

    it('is missing', async () => {
      const server = await startHub({ transport });
      expect((await refusal(server, '')).status).toBe(401);
    });

    it.each([
      ['sub', { sub: '7', userId: '8', id: '9' }, '7'],
      ['userId, where there is no sub', { userId: 8, id: 9 }, '8'],
      ['id, where there is neither', { id: 9 }, '9'],
      ['sub as a number', { sub: 33 as never }, '33'],
      ['a UUID', { sub: '4f1c2b1e-9f0a-4c55-8d8e-1f2a3b4c5d6e' }, '4f1c2b1e-9f0a-4c55-8d8e-1f2a3b4c5d6e'],
    ])('names its user in %s', async (_title, claims, userId) => {
      const server = await startHub({ transport });
      const client = await HubClient.connect(server, await hmacToken(claims));
      await post(server, notifyPath(userId), CONFIRMED, WITH_SECRET);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it('names its user in a claim of the configuration', async () => {
      const server = await startHub({ transport, hub: { jwtSecret: JWT_SECRET, userClaims: ['uid'] } });
      const client = await HubClient.connect(server, await hmacToken({ sub: '1', uid: 'x-7' }));
      await post(server, notifyPath('x-7'), CONFIRMED, WITH_SECRET);
      expect(await client.received(1)).toEqual([CONFIRMED]);
      expect((await refusal(server, `?token=${await hmacToken({ sub: '1' })}`)).status).toBe(401);
    });

    it('that expires closes its socket with 4001', async () => {
      const clock = new FakeClock();
      const server = await startHub({ transport, clock });
      const options = { now: clock.now() };
      const short = await HubClient.connect(
        server,
        await hmacToken({ sub: '7' }, { ...options, expiresIn: 30 }),
      );
      const long = await HubClient.connect(
        server,
        await hmacToken({ sub: '7' }, { ...options, expiresIn: 40 }),
      );
      clock.advance(29_000);
      await short.settle();
      clock.advance(1000);
      expect(await short.closed).toEqual({ code: 4001, reason: 'Token expired' });
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      expect(await long.received(1)).toEqual([CONFIRMED]);
    });

    it('is never logged', async () => {
      const { log, lines } = keepingLog();
      const server = await startHub({ transport, log });
      const token = await hmacToken({ sub: '7' });
      const client = await HubClient.connect(server, token);
      await refusal(server, `?token=${token}x`);
      await fetch(`http://127.0.0.1:${server.port}/notifications/ws?token=${token}`);
      await fetch(`http://127.0.0.1:${server.port}/notifications/wss?token=${token}`);
      await post(server, `${notifyPath('7')}?token=${token}`, CONFIRMED, { 'x-ws-secret': 'wrong' });
      await post(server, `${notifyPath('7')}?token=${token}`, CONFIRMED, WITH_SECRET);
      client.ws.close();
      await client.closed;
      await server.server.stop(0);
      expect(lines.length).toBeGreaterThan(2);
      expect(lines.join('\n')).not.toContain(token.split('.')[1]);
      expect(lines.join('\n')).not.toContain(token.split('.')[2]);
      expect(lines.join('\n')).not.toContain(NOTIFY_SECRET);
    });
  });

  describe('tokens of a key server', () => {
    it.each(['RS256', 'ES256', 'EdDSA'])('are checked with %s', async (alg) => {
      const key = await IssuerKey.create('one', alg);
      const keys = await KeyServer.start(key);
      const server = await startHub({ transport, hub: { jwksUrl: keys.url } });
      const client = await HubClient.connect(server, await key.sign({ sub: '7' }));
      await post(server, notifyPath('7'), CONFIRMED, WITH_SECRET);
      expect(await client.received(1)).toEqual([CONFIRMED]);
    });

    it('are refused when their key is unknown, or their algorithm is not taken', async () => {
      const key = await IssuerKey.create('one');
      const stranger = await IssuerKey.create('two');
      const impostor = await IssuerKey.create('one');
      const other = await IssuerKey.create('three', 'ES384');
      const keys = await KeyServer.start(key, other);
      const server = await startHub({ transport, hub: { jwksUrl: keys.url } });
      const answers = await Promise.all(
        [stranger, impostor, other].map(async (each) =>
          refusal(server, `?token=${await each.sign({ sub: '7' })}`),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
      expect(answers[0]!.body).toContain('unknown key');
      expect(answers[1]!.body).toContain('signature');
      expect(answers[2]!.body).toContain('algorithm');
      // The public key taken for a secret.
      const forged = await hmacToken({ sub: '7' }, { secret: JSON.stringify(key.publicJwk) });
      expect(await refusal(server, `?token=${forged}`)).toMatchObject({ status: 401 });
      expect((await refusal(server, `?token=${unsignedToken({ sub: '7' })}`)).status).toBe(401);
    });

    it('are checked with a new key as soon as it is used, and with a former one no more', async () => {
      const [former, renewed] = [await IssuerKey.create('one'), await IssuerKey.create('two')];
      const keys = await KeyServer.start(former);
      const server = await startHub({ transport, hub: { jwksUrl: keys.url, jwksCooldownSeconds: 0 } });
      await HubClient.connect(server, await former.sign({ sub: '7' }));
      keys.keys = [renewed];
      await HubClient.connect(server, await renewed.sign({ sub: '7' }));
      expect((await refusal(server, `?token=${await former.sign({ sub: '7' })}`)).status).toBe(401);
    });

    it('do not make the server ask for keys at every attempt', async () => {
      const [key, stranger] = [await IssuerKey.create('one'), await IssuerKey.create('two')];
      const keys = await KeyServer.start(key);
      const server = await startHub({ transport, hub: { jwksUrl: keys.url } });
      const token = await stranger.sign({ sub: '7' });
      for (let i = 0; i < 5; i++) expect((await refusal(server, `?token=${token}`)).status).toBe(401);
      expect(keys.requests).toBe(1);
    });

    it('wait while the keys cannot be fetched', async () => {
      const key = await IssuerKey.create('one');
      const keys = await KeyServer.start(key);
      const { log, lines } = keepingLog();
      const clock = new FakeClock();
      const server = await startHub({ transport, log, clock, hub: { jwksUrl: keys.url } });
      keys.status = 500;
      expect((await refusal(server, `?token=${await key.sign({ sub: '7' })}`)).status).toBe(503);
      expect(lines.join('\n')).toContain('hub.jwksUrl');
      keys.status = 200;
      clock.advance(RETRY_MS);
      await HubClient.connect(server, await key.sign({ sub: '7' }));
    });
  });

  describe('a handshake', () => {
    it('of a page elsewhere is refused with 403', async () => {
      const server = await startHub({ transport, app: { allowedOrigins: ['shop.test'] } });
      const query = `?token=${await hmacToken({ sub: '7' })}`;
      expect((await refusal(server, query, { origin: 'https://evil.test' })).status).toBe(403);
      expect(await HubClient.open(server, query, { origin: 'https://shop.test' })).toBeInstanceOf(HubClient);
    });

    it('without TLS, or to a disabled app, is refused with 403', async () => {
      const query = `?token=${await hmacToken({ sub: '7' })}`;
      for (const app of [{ requireTls: true }, { enabled: false }]) {
        expect((await refusal(await startHub({ transport, app }), query)).status).toBe(403);
      }
    });

    it('that is none is answered with 426', async () => {
      const server = await startHub({ transport });
      const response = await fetch(`http://127.0.0.1:${server.port}/notifications/ws?token=x`);
      expect(response.status).toBe(426);
      expect(response.headers.get('upgrade')).toBe('websocket');
    });

    it('beyond the sockets of a user is refused with 429 until one closes', async () => {
      const server = await startHub({ transport, hub: { jwtSecret: JWT_SECRET, maxSocketsPerUser: 2 } });
      const query = `?token=${await hmacToken({ sub: '7' })}`;
      const [first] = (await Promise.all([HubClient.open(server, query), HubClient.open(server, query)])) as [
        HubClient,
        HubClient,
      ];
      expect((await refusal(server, query)).status).toBe(429);
      await HubClient.connect(server, await hmacToken({ sub: '8' }));
      first.ws.close();
      await first.closed;
      await eventually(async () => {
        expect(await HubClient.open(server, query)).toBeInstanceOf(HubClient);
      });
    });

    it('beyond all sockets is refused with 503, also of those that come at once', async () => {
      const server = await startHub({ transport, hub: { jwtSecret: JWT_SECRET, maxSockets: 3 } });
      const opened = await Promise.all(
        Array.from({ length: 8 }, async (_, i) =>
          HubClient.open(server, `?token=${await hmacToken({ sub: String(i) })}`),
        ),
      );
      expect(opened.filter((each) => each instanceof HubClient)).toHaveLength(3);
      expect(opened.filter((each) => !(each instanceof HubClient) && each.status === 503)).toHaveLength(5);
    });

    it('given up while its token is checked takes no place', async () => {
      const key = await IssuerKey.create('one');
      const keys = await KeyServer.start(key);
      const server = await startHub({ transport, hub: { jwksUrl: keys.url, maxSockets: 1 } });
      const token = await key.sign({ sub: '7' });
      const path = `/notifications/ws?token=${token}`;
      for (let i = 0; i < 5; i++) {
        const { connect } = await import('node:net');
        await new Promise<void>((resolve) => {
          const tcp = connect(server.port, '127.0.0.1', () => {
            const head = Object.entries({
              Host: 'x',
              ...PLAIN_UPGRADE,
              'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
            });
            tcp.write(
              `GET ${path} HTTP/1.1\r\n${head.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`,
              () => {
                tcp.resetAndDestroy();
                resolve();
              },
            );
          });
          tcp.on('error', () => undefined);
        });
      }
      await eventually(async () => {
        expect(await HubClient.open(server, `?token=${token}`)).toBeInstanceOf(HubClient);
      });
    });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { startServer, TEST_APP, type TestServer } from '../support/start-server.js';
import { hmac, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const OTHER = { id: 'other-id', key: 'other-key', secret: 'other-secret' } as const;
const MEMBER = '{"user_id":"7"}';

onEachTransport((transport) => {
  describe('two apps of one server', () => {
    let server: TestServer;
    let otherApi: ApiClient;
    /** A connection of each app. */
    let mine: TestSocket;
    let other: TestSocket;

    beforeEach(async () => {
      const settings = { clientEvents: 'all', watchlist: true, subscriptionCount: true };
      server = await startServer({ transport, app: settings, apps: [{ ...OTHER, ...settings }] });
      otherApi = new ApiClient(`${server.scheme}://127.0.0.1:${server.lastPort}`, OTHER);
      mine = await server.connect();
      other = await server.open(`/app/${OTHER.key}?protocol=7`);
      await other.established();
    });

    /** Subscribes the connection of the other app, with its own app's signature. */
    const subscribeOther = async (channel: string, data?: string) => {
      const text = `${other.socketId}:${channel}${data === undefined ? '' : `:${data}`}`;
      const auth = `${OTHER.key}:${hmac(text, OTHER.secret)}`;
      other.send({
        event: 'pusher:subscribe',
        data: { channel, auth, ...(data !== undefined && { channel_data: data }) },
      });
      await other.next('pusher_internal:subscription_succeeded', channel);
    };

    const signInOther = async (data: string) => {
      const auth = `${OTHER.key}:${hmac(`${other.socketId}::user::${data}`, OTHER.secret)}`;
      other.send({ event: 'pusher:signin', data: { auth, user_data: data } });
      await other.next('pusher:signin_success');
    };

    it.each(['room', 'private-room', 'presence-room', 'private-encrypted-room', 'cache-room'])(
      'share no event of %s, though the channels have one name (CHAN-1)',
      async (channel) => {
        const data = channel.startsWith('presence-') ? MEMBER : undefined;
        await mine.subscribe(channel, data);
        await subscribeOther(channel, data);
        expect((await otherApi.trigger(channel, 'theirs', '1')).status).toBe(200);
        expect((await server.api.trigger(channel, 'ours', '2')).status).toBe(200);
        await Promise.all([mine.next('ours', channel), other.next('theirs', channel)]);
        await Promise.all([mine.settle(), other.settle()]);
        expect([mine.named('theirs'), other.named('ours')]).toEqual([[], []]);
      },
    );

    it('share no client events, members, counts and cached events', async () => {
      await mine.subscribe('presence-room', MEMBER);
      await subscribeOther('presence-room', '{"user_id":"8"}');
      await subscribeOther('cache-room');
      await otherApi.trigger('cache-room', 'theirs', '1');
      await other.next('theirs');
      other.send({ event: 'client-typing', channel: 'presence-room', data: '{}' });
      await Promise.all([mine.settle(), other.settle()]);
      await mine.subscribe('cache-room');
      await mine.next('pusher:cache_miss', 'cache-room');
      await mine.settle();
      expect(mine.named('theirs')).toEqual([]);
      expect(mine.named('client-typing')).toEqual([]);
      expect(mine.named('pusher_internal:member_added')).toEqual([]);
      expect((await server.api.get('/channels/presence-room/users')).json()).toEqual({
        users: [{ id: '7' }],
      });
      expect((await server.api.get('/connections')).json()).toEqual({ connections: 1 });
      expect((await otherApi.get('/connections')).json()).toEqual({ connections: 1 });
    });

    it("leave each other's users alone", async () => {
      await mine.signin({ id: '7' });
      await signInOther('{"id":"7"}');
      expect((await otherApi.trigger('#server-to-user-7', 'theirs', '1')).status).toBe(200);
      const terminated = await otherApi.post('/users/7/terminate_connections', {});
      expect(terminated.status).toBe(200);
      expect((await other.closed).code).toBe(4009);
      await mine.settle();
      expect(mine.named('theirs')).toEqual([]);
    });

    it('keep their idempotency keys apart (API-6)', async () => {
      await mine.subscribe('room');
      const event = { name: 'e', channel: 'room', data: '1', idempotency_key: 'k' };
      expect((await otherApi.post('/events', event)).status).toBe(200);
      expect((await server.api.post('/events', event)).status).toBe(200);
      await mine.next('e', 'room');
    });

    it.each([
      ['GET', '/channels'],
      ['GET', '/channels/room'],
      ['GET', '/channels/presence-room/users'],
      ['GET', '/connections'],
      ['POST', '/events'],
      ['POST', '/batch_events'],
      ['POST', '/users/7/terminate_connections'],
    ])("refuse each other's credentials for %s %s (SIGN-3)", async (method, path) => {
      const url = `${server.scheme}://127.0.0.1:${server.port}`;
      const body = method === 'POST' ? { name: 'e', channel: 'room', data: '1' } : undefined;
      const mixtures = [
        { ...OTHER, id: TEST_APP.id },
        { ...OTHER, id: TEST_APP.id, key: TEST_APP.key },
        { ...TEST_APP, key: OTHER.key },
        { ...TEST_APP, id: OTHER.id },
      ];
      for (const credentials of mixtures) {
        const answer = await new ApiClient(url, credentials).request({ method, path, body });
        expect(answer.status).toBe(401);
      }
    });

    it("refuse each other's signatures for channels and users (AUTH-2, USER-2)", async () => {
      const user = '{"id":"7"}';
      for (const { key, secret } of [
        OTHER,
        { ...OTHER, key: TEST_APP.key },
        { ...TEST_APP, key: OTHER.key },
      ]) {
        const auth = `${key}:${hmac(`${mine.socketId}:private-room`, secret)}`;
        mine.send({ event: 'pusher:subscribe', data: { channel: 'private-room', auth } });
        await mine.next('pusher:subscription_error', 'private-room');
        const userAuth = `${key}:${hmac(`${mine.socketId}::user::${user}`, secret)}`;
        mine.send({ event: 'pusher:signin', data: { auth: userAuth, user_data: user } });
        await mine.error();
      }
      expect(mine.named('pusher:signin_success')).toEqual([]);
      expect((await server.api.get('/channels')).json()).toEqual({ channels: {} });
    });
  });
});

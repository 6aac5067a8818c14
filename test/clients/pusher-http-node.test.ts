import PusherHttp from 'pusher';
import { describe, expect, it } from 'vitest';
import { applicationOf } from '../support/client-libraries.js';
import { startServer, TEST_APP } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const json = async (answer: Promise<PusherHttp.Response>) => (await answer).json() as Promise<unknown>;

/** The status and text with which a request is refused. */
async function refusal(
  answer: Promise<unknown>,
): Promise<{ status: number | undefined; body: string | undefined }> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  // What the library rejects with.
  const { status, body } = error as PusherHttp.RequestError;
  return { status, body };
}

onEachTransport((transport) => {
  describe("Pusher's Node library", () => {
    it('triggers on one channel and on many (API-1)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = await server.connect();
      for (const channel of ['a', 'b']) await client.subscribe(channel);
      expect(await json(application.trigger('a', 'x', { text: 'Zoë / "😀"' }))).toStrictEqual({});
      expect(await client.next('x')).toStrictEqual({
        event: 'x',
        channel: 'a',
        data: '{"text":"Zoë / \\"😀\\""}',
      });
      await application.trigger(['a', 'b'], 'y', 'text');
      expect(await client.next('y', 'a')).toMatchObject({ data: 'text' });
      expect(await client.next('y', 'b')).toMatchObject({ data: 'text' });
    });

    it('leaves a connection out and asks for attributes (API-1, API-4)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const sender = await server.connect();
      const other = await server.connect();
      for (const client of [sender, other]) await client.subscribe('news');
      const params = { socket_id: sender.socketId, info: 'subscription_count' };
      expect(await json(application.trigger(['news', 'empty'], 'x', {}, params))).toStrictEqual({
        channels: { news: { subscription_count: 2 }, empty: { subscription_count: 0 } },
      });
      await other.next('x');
      await sender.settle();
      expect(sender.named('x')).toEqual([]);
    });

    it('triggers a batch (API-2)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = await server.connect();
      await client.subscribe('a');
      await client.subscribe('presence-b', { user_id: '1' });
      const batch = [
        { channel: 'a', name: 'x', data: { n: 1 } },
        { channel: 'presence-b', name: 'y', data: 'two', info: 'user_count' },
      ];
      expect(await json(application.triggerBatch(batch))).toStrictEqual({ batch: [{}, { user_count: 1 }] });
      expect(await client.next('x')).toMatchObject({ channel: 'a', data: '{"n":1}' });
      expect(await client.next('y')).toMatchObject({ channel: 'presence-b', data: 'two' });
    });

    it('encrypts what it triggers on an encrypted channel (CHAN-2)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('private-encrypted-x');
      await applicationOf(server).trigger('private-encrypted-x', 'x', { secret: 'word' });
      const { data } = await client.next('x');
      expect(Object.keys(JSON.parse(data as string) as object)).toStrictEqual(['nonce', 'ciphertext']);
      expect(data).not.toContain('word');
    });

    it('sends to a user and terminates his connections (USER-4, USER-5)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = await server.connect();
      const { auth, user_data: userData } = application.authenticateUser(client.socketId, {
        id: 'u@1.example',
        user_info: { name: 'Zoë' },
      });
      client.send({ event: 'pusher:signin', data: { auth, user_data: userData } });
      await client.next('pusher:signin_success');
      await client.subscribe('#server-to-user-u@1.example');
      await application.sendToUser('u@1.example', 'x', { a: 1 });
      expect(await client.next('x')).toMatchObject({ data: '{"a":1}' });
      expect(await json(application.terminateUserConnections('u@1.example'))).toStrictEqual({});
      expect((await client.closed).code).toBe(4009);
    });

    it('authorizes channels, with data on any of them (AUTH-1)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = await server.connect();
      for (const channel of ['private-x', 'presence-x', 'private-encrypted-x', 'private-cache-x']) {
        const member = { user_id: '1', user_info: { url: 'https://x/y', name: 'Zoë' } };
        const { auth, channel_data: channelData } = application.authorizeChannel(
          client.socketId,
          channel,
          member,
        );
        client.send({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } });
        await client.next('pusher_internal:subscription_succeeded', channel);
      }
    });

    it('reads channels, their attributes and their users (API-7, API-8, API-9)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      const client = await server.connect();
      await client.subscribe('news');
      await client.subscribe('presence-room', { user_id: '1' });
      const get = (path: string, params?: PusherHttp.Params) =>
        json(application.get(params === undefined ? { path } : { path, params }));
      expect(await get('/channels')).toStrictEqual({ channels: { news: {}, 'presence-room': {} } });
      expect(await get('/channels', { filter_by_prefix: 'presence-', info: 'user_count' })).toStrictEqual({
        channels: { 'presence-room': { user_count: 1 } },
      });
      expect(await get('/channels/news', { info: 'subscription_count' })).toStrictEqual({
        occupied: true,
        subscription_count: 1,
      });
      expect(await get('/channels/presence-room/users')).toStrictEqual({ users: [{ id: '1' }] });
    });

    it('hears why it is refused (SIGN-7, API-3)', async () => {
      const server = await startServer({ transport });
      const application = applicationOf(server);
      expect(await refusal(applicationOf(server, 'wrong').trigger('a', 'x', {}))).toStrictEqual({
        status: 401,
        body: expect.stringMatching(/^Invalid signature: /) as string,
      });
      expect((await refusal(application.trigger('a', 'x', 'x'.repeat(10_241)))).status).toBe(413);
      expect((await refusal(application.get({ path: '/channels/news/users' }))).status).toBe(400);
      const stranger = new PusherHttp({
        appId: 'nobody',
        key: TEST_APP.key,
        secret: TEST_APP.secret,
        host: '127.0.0.1',
        port: String(server.port),
      });
      expect((await refusal(stranger.trigger('a', 'x', {}))).status).toBe(404);
    });
  });
});

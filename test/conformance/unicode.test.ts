import { describe, expect, it } from 'vitest';
import { RawHttp, requestText } from '../support/raw-http.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer } from '../support/start-server.js';
import { subscribeFrame } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const HALF = '\ud800';
const NAME = 'Invalid event name: it must be Unicode text\n';

onEachTransport((transport) => {
  describe('text that is no Unicode (TEXT-1)', () => {
    it.each<[string, string, object, string]>([
      ['the name of an event', '/events', { name: `a${HALF}`, channel: 'room', data: '1' }, NAME],
      [
        'an event of a batch',
        '/batch_events',
        {
          batch: [
            { name: 'a', channel: 'room', data: '1' },
            { name: `a${HALF}`, channel: 'room', data: '1' },
          ],
        },
        NAME,
      ],
      [
        'an idempotency key',
        '/events',
        { name: 'a', channel: 'room', data: '1', idempotency_key: HALF },
        "Invalid parameter: 'idempotency_key' must be Unicode text\n",
      ],
    ])('is refused as %s', async (_what, path, body, text) => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.subscribe('room');
      const answer = await server.api.post(path, body);
      expect([answer.status, answer.text]).toEqual([400, text]);
      await client.settle();
      expect(client.named('a')).toEqual([]);
    });

    it.each<['GET' | 'POST', string, readonly (readonly [string, string])[]]>([
      ['GET', '/apps/app-id/channels', [['filter_by_prefix', '%ED%A0%80']]],
      ['GET', '/apps/app-id/channels', [['filter_by_prefix', 'a%FFb']]],
      ['POST', '/apps/app-id/users/%ED%A0%80/terminate_connections', []],
      ['GET', '/apps/app-id/channels/%C3', []],
    ])('is refused in the escapes of a path or query: %s %s %j', async (method, path, parameters) => {
      const server = await startServer({ transport });
      const http = await RawHttp.open(server.port);
      http.write(requestText(method, signedTarget(method, path, parameters)));
      expect(await http.answer()).toMatchObject({
        status: 400,
        body: 'Invalid path or query: its percent-encoding is not UTF-8\n',
      });
    });

    it('is delivered in the data of events, which keeps its escapes', async () => {
      const server = await startServer({ transport, app: { clientEvents: 'all' } });
      const [sender, client] = [await server.connect(), await server.connect()];
      for (const socket of [sender, client]) await socket.subscribe('private-cache-room');
      expect((await server.api.trigger('private-cache-room', 'cut', `a${HALF}`)).status).toBe(200);
      expect((await client.next('cut')).data).toBe(`a${HALF}`);
      sender.send({ event: 'client-cut', channel: 'private-cache-room', data: `b${HALF}` });
      expect((await client.next('client-cut')).data).toBe(`b${HALF}`);
      const late = await server.connect();
      await late.subscribe('private-cache-room');
      expect((await late.next('cut')).data).toBe(`a${HALF}`);
    });

    it.each([
      ['a path', signedTarget('GET', '/apps/app-id/channels/a\ufffd')],
      ['a query', signedTarget('GET', '/apps/app-id/channels', [['filter_by_prefix', 'a\ufffd']])],
    ])('is refused in the bytes of %s', async (_what, target) => {
      const server = await startServer({ transport });
      const http = await RawHttp.open(server.port);
      // Signed as it would be read.
      http.write(requestText('GET', target.replace('\ufffd', '\xff')));
      const { status, body } = await http.answer();
      expect(status).toBe(400);
      // Node's own parser refuses it before it comes to us.
      if (transport === 'uws') expect(body).toContain('what is not ASCII must be percent-encoded');
    });

    // uWebSockets.js ends the value of a header at such a byte.
    it.runIf(transport === 'ws')(
      'is refused in the bytes of an idempotency key, and what is text is the same in header and body',
      async () => {
        const server = await startServer({ transport });
        const client = await server.connect();
        await client.subscribe('room');
        const event = { name: 'a', channel: 'room', data: '1' };
        const trigger = async (key: string) => {
          const body = JSON.stringify(event);
          const http = await RawHttp.open(server.port);
          const target = signedTarget('POST', '/apps/app-id/events', [], body);
          http.write(requestText('POST', target, { headers: { 'Idempotency-Key': key }, body }));
          return http.answer();
        };
        expect(await trigger('k\xff')).toMatchObject({
          status: 400,
          body: "Invalid header: 'Idempotency-Key' must be UTF-8\n",
        });
        await client.settle();
        expect(client.named('a')).toEqual([]);
        expect(await trigger(Buffer.from('schlüssel').toString('latin1'))).toMatchObject({ status: 200 });
        await server.api.post('/events', { ...event, idempotency_key: 'schlüssel' });
        await client.next('a');
        await client.settle();
        expect(client.named('a')).toHaveLength(1);
      },
    );

    it('is refused as the id of a member, whom the others do not see', async () => {
      const server = await startServer({ transport });
      const other = await server.connect();
      await other.subscribe('presence-room', { user_id: 'b' });
      const client = await server.connect();
      client.send(subscribeFrame(client.socketId, 'presence-room', { user_id: HALF }));
      await client.next('pusher:subscription_error');
      await client.settle();
      await other.settle();
      expect(other.named('pusher_internal:member_added')).toEqual([]);
    });
  });
});

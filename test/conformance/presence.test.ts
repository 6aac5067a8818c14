import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { FakeClock } from '../support/fake-clock.js';
import { isSpread, startServer, type TestServer } from '../support/start-server.js';
import { subscribeFrame, type ReceivedFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const ROOM = 'presence-room';
const ADDED = 'pusher_internal:member_added';
const REMOVED = 'pusher_internal:member_removed';

const unsubscribe = (client: TestSocket, channel = ROOM) => {
  client.send({ event: 'pusher:unsubscribe', data: { channel } });
};

interface Snapshot {
  readonly count: number;
  readonly ids: string[];
  readonly hash: Record<string, unknown>;
}

function snapshotOf({ data }: ReceivedFrame): Snapshot {
  return (JSON.parse(data as string) as { presence: Snapshot }).presence;
}

/** Until the server knows that so many connections are left. */
async function untilConnections(server: TestServer, connections: number): Promise<void> {
  await eventually(async () => {
    expect((await server.api.get('/connections')).json()).toStrictEqual({ connections });
  });
}

onEachTransport((transport) => {
  describe('the snapshot', () => {
    it('has the joiner and all others, ids as strings, in one exact frame (PRES-2)', async () => {
      const server = await startServer({ transport });
      const a = await server.connect();
      const b = await server.connect();
      await a.subscribe(ROOM, { user_id: 7, user_info: { name: 'Ana' } });
      await b.subscribe(ROOM, { user_id: 'b-2' });
      expect(a.texts[1]).toBe(
        '{"event":"pusher_internal:subscription_succeeded","channel":"presence-room","data":"{\\"presence\\":{\\"count\\":1,\\"ids\\":[\\"7\\"],\\"hash\\":{\\"7\\":{\\"name\\":\\"Ana\\"}}}}"}',
      );
      expect(b.frames[1]?.data).toBe(
        '{"presence":{"count":2,"ids":["7","b-2"],"hash":{"7":{"name":"Ana"},"b-2":{}}}}',
      );
    });

    it.each([
      ['a string', '{"user_id":"1"}', '1'],
      ['an integer', '{"user_id":1}', '1'],
      ['zero', '{"user_id":0}', '0'],
      ['a negative integer', '{"user_id":-5}', '-5'],
      ['an integer beyond 2^53', '{"user_id":9007199254740993}', '9007199254740993'],
      [
        'an integer beyond 2^64',
        '{"user_id":123456789012345678901234567890}',
        '123456789012345678901234567890',
      ],
      ['a UUID', '{"user_id":"0d9b1c2e-4f5a"}', '0d9b1c2e-4f5a'],
      ['what looks like a number', '{"user_id":"007"}', '007'],
      ['characters that no channel name may have', '{"user_id":"Zoë \\"x\\" / 😀"}', 'Zoë "x" / 😀'],
      ['a name of every object', '{"user_id":"__proto__"}', '__proto__'],
      ['a repeated member, the last of them', '{"user_id":"1","user_id":2}', '2'],
      ['one of the name inside the info, which is another', '{"user_info":{"user_id":9},"user_id":"1"}', '1'],
    ])('takes as user id %s (PRES-1)', async (_what, channelData, id) => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const client = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'witness' });
      const snapshot = snapshotOf(await client.subscribe(ROOM, channelData));
      expect(snapshot.ids).toStrictEqual(['witness', id]);
      expect(Object.keys(snapshot.hash)).toContain(id);
      const { data } = await witness.next(ADDED);
      expect((JSON.parse(data as string) as { user_id: unknown }).user_id).toBe(id);
      unsubscribe(client);
      expect((await witness.next(REMOVED)).data).toBe(JSON.stringify({ user_id: id }));
    });

    it('takes the id of the text where two integers are one as numbers (PRES-1)', async () => {
      const server = await startServer({ transport });
      const a = await server.connect();
      const b = await server.connect();
      await a.subscribe(ROOM, '{"user_id":9007199254740992}');
      const snapshot = snapshotOf(await b.subscribe(ROOM, '{"user_id":9007199254740993}'));
      expect(snapshot).toMatchObject({ count: 2, ids: ['9007199254740992', '9007199254740993'] });
    });

    it('takes 1 and "1" for the same user (PRES-1)', async () => {
      const server = await startServer({ transport });
      const a = await server.connect();
      const b = await server.connect();
      await a.subscribe(ROOM, '{"user_id":1}');
      expect(snapshotOf(await b.subscribe(ROOM, '{"user_id":"1"}'))).toMatchObject({ count: 1, ids: ['1'] });
    });

    it.each([
      ['none', '{"user_id":"1"}', '{}'],
      ['null', '{"user_id":"1","user_info":null}', '{}'],
      ["PHP's empty array", '{"user_id":"1","user_info":[]}', '{}'],
      ['an empty object', '{"user_id":"1","user_info":{}}', '{}'],
      [
        'in its own spelling',
        '{"user_id":"1","user_info":{"b":1.0,"a":"\\/","n":1e2}}',
        '{"b":1.0,"a":"\\/","n":1e2}',
      ],
      ['nested', '{"user_id":"1","user_info":{"a":[{"b":"}"}],"c":{}}}', '{"a":[{"b":"}"}],"c":{}}'],
      ['in any script', '{"user_info":{"名":"Zoë 😀"},"user_id":"1"}', '{"名":"Zoë 😀"}'],
      ['with a large number', '{"user_id":"1","user_info":{"n":9007199254740993}}', '{"n":9007199254740993}'],
    ])('passes on user_info as it was written: %s (PRES-3)', async (_what, channelData, info) => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const client = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      const { data } = await client.subscribe(ROOM, channelData);
      expect(data).toBe(`{"presence":{"count":2,"ids":["w","1"],"hash":{"w":{},"1":${info}}}}`);
      expect((await witness.next(ADDED)).data).toBe(`{"user_id":"1","user_info":${info}}`);
    });

    it('shows a signed-in user who gives no channel_data (PRES-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: 'u-1', user_info: { name: 'Ana' } });
      expect(snapshotOf(await client.subscribe(ROOM))).toStrictEqual({
        count: 1,
        ids: ['u-1'],
        hash: { 'u-1': { name: 'Ana' } },
      });
    });

    it('shows whom channel_data names, also for a signed-in user (PRES-1)', async () => {
      const server = await startServer({ transport });
      const client = await server.connect();
      await client.signin({ id: 'u-1' });
      expect(snapshotOf(await client.subscribe(ROOM, { user_id: 'other' })).ids).toStrictEqual(['other']);
    });

    it('keeps the channels of two apps apart (PRES-2)', async () => {
      const apps = [{ id: 'app-id-2', key: 'app-key-2', secret: 'app-secret' }];
      const server = await startServer({ transport, apps });
      const a = await server.connect();
      await a.subscribe(ROOM, { user_id: '1' });
      const b = await server.open('/app/app-key-2');
      await b.established();
      b.send(subscribeFrame(b.socketId, ROOM, { user_id: '2' }, 'app-key-2'));
      expect(snapshotOf(await b.next('pusher_internal:subscription_succeeded')).ids).toStrictEqual(['2']);
      await a.settle();
      expect(a.named(ADDED)).toEqual([]);
    });

    it('is right with a hundred members (PRES-2)', async () => {
      const server = await startServer({ transport });
      const clients = await Promise.all(Array.from({ length: 100 }, () => server.connect()));
      for (const [i, client] of clients.entries()) await client.subscribe(ROOM, { user_id: i });
      const ids = Array.from({ length: 100 }, (_, i) => String(i));
      expect(snapshotOf(clients[99]!.named('pusher_internal:subscription_succeeded')[0]!).ids).toStrictEqual(
        ids,
      );
      await clients[0]!.settle();
      expect(clients[0]!.named(ADDED)).toHaveLength(99);
    });

    it('of many members follows who leaves, comes and is described anew (PRES-2, PRES-6)', async () => {
      const server = await startServer({ transport, config: { server: { compression: 'shared' } } });
      // The first half of them reads compressed frames, and all at once.
      const clients = await Promise.all(
        Array.from({ length: 70 }, (_, i) => server.connect({ perMessageDeflate: i < 35 })),
      );
      const present = new Map<string, unknown>();
      const join = async (client: TestSocket, id: string, name = id) => {
        present.set(id, { name });
        return snapshotOf(await client.subscribe(ROOM, { user_id: id, user_info: { name } }));
      };
      const all = () => ({
        count: present.size,
        ids: [...present.keys()],
        hash: Object.fromEntries(present),
      });
      for (const [i, client] of clients.entries()) {
        expect(await join(client, `user ${i}`)).toStrictEqual(all());
      }
      unsubscribe(clients[7]!);
      present.delete('user 7');
      await clients[7]!.settle();
      expect(await join(clients[7]!, 'late')).toStrictEqual(all());
      const [young, again, last] = await Promise.all([server.connect(), server.connect(), server.connect()]);
      expect(await join(young, 'user 9', 'new')).toStrictEqual(all());
      expect(await join(again, 'user 9', 'new')).toStrictEqual(all());
      expect(await join(last, 'zoë 😀')).toStrictEqual(all());
    });

    it('of many members comes whole to each of those who join at once (PRES-2)', async () => {
      const server = await startServer({ transport, config: { server: { compression: 'shared' } } });
      const open = (count: number) =>
        Promise.all(
          Array.from({ length: count }, (_, i) => server.connect({ perMessageDeflate: i % 2 === 0 })),
        );
      const ids: string[] = [];
      for (const [i, client] of (await open(60)).entries()) {
        await client.subscribe(ROOM, { user_id: i });
        ids.push(`${i}`);
      }
      const joined = await Promise.all(
        (await open(20)).map((client, i) => client.subscribe(ROOM, { user_id: `late ${i}` })),
      );
      for (const snapshot of joined.map(snapshotOf)) {
        expect(snapshot.ids.slice(0, 60)).toStrictEqual(ids);
        expect(snapshot.ids).toHaveLength(snapshot.count);
        expect(Object.keys(snapshot.hash)).toHaveLength(snapshot.count);
      }
    });
  });

  describe('member_added', () => {
    it('goes to the others and not to the joiner, after he is in their snapshot or before theirs is (PRES-4)', async () => {
      const server = await startServer({ transport });
      const a = await server.connect();
      const b = await server.connect();
      await a.subscribe(ROOM, { user_id: '1' });
      await b.subscribe(ROOM, { user_id: '2', user_info: { name: 'B' } });
      await a.settle();
      await b.settle();
      expect(a.named(ADDED)).toStrictEqual([
        { event: ADDED, channel: ROOM, data: '{"user_id":"2","user_info":{"name":"B"}}' },
      ]);
      expect(b.named(ADDED)).toEqual([]);
    });

    it("comes with a user's first connection only, however many tabs he has (PRES-4)", async () => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      const tabs = await Promise.all([server.connect(), server.connect(), server.connect()]);
      for (const tab of tabs) {
        const snapshot = snapshotOf(await tab.subscribe(ROOM, { user_id: '1' }));
        expect(snapshot).toMatchObject({ count: 2, ids: ['w', '1'] });
      }
      await witness.settle();
      expect(witness.named(ADDED)).toHaveLength(1);
      for (const tab of tabs) {
        await tab.settle();
        expect(tab.named(ADDED)).toEqual([]);
      }
    });
  });

  describe('member_removed', () => {
    interface Way {
      readonly how: string;
      readonly leave: (client: TestSocket) => void;
      /** Whether the connection is over too. */
      readonly ends: boolean;
    }

    const WAYS: readonly Way[] = [
      { how: 'unsubscribes', leave: unsubscribe, ends: false },
      { how: 'closes', leave: (client) => void client.close(), ends: true },
      {
        how: 'is cut off',
        leave: (client) => {
          client.terminate();
        },
        ends: true,
      },
      {
        how: 'sends too long a message',
        leave: (client) => {
          client.send('x'.repeat(70_000));
        },
        ends: true,
      },
    ];

    it.each(WAYS)('comes once when the only connection of a user $how (PRES-5)', async ({ leave }) => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const client = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      await client.subscribe(ROOM, { user_id: '1' });
      leave(client);
      expect(await witness.next(REMOVED)).toStrictEqual({
        event: REMOVED,
        channel: ROOM,
        data: '{"user_id":"1"}',
      });
      await witness.settle();
      expect(witness.named(REMOVED)).toHaveLength(1);
      expect(client.named(REMOVED)).toEqual([]);
    });

    it.each(WAYS)('waits for the last of three tabs when each $how (PRES-5)', async ({ leave, ends }) => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      const tabs = await Promise.all([server.connect(), server.connect(), server.connect()]);
      for (const tab of tabs) await tab.subscribe(ROOM, { user_id: '1' });
      const [first, second, last] = tabs;
      for (const tab of [first, second]) leave(tab);
      if (ends) await untilConnections(server, 2);
      else for (const tab of [first, second]) await tab.settle();
      await witness.settle();
      expect(witness.named(REMOVED)).toEqual([]);
      leave(last);
      await witness.next(REMOVED);
      await witness.settle();
      expect(witness.named(REMOVED)).toHaveLength(1);
    });

    it('comes when the user is terminated, on all his connections at once (PRES-5, USER-5)', async () => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      const tabs = await Promise.all([server.connect(), server.connect()]);
      for (const tab of tabs) {
        await tab.signin({ id: '1' });
        await tab.subscribe(ROOM);
      }
      await server.api.post('/users/1/terminate_connections', {});
      await witness.next(REMOVED);
      await witness.settle();
      expect(witness.named(REMOVED)).toHaveLength(1);
      for (const tab of tabs) expect((await tab.closed).code).toBe(4009);
    });

    it('comes for each channel the connection was on (PRES-5)', async () => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const client = await server.connect();
      for (const channel of ['presence-a', 'presence-b']) {
        await witness.subscribe(channel, { user_id: 'w' });
        await client.subscribe(channel, { user_id: channel });
      }
      await client.close();
      await witness.next(REMOVED, 'presence-a');
      expect(await witness.next(REMOVED, 'presence-b')).toMatchObject({ data: '{"user_id":"presence-b"}' });
    });

    it('lets the user come back as a new member (PRES-4, PRES-5)', async () => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const client = await server.connect();
      await witness.subscribe(ROOM, { user_id: 'w' });
      for (let i = 0; i < 3; i++) {
        await client.subscribe(ROOM, { user_id: '1', user_info: { visit: i } });
        expect(await witness.next(ADDED)).toMatchObject({
          data: `{"user_id":"1","user_info":{"visit":${i}}}`,
        });
        unsubscribe(client);
        await witness.next(REMOVED);
      }
    });
  });

  describe('a newer user_info', () => {
    it('replaces the older one, and nobody is told (PRES-6)', async () => {
      const server = await startServer({ transport });
      const witness = await server.connect();
      const [old, young, late] = await Promise.all([server.connect(), server.connect(), server.connect()]);
      await witness.subscribe(ROOM, { user_id: 'w' });
      await old.subscribe(ROOM, { user_id: '1', user_info: { name: 'old' } });
      const seen = snapshotOf(await young.subscribe(ROOM, { user_id: '1', user_info: { name: 'new' } }));
      expect(seen.hash).toStrictEqual({ w: {}, '1': { name: 'new' } });
      unsubscribe(young);
      await young.settle();
      await witness.settle();
      expect(witness.frames.slice(2).map(({ event }) => event)).toStrictEqual([ADDED, 'pusher:pong']);
      // It stays after the connection that brought it is gone.
      expect(snapshotOf(await late.subscribe(ROOM, { user_id: '2' })).hash).toMatchObject({
        '1': { name: 'new' },
      });
    });
  });

  describe('joins without an end', () => {
    /** Joins that is refused: what the client hears. */
    async function refused(client: TestSocket, channel: string, user: string) {
      client.send(subscribeFrame(client.socketId, channel, { user_id: user }));
      const error = await client.next('pusher:subscription_error', channel);
      expect(JSON.parse(error.data as string)).toMatchObject({ type: 'LimitReached', status: 429 });
      expect(await client.error()).toMatchObject({ code: 4301 });
    }

    it('of one user in one channel are refused from some number a minute on, and leaving is not (PRES-7)', async () => {
      const clock = new FakeClock();
      const server = await startServer({ transport, clock });
      const [witness, client, other, guest] = await Promise.all(
        Array.from({ length: 4 }, () => server.connect()),
      );
      if (!witness || !client || !other || !guest) throw new Error('not connected');
      await witness.subscribe(ROOM, { user_id: 'w' });
      for (let i = 0; i < 60; i++) {
        await client.subscribe(ROOM, { user_id: '1' });
        await witness.next(ADDED);
        unsubscribe(client);
        await witness.next(REMOVED);
      }
      await refused(client, ROOM, '1');
      if (!isSpread()) await refused(other, ROOM, '1');
      // Others come as they like, and so does the user elsewhere.
      await guest.subscribe(ROOM, { user_id: '2' });
      await client.subscribe('presence-other', { user_id: '1' });
      clock.advance(1000);
      await client.settle();
      await client.subscribe(ROOM, { user_id: '1' });
      // Whoever is there may come with as many tabs as they like.
      await Promise.all(
        Array.from({ length: 3 }, async () => {
          const tab = await server.connect();
          await tab.subscribe(ROOM, { user_id: '1' });
        }),
      );
      client.terminate();
      await witness.settle();
      const late = await server.connect();
      const known = snapshotOf(await late.subscribe(ROOM, { user_id: 'late' })).ids;
      expect(known.sort()).toStrictEqual(['1', '2', 'late', 'w']);
    });

    it('of one connection are refused from some number a second on, whatever the channels (PRES-7)', async () => {
      const app = { maxPresenceJoinsPerSecond: 1, maxSubscriptionsPerConnection: 10 };
      const clock = new FakeClock();
      const server = await startServer({ transport, app, clock });
      const client = await server.connect();
      for (let i = 0; i < 10; i++) {
        await client.subscribe(`presence-${i}`, { user_id: '1' });
        unsubscribe(client, `presence-${i}`);
      }
      await refused(client, ROOM, '1');
      await client.subscribe('news');
      clock.advance(1000);
      await client.subscribe(ROOM, { user_id: '1' });
    });
  });
});

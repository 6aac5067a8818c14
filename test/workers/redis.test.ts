import { expect, it, onTestFinished } from 'vitest';
import { MemberList } from '../cluster/faults/cluster-bed.js';
import { RedisServer } from '../support/redis-server.js';
import { describeWith, REDIS } from '../support/services.js';
import { WorkersBed } from './workers-bed.js';

const ROOM = 'presence-room';

describeWith(REDIS, () => {
  it('workers are nodes of one cluster with those of other hosts', { timeout: 60_000 }, async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const env = { PREGON_BUS: 'redis', PREGON_REDIS_URL: redis.url, PREGON_LOG_LEVEL: 'debug' };
    const [workers, single] = await Promise.all([
      WorkersBed.start([], { env }),
      WorkersBed.start(['--workers', '1'], { env }),
    ]);
    const two = await workers.onBoth(async () => {
      const client = await workers.connect();
      return { client, socketId: client.socketId };
    });
    const clients = [...two, await single.connect()];
    const lists = clients.map((client) => new MemberList(client, ROOM));
    await Promise.all(clients.map((client, i) => client.subscribe(ROOM, { user_id: `u${i}` })));
    await Promise.all(lists.map((list) => list.becomes(['u0', 'u1', 'u2'])));

    for (const [from, name] of [
      [workers, 'from-workers'],
      [single, 'from-single'],
    ] as const) {
      await from.api.trigger(ROOM, name, '');
      await Promise.all(clients.map((client) => client.next(name, ROOM)));
      const channel = (await from.api.get(`/channels/${ROOM}`, { info: 'user_count' })).json();
      expect(channel).toEqual({ occupied: true, user_count: 3 });
    }
    // A repeat is told from a first request by the store, so its body is not there any more when it is published.
    const repeated = { name: 'once', channel: ROOM, data: '1', idempotency_key: 'k1' };
    for (const to of [workers, single, workers, single]) {
      expect((await to.api.post('/events', repeated)).text).toBe('{}');
    }
    await Promise.all(clients.map((client) => client.next('once', ROOM)));

    clients[0]!.terminate();
    await Promise.all(lists.slice(1).map((list) => list.becomes(['u1', 'u2'])));
    expect(lists.flatMap(({ faults }) => faults)).toEqual([]);
    for (const client of clients.slice(1)) {
      const counts = ['from-workers', 'from-single', 'once'].map((name) => client.named(name).length);
      expect(counts).toEqual([1, 1, 1]);
    }
  });
});

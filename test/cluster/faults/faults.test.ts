import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { Audit } from './audit.js';
import { PATIENCE_MS, startNode, startNodes, type ClusterNode } from './cluster-bed.js';

/** `npm run test:faults` makes faults last as long as they do in the field. */
const isLong = process.env['PREGON_LONG_FAULTS'] === 'true';
const OUTAGE_MS = isLong ? 30_000 : 3000;
const STEADY_EVENTS = isLong ? 20_000 : 1500;
const PAUSE_MS = 20_000;
const TIMEOUT_MS = 180_000;

const ROOM = 'presence-room';
const CLEAN = { lost: 0, duplicated: 0, reordered: 0 };

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function bed(count = 3): Promise<{ redis: RedisServer; nodes: ClusterNode[] }> {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  return { redis, nodes: await startNodes(redis, count) };
}

async function allHealthy(nodes: readonly ClusterNode[]): Promise<void> {
  await eventually(async () => {
    for (const node of nodes) if (!(await node.isReady())) throw new Error('a node is degraded');
  }, PATIENCE_MS);
}

const apis = (nodes: readonly ClusterNode[]) => nodes.map(({ api }) => api);

describeWith(REDIS, () => {
  it(
    'deliver every event once and in order under steady load',
    async () => {
      const { nodes } = await bed();
      const audit = await Audit.start(nodes);
      audit.publish(apis(nodes));
      await audit.passed(STEADY_EVENTS);
      expect(await audit.stop()).toMatchObject(CLEAN);
      for (const node of nodes) expect(await node.metric('pregon_cluster_gaps_total')).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'lose a killed node and nothing else: its members leave once, after 8 to 12 seconds',
    async () => {
      const { nodes } = await bed();
      const [first, second, third] = nodes;
      const audit = await Audit.start([first!, second!]);
      const lists = [await first!.join(ROOM, 'ana'), await second!.join(ROOM, 'ben')];
      await third!.join(ROOM, 'eva');
      await third!.join(ROOM, 'ben');
      for (const list of lists) await list.becomes(['ana', 'ben', 'eva']);
      // A node judges others only when it has beaten in time for as long itself.
      await sleep(9500);
      audit.publish(apis([first!, second!]));
      third!.child.kill('SIGKILL');
      const killedAt = Date.now();
      for (const list of lists) await list.becomes(['ana', 'ben']);
      const seconds = (Date.now() - killedAt) / 1000;
      expect(seconds).toBeGreaterThan(6);
      expect(seconds).toBeLessThan(14);
      expect(await audit.stop()).toMatchObject(CLEAN);
      expect(lists.flatMap(({ faults }) => faults)).toStrictEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'tell webhooks once of the members of a killed node, unless they come back to another (HOOK-5)',
    async () => {
      const redis = await RedisServer.start();
      onTestFinished(() => redis.stop());
      const receiver = await WebhookReceiver.start();
      const webhooks = [{ url: receiver.url, eventTypes: ['member_added', 'member_removed'] }];
      const nodes = await startNodes(redis, 3, { webhooks });
      const [first, second, third] = nodes;
      const list = await first!.join(ROOM, 'ana');
      await third!.join(ROOM, 'ben');
      await third!.join(ROOM, 'eva');
      await list.becomes(['ana', 'ben', 'eva']);
      await receiver.untilEvents(3);
      await sleep(9500);
      third!.child.kill('SIGKILL');
      await list.becomes(['ana']);
      await second!.join(ROOM, 'eva');
      await receiver.untilEvents(4);
      // What would be too much comes with the next beat and the grace after it.
      await sleep(8000);
      const told = receiver.events.map(({ name, user_id: id }) => `${String(name)} ${String(id)}`);
      expect(told.sort()).toStrictEqual([
        'member_added ana',
        'member_added ben',
        'member_added eva',
        'member_removed ben',
      ]);
      expect(list.faults).toStrictEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'take back a node that stood still for 20 seconds, without duplicates',
    async () => {
      const { nodes } = await bed();
      const [first, second, third] = nodes;
      const lists = [
        await first!.join(ROOM, 'ana'),
        await second!.join(ROOM, 'ben'),
        await third!.join(ROOM, 'eva'),
      ];
      for (const list of lists) await list.becomes(['ana', 'ben', 'eva']);
      const audit = await Audit.start(nodes, 1);
      audit.publish(apis([first!, second!]));
      await sleep(9500);
      third!.child.kill('SIGSTOP');
      await lists[0]!.becomes(['ana', 'ben']);
      await sleep(PAUSE_MS - 12_000);
      third!.child.kill('SIGCONT');
      for (const list of lists) await list.becomes(['ana', 'ben', 'eva']);
      await allHealthy(nodes);
      expect(await audit.stop()).toMatchObject(CLEAN);
      expect(lists.flatMap(({ faults }) => faults)).toStrictEqual([]);
    },
    TIMEOUT_MS,
  );

  it.each<[string, (redis: RedisServer) => Promise<void>]>([
    [
      'restarts, empty',
      async (redis) => {
        await redis.kill();
        await redis.run();
      },
    ],
    [
      'is away for some time',
      async (redis) => {
        await redis.kill();
        await sleep(OUTAGE_MS);
        await redis.run();
      },
    ],
    [
      'is emptied',
      async (redis) => {
        await redis.admin.flushall();
      },
    ],
    [
      'stands still',
      async (redis) => {
        redis.stall();
        await sleep(OUTAGE_MS);
        redis.resume();
      },
    ],
  ])(
    'lose nothing when Redis %s, and agree again within 5 seconds',
    async (_fault, happen) => {
      const { redis, nodes } = await bed();
      const [first, second, third] = nodes;
      const audit = await Audit.start(nodes, 1);
      const lists = [
        await first!.join(ROOM, 'ana'),
        await second!.join(ROOM, 'ben'),
        await third!.join(ROOM, 'eva'),
      ];
      for (const list of lists) await list.becomes(['ana', 'ben', 'eva']);
      audit.publish(apis(nodes));
      await audit.passed(100);
      await happen(redis);
      await allHealthy(nodes);
      await sleep(5000);
      const { users } = (await first!.api.get(`/channels/${ROOM}/users`)).json() as {
        users: { id: string }[];
      };
      expect(users.map(({ id }) => id).sort()).toStrictEqual(['ana', 'ben', 'eva']);
      await audit.passed(100);
      expect(await audit.stop()).toMatchObject(CLEAN);
      for (const list of lists) await list.becomes(['ana', 'ben', 'eva']);
      expect(lists.flatMap(({ faults }) => faults)).toStrictEqual([]);

      for (const client of third!.clients) client.terminate();
      for (const list of lists.slice(0, 2)) await list.becomes(['ana', 'ben']);
    },
    TIMEOUT_MS,
  );

  it(
    'go on while one after the other is drained and replaced',
    async () => {
      const { redis, nodes } = await bed();
      const [first, second, third] = nodes;
      const audit = await Audit.start([first!]);
      const list = await first!.join(ROOM, 'ana');
      await second!.join(ROOM, 'ben');
      await list.becomes(['ana', 'ben']);
      audit.publish(apis([first!]));
      for (const node of [second!, third!]) {
        await startNode(redis);
        await node.child.stop();
      }
      await list.becomes(['ana']);
      expect(await audit.stop()).toMatchObject(CLEAN);
      expect(list.faults).toStrictEqual([]);
    },
    TIMEOUT_MS,
  );
});

import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { PATIENCE_MS, startNodes, type ClusterNode, type MemberList } from './cluster-bed.js';

const TIMEOUT_MS = 120_000;
const ROOM = 'presence-room';
const KEY = `pregon:{app-id/${ROOM}}`;

/** Nodes over a store, and an application that hears all they tell. */
async function startOver(redis: RedisServer | RedisSentinel): Promise<{
  readonly nodes: ClusterNode[];
  readonly receiver: WebhookReceiver;
}> {
  const receiver = await WebhookReceiver.start();
  const eventTypes = ['member_added', 'member_removed', 'channel_occupied', 'channel_vacated'];
  const webhooks = [{ url: receiver.url, eventTypes }];
  const nodes = await startNodes(redis, 3, { webhooks }, { webhooks: { graceMilliseconds: 300 } });
  return { nodes, receiver };
}

/** A server that has its last dump when it starts again. */
async function start() {
  const redis = await RedisServer.start({ settings: { dbfilename: 'dump.rdb' } });
  onTestFinished(() => redis.stop());
  return { redis, ...(await startOver(redis)) };
}

async function watch(nodes: readonly ClusterNode[]): Promise<MemberList[]> {
  const lists: MemberList[] = [];
  for (const [i, node] of nodes.entries()) lists.push(await node.join(ROOM, `watcher-${i}`));
  for (const list of lists) await list.becomes(nodes.map((_, i) => `watcher-${i}`));
  return lists;
}

async function users(node: ClusterNode): Promise<string[]> {
  const answer = await node.api.get(`/channels/${ROOM}/users`);
  return (answer.json() as { users: { id: string }[] }).users.map(({ id }) => id).sort();
}

async function channels(node: ClusterNode): Promise<string[]> {
  const answer = await node.api.get('/channels');
  return Object.keys((answer.json() as { channels: Record<string, unknown> }).channels).sort();
}

const told = (receiver: WebhookReceiver) =>
  receiver.events.map(({ name, user_id: id, channel }) => `${String(name)} ${String(id ?? channel)}`).sort();

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * One member leaves, a channel is vacated and another member comes, all after a copy of the store was taken.
 *
 * @param copy takes the copy, or cuts off what is one
 * @returns the members' lists, who is present, and what the application and each list had heard by then
 */
async function changeUnseen(
  nodes: readonly ClusterNode[],
  receiver: WebhookReceiver,
  copy: () => Promise<void>,
) {
  const [first, second] = nodes;
  const lists = await watch(nodes);
  const leaving = await first!.join(ROOM, 'leaves');
  const quiet = await first!.connect();
  await quiet.subscribe('news');
  for (const list of lists) await list.becomes(['leaves', 'watcher-0', 'watcher-1', 'watcher-2']);
  await copy();
  leaving.client.terminate();
  quiet.terminate();
  await second!.join(ROOM, 'comes');
  const present = ['comes', 'watcher-0', 'watcher-1', 'watcher-2'];
  for (const list of lists) await list.becomes(present);
  // Two nodes hear of them, beside those who come or go on their own.
  await receiver.untilEvents(9);
  return { lists, present, before: told(receiver), counts: lists.map(({ heard }) => heard) };
}

describeWith(REDIS, () => {
  it(
    'agree with what is so when Redis comes back with an older dump, and nobody hears of it',
    async () => {
      const { redis, nodes, receiver } = await start();
      const third = nodes[2];
      const { lists, present, before, counts } = await changeUnseen(nodes, receiver, async () => {
        await redis.admin.save();
        await sleep(3000);
      });

      await redis.kill();
      await redis.run();
      await eventually(async () => {
        for (const node of nodes) if (!(await node.isReady())) throw new Error('a node is degraded');
        expect(await users(third!)).toStrictEqual(present);
        expect(await channels(third!)).toStrictEqual([ROOM]);
      }, PATIENCE_MS);
      await sleep(5000);

      expect(await users(third!)).toStrictEqual(present);
      expect(await channels(third!)).toStrictEqual([ROOM]);
      expect(lists.map(({ heard }) => heard)).toStrictEqual(counts);
      expect(told(receiver)).toStrictEqual(before);
      const newcomer = await third!.join(ROOM, 'late');
      await newcomer.becomes(['late', ...present]);
    },
    TIMEOUT_MS,
  );

  it(
    'agree with what is so when a replica that was behind takes over, and nobody hears of it',
    async () => {
      const sentinel = await RedisSentinel.start();
      onTestFinished(() => sentinel.stop());
      const { nodes, receiver } = await startOver(sentinel);
      const third = nodes[2];
      const { lists, present, before, counts } = await changeUnseen(nodes, receiver, async () => {
        await eventually(async () => {
          expect(await sentinel.replica.admin.hexists(`${KEY}:i`, 'leaves')).toBe(1);
        });
        await sentinel.cutReplicaOff();
      });
      expect(await sentinel.replica.admin.hexists(`${KEY}:i`, 'leaves')).toBe(1);

      await sentinel.master.kill();
      await eventually(async () => {
        expect(await sentinel.replica.admin.role()).toContain('master');
        for (const node of nodes) if (!(await node.isReady())) throw new Error('a node is degraded');
        expect(await users(third!)).toStrictEqual(present);
        expect(await channels(third!)).toStrictEqual([ROOM]);
      }, PATIENCE_MS);

      const newcomer = await third!.join(ROOM, 'late');
      await newcomer.becomes(['late', ...present]);
      for (const list of lists) await list.becomes(['late', ...present]);
      expect(lists.map(({ heard }) => heard)).toStrictEqual(counts.map((count) => count + 1));
      await receiver.untilEvents(before.length + 1);
      expect(told(receiver)).toStrictEqual([...before, 'member_added late'].sort());
    },
    TIMEOUT_MS,
  );

  it(
    'restate what Redis evicts, key by key, within seconds, and nobody hears of it',
    async () => {
      const { redis, nodes, receiver } = await start();
      const lists = await watch(nodes);
      await nodes[0]!.join(ROOM, 'both');
      await nodes[1]!.join(ROOM, 'both');
      const present = ['both', 'watcher-0', 'watcher-1', 'watcher-2'];
      for (const list of lists) await list.becomes(present);
      await receiver.untilEvents(5);
      const [before, counts] = [told(receiver), lists.map(({ heard }) => heard)];
      const all = (await redis.admin.keys('*')).sort();
      const kinds = [`${KEY}:m`, `${KEY}:i`, `${KEY}:n:`, ':apps', ':app:', ':leases', ':epoch'];
      const keys = kinds.map((kind) => all.find((key) => key.includes(kind))!);

      for (const key of keys) {
        await redis.admin.del(key);
        await eventually(async () => {
          expect(await redis.admin.exists(key)).toBe(1);
          for (const node of nodes) {
            expect([key, await users(node)]).toStrictEqual([key, present]);
            expect([key, await channels(node)]).toStrictEqual([key, [ROOM]]);
          }
        }, PATIENCE_MS);
      }
      await sleep(3500);
      expect(lists.map(({ heard }) => heard)).toStrictEqual(counts);
      expect(told(receiver)).toStrictEqual(before);
      expect(await users(nodes[2]!)).toStrictEqual(present);
    },
    TIMEOUT_MS,
  );
});

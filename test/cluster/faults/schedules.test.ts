import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { fuzzOptions } from '../../fuzz/fuzz-options.js';
import { eventually } from '../../support/eventually.js';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { subscribeFrame, type TestSocket } from '../../support/test-socket.js';
import { WebhookReceiver } from '../../support/webhook-receiver.js';
import { PATIENCE_MS, startNodes, type ClusterNode, type MemberList } from './cluster-bed.js';

const SCHEDULES = process.env['PREGON_LONG_FAULTS'] === 'true' ? 200 : 8;
const TIMEOUT_MS = 600_000;
const NODES = 3;
const USERS = ['ana', 'ben'] as const;
const ROOM = 'presence-room';
const GRACE_MS = 50;

/** One tab of a user comes or goes; each user has one on each node. */
const step = fc.record({
  user: fc.constantFrom(...USERS),
  node: fc.nat(NODES - 1),
  comes: fc.boolean(),
});

/** Steps without a pause, then all is compared with the truth. */
const schedule = fc.array(step, { minLength: 1, maxLength: 40 });

class Tab {
  isHere = false;

  constructor(
    readonly user: string,
    private readonly client: TestSocket,
  ) {}

  /** Without waiting for the answer. */
  go(comes: boolean): void {
    if (comes === this.isHere) return;
    this.isHere = comes;
    this.client.send(
      comes
        ? subscribeFrame(this.client.socketId, ROOM, { user_id: this.user })
        : { event: 'pusher:unsubscribe', data: { channel: ROOM } },
    );
  }

  /** @returns when its node has read all that was asked */
  settle(): Promise<unknown> {
    return this.client.settle();
  }
}

async function openTabs(nodes: readonly ClusterNode[]): Promise<Map<string, Tab>> {
  const tabs = new Map<string, Tab>();
  for (const user of USERS) {
    for (const [i, node] of nodes.entries()) tabs.set(`${user} ${i}`, new Tab(user, await node.connect()));
  }
  return tabs;
}

describeWith(REDIS, () => {
  it(
    'tell each client and webhook once of two users with tabs on all nodes who come and go as fast as they can (PRES-4, PRES-5)',
    async () => {
      const redis = await RedisServer.start();
      onTestFinished(() => redis.stop());
      const receiver = await WebhookReceiver.start();
      const webhooks = [{ url: receiver.url, eventTypes: ['member_added', 'member_removed'] }];
      const nodes = await startNodes(
        redis,
        NODES,
        { webhooks },
        { webhooks: { graceMilliseconds: GRACE_MS } },
      );
      const lists: MemberList[] = [];
      for (const [i, node] of nodes.entries()) lists.push(await node.join(ROOM, `watcher-${i}`));
      const watchers = lists.map((_, i) => `watcher-${i}`);
      for (const list of lists) await list.becomes(watchers);
      const tabs = await openTabs(nodes);

      await fc.assert(
        fc.asyncProperty(schedule, async (steps) => {
          for (const { user, node, comes } of steps) tabs.get(`${user} ${node}`)?.go(comes);
          const here = USERS.filter((user) =>
            [...tabs.values()].some((tab) => tab.user === user && tab.isHere),
          );
          // Otherwise the lists could be right because nothing has happened yet.
          await Promise.all([...tabs.values()].map((tab) => tab.settle()));
          for (const list of lists) {
            await list.becomes([...watchers, ...here]);
            expect(list.faults).toStrictEqual([]);
          }
          await eventually(async () => {
            const answer = await nodes[0]!.api.get(`/channels/${ROOM}/users`);
            const { users } = answer.json() as { users: { id: string }[] };
            expect(users.map(({ id }) => id).sort()).toStrictEqual([...here, ...watchers].sort());
          }, PATIENCE_MS);
          await eventually(() => {
            for (const user of USERS) {
              const told = (name: string) =>
                receiver.events.filter((event) => event['name'] === name && event['user_id'] === user).length;
              const present = told('member_added') - told('member_removed');
              expect([user, present]).toStrictEqual([user, here.includes(user) ? 1 : 0]);
            }
          }, PATIENCE_MS);
        }),
        fuzzOptions(SCHEDULES, { endOnFailure: true }),
      );
    },
    TIMEOUT_MS,
  );
});

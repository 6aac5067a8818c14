import { onTestFinished } from 'vitest';
import { ApiClient } from '../../support/api-client.js';
import { ChildServer } from '../../support/child-server.js';
import { eventually } from '../../support/eventually.js';
import { RedisSentinel, type RedisServer } from '../../support/redis-server.js';
import { TEST_APP } from '../../support/start-server.js';
import { TestSocket } from '../../support/test-socket.js';

/** One node in a process of its own. */
export class ClusterNode {
  readonly clients = new Set<TestSocket>();
  readonly api: ApiClient;

  constructor(readonly child: ChildServer) {
    this.api = new ApiClient(`http://127.0.0.1:${child.port}`, TEST_APP, () => Date.now());
  }

  async connect(): Promise<TestSocket> {
    const client = await TestSocket.open(`ws://127.0.0.1:${this.child.port}/app/${TEST_APP.key}?protocol=7`);
    await client.established();
    this.clients.add(client);
    return client;
  }

  /** Joins a presence channel, and follows from then on who is in it. */
  async join(channel: string, userId: string): Promise<MemberList> {
    const client = await this.connect();
    const list = new MemberList(client, channel);
    await client.subscribe(channel, { user_id: userId });
    return list;
  }

  async metric(name: string): Promise<number> {
    return (await this.child.scrape()).value(name) ?? NaN;
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.child.port}/ready`)).status === 200;
  }
}

/** The members of a presence channel as a client knows them, and what it was told that cannot be. */
export class MemberList {
  readonly members = new Set<string>();
  readonly faults: string[] = [];
  /** How many changes were announced. */
  heard = 0;

  constructor(
    readonly client: TestSocket,
    channel: string,
  ) {
    client.ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as { event: string; channel?: string; data: string };
      if (frame.channel === channel) this.hear(frame.event, frame.data);
    });
  }

  /** Waits until these are the members. */
  async becomes(expected: readonly string[]): Promise<void> {
    const sorted = [...expected].sort().join(' ');
    await eventually(() => {
      const present = [...this.members].sort().join(' ');
      if (present !== sorted) throw new Error(`members are ${present}, not ${sorted}`);
    }, PATIENCE_MS);
  }

  private hear(event: string, data: string): void {
    if (event === 'pusher_internal:subscription_succeeded') {
      const { presence } = JSON.parse(data) as { presence: { ids: string[] } };
      for (const id of presence.ids) this.members.add(id);
    } else if (event === 'pusher_internal:member_added') {
      this.heard++;
      const { user_id: id } = JSON.parse(data) as { user_id: string };
      if (this.members.has(id)) this.faults.push(`${id} was added twice`);
      this.members.add(id);
    } else if (event === 'pusher_internal:member_removed') {
      this.heard++;
      const { user_id: id } = JSON.parse(data) as { user_id: string };
      if (!this.members.delete(id)) this.faults.push(`${id} was removed and not there`);
    }
  }
}

/** More than any fault takes to be found out and mended. */
export const PATIENCE_MS = 30_000;

type Settings = Readonly<Record<string, unknown>>;

/**
 * Starts a node over a Redis; it ends with the test.
 *
 * @param app settings of the app
 * @param sections further sections of the configuration
 */
export async function startNode(
  redis: RedisServer | RedisSentinel,
  app: Settings = {},
  sections: Settings = {},
): Promise<ClusterNode> {
  const reached =
    redis instanceof RedisSentinel
      ? { sentinels: [redis.address], sentinelName: RedisSentinel.masterName }
      : { url: redis.url };
  const cluster = { bus: 'redis', redis: reached };
  const settings = { maxPresenceMembers: 10_000, ...app };
  const node = new ClusterNode(await ChildServer.start('uws', settings, { ...sections, cluster }));
  onTestFinished(async () => {
    for (const client of node.clients) client.terminate();
    await node.child.end();
  });
  return node;
}

/** Starts nodes that know each other. */
export async function startNodes(
  redis: RedisServer | RedisSentinel,
  count = 3,
  app: Settings = {},
  sections: Settings = {},
): Promise<ClusterNode[]> {
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(redis, app, sections)));
  await eventually(async () => {
    for (const node of nodes) {
      const peers = await node.metric('pregon_cluster_peers');
      if (peers !== count - 1) throw new Error(`a node knows ${peers} others`);
    }
  }, PATIENCE_MS);
  return nodes;
}

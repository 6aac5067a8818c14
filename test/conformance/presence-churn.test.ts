import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { subscribeFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const USERS = ['a', 'b'] as const;
const TABS = 4;

/** What happens to one tab of one user, or to all of a user's. */
interface Step {
  readonly what: 'join' | 'leave' | 'close' | 'cut' | 'terminate';
  readonly user: (typeof USERS)[number];
  readonly tab: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  // Joining comes more often, so that there is someone to leave.
  what: fc.constantFrom('join', 'join', 'join', 'leave', 'close', 'cut', 'terminate'),
  user: fc.constantFrom(...USERS),
  tab: fc.nat(TABS - 1),
});

/** Steps that follow each other without a pause; after each burst all views are compared. */
const bursts = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });

interface Tab {
  readonly client: TestSocket;
  readonly user: string;
  isJoined: boolean;
}

/** Who is there as a client knows it, from the frames it got. */
function viewOf(client: TestSocket): string[] {
  const view = new Set<string>();
  for (const { event, data } of client.frames) {
    if (!event.startsWith('pusher_internal:')) continue;
    const told = JSON.parse(data as string) as { user_id: string; presence: { ids: string[] } };
    if (event === 'pusher_internal:subscription_succeeded') {
      view.clear();
      for (const id of told.presence.ids) view.add(id);
    } else if (event === 'pusher_internal:member_added') view.add(told.user_id);
    else view.delete(told.user_id);
  }
  return [...view].sort();
}

/** A room with its visitors, on the wire and as it ought to be. */
class Room {
  private readonly tabs = new Map<string, Tab>();

  private constructor(
    private readonly server: TestServer,
    private readonly channel: string,
    private readonly witness: TestSocket,
  ) {}

  static async open(server: TestServer, channel: string): Promise<Room> {
    const witness = await server.connect();
    await witness.subscribe(channel, { user_id: 'witness' });
    return new Room(server, channel, witness);
  }

  async take({ what, user, tab: index }: Step): Promise<void> {
    const key = `${user}${index}`;
    const tab = this.tabs.get(key);
    switch (what) {
      case 'join':
        await this.join(key, user);
        break;
      case 'leave':
        if (tab === undefined) break;
        tab.client.send({ event: 'pusher:unsubscribe', data: { channel: this.channel } });
        tab.isJoined = false;
        break;
      case 'close':
        void tab?.client.close();
        this.tabs.delete(key);
        break;
      case 'cut':
        tab?.client.terminate();
        this.tabs.delete(key);
        break;
      case 'terminate':
        await this.server.api.post(`/users/${user}/terminate_connections`, {});
        for (const [other, { user: owner }] of [...this.tabs]) if (owner === user) this.tabs.delete(other);
    }
  }

  /** Waits until the server has done all that was asked, and compares what each client knows with the truth. */
  async check(): Promise<void> {
    await eventually(async () => {
      const answer = await this.server.api.get('/connections');
      expect(answer.json()).toStrictEqual({ connections: this.tabs.size + 1 });
    });
    const joined = [...this.tabs.values()].filter(({ isJoined }) => isJoined);
    const present = [...new Set(joined.map(({ user }) => user)), 'witness'].sort();
    for (const client of [this.witness, ...joined.map((tab) => tab.client)]) {
      // The count may be right before its time: that of another node is up to 100 ms old.
      await eventually(async () => {
        await client.settle();
        expect(viewOf(client)).toStrictEqual(present);
      });
      expect(client.watch.violations).toEqual([]);
    }
    const { users } = (await this.server.api.get(`/channels/${this.channel}/users`)).json() as {
      users: { id: string }[];
    };
    expect(users.map(({ id }) => id).sort()).toStrictEqual(present);
  }

  async close(): Promise<void> {
    for (const { client } of this.tabs.values()) client.terminate();
    this.tabs.clear();
    this.witness.terminate();
    await eventually(async () => {
      expect((await this.server.api.get('/connections')).json()).toStrictEqual({ connections: 0 });
    });
  }

  private async join(key: string, user: string): Promise<void> {
    let tab = this.tabs.get(key);
    if (tab === undefined) {
      const client = await this.server.connect();
      await client.signin({ id: user });
      tab = { client, user, isJoined: false };
      this.tabs.set(key, tab);
    }
    // Without waiting for the answer; a second time at times, too.
    tab.client.send(subscribeFrame(tab.client.socketId, this.channel, { user_id: user }));
    tab.isJoined = true;
  }
}

onEachTransport((transport) => {
  it('shows every client who is there, however users with many tabs come and go (PRES-2, PRES-4, PRES-5)', async () => {
    const server = await startServer({ transport, app: { maxSubscriptionsPerConnection: 10 } });
    let rooms = 0;
    await fc.assert(
      fc.asyncProperty(bursts, async (steps) => {
        const room = await Room.open(server, `presence-room-${++rooms}`);
        try {
          for (const burst of steps) {
            for (const one of burst) await room.take(one);
            await room.check();
          }
        } finally {
          await room.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SILENT_LOG } from '../../src/log.js';
import { eventually } from '../support/eventually.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { signinFrame, subscribeFrame, type ReceivedFrame, type TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';
import { fuzzOptions, fuzzTimeout } from './fuzz-options.js';

const CHANNELS = ['a', 'private-b', 'presence-c', 'cache-d', 'presence-cache-e'] as const;
type ChannelName = (typeof CHANNELS)[number];

/** What a client does, without waiting for an answer. */
type Step =
  | { readonly kind: 'subscribe' | 'unsubscribe' | 'whisper'; readonly channel: ChannelName }
  | { readonly kind: 'sign in' | 'ping' | 'pause' };

/** A client's life: who it is, what it does, and how it ends. */
interface Life {
  readonly user: string;
  readonly steps: readonly Step[];
  readonly end: 'stays' | 'closes' | 'is cut off';
}

/** What an application does, each call awaited. */
interface Call {
  readonly kind: 'trigger' | 'batch' | 'read';
  readonly channels: readonly ChannelName[];
  /** Leaves out the connection of this client, where there is one. */
  readonly except: number;
}

const channel = fc.constantFrom(...CHANNELS);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constantFrom('subscribe', 'unsubscribe', 'whisper'), channel }),
    weight: 6,
  },
  fc.record({ kind: fc.constantFrom('sign in', 'ping', 'pause') }),
);

const life: fc.Arbitrary<Life> = fc.record({
  user: fc.constantFrom('u1', 'u2', 'u3'),
  steps: fc.array(step, { maxLength: 15 }),
  end: fc.constantFrom('stays', 'stays', 'closes', 'is cut off'),
});

const call: fc.Arbitrary<Call> = fc.record({
  kind: fc.constantFrom('trigger', 'batch', 'read'),
  channels: fc.uniqueArray(channel, { minLength: 1, maxLength: 5 }),
  except: fc.nat(7),
});

/** The channels a client is on after all its steps. */
function subscriptionsOf({ steps }: Life): Set<ChannelName> {
  const on = new Set<ChannelName>();
  for (const { kind, ...more } of steps) {
    if (!('channel' in more)) continue;
    if (kind === 'subscribe') on.add(more.channel);
    if (kind === 'unsubscribe') on.delete(more.channel);
  }
  return on;
}

/** The whispers a client is let send on a channel: those while it is subscribed. */
function whispersOf({ steps }: Life, name: ChannelName): number {
  let isOn = false;
  let count = 0;
  for (const { kind, ...more } of steps) {
    if (!('channel' in more) || more.channel !== name) continue;
    if (kind === 'subscribe') isOn = true;
    if (kind === 'unsubscribe') isOn = false;
    if (kind === 'whisper' && isOn) count++;
  }
  return count;
}

const later = () => new Promise((resolve) => setImmediate(resolve));

async function live(client: TestSocket, index: number, { user, steps, end }: Life): Promise<void> {
  let said = 0;
  for (const { kind, ...more } of steps) {
    const name = 'channel' in more ? more.channel : 'a';
    switch (kind) {
      case 'subscribe':
        client.send(subscribeFrame(client.socketId, name, isPresence(name) ? { user_id: user } : undefined));
        break;
      case 'unsubscribe':
        client.send({ event: 'pusher:unsubscribe', data: { channel: name } });
        break;
      case 'whisper':
        client.send({ event: 'client-said', channel: name, data: { by: index, number: said++ } });
        break;
      case 'sign in':
        client.send(signinFrame(client.socketId, { id: user }));
        break;
      case 'ping':
        client.send({ event: 'pusher:ping', data: {} });
        break;
      case 'pause':
        await later();
        break;
    }
  }
  if (end !== 'is cut off') await client.settle();
  if (end === 'closes') await client.close();
  if (end === 'is cut off') client.terminate();
}

async function callAll(
  { api }: TestServer,
  index: number,
  calls: readonly Call[],
  ids: readonly string[],
): Promise<void> {
  for (const [number, { kind, channels, except }] of calls.entries()) {
    const event = {
      name: 'called',
      data: JSON.stringify({ by: index, number }),
      socket_id: ids[except] ?? null,
    };
    const batch = channels.map((name) => ({ ...event, channel: name }));
    const answer =
      kind === 'trigger'
        ? await api.post('/events', { ...event, channels })
        : kind === 'batch'
          ? await api.post('/batch_events', { batch })
          : await api.get('/channels', { info: 'subscription_count' });
    expect([answer.status, answer.text.slice(0, 1)]).toEqual([200, '{']);
  }
}

function isPresence(name: string): boolean {
  return name.startsWith('presence-');
}

onEachTransport((transport) => {
  describe('clients and applications that act at the same time', () => {
    it(
      'leave the server as if they had acted one after the other (SUB-3, SUB-7, PRES-5, EVENT-3, CLIENT-3)',
      async () => {
        const faults: unknown[] = [];
        const note = (fields: object) => faults.push(fields);
        const server = await startServer({
          transport,
          log: { ...SILENT_LOG, error: note, fatal: note },
          app: {
            clientEvents: 'all',
            subscriptionCount: true,
            watchlist: true,
            maxClientEventsPerSecond: null,
            maxPresenceJoinsPerMinute: null,
          },
        });
        const scenario = fc.record({
          lives: fc.array(life, { minLength: 2, maxLength: 8 }),
          workers: fc.array(fc.array(call, { maxLength: 8 }), { maxLength: 3 }),
        });
        await fc.assert(
          fc.asyncProperty(scenario, async ({ lives, workers }) => {
            const witness = await server.connect();
            const clients = await Promise.all(lives.map(() => server.connect()));
            try {
              await actAll(server, witness, clients, lives, workers);
              await eventually(() => expectState(server, lives));
            } finally {
              for (const client of [witness, ...clients]) client.terminate();
              await eventually(() => expectNothing(server));
            }
            expect([witness, ...clients].flatMap(({ watch }) => watch.violations)).toEqual([]);
            expect(faults).toEqual([]);
          }),
          fuzzOptions(120),
        );
      },
      fuzzTimeout(10),
    );
  });
});

/** All act at once; the witness, on all channels, has then heard what it should. */
async function actAll(
  server: TestServer,
  witness: TestSocket,
  clients: readonly TestSocket[],
  lives: readonly Life[],
  workers: readonly (readonly Call[])[],
): Promise<void> {
  for (const name of CHANNELS) {
    await witness.subscribe(name, isPresence(name) ? { user_id: 'witness' } : undefined);
  }
  // Cache channels begin with what was triggered before.
  const start = witness.frames.length;
  const ids = clients.map(({ socketId }) => socketId);
  await Promise.all([
    ...lives.map((one, i) => live(clients[i]!, i, one)),
    ...workers.map((calls, i) => callAll(server, i, calls, ids)),
  ]);
  await witness.settle();
  const heard = witness.frames.slice(start);
  expectEventsInOrder(heard, workers);
  expectWhispersInOrder(heard, lives);
}

async function expectNothing({ api }: TestServer): Promise<void> {
  expect((await api.get('/channels')).json()).toEqual({ channels: {} });
  expect((await api.get('/connections')).json()).toEqual({ connections: 0 });
}

interface Numbered {
  readonly by: number;
  readonly number: number;
}

const numbered = (data: unknown) => JSON.parse(data as string) as Numbered;

/** Each application's events came to each channel in the order it triggered them, and none was missing. */
function expectEventsInOrder(heard: readonly ReceivedFrame[], workers: readonly (readonly Call[])[]): void {
  for (const [index, calls] of workers.entries()) {
    for (const name of CHANNELS) {
      const expected = [...calls.entries()]
        .filter(([, { kind, channels }]) => kind !== 'read' && channels.includes(name))
        .map(([number]) => number);
      const received = heard
        .filter(({ event, channel: on }) => event === 'called' && on === name)
        .map(({ data }) => numbered(data))
        .filter(({ by }) => by === index)
        .map(({ number }) => number);
      expect(received).toEqual(expected);
    }
  }
}

/** Each client's whispers came in the order it sent them; of clients that were not cut off, all that were allowed. */
function expectWhispersInOrder(heard: readonly ReceivedFrame[], lives: readonly Life[]): void {
  for (const [index, one] of lives.entries()) {
    for (const name of CHANNELS) {
      const frames = heard.filter(
        ({ event, channel: on, data }) =>
          event === 'client-said' && on === name && numbered(data).by === index,
      );
      const numbers = frames.map(({ data }) => numbered(data).number);
      expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
      expect(new Set(frames.map(({ user_id: id }) => id))).toEqual(
        new Set(frames.length === 0 ? [] : [isPresence(name) ? one.user : undefined]),
      );
      if (one.end !== 'is cut off') expect(numbers).toHaveLength(whispersOf(one, name));
    }
  }
}

/** The API tells of those who stayed, and of the witness. */
async function expectState({ api }: TestServer, lives: readonly Life[]): Promise<void> {
  const staying = lives.filter(({ end }) => end === 'stays');
  expect((await api.get('/connections')).json()).toEqual({ connections: staying.length + 1 });
  for (const name of CHANNELS) {
    const on = staying.filter((one) => subscriptionsOf(one).has(name));
    if (isPresence(name)) {
      const users = new Set(['witness', ...on.map(({ user }) => user)]);
      const answer = (await api.get(`/channels/${name}/users`)).json() as { users: { id: string }[] };
      expect(answer.users.map(({ id }) => id).sort()).toEqual([...users].sort());
    } else {
      const answer = (await api.get(`/channels/${name}`, { info: 'subscription_count' })).json();
      expect(answer).toEqual({ occupied: true, subscription_count: on.length + 1 });
    }
  }
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/clock.js';
import { MemoryState, MemoryStore } from '../../../src/cluster/drivers/memory/memory-store.js';
import { RedisStore } from '../../../src/cluster/drivers/redis/redis-store.js';
import type {
  ChannelChange,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  ClusterStore,
} from '../../../src/cluster/store.js';
import { fuzzOptions, fuzzTimeout } from '../../fuzz/fuzz-options.js';
import { eventually } from '../../support/eventually.js';
import { RedisServer } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { redisSettings } from './redis-beds.js';
import { freshKey, TestStore } from './store-bed.js';

const NODES = ['a', 'b', 'c'] as const;
const USERS = ['u1', 'u2', 'u3', 'u4'] as const;
type Node = (typeof NODES)[number];

type Wanted = Omit<ChannelChange, 'key' | 'change' | 'after' | 'instead' | 'seenVersion'> & {
  /** Whether the change follows what the store has of the node. */
  readonly follows: boolean;
  /** Whether it is made instead of the last one of the node. */
  readonly replaces: boolean;
  /** Whether the node has seen a later version than there is. */
  readonly sawLater: boolean;
};

type Step =
  | { readonly kind: 'apply'; readonly node: Node; readonly change: Wanted }
  | { readonly kind: 'repeat' | 'channels'; readonly node: Node }
  | { readonly kind: 'drop'; readonly node: Node; readonly graceMs: number }
  | { readonly kind: 'release'; readonly node: Node; readonly what: string; readonly by: Node }
  | { readonly kind: 'snapshot' };

const node = fc.constantFrom(...NODES);
/** None, or one that does not end while the test runs. */
const graceMs = fc.constantFrom(0, 600_000);
const user = fc.constantFrom(...USERS);

const mostly = (value: boolean) => fc.constantFrom(value, value, value, value, !value);

const wanted: fc.Arbitrary<Wanted> = fc.record({
  follows: mostly(true),
  replaces: mostly(false),
  sawLater: mostly(false),
  subscriptions: fc.nat(3),
  join: fc.uniqueArray(
    fc.record({ id: user, info: fc.constantFrom('{}', '{"n":1}', '{"text":"a b\\n \u00fc 1 2"}') }),
    { selector: ({ id }) => id },
  ),
  leave: fc.uniqueArray(user),
  replace: fc.boolean(),
  maxMembers: fc.integer({ min: 1, max: 4 }),
  tellSubscriptions: fc.boolean(),
  graceMs,
  wantSnapshot: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('apply' as const), node, change: wanted }), weight: 8 },
  {
    arbitrary: fc.record({ kind: fc.constantFrom('repeat' as const, 'channels' as const), node }),
    weight: 2,
  },
  { arbitrary: fc.record({ kind: fc.constant('drop' as const), node, graceMs }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      node,
      what: fc.constantFrom('channel', ...USERS.map((id) => `member ${id}`)),
      by: node,
    }),
    weight: 3,
  },
  fc.record({ kind: fc.constant('snapshot' as const) }),
);

/** One store's run: each step's answer, and the deltas; versions counted from the first. */
class Run {
  readonly answers: unknown[] = [];
  private firstVersion = 0;
  private readonly moments: number[] = [];
  private readonly last = new Map<Node, ChannelChange>();
  /** By node: the change that left it in the channel. */
  private readonly left = new Map<Node, string>();
  /** How far ahead the version was that a node had seen. */
  private ahead = 0;
  private changes = 0;

  constructor(
    private readonly store: ClusterStore,
    private readonly key: string,
  ) {}

  async take(taken: Step): Promise<void> {
    this.answers.push({ ...taken, answer: await this.answerTo(taken) });
  }

  delta({ version, subscriptions, members }: ChannelDelta): unknown {
    return { version: this.counted(version), subscriptions, members: sorted(members) };
  }

  private async answerTo(taken: Step): Promise<unknown> {
    const { store, key } = this;
    switch (taken.kind) {
      case 'apply':
        return this.apply(taken.node, taken.change);
      case 'repeat': {
        const change = this.last.get(taken.node);
        return change === undefined
          ? undefined
          : this.result(await store.apply(this.name(taken.node), change));
      }
      case 'drop':
        // A node that is dropped repeats nothing any more.
        this.last.delete(taken.node);
        this.left.delete(taken.node);
        return this.result(await store.drop(this.name(taken.node), key, taken.graceMs));
      case 'release':
        return store.release(this.name(taken.node), key, taken.what, taken.by);
      case 'snapshot':
        return [this.snapshot(await store.snapshot(key)), await store.counts([key]), await this.memberIds()];
      case 'channels': {
        const name = this.name(taken.node);
        return [(await store.channelsOf(name)).length, await store.shares(name, [key])];
      }
    }
  }

  private async apply(of: Node, { follows, replaces, sawLater, ...rest }: Wanted): Promise<unknown> {
    const { key } = this;
    if (sawLater && this.firstVersion > 0) this.ahead += 10 ** 12;
    const change = {
      ...rest,
      key,
      change: `c${++this.changes}`,
      after: follows ? (this.left.get(of) ?? '') : 'another',
      instead: replaces ? (this.last.get(of)?.change ?? '') : '',
      seenVersion: sawLater && this.firstVersion > 0 ? this.firstVersion + this.ahead : 0,
    };
    const result = await this.store.apply(this.name(of), change);
    if (result.change === change.change && (!result.isLost || change.replace)) {
      this.last.set(of, change);
      this.left.set(of, change.subscriptions > 0 ? change.change : '');
    }
    return this.result(result);
  }

  private async memberIds(): Promise<string[]> {
    return [...(await this.store.memberIds(this.key))].sort();
  }

  private result(result: ChannelResult): unknown {
    const { change, isLost, version, momentUs, snapshot, added, removed, refused, occupancy } = result;
    return {
      change,
      isLost,
      version: this.counted(version),
      moment: this.placeOf(momentUs),
      occupancy,
      added,
      removed: [...removed].sort(),
      refused,
      snapshot: snapshot === undefined ? undefined : this.snapshot(snapshot),
    };
  }

  private snapshot({ version, life, subscriptions, members }: ChannelSnapshot): unknown {
    return { version: this.counted(version), life: this.counted(life), subscriptions, members };
  }

  /** Which of the moments it is: a new one comes after all before. */
  private placeOf(momentUs: number): number {
    if (momentUs === 0) return 0;
    if (momentUs > (this.moments.at(-1) ?? 0)) this.moments.push(momentUs);
    return this.moments.indexOf(momentUs) + 1;
  }

  private counted(version: number): number {
    if (version === 0) return -1;
    if (this.firstVersion === 0) this.firstVersion = version;
    return version - this.firstVersion;
  }

  private name(of: Node): string {
    return `${of}/${this.key}`;
  }
}

function sorted<T extends { readonly id: string }>(members: readonly T[]): T[] {
  return [...members].sort((a, b) => a.id.localeCompare(b.id));
}

async function run({ store, deltas }: TestStore, steps: readonly Step[]): Promise<unknown> {
  const key = freshKey();
  await store.watch(key);
  const made = new Run(store, key);
  for (const taken of steps) await made.take(taken);
  // What was published before this last delta has arrived when it has.
  const marker = freshKey();
  await store.watch(marker);
  await store.apply('marker', { ...NO_CHANGE, key: marker, change: 'mark', join: [{ id: 'u', info: '{}' }] });
  await eventually(() => {
    expect(deltas.at(-1)?.key).toBe(marker);
  });
  const told = deltas.filter((delta) => delta.key === key).map(({ delta }) => delta);
  const versions = told.map(({ version }) => version);
  expect([...versions].sort((a, b) => a - b)).toEqual(versions);
  expect(new Set(versions).size).toBe(versions.length);
  store.unwatch(key);
  store.unwatch(marker);
  deltas.length = 0;
  return { answers: made.answers, deltas: told.map((delta) => made.delta(delta)) };
}

const NO_CHANGE = {
  after: '',
  instead: '',
  seenVersion: 0,
  subscriptions: 1,
  leave: [],
  replace: false,
  maxMembers: 10,
  tellSubscriptions: false,
  graceMs: 0,
  wantSnapshot: false,
};

describeWith(REDIS, () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
  });

  afterAll(() => server.stop());

  it('the Redis store does what the memory store does', { timeout: fuzzTimeout(30) }, async () => {
    const redis = await TestStore.open({
      create: () => new RedisStore(redisSettings({ port: server.port }), 'test'),
    });
    const memory = await TestStore.open({ create: () => new MemoryStore(new MemoryState(SYSTEM_CLOCK)) });

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        expect(await run(redis, steps)).toEqual(await run(memory, steps));
      }),
      fuzzOptions(600),
    );
  });
});

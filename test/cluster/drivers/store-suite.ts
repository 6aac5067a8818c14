import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeBusMessage } from '../../../src/cluster/bus-message.js';
import { HEIR_MS } from '../../../src/cluster/store-times.js';
import { eventually } from '../../support/eventually.js';
import { beating, change, freshKey, freshNode, member, TestStore, type StoreBed } from './store-bed.js';

/** What every store has to do, whatever keeps it. */
export function describeStore(start: () => Promise<StoreBed>): void {
  let bed: StoreBed;

  beforeAll(async () => {
    bed = await start();
  });

  afterAll(async () => {
    await bed.stop();
  });

  const open = async () => (await TestStore.open(bed)).store;

  describe('a change', () => {
    it('occupies a channel with the first subscription in the cluster and vacates it with the last', async () => {
      const store = await open();
      const key = freshKey();

      expect(await store.apply('a', change(key, { subscriptions: 2 }))).toMatchObject({
        occupancy: 'occupied',
      });
      expect(await store.apply('b', change(key, {}))).toMatchObject({ occupancy: 'unchanged' });
      expect(await store.counts([key])).toEqual([{ subscriptions: 3, members: 0 }]);
      expect(await store.apply('a', change(key, { subscriptions: 0 }))).toMatchObject({
        occupancy: 'unchanged',
      });
      expect(await store.apply('b', change(key, { subscriptions: 0 }))).toMatchObject({
        occupancy: 'vacated',
      });
      expect(await store.counts([key, freshKey()])).toEqual([
        { subscriptions: 0, members: 0 },
        { subscriptions: 0, members: 0 },
      ]);
    });

    it('has a moment later than all before in its channel, whichever node made it, and a repeat the same', async () => {
      const store = await open();
      const key = freshKey();
      const first = change(key, {});
      const moments = [
        await store.apply('a', first),
        await store.apply('b', change(key, { join: [member('u1')] })),
        await store.apply('a', change(key, { subscriptions: 0 })),
        await store.drop('b', key, 0),
      ].map(({ momentUs }) => momentUs);
      // The third neither vacated the channel nor was anybody removed.
      expect(moments[2]).toBe(0);
      const told = moments.filter((momentUs) => momentUs > 0);
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(new Set(told).size).toBe(3);
      expect(await store.moment(key)).toBeGreaterThan(told.at(-1)!);
      expect(Math.abs(told[0]! / 1000 - Date.now())).toBeLessThan(60_000);
      const again = await store.apply('c', change(key, { tellSubscriptions: true }));
      expect(again.momentUs).toBeGreaterThan(told.at(-1)!);
    });

    it('adds a user with his first node and removes him with his last', async () => {
      const store = await open();
      const key = freshKey();

      expect(await store.apply('a', change(key, { join: [member('u1'), member('u2')] }))).toMatchObject({
        added: ['u1', 'u2'],
      });
      expect(await store.apply('b', change(key, { join: [member('u1')] }))).toMatchObject({ added: [] });
      expect(await store.apply('a', change(key, { leave: ['u1', 'u2', 'nobody'] }))).toMatchObject({
        removed: ['u2'],
      });
      expect(await store.memberIds(key)).toEqual(['u1']);
      expect(await store.apply('b', change(key, { leave: ['u1'] }))).toMatchObject({ removed: ['u1'] });
      expect(await store.memberIds(key)).toEqual([]);
    });

    it('takes all members of a node out with its subscriptions', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1'), member('u2')] }));
      await store.apply('b', change(key, { join: [member('u2')] }));

      const result = await store.apply('a', change(key, { subscriptions: 0, join: [member('u3')] }));

      expect(result).toMatchObject({ removed: ['u1'], added: [], occupancy: 'unchanged' });
      expect(await store.memberIds(key)).toEqual(['u2']);
    });

    it('replaces the members of a node, and of no other', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1'), member('u2')] }));
      await store.apply('b', change(key, { join: [member('u4')] }));

      const result = await store.apply(
        'a',
        change(key, { join: [member('u2'), member('u3')], replace: true }),
      );

      expect(result).toMatchObject({ added: ['u3'], removed: ['u1'] });
      expect(new Set(await store.memberIds(key))).toEqual(new Set(['u2', 'u3', 'u4']));
    });

    it('refuses members beyond the limit, counted in the cluster, and takes them when there is room', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')], maxMembers: 2 }));

      expect(
        await store.apply(
          'b',
          change(key, { join: [member('u2'), member('u3'), member('u1')], maxMembers: 2 }),
        ),
      ).toMatchObject({ added: ['u2'], refused: ['u3'] });
      expect(
        await store.apply('b', change(key, { join: [member('u3')], leave: ['u2'], maxMembers: 2 })),
      ).toMatchObject({ added: ['u3'], removed: ['u2'], refused: [] });
    });

    it('takes a newer info of a user who is here already, without adding him', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1', '{"n":1}')] }));

      const result = await store.apply('b', change(key, { join: [member('u1', '{"n":"ü \\n 2"}')] }));

      expect(result).toMatchObject({ added: [] });
      expect((await store.snapshot(key)).members).toEqual([{ id: 'u1', info: '{"n":"ü \\n 2"}', nodes: 2 }]);
    });

    it('answers a repeat as the first time', async () => {
      const store = await open();
      const key = freshKey();
      const coming = change(key, { join: [member('u1')], wantSnapshot: true });
      const going = change(key, { subscriptions: 0 });

      const came = await store.apply('a', coming);
      expect(came).toMatchObject({ occupancy: 'occupied', added: ['u1'] });
      expect(await store.apply('a', coming)).toEqual(came);
      const went = await store.apply('a', going);
      expect(went).toMatchObject({ occupancy: 'vacated', removed: ['u1'] });
      expect(await store.apply('a', going)).toEqual(went);
      expect(await store.apply('a', change(key, { subscriptions: 0 }))).toMatchObject({
        occupancy: 'unchanged',
        removed: [],
      });
    });

    it('answers a snapshot on request, the members in the order they came', async () => {
      const store = await open();
      const key = freshKey();
      const ids = ['u9', 'u1', 'u5', 'u3'];
      for (const id of ids) await store.apply('a', change(key, { join: [member(id)] }));

      const { version, snapshot } = await store.apply(
        'b',
        change(key, { subscriptions: 4, wantSnapshot: true }),
      );

      expect(snapshot).toEqual({
        version,
        life: expect.any(Number) as unknown,
        subscriptions: 5,
        members: ids.map((id) => ({ ...member(id), nodes: 1 })),
      });
      expect(await store.snapshot(key)).toEqual(snapshot);
    });

    it('takes a thousand members at once', async () => {
      const store = await open();
      const key = freshKey();
      const join = Array.from({ length: 1000 }, (_, i) => member(`u${i}`));

      const { added } = await store.apply('a', change(key, { join, maxMembers: 1000, replace: true }));

      expect(added).toHaveLength(1000);
      expect((await store.snapshot(key)).members.map(({ id }) => id)).toEqual(join.map(({ id }) => id));
    });
  });

  describe('deltas', () => {
    it('tell every change of members, with versions that follow each other', async () => {
      const { store, deltas } = await TestStore.open(bed);
      const other = await open();
      const key = freshKey();
      await store.watch(key);

      const first = await store.apply('a', change(key, { join: [member('u1')] }));
      await other.apply('b', change(key, { join: [member('u1'), member('u2')] }));
      await other.apply('b', change(key, { join: [member('u2')] }));
      await other.apply('b', change(key, { join: [member('u2', '{}')] }));
      await store.apply('a', change(key, { leave: ['u1'] }));
      const last = await other.apply('b', change(key, { subscriptions: 0 }));

      await eventually(() => {
        expect(deltas).toHaveLength(5);
      });
      const { version } = first;
      expect(last.version).toBe(version + 4);
      expect(deltas.map(({ delta }) => delta.version)).toEqual([0, 1, 2, 3, 4].map((i) => version + i));
      expect(deltas.map(({ key: of }) => of)).toEqual(Array.from({ length: 5 }, () => key));
      expect(deltas.map(({ delta }) => delta.members)).toEqual([
        [{ ...member('u1'), nodes: 1 }],
        [
          { ...member('u1'), nodes: 2 },
          { ...member('u2'), nodes: 1 },
        ],
        [{ ...member('u2', '{}'), nodes: 1 }],
        [{ ...member('u1'), nodes: 1 }],
        expect.arrayContaining([
          { id: 'u1', info: '{}', nodes: 0 },
          { id: 'u2', info: '{}', nodes: 0 },
        ]),
      ]);
    });

    it('tell the number of subscriptions where that is wanted', async () => {
      const { store, deltas } = await TestStore.open(bed);
      const key = freshKey();
      await store.watch(key);

      await store.apply('a', change(key, { subscriptions: 2 }));
      await store.apply('a', change(key, { subscriptions: 3, tellSubscriptions: true }));
      await store.apply('a', change(key, { subscriptions: 3, tellSubscriptions: true }));
      await store.apply('a', change(key, { subscriptions: 0, tellSubscriptions: true }));

      await eventually(() => {
        expect(deltas.map(({ delta }) => delta.subscriptions)).toEqual([3, 0]);
      });
      expect(deltas[1]!.delta.version).toBe(deltas[0]!.delta.version + 1);
    });

    it('follow a snapshot without a gap', async () => {
      const { store, deltas } = await TestStore.open(bed);
      const key = freshKey();
      await store.watch(key);
      const { snapshot } = await store.apply('a', change(key, { wantSnapshot: true }));

      await store.apply('b', change(key, { join: [member('u1')] }));

      await eventually(() => {
        expect(deltas.map(({ delta }) => delta.version)).toEqual([snapshot!.version + 1]);
      });
    });

    it('have higher versions in a later life of the channel', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));
      const { version } = await store.apply('a', change(key, { subscriptions: 0 }));

      expect((await store.apply('a', change(key, { join: [member('u1')] }))).version).toBeGreaterThan(
        version,
      );
      const before = await store.snapshot(key);
      await bed.flush();
      expect(
        (await store.apply('a', change(key, { after: '', join: [member('u1')] }))).version,
      ).toBeGreaterThan(before.version);
    });

    it('come no more once a channel is unwatched', async () => {
      const { store, deltas } = await TestStore.open(bed);
      const [key, marker] = [freshKey(), freshKey()];
      await store.watch(key);
      await store.watch(marker);
      store.unwatch(key);

      await store.apply('a', change(key, { join: [member('u1')] }));
      await store.apply('a', change(marker, { join: [member('u1')] }));

      await eventually(() => {
        expect(deltas.map((told) => told.key)).toEqual([marker]);
      });
    });
  });

  describe('a change of a node whose entry the store lost', () => {
    it('is not made, so that the node states all it has', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));
      const before = await store.snapshot(key);
      await bed.flush();

      const lost = change(key, { after: 'c0', join: [member('u2')], leave: ['u1'] });
      expect(await store.apply('a', lost)).toMatchObject({ isLost: true, added: [], removed: [] });
      expect(await store.counts([key])).toEqual([{ subscriptions: 0, members: 0 }]);

      const all = { after: 'c0', join: [member('u2')], replace: true, wantSnapshot: true };
      const restated = await store.apply('a', change(key, all));
      expect(restated).toMatchObject({ isLost: true, added: ['u2'], occupancy: 'occupied' });
      expect(restated.snapshot!.life).toBeGreaterThan(before.life);
    });

    it('is found missing among what the node has', async () => {
      const store = await open();
      const [node, key, other] = [freshNode(), freshKey(), freshKey()];
      const made = change(key, { subscriptions: 2, join: [member('u1')] });
      await store.apply(node, made);

      expect(await store.shares(node, [other, key])).toEqual([
        undefined,
        { subscriptions: 2, members: 1, change: made.change },
      ]);
      await bed.flush();
      expect(await store.shares(node, [key])).toEqual([undefined]);
    });

    it('may be made instead of one that took effect, whose answer it then gets', async () => {
      const store = await open();
      const key = freshKey();
      const first = change(key, { join: [member('u1')] });
      const leaving = change(key, { leave: ['u1'] });
      await store.apply('a', first);
      await store.apply('a', leaving);
      const staying = { after: first.change, join: [member('u1')], replace: true };

      const late = await store.apply('a', change(key, { ...staying, instead: leaving.change }));
      expect(late).toMatchObject({ change: leaving.change, removed: ['u1'], added: [] });
      const next = change(key, { ...staying, after: leaving.change, instead: 'never sent' });
      expect(await store.apply('a', next)).toMatchObject({ change: next.change, added: ['u1'] });
    });

    it('begins a new life of a channel whose version is behind what the node has seen', async () => {
      const store = await open();
      const key = freshKey();
      const first = change(key, { join: [member('u1')], wantSnapshot: true });
      const { snapshot } = await store.apply('a', first);
      const seenVersion = snapshot!.version + 5;

      const { version } = await store.apply('b', change(key, { join: [member('u2')], seenVersion }));
      expect(version).toBeGreaterThan(seenVersion);
      expect((await store.snapshot(key)).life).toBeGreaterThan(seenVersion);
    });
  });

  describe('a grace', () => {
    it('that the store lost is known to be unknown, unless what left is back', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));
      await store.apply('a', change(key, { subscriptions: 0, graceMs: 5000 }));
      await bed.flush();

      expect(await store.release('a', key, 'member u1', 'a')).toBe('unknown');
      expect(await store.release('a', key, 'channel', 'a')).toBe('unknown');
      await store.apply('b', change(key, { join: [member('u1')] }));
      expect(await store.release('a', key, 'member u1', 'a')).toBe('back');
      expect(await store.release('a', key, 'channel', 'a')).toBe('back');
    });

    it('hides that something left and came back', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));

      expect(await store.apply('a', change(key, { subscriptions: 0, graceMs: 5000 }))).toMatchObject({
        removed: ['u1'],
        occupancy: 'vacated',
      });
      expect(await store.apply('b', change(key, { join: [member('u1')] }))).toMatchObject({
        added: [],
        occupancy: 'unchanged',
      });
      expect(await store.release('a', key, 'member u1', 'a')).toBe('back');
      expect(await store.release('a', key, 'channel', 'a')).toBe('back');
    });

    it('is released once by the node that holds it, and a repeat gets the same answer', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { join: [member('u1')] }));
      await store.apply('a', change(key, { subscriptions: 0, graceMs: 5000 }));

      expect(await store.release('b', key, 'member u1', 'b')).toBe('back');
      expect(await store.release('a', key, 'member u1', 'a')).toBe('away');
      expect(await store.release('a', key, 'member u1', 'a')).toBe('away');
      expect(await store.release('b', key, 'member u1', 'b')).toBe('back');
      expect(await store.apply('b', change(key, { join: [member('u1')] }))).toMatchObject({
        added: ['u1'],
        occupancy: 'unchanged',
      });
      expect(await store.release('a', key, 'member u1', 'a')).toBe('back');
    });

    it('passes to the node that left last', async () => {
      const store = await open();
      const key = freshKey();
      const [here, gone] = [{ join: [member('u1')] }, { leave: ['u1'], graceMs: 5000 }];
      await store.apply('a', change(key, here));
      await store.apply('a', change(key, gone));
      await store.apply('b', change(key, here));
      await store.apply('b', change(key, gone));

      expect(await store.release('a', key, 'member u1', 'a')).toBe('back');
      expect(await store.release('b', key, 'member u1', 'b')).toBe('away');
    });

    it('keeps deltas and versions as they are', async () => {
      const { store, deltas } = await TestStore.open(bed);
      const key = freshKey();
      await store.watch(key);
      await store.apply('a', change(key, { join: [member('u1')] }));
      await store.apply('a', change(key, { leave: ['u1'], graceMs: 5000 }));
      await store.apply('a', change(key, { join: [member('u1')] }));

      await eventually(() => {
        expect(deltas.map(({ delta }) => delta.members[0]!.nodes)).toEqual([1, 0, 1]);
      });
    });
  });

  describe('a node that is dropped', () => {
    it('loses what only it had, and a repeat gets the same answer', async () => {
      const store = await open();
      const key = freshKey();
      await store.apply('a', change(key, { subscriptions: 2, join: [member('u1'), member('u2')] }));
      await store.apply('b', change(key, { join: [member('u2')] }));

      const dropped = await store.drop('a', key, 0);

      expect(dropped).toMatchObject({ removed: ['u1'], occupancy: 'unchanged', added: [], refused: [] });
      expect(await store.drop('a', key, 0)).toEqual(dropped);
      expect(await store.counts([key])).toEqual([{ subscriptions: 1, members: 1 }]);
      expect(await store.drop('b', key, 0)).toMatchObject({ removed: ['u2'], occupancy: 'vacated' });
    });

    it('has its open graces answered at once', async () => {
      const store = await open();
      const [key, node] = [freshKey(), freshNode()];
      await store.apply(node, change(key, { join: [member('u1'), member('u2')] }));
      await store.apply(node, change(key, { subscriptions: 0, graceMs: 5000 }));
      await store.apply('b', change(key, { join: [member('u2')] }));
      expect(await store.channelsOf(node)).toEqual([key]);

      expect(await store.drop(node, key, 0)).toMatchObject({ removed: ['u1'], occupancy: 'unchanged' });
      await eventually(async () => {
        expect(await store.channelsOf(node)).toEqual([]);
      });
      expect(await store.release(node, key, 'member u1', node)).toBe('back');
    });

    it('may have a grace for what leaves by the drop, which a second drop does not cut short', async () => {
      const store = await open();
      const [key, node] = [freshKey(), freshNode()];
      await store.apply(node, change(key, { join: [member('u1')] }));

      expect(await store.drop(node, key, 60_000)).toMatchObject({ removed: ['u1'], occupancy: 'vacated' });
      expect(await store.channelsOf(node)).toEqual([key]);
      expect(await store.drop(node, key, 60_000)).toMatchObject({ removed: [], occupancy: 'unchanged' });
      expect(await store.apply('b', change(key, { subscriptions: 1 }))).toMatchObject({
        occupancy: 'unchanged',
      });
      expect(await store.release(node, key, 'member u1', node)).toBe('away');
      expect(await store.release(node, key, 'channel', node)).toBe('back');
      await eventually(async () => {
        expect(await store.channelsOf(node)).toEqual([]);
      });
    });

    it('has what nobody released answered by a later drop, and released to one who asks', async () => {
      const store = await open();
      const [key, node] = [freshKey(), freshNode()];
      await store.apply(node, change(key, { join: [member('u1')] }));
      await store.drop(node, key, 1);

      await eventually(async () => {
        expect(await store.drop(node, key, 1)).toMatchObject({ removed: ['u1'], occupancy: 'vacated' });
      }, 2 * HEIR_MS);
      expect(await store.drop(node, key, 1)).toMatchObject({ removed: [], occupancy: 'unchanged' });
      expect(await store.channelsOf(node)).toEqual([key]);
      expect(await store.release(node, key, 'member u1', 'b')).toBe('away');
      expect(await store.release(node, key, 'member u1', 'c')).toBe('back');
      expect(await store.release(node, key, 'member u1', 'b')).toBe('away');
      expect(await store.apply('c', change(key, {}))).toMatchObject({ occupancy: 'unchanged' });
      expect(await store.release(node, key, 'channel', 'b')).toBe('back');
    });

    it('has its open graces go on where the drop has one', async () => {
      const store = await open();
      const [key, node] = [freshKey(), freshNode()];
      await store.apply(node, change(key, { join: [member('u1'), member('u2')] }));
      await store.apply(node, change(key, { leave: ['u1', 'u2'], graceMs: 60_000 }));

      expect(await store.drop(node, key, 60_000)).toMatchObject({
        removed: expect.arrayContaining(['u1', 'u2']) as unknown,
      });
      expect(await store.apply('b', change(key, { join: [member('u2')] }))).toMatchObject({ added: [] });
      expect(await store.release(node, key, 'member u1', 'b')).toBe('away');
      expect(await store.release(node, key, 'member u2', 'b')).toBe('back');
    });

    it('loses what it writes late', async () => {
      const store = await open();
      const [key, node] = [freshKey(), freshNode()];
      await store.apply(node, change(key, { join: [member('u1')] }));
      await store.drop(node, key, 0);
      await store.apply(node, change(key, { join: [member('u2')] }));

      expect(await store.channelsOf(node)).toEqual([key]);
      expect(await store.drop(node, key, 0)).toMatchObject({ removed: ['u2'], occupancy: 'vacated' });
    });
  });

  describe('the channels', () => {
    it('of a node are those it has something in, graces included', async () => {
      const store = await open();
      const node = freshNode();
      const keys = [freshKey('app'), freshKey('app'), freshKey('other')];
      for (const key of keys) await store.apply(node, change(key, {}));
      expect(new Set(await store.channelsOf(node))).toEqual(new Set(keys));

      await store.apply(node, change(keys[0]!, { subscriptions: 0, graceMs: 5000 }));
      await store.apply(node, change(keys[1]!, { subscriptions: 0 }));
      await eventually(async () => {
        expect(new Set(await store.channelsOf(node))).toEqual(new Set([keys[0], keys[2]]));
      });

      await store.release(node, keys[0]!, 'channel', node);
      await eventually(async () => {
        expect(await store.channelsOf(node)).toEqual([keys[2]]);
      });
    });

    it('of an app are the occupied ones, each once', async () => {
      const store = await open();
      const app = `app${freshNode()}`;
      const [a, b] = [freshNode(), freshNode()];
      for (const id of [a, b]) await store.beat(beating(id), true);
      const [both, one, left] = [freshKey(app), freshKey(app), freshKey(app)];
      await store.apply(a, change(both, {}));
      await store.apply(b, change(both, {}));
      await store.apply(b, change(one, {}));
      await store.apply(a, change(left, {}));
      await store.apply(a, change(left, { subscriptions: 0, graceMs: 5000 }));
      await store.apply(a, change(freshKey('other'), {}));

      await eventually(async () => {
        expect([...(await store.channels(app))].sort()).toEqual([both, one].sort());
      });
    });
  });

  describe('cached events and idempotency keys', () => {
    it('keeps the last event for its time', async () => {
      const [store, other] = [await open(), await open()];
      const [key, short] = [freshKey(), freshKey()];
      expect(await store.cached(key)).toBeUndefined();

      await Promise.all([
        store.cache(key, Uint8Array.of(1), 60_000, false),
        store.cache(key, Uint8Array.of(0, 255, 10, 13), 60_000, false),
        store.cache(short, Uint8Array.of(1), 1, false),
      ]);

      const found = await store.cached(key);
      expect([...found!.message]).toEqual([0, 255, 10, 13]);
      expect(found!.ttlMs).toBeGreaterThan(50_000);
      expect(found!.ttlMs).toBeLessThanOrEqual(60_000);
      expect([...(await other.cached(key))!.message]).toEqual([0, 255, 10, 13]);
      await eventually(async () => {
        expect(await store.cached(short)).toBeUndefined();
      });
    });

    it('keeps the later of two events where that is asked for: by number of one node, by time left of two', async () => {
      const store = await open();
      const key = freshKey();
      const kept = async (node: string, number: number, ttlMs: number, onlyIfLater = true) => {
        // A clock that is behind says nothing of which is later.
        const sentMs = 1_700_000_000_000 - ttlMs;
        const header = { kind: 1 as const, node: node.repeat(16), number, previous: 0, sentMs, except: '' };
        const cached = encodeBusMessage(header, '');
        await store.cache(key, cached, ttlMs, onlyIfLater);
        return cached.equals((await store.cached(key))!.message);
      };

      expect(await kept('a', 300, 500_000)).toBe(true);
      expect(await kept('a', 299, 600_000)).toBe(false);
      expect(await kept('b', 1, 400_000)).toBe(false);
      expect(await kept('a', 65_536, 300_000)).toBe(true);
      expect(await kept('b', 1, 400_000)).toBe(true);
      expect(await kept('a', 70_000, 300_000)).toBe(false);
      expect(await kept('a', 70_000, 300_000, false)).toBe(true);
    });

    it('gives a claim to the first, tells the others that it is pending, and then the answer', async () => {
      const [store, other] = [await open(), await open()];
      const key = freshKey();

      const claims = await Promise.all([store, other, store].map((of) => of.claim(key, 60_000)));
      expect(claims.filter((claim) => claim === undefined)).toHaveLength(1);
      expect(claims.filter((claim) => claim === 'pending')).toHaveLength(2);
      store.answer(key, '{"channels":{}}', 60_000);
      expect(await store.claim(key, 60_000)).toBe('{"channels":{}}');
      store.answer(key, undefined, 60_000);
      expect(await store.claim(key, 60_000)).toBeUndefined();
    });

    it('lets a claim go after its time', async () => {
      const store = await open();
      const key = freshKey();
      await store.claim(key, 1);

      await eventually(async () => {
        expect(await store.claim(key, 60_000)).toBeUndefined();
      });
    });
  });

  describe('the nodes', () => {
    it('see each other, and how long the others are silent', async () => {
      const store = await open();
      const [a, b] = [freshNode(), freshNode()];
      expect(await store.beat(beating(a), true)).toMatchObject({ gone: false });
      await store.beat(beating(b, 7), true);

      const beat = await store.beat(beating(a), false);

      expect(beat.gone).toBe(false);
      const peer = beat.peers.find(({ id }) => id === b);
      expect(peer).toMatchObject({ id: b, sent: 7 });
      expect(peer!.silentMs).toBeLessThan(1000);
      expect(beat.peers.map(({ id }) => id)).not.toContain(a);
      await eventually(async () => {
        const later = (await store.beat(beating(a), false)).peers.find(({ id }) => id === b);
        expect(later!.silentMs).toBeGreaterThan(50);
      });
    });

    it('are taken in again when their lease was lost, and hear of it', async () => {
      const store = await open();
      const [node, other] = [freshNode(), freshNode()];

      expect(await store.beat(beating(node), true)).toMatchObject({ gone: false, isLost: false });
      await store.leave(node);
      expect(await store.beat(beating(node), false)).toMatchObject({ gone: false, isLost: true });
      expect(await store.beat(beating(node), false)).toMatchObject({ gone: false, isLost: false });
      expect((await store.beat(beating(other), true)).peers.map(({ id }) => id)).toContain(node);
    });

    it('hear of it when the store went back to before their last beat', async () => {
      const store = await open();
      const node = freshNode();
      await store.beat(beating(node, 0, 5, 0), true);

      expect(await store.beat(beating(node, 0, 6, 5), false)).toMatchObject({ isLost: false });
      // The seventh beat was answered by a server whose memory of it is lost.
      expect(await store.beat(beating(node, 0, 8, 7), false)).toMatchObject({ gone: false, isLost: true });
      expect(await store.beat(beating(node, 0, 9, 8), false)).toMatchObject({ isLost: false });
    });

    it('are buried once, when they were silent long enough, and are then told so', async () => {
      const store = await open();
      const [dead, witness] = [freshNode(), freshNode()];
      await store.beat(beating(dead), true);
      await store.beat(beating(witness), true);

      expect(await store.bury(dead, 10_000)).toBe(false);
      await eventually(async () => {
        const burials = await Promise.all([store.bury(dead, 20), store.bury(dead, 20)]);
        expect([...burials].sort()).toEqual([false, true]);
      });

      const beat = await store.beat(beating(witness), false);
      expect(beat.graves).toContain(dead);
      expect(beat.peers.map(({ id }) => id)).not.toContain(dead);
      expect(await store.beat(beating(dead), false)).toMatchObject({ gone: true });
      expect(await store.beat(beating(dead), true)).toMatchObject({ gone: true });
    });

    it('lock a grave for one of them', async () => {
      const store = await open();
      const dead = freshNode();

      expect(await store.lockGrave(dead, 'a', 60_000)).toBe(true);
      expect(await store.lockGrave(dead, 'b', 60_000)).toBe(false);
      expect(await store.lockGrave(dead, 'a', 1)).toBe(true);
      await eventually(async () => {
        expect(await store.lockGrave(dead, 'b', 60_000)).toBe(true);
      });
    });

    it('leave without a grave', async () => {
      const store = await open();
      const [left, witness] = [freshNode(), freshNode()];
      await store.beat(beating(left), true);
      await store.leave(left);

      const { peers, graves } = await store.beat(beating(witness), true);

      expect(peers.map(({ id }) => id)).not.toContain(left);
      expect(graves).not.toContain(left);
    });

    it('see another epoch once the store was emptied', async () => {
      const store = await open();
      const node = freshNode();
      const { epoch } = await store.beat(beating(node), true);
      expect((await store.beat(beating(node), false)).epoch).toBe(epoch);

      await bed.flush();

      const beat = await store.beat(beating(freshNode()), true);
      expect(beat.epoch).not.toBe(epoch);
      expect(beat.epochAgeMs).toBeLessThan(1000);
      expect(beat.peers).toEqual([]);
      expect(await store.beat(beating(node), false)).toMatchObject({ isLost: true, epoch: beat.epoch });
    });
  });
}

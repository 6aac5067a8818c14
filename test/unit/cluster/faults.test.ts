import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzOptions } from '../../fuzz/fuzz-options.js';
import { APP, CHANNEL, randomFrom, Simulation, turns } from './simulated-cluster.js';

const KIND = { presence: false, tellSubscriptions: false, maxMembers: 1000 };

describe('a node that dies', () => {
  it('is given up after 9 seconds, and its members leave once', async () => {
    const simulation = await Simulation.start();
    const [first, second, third] = simulation.nodes;
    for (const [i, node] of simulation.nodes.entries()) await node.join(`watcher-${i}`);
    await third!.join('a');
    await third!.join('b');
    await second!.join('b');
    await simulation.pass(10_000);
    await third!.cluster.close();
    await simulation.pass(6000);
    expect(first!.members).toContain('a');
    await simulation.pass(9000);
    for (const node of [first!, second!]) {
      expect(node.members).toStrictEqual(['b', 'watcher-0', 'watcher-1']);
      expect(node.witness!.faults).toStrictEqual([]);
    }
    const removed = simulation.activities('MemberRemoved').map((fact) => 'userId' in fact && fact.userId);
    expect(removed.sort()).toStrictEqual(['a', 'watcher-2']);
    expect(first!.cluster.stats.takeOvers + second!.cluster.stats.takeOvers).toBe(1);
  });

  it('is not given up by a node that was away itself', async () => {
    const simulation = await Simulation.start();
    await simulation.pass(10_000);
    simulation.state.interrupt('gone');
    await simulation.pass(20_000);
    simulation.state.resume();
    await simulation.pass(6000);
    expect(simulation.nodes.map(({ cluster }) => cluster.stats.takeOvers)).toStrictEqual([0, 0, 0]);
    expect(simulation.nodes.map(({ cluster }) => cluster.isHealthy)).toStrictEqual([true, true, true]);
  });
});

describe('the webhooks of a node that died (HOOK-5)', () => {
  const leaves = (simulation: Simulation) => [
    simulation.activities('MemberRemoved').map((fact) => 'userId' in fact && fact.userId),
    simulation.activities('ChannelVacated').length,
  ];

  async function withoutThird(serving?: readonly number[]): Promise<Simulation> {
    const simulation = await Simulation.start({ graceMs: 3000, ...(serving && { serving }) });
    await simulation.nodes[2]!.join('a');
    await simulation.pass(10_000);
    await simulation.nodes[2]!.cluster.close();
    await simulation.pass(8000);
    return simulation;
  }

  /** @returns when one of the others has cleared it away */
  async function untilTakenOver(simulation: Simulation): Promise<number> {
    for (let waited = 0; waited < 10_000; waited += 100) {
      const taker = simulation.nodes.findIndex(({ cluster }) => cluster.stats.takeOvers > 0);
      if (taker !== -1) return taker;
      await simulation.pass(100);
    }
    throw new Error('nobody took over');
  }

  it('are told of its members once, after the grace', async () => {
    const simulation = await withoutThird();
    await untilTakenOver(simulation);
    await simulation.pass(2500);
    expect(leaves(simulation)).toStrictEqual([[], 0]);
    await simulation.pass(20_000);
    expect(leaves(simulation)).toStrictEqual([['a'], 1]);
  });

  it('are told after the grace also by nodes that have not served the app yet', async () => {
    const simulation = await withoutThird([2]);
    await untilTakenOver(simulation);
    await simulation.pass(2500);
    expect(leaves(simulation)).toStrictEqual([[], 0]);
    await simulation.pass(20_000);
    expect(leaves(simulation)).toStrictEqual([['a'], 1]);
  });

  it('are told nothing of a member who comes back to another node meanwhile', async () => {
    const simulation = await withoutThird();
    await untilTakenOver(simulation);
    await simulation.pass(2000);
    await simulation.nodes[0]!.join('a');
    await simulation.pass(20_000);
    expect(leaves(simulation)).toStrictEqual([[], 0]);
    expect(simulation.activities('MemberAdded')).toHaveLength(1);
    expect(simulation.activities('ChannelOccupied')).toHaveLength(1);
  });

  it('are told once also when the node that took over dies within the grace', async () => {
    const simulation = await withoutThird();
    const taker = await untilTakenOver(simulation);
    await simulation.pass(1000);
    await simulation.nodes[taker]!.cluster.close();
    // Its timers end with it.
    simulation.nodes[taker]!.activities.length = 0;
    await simulation.pass(40_000);
    expect(leaves(simulation)).toStrictEqual([['a'], 1]);
  });

  it('are told once of what had left it and was still in its grace', async () => {
    const simulation = await Simulation.start({ graceMs: 30_000 });
    const third = simulation.nodes[2]!;
    await third.join('a');
    await third.join('b');
    await simulation.pass(10_000);
    third.leave('b');
    await turns();
    third.leave('a');
    await turns();
    await third.cluster.close();
    third.activities.length = 0;
    await simulation.pass(100_000);
    expect(leaves(simulation)).toStrictEqual([['b', 'a'], 1]);
  });
});

describe('a node that was given up and comes back', () => {
  it('restores what it has under another id, and nobody is told twice', async () => {
    const simulation = await Simulation.start();
    const [first, second] = simulation.nodes;
    await first!.join('watcher-0');
    await second!.join('watcher-1');
    await second!.join('a');
    await simulation.pass(10_000);
    const id = second!.cluster.nodeId;
    // As if it had been stopped: the others gave it up, and it finds out with its next beat.
    simulation.state.nodes.bury(id, 0);
    await simulation.pass(5000);
    expect(second!.cluster.nodeId).not.toBe(id);
    for (const node of [first!, second!]) {
      expect(node.members).toStrictEqual(['a', 'watcher-0', 'watcher-1']);
      expect(node.witness!.faults).toStrictEqual([]);
    }
    second!.leave('a');
    await turns();
    expect(first!.members).toStrictEqual(['watcher-0', 'watcher-1']);
    expect([...first!.witness!.members].sort()).toStrictEqual(['watcher-0', 'watcher-1']);
  });
});

describe('without the store', () => {
  it('each node serves its own clients, and all agree when it is back', async () => {
    const simulation = await Simulation.start();
    const [first, second] = simulation.nodes;
    await first!.join('watcher-0');
    await second!.join('watcher-1');
    await first!.join('leaves');
    await second!.join('both');
    await first!.join('both');
    simulation.state.interrupt('gone');
    expect(first!.cluster.isHealthy).toBe(false);

    await first!.join('new');
    expect(first!.members).toContain('new');
    first!.leave('leaves');
    expect(first!.members).not.toContain('leaves');
    first!.leave('both');
    expect(first!.members).toContain('both');
    expect(second!.members).toContain('leaves');

    simulation.state.resume();
    await simulation.pass(5000);
    for (const node of [first!, second!]) {
      expect(node.members).toStrictEqual(['both', 'new', 'watcher-0', 'watcher-1']);
      expect([...node.witness!.members].sort()).toStrictEqual(node.members);
      expect(node.witness!.faults).toStrictEqual([]);
    }
  });

  it('nobody waits who was on his way in', async () => {
    const simulation = await Simulation.start({ random: () => 0.99 });
    const joining = simulation.nodes[0]!.join('a');
    await turns();
    simulation.state.interrupt('gone');
    await joining;
    expect(simulation.nodes[0]!.members).toStrictEqual(['a']);
  });

  it('a leave whose grace ends meanwhile is told once when it is back', async () => {
    const simulation = await Simulation.start({ graceMs: 3000 });
    const [first] = simulation.nodes;
    await first!.join('stays');
    await first!.join('a');
    first!.leave('a');
    await turns();
    simulation.state.interrupt('gone');
    await simulation.pass(10_000);
    expect(simulation.activities('MemberRemoved')).toHaveLength(0);
    simulation.state.resume();
    await simulation.pass(5000);
    expect(simulation.activities('MemberRemoved')).toHaveLength(1);
  });

  it('a change whose answer was lost is told once', async () => {
    const simulation = await Simulation.start();
    const [first, second] = simulation.nodes;
    await first!.join('watcher-0');
    second!.line.isCut = true;
    await second!.join('a');
    second!.line.isCut = false;
    await simulation.pass(5000);
    for (const node of [first!, second!]) expect(node.members).toStrictEqual(['a', 'watcher-0']);
    expect(first!.witness!.faults).toStrictEqual([]);
    expect(simulation.activities('MemberAdded')).toHaveLength(2);
  });
});

describe('a store that was emptied', () => {
  it('is told everything again within 5 seconds, and clients hear nothing of it', async () => {
    const simulation = await Simulation.start();
    for (const [i, node] of simulation.nodes.entries()) await node.join(`watcher-${i}`);
    await simulation.nodes[0]!.join('a');
    simulation.state.clear();
    await simulation.pass(5000);
    const key = `${APP}/${CHANNEL}`;
    const ids = simulation.state.snapshot(key).members.map(({ id }) => id);
    expect(ids.sort()).toStrictEqual(['a', 'watcher-0', 'watcher-1', 'watcher-2']);
    for (const node of simulation.nodes) {
      expect(node.members).toStrictEqual(ids);
      expect(node.witness!.faults).toStrictEqual([]);
    }
    simulation.nodes[0]!.leave('a');
    await turns();
    for (const node of simulation.nodes) expect(node.witness!.members.has('a')).toBe(false);
    expect(simulation.activities('ChannelOccupied')).toHaveLength(1);
    expect(simulation.activities('MemberAdded')).toHaveLength(4);
    expect(simulation.activities('MemberRemoved')).toHaveLength(1);
  });

  it('is told once of what changed while it was away, and so are webhooks', async () => {
    const simulation = await Simulation.start({ graceMs: 3000 });
    const [first, second, third] = simulation.nodes;
    for (const [i, node] of simulation.nodes.entries()) await node.join(`watcher-${i}`);
    for (const user of ['leaves', 'moves', 'opens']) await first!.join(user);
    await second!.join('everywhere');
    await first!.join('everywhere');
    await third!.join('dies');
    await simulation.pass(10_000);
    simulation.state.interrupt('gone');
    simulation.state.clear();
    await third!.cluster.close();
    first!.leave('leaves');
    first!.leave('moves');
    await second!.join('moves');
    await second!.join('opens');
    await second!.join('comes');
    first!.leave('everywhere');
    second!.leave('everywhere');
    await simulation.pass(20_000);
    simulation.state.resume();
    await simulation.pass(20_000);

    const told = (type: 'MemberAdded' | 'MemberRemoved') =>
      simulation.activities(type).map((fact) => ('userId' in fact ? fact.userId : ''));
    expect(first!.members).toStrictEqual(['comes', 'moves', 'opens', 'watcher-0', 'watcher-1']);
    expect(second!.members).toStrictEqual(first!.members);
    for (const node of [first!, second!]) {
      expect([...node.witness!.members].sort()).toStrictEqual(node.members);
      expect(node.witness!.faults).toStrictEqual([]);
    }
    expect(told('MemberRemoved').sort()).toStrictEqual(['dies', 'everywhere', 'leaves', 'watcher-2']);
    expect(told('MemberAdded').sort()).toStrictEqual([
      'comes',
      'dies',
      'everywhere',
      'leaves',
      'moves',
      'opens',
      'watcher-0',
      'watcher-1',
      'watcher-2',
    ]);
    expect(simulation.activities('ChannelOccupied')).toHaveLength(1);
    expect(simulation.activities('ChannelVacated')).toHaveLength(0);
  });
});

describe('a store that is back before the bus', () => {
  /** Cuts both, lets something happen to the store, and brings it back a while before the bus. */
  async function returning(simulation: Simulation, happen: () => void): Promise<void> {
    simulation.hub.interrupt('gone');
    simulation.state.interrupt('gone');
    happen();
    simulation.state.resume();
    await simulation.pass(1000);
    simulation.hub.resume();
    await simulation.pass(500);
    await simulation.settle();
    await simulation.pass(6000);
  }

  const told = (simulation: Simulation, type: 'MemberAdded' | 'MemberRemoved') =>
    simulation
      .activities(type)
      .map((fact) => ('userId' in fact ? fact.userId : ''))
      .sort();

  it('hears that the members of a node it had given up are there after all (HOOK-5)', async () => {
    const simulation = await Simulation.start({ nodes: 2, graceMs: 300 });
    const [first, second] = simulation.nodes;
    await first!.join('watcher');
    await second!.join('a');
    await simulation.pass(10_000);
    const id = second!.cluster.nodeId;
    await returning(simulation, () => {
      simulation.state.nodes.bury(id, 0);
    });
    expect(second!.cluster.nodeId).not.toBe(id);
    expect(told(simulation, 'MemberRemoved')).toStrictEqual(['a']);
    expect(told(simulation, 'MemberAdded')).toStrictEqual(['a', 'a', 'watcher']);
    for (const node of simulation.nodes) expect(node.members).toStrictEqual(['a', 'watcher']);
  });

  it('changes nothing for clients and webhooks when it was emptied', async () => {
    const simulation = await Simulation.start({ nodes: 2 });
    const { nodes, state } = simulation;
    // The last node comes back half a second after the others.
    await simulation.addNode(0, () => 0.99);
    const joining = nodes.map((node, i) => node.join(`watcher-${i}`));
    await simulation.settle();
    await Promise.all(joining);
    await simulation.pass(10_000);
    const before = nodes.map(({ witness }) => [...witness!.heard]);
    await returning(simulation, () => {
      state.clear();
    });
    const everybody = ['watcher-0', 'watcher-1', 'watcher-2'];
    expect(told(simulation, 'MemberAdded')).toStrictEqual(everybody);
    expect(told(simulation, 'MemberRemoved')).toStrictEqual([]);
    for (const node of nodes) expect(node.members).toStrictEqual(everybody);
    expect(nodes.map(({ witness }) => witness!.heard)).toStrictEqual(before);
  });
});

describe('events', () => {
  it('reach the nodes that have a subscriber, and no others', async () => {
    const { nodes } = await Simulation.start();
    await nodes[1]!.cluster.enter(APP, 'news', { kind: KIND, cached: false }, undefined);
    nodes[0]!.cluster.publish(APP, 'news', 'frame', '1.2');
    await turns();
    expect(nodes.map(({ delivered }) => delivered)).toStrictEqual([[], ['news frame 1.2'], []]);
    expect(nodes[2]!.cluster.stats.messagesReceived).toBe(0);
    nodes[1]!.cluster.leave(APP, 'news', undefined);
    await turns();
    nodes[0]!.cluster.publish(APP, 'news', 'frame', '');
    await turns();
    expect(nodes[1]!.delivered).toHaveLength(1);
  });

  it('of a cache channel are given to who comes later, on any node (CACHE-1)', async () => {
    const { nodes } = await Simulation.start();
    nodes[0]!.cluster.publish(APP, 'cache-news', 'frame', '', 60_000);
    await turns();
    await nodes[1]!.cluster.enter(APP, 'cache-news', { kind: KIND, cached: true }, undefined);
    expect(nodes[1]!.cached).toStrictEqual(['cache-news frame']);
    expect(nodes[1]!.delivered).toStrictEqual([]);
  });

  it('of a cache channel come once and in order to who subscribes meanwhile, cached or live (CACHE-1)', async () => {
    const action = fc.record({
      kind: fc.constantFrom('trigger', 'trigger', 'listen'),
      node: fc.nat(2),
      steps: fc.nat(2),
    });
    const runs = fc.tuple(fc.array(action, { maxLength: 12 }), fc.nat());
    await fc.assert(
      fc.asyncProperty(runs, async ([actions, seed]) => {
        const random = randomFrom(seed);
        const simulation = await Simulation.start({ random });
        const { nodes } = simulation;
        const clients: Promise<string[]>[] = [];
        let count = 0;
        for (const { kind, node, steps } of actions) {
          // Events through one node have an order; the clients are on all of them.
          if (kind === 'trigger') nodes[0]!.trigger('cache-news', String(++count));
          else clients.push(nodes[node]!.listen('cache-news'));
          for (let i = 0; i < steps; i++) {
            nodes[Math.floor(random() * nodes.length)]!.line.step();
            await turns(1);
          }
        }
        await simulation.settle();
        for (const heard of await Promise.all(clients)) {
          const first = Number(heard[0] ?? count + 1);
          expect(heard).toStrictEqual(Array.from({ length: count + 1 - first }, (_, i) => String(first + i)));
          if (count > 0) expect(heard.at(-1)).toBe(String(count));
        }
      }),
      fuzzOptions(300),
    );
  });

  it('of a cache channel outlive a store that is away or emptied (CACHE-1)', async () => {
    const simulation = await Simulation.start();
    const [first, second, third] = simulation.nodes;
    first!.trigger('cache-a', 'before');
    await turns();
    simulation.state.clear();
    simulation.state.interrupt('gone');
    first!.trigger('cache-b', 'meanwhile');
    const early = await third!.listen('cache-b');
    simulation.state.resume();
    await simulation.pass(5000);
    expect(await second!.listen('cache-a')).toStrictEqual(['before']);
    expect(await second!.listen('cache-b')).toStrictEqual(['meanwhile']);
    expect(early).toStrictEqual(['meanwhile']);
  });
});

describe('users', () => {
  it('are online as long as they are signed in anywhere (WATCH-1)', async () => {
    const { nodes } = await Simulation.start();
    const [first, second, third] = nodes;
    first!.cluster.userOnline(APP, 'a');
    await turns();
    await third!.cluster.watchUser(APP, 'a');
    expect(third!.cluster.isUserOnline(APP, 'a')).toBe(true);
    second!.cluster.userOnline(APP, 'a');
    first!.cluster.userOffline(APP, 'a');
    await turns();
    expect(third!.cluster.isUserOnline(APP, 'a')).toBe(true);
    second!.cluster.userOffline(APP, 'a');
    await turns();
    expect(third!.users).toStrictEqual(['a offline']);
    expect(third!.cluster.isUserOnline(APP, 'a')).toBe(false);
  });

  it('are terminated on the other nodes too (API-10)', async () => {
    const { nodes } = await Simulation.start();
    nodes[0]!.cluster.terminate(APP, 'a');
    await turns();
    expect(nodes.map(({ terminated }) => terminated)).toStrictEqual([[], ['a'], ['a']]);
  });
});

describe('a node with more channels than may call the store at once', () => {
  const CHANNELS = 12_000;
  const AT_ONCE = 5000;
  const names = Array.from({ length: CHANNELS }, (_, i) => `presence-${i}`);
  const kind = { presence: true, tellSubscriptions: false, maxMembers: 10 };
  const ana = { id: 'ana', info: '{}' };

  async function withMany(): Promise<Simulation> {
    const simulation = await Simulation.start({ nodes: 2 });
    await simulation.pass(1000);
    const { cluster } = simulation.nodes[0]!;
    for (const name of names) void cluster.enter(APP, name, { kind, cached: false }, ana);
    await simulation.settle();
    return simulation;
  }

  it.each([
    ['that was away', () => undefined],
    [
      'that was emptied',
      ({ state }: Simulation) => {
        state.clear();
      },
    ],
  ])('tells a store %s all of them, some after the others', async (_what, meanwhile) => {
    const simulation = await withMany();
    const [first, second] = simulation.nodes;
    simulation.state.interrupt('gone');
    meanwhile(simulation);
    simulation.state.resume();
    // In one that waits for its turn, somebody leaves, and somebody comes.
    await simulation.pass(300);
    first!.cluster.leave(APP, names.at(-1)!, 'ana');
    void first!.cluster.enter(APP, names.at(-2)!, { kind, cached: false }, { id: 'ben', info: '{}' });
    await simulation.pass(10_000, 500);

    expect(first!.line.mostCalls).toBe(AT_ONCE);
    expect(await second!.cluster.channels(APP)).toHaveLength(CHANNELS - 1);
    expect(await second!.cluster.memberIds(APP, names.at(-2)!)).toStrictEqual(['ana', 'ben']);
    const counts = await second!.cluster.counts(APP, names.slice(0, -2));
    expect(counts.every(({ members, subscriptions }) => members === 1 && subscriptions === 1)).toBe(true);
    expect(first!.cluster.isHealthy).toBe(true);
    expect(simulation.activities('MemberRemoved')).toHaveLength(1);
    expect(simulation.activities('MemberAdded')).toHaveLength(CHANNELS + 1);
  });

  it('forgets one that is left while it waits for its turn', async () => {
    const simulation = await withMany();
    const [first, second] = simulation.nodes;
    for (const name of names) first!.cluster.leave(APP, name, 'ana');
    await simulation.settle();
    expect(await second!.cluster.channels(APP)).toStrictEqual([]);
    expect(first!.cluster.interest).toBe(0);
    expect(first!.line.mostCalls).toBe(AT_ONCE);
  });
});

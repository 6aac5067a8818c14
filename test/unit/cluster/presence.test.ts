import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNEL, randomFrom, Simulation, turns } from './simulated-cluster.js';

const ACTION = fc.record({
  node: fc.nat(2),
  user: fc.constantFrom('a', 'b'),
  joins: fc.boolean(),
  steps: fc.nat(2),
});

describe('members of a channel, over several nodes', () => {
  it('are known on each node that has one of them (PRES-4)', async () => {
    const { nodes } = await Simulation.start();
    await nodes[0]!.join('a');
    await nodes[1]!.join('b');
    await turns();
    expect(nodes.map(({ members }) => members)).toStrictEqual([['a', 'b'], ['a', 'b'], []]);
  });

  it('are counted once, on however many nodes they are (PRES-4, PRES-5)', async () => {
    const simulation = await Simulation.start();
    const [first, second] = simulation.nodes;
    await first!.join('watcher');
    await first!.join('a');
    await second!.join('a');
    first!.leave('a');
    await turns();
    expect(first!.members).toStrictEqual(['a', 'watcher']);
    second!.leave('a');
    await turns();
    expect(first!.members).toStrictEqual(['watcher']);
    expect(first!.witness!.faults).toStrictEqual([]);
    expect(simulation.activities('MemberAdded')).toHaveLength(2);
    expect(simulation.activities('MemberRemoved')).toHaveLength(1);
  });

  it('are refused where the channel is full, and leave nothing behind (SUB-4)', async () => {
    const { nodes } = await Simulation.start();
    await nodes[0]!.join('a', 1);
    await expect(nodes[1]!.join('b', 1)).rejects.toThrow('members');
    await nodes[1]!.join('a', 1);
    expect(nodes[1]!.members).toStrictEqual(['a']);
    nodes[0]!.leave('a');
    nodes[1]!.leave('a');
    await turns();
    await nodes[1]!.join('b', 1);
    expect(nodes[1]!.members).toStrictEqual(['b']);
  });

  it('are gone who came back and left again before the store had answered', async () => {
    const simulation = await Simulation.start({ random: () => 0.99 });
    const [node] = simulation.nodes;
    const watching = node!.join('watcher');
    const joining = node!.join('b');
    await simulation.settle();
    await Promise.all([watching, joining]);
    node!.leave('b');
    const again = node!.join('b');
    await turns();
    node!.line.flush();
    await turns();
    node!.leave('b');
    await simulation.settle();
    await again;
    expect(node!.members).toStrictEqual(['watcher']);
    expect([...node!.witness!.members]).toStrictEqual(['watcher']);
  });

  it('come and go as fast as they can, and each change is told once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { maxLength: 60 }), fc.integer(), async (actions, seed) => {
        const random = randomFrom(seed);
        const simulation = await Simulation.start({ random });
        const { nodes } = simulation;
        const watching = nodes.map((node, i) => node.join(`watcher-${i}`));
        await simulation.settle();
        await Promise.all(watching);
        const here = nodes.map(() => ({ a: 0, b: 0 }));
        const joins: Promise<void>[] = [];
        for (const { node, user, joins: isJoining, steps } of actions) {
          const counts = here[node]! as Record<string, number>;
          if (isJoining) {
            counts[user]!++;
            joins.push(nodes[node]!.join(user));
          } else if (counts[user]! > 0) {
            counts[user]!--;
            nodes[node]!.leave(user);
          }
          for (let i = 0; i < steps; i++) {
            nodes[Math.floor(random() * nodes.length)]!.line.step();
            await turns(1);
          }
        }
        await simulation.settle();
        await Promise.all(joins);

        const present = ['a', 'b'].filter((user) =>
          here.some((counts) => (counts as Record<string, number>)[user]! > 0),
        );
        const expected = [...present, 'watcher-0', 'watcher-1', 'watcher-2'];
        for (const node of nodes) {
          expect(node.members).toStrictEqual(expected);
          expect([...node.witness!.members].sort()).toStrictEqual(expected);
          expect(node.witness!.faults).toStrictEqual([]);
        }
        for (const user of ['a', 'b']) {
          const told = (type: 'MemberAdded' | 'MemberRemoved') =>
            simulation.activities(type).filter((fact) => 'userId' in fact && fact.userId === user).length;
          expect(told('MemberAdded') - told('MemberRemoved')).toBe(present.includes(user) ? 1 : 0);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a channel', () => {
  it('is occupied with its first subscription anywhere and vacated with its last (HOOK-1)', async () => {
    const simulation = await Simulation.start();
    const [first, second] = simulation.nodes;
    await first!.join('a');
    await second!.join('a');
    first!.leave('a');
    await turns();
    expect(simulation.activities('ChannelVacated')).toHaveLength(0);
    second!.leave('a');
    await turns();
    expect(simulation.activities('ChannelOccupied')).toHaveLength(1);
    expect(simulation.activities('ChannelVacated')).toHaveLength(1);
    expect(first!.cluster.interest).toBe(0);
  });

  it('tells nothing of who comes back to another node within the grace (HOOK-5)', async () => {
    const simulation = await Simulation.start({ graceMs: 3000 });
    const [first, second] = simulation.nodes;
    await first!.join('a');
    first!.leave('a');
    await simulation.pass(1000);
    await second!.join('a');
    await simulation.pass(5000);
    expect(simulation.activities('MemberAdded')).toHaveLength(1);
    expect(simulation.activities('MemberRemoved')).toHaveLength(0);
    second!.leave('a');
    await simulation.pass(5000);
    expect(simulation.activities('MemberRemoved')).toMatchObject([
      { type: 'MemberRemoved', appId: 'app', channel: CHANNEL, userId: 'a' },
    ]);
    expect(simulation.activities('ChannelVacated')).toHaveLength(1);
  });

  it('tells once of who leaves twice within the grace (HOOK-5)', async () => {
    const simulation = await Simulation.start({ graceMs: 3000 });
    const [first] = simulation.nodes;
    await first!.join('a');
    first!.leave('a');
    await simulation.pass(1000);
    await first!.join('a');
    await simulation.pass(1000);
    first!.leave('a');
    await simulation.pass(10_000);
    expect(simulation.activities('MemberAdded')).toHaveLength(1);
    expect(simulation.activities('MemberRemoved')).toHaveLength(1);
    expect(simulation.activities('ChannelVacated')).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { APP, CHANNEL, savedState, Simulation, turns } from './simulated-cluster.js';

const KEY = `${APP}/${CHANNEL}`;
const WATCHERS = ['watcher-0', 'watcher-1', 'watcher-2'];

/** Three nodes with a client on each that is always there, long enough to trust each other. */
async function watched(graceMs = 0): Promise<Simulation> {
  const simulation = await Simulation.start({ graceMs });
  for (const [i, node] of simulation.nodes.entries()) await node.join(`watcher-${i}`);
  await simulation.pass(10_000);
  return simulation;
}

const heard = ({ nodes }: Simulation) => nodes.map(({ witness }) => [...witness!.heard]);

function webhooks(simulation: Simulation): string[] {
  return simulation.nodes
    .flatMap(({ activities }) => activities)
    .flatMap((fact) =>
      'userId' in fact ? [`${fact.type} ${fact.userId}`] : 'channel' in fact ? [fact.type] : [],
    )
    .filter((fact) => !fact.includes('watcher'))
    .sort();
}

/** All nodes, their clients and the store say the same, and it is this. */
function expectMembers({ nodes, state }: Simulation, others: readonly string[]): void {
  const expected = [...others, ...WATCHERS].sort();
  expect(state.memberIds(KEY).toSorted()).toStrictEqual(expected);
  for (const node of nodes) {
    expect(node.members).toStrictEqual(expected);
    expect([...node.witness!.members].sort()).toStrictEqual(expected);
    expect(node.witness!.faults).toStrictEqual([]);
  }
}

describe('a store that comes back with an older state', () => {
  it('keeps nobody who left since, and misses nobody who came, and nobody hears of it', async () => {
    const simulation = await watched();
    const [first, second, third] = simulation.nodes;
    await first!.join('left');
    await second!.join('moved');
    const restore = savedState(simulation.state);
    await simulation.pass(8000);
    first!.leave('left');
    second!.leave('moved');
    await turns();
    await third!.join('moved');
    await third!.join('came');
    await turns();
    const [before, told] = [heard(simulation), webhooks(simulation)];

    simulation.state.interrupt('killed');
    restore();
    await simulation.pass(1000);
    simulation.state.resume();
    await simulation.pass(15_000);

    expectMembers(simulation, ['came', 'moved']);
    expect(heard(simulation)).toStrictEqual(before);
    expect(webhooks(simulation)).toStrictEqual(told);
  });

  it('forgets channels that nobody is in any more', async () => {
    const simulation = await watched(3000);
    const [first, second] = simulation.nodes;
    const kind = { presence: false, tellSubscriptions: false, maxMembers: 0 };
    await first!.cluster.enter(APP, 'news', { kind, cached: false }, undefined);
    await turns();
    const restore = savedState(simulation.state);
    first!.cluster.leave(APP, 'news', undefined);
    await simulation.pass(8000);
    const told = webhooks(simulation);

    simulation.state.interrupt('killed');
    restore();
    simulation.state.resume();
    await simulation.pass(8000);

    expect(await second!.cluster.channels(APP)).toStrictEqual([CHANNEL]);
    expect(webhooks(simulation)).toStrictEqual(told);
    expect(simulation.state.channelsOf(first!.cluster.nodeId)).toStrictEqual([KEY]);
  });

  it('is found out also where no connection breaks', async () => {
    const simulation = await watched();
    const [first, second] = simulation.nodes;
    await first!.join('left');
    await turns();
    const restore = savedState(simulation.state);
    await simulation.pass(4000);
    first!.leave('left');
    await second!.join('came');
    await turns();
    const before = heard(simulation);

    restore();
    await simulation.pass(8000);

    expectMembers(simulation, ['came']);
    expect(heard(simulation)).toStrictEqual(before);
  });

  it('does not bring back nodes that have left', async () => {
    const simulation = await watched();
    const [first, second, third] = simulation.nodes;
    await third!.join('a');
    await second!.join('a');
    const restore = savedState(simulation.state);
    third!.leave('a');
    third!.leave('watcher-2');
    await turns();
    await third!.cluster.stop();
    await third!.cluster.close();
    await simulation.pass(4000);
    second!.leave('a');
    await turns();
    const before = [...first!.witness!.heard];
    const told = webhooks(simulation);

    simulation.state.interrupt('killed');
    restore();
    simulation.state.resume();
    await simulation.pass(20_000);

    expect(first!.members).toStrictEqual(['watcher-0', 'watcher-1']);
    expect(first!.witness!.heard).toStrictEqual(before);
    expect(webhooks(simulation)).toStrictEqual(told);
    expect(simulation.state.memberIds(KEY)).toHaveLength(2);
  });
});

describe('a store that loses a channel', () => {
  it('is told of it again within seconds, and nobody hears of it', async () => {
    const simulation = await watched();
    await simulation.nodes[0]!.join('a');
    await simulation.nodes[1]!.join('a');
    await turns();
    const [before, told] = [heard(simulation), webhooks(simulation)];

    simulation.state.evict(KEY);
    await simulation.pass(6000);

    expectMembers(simulation, ['a']);
    expect(heard(simulation)).toStrictEqual(before);
    expect(webhooks(simulation)).toStrictEqual(told);
  });

  it('is told of it by whoever joins first, and he is all that others hear of', async () => {
    const simulation = await watched();
    await simulation.nodes[0]!.join('a');
    const before = heard(simulation);

    simulation.state.evict(KEY);
    await simulation.nodes[1]!.join('b');
    await simulation.pass(6000);

    expectMembers(simulation, ['a', 'b']);
    expect(heard(simulation)).toStrictEqual(before.map((changes) => [...changes, '+b']));
    expect(webhooks(simulation)).toStrictEqual(['ChannelOccupied', 'MemberAdded a', 'MemberAdded b']);
  });

  it('hears once of who leaves before it is found out', async () => {
    const simulation = await watched(3000);
    const [first] = simulation.nodes;
    await first!.join('a');
    await turns();

    simulation.state.evict(KEY);
    first!.leave('a');
    await simulation.pass(15_000);

    expectMembers(simulation, []);
    expect(webhooks(simulation)).toStrictEqual(['ChannelOccupied', 'MemberAdded a', 'MemberRemoved a']);
  });
});

describe('who leaves within the grace of the webhooks before the store is emptied (HOOK-5)', () => {
  it.each([0, 1500, 2900])('is told once as gone, %i ms after leaving', async (delayMs) => {
    const simulation = await watched(3000);
    const [first, second] = simulation.nodes;
    await second!.join('a');
    await turns();
    second!.leave('a');
    await turns();
    await simulation.pass(delayMs);
    simulation.state.clear();
    await simulation.pass(20_000);
    expect(webhooks(simulation)).toStrictEqual(['ChannelOccupied', 'MemberAdded a', 'MemberRemoved a']);

    await first!.join('a');
    await simulation.pass(5000);
    expect(webhooks(simulation).filter((fact) => fact.endsWith(' a'))).toStrictEqual([
      'MemberAdded a',
      'MemberAdded a',
      'MemberRemoved a',
    ]);
  });

  it('is not told as gone who is on another node', async () => {
    const simulation = await watched(3000);
    const [first, second] = simulation.nodes;
    await first!.join('a');
    first!.leave('a');
    await turns();
    await second!.join('a');
    await simulation.pass(500);
    simulation.state.clear();
    await simulation.pass(20_000);
    expectMembers(simulation, ['a']);
    expect(webhooks(simulation)).toStrictEqual(['ChannelOccupied', 'MemberAdded a']);
  });
});

describe('a member of a node that is cut off', () => {
  it('who leaves and is back before that is noticed was never gone', async () => {
    const simulation = await Simulation.start();
    const [first] = simulation.nodes;
    const cutOff = await simulation.addNode(0, () => 0.99);
    const joining = Promise.all([first!.join('watcher'), cutOff.join('a')]);
    await simulation.settle();
    await joining;
    const before = [...first!.witness!.heard];

    // The leave waits on the line until that is given up.
    cutOff.leave('a');
    await turns();
    const again = cutOff.join('a');
    simulation.state.interrupt('cut');
    await again;
    cutOff.line.drop();
    simulation.state.resume();
    await simulation.pass(1000);
    await simulation.settle();
    await simulation.pass(6000);

    expect(first!.members).toStrictEqual(['a', 'watcher']);
    expect(first!.witness!.heard).toStrictEqual(before);
    expect(simulation.activities('MemberRemoved')).toStrictEqual([]);
    expect(simulation.activities('MemberAdded')).toHaveLength(2);
  });
});

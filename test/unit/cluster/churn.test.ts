import { describe, expect, it } from 'vitest';
import { MemoryBus, MemoryWire } from '../../support/memory-bus.js';
import { APP, Simulation } from './simulated-cluster.js';

/** More than a node may have under way. */
const MANY = 12_000;
const PUBLIC = { kind: { presence: false, tellSubscriptions: false, maxMembers: 0 }, cached: false };

/** Subscribes to ever new channels and leaves them at once, as a client does that waits for nothing. */
function churn({ cluster }: Simulation['nodes'][number], prefix: string): void {
  for (let i = 0; i < MANY; i++) {
    const ticket = {};
    void cluster.enter(APP, `${prefix}-${i}`, PUBLIC, undefined, ticket);
    cluster.leave(APP, `${prefix}-${i}`, undefined, ticket);
  }
}

describe('ever new channels that are left at once', () => {
  it('leave nothing behind that did not have its turn, while the store is slow', async () => {
    const simulation = await Simulation.start({ nodes: 2, random: () => 1 });
    const [first] = simulation.nodes;
    for (let round = 0; round < 3; round++) {
      churn(first!, `news-${round}`);
      expect(first!.cluster.interest).toBeLessThanOrEqual(5000);
    }
    await simulation.settle();
    expect(first!.cluster.interest).toBe(0);
    expect(first!.line.mostCalls).toBeLessThanOrEqual(5000);
  });

  it('leave nothing behind while bus and store are away, and one that stays is told afterwards', async () => {
    const simulation = await Simulation.start({ nodes: 2 });
    const [first, second] = simulation.nodes;
    simulation.hub.interrupt('gone');
    simulation.state.interrupt('gone');
    churn(first!, 'news');
    expect(first!.cluster.interest).toBe(0);
    void first!.cluster.enter(APP, 'stays', PUBLIC, undefined);
    simulation.hub.resume();
    simulation.state.resume();
    await simulation.pass(1000);
    expect(await second!.cluster.channels(APP)).toStrictEqual(['stays']);
    second!.cluster.publish(APP, 'stays', 'heard');
    await simulation.pass(100);
    expect(first!.delivered).toStrictEqual(['stays heard']);
  });

  it('settle for one who leaves while they wait, and for nobody else', async () => {
    const simulation = await Simulation.start({ nodes: 1, random: () => 1 });
    const { cluster } = simulation.nodes[0]!;
    const kind = { presence: true, tellSubscriptions: false, maxMembers: 1 };
    const enter = (ticket: object, id: string) =>
      cluster.enter(APP, 'presence-room', { kind, cached: false }, { id, info: '{}' }, ticket);
    const [ana, tab, ben] = [{}, {}, {}];
    const entering = [enter(ana, 'ana'), enter(tab, 'ana'), enter(ben, 'ben')];
    cluster.leave(APP, 'presence-room', 'ana', ana);
    cluster.leave(APP, 'presence-room', 'ben', ben);
    await Promise.all([entering[0], entering[2]]);
    await simulation.settle();
    await entering[1];
    expect([...cluster.members(APP, 'presence-room').keys()]).toStrictEqual(['ana']);
    cluster.leave(APP, 'presence-room', 'ana');
    await simulation.settle();
    expect(cluster.interest).toBe(0);
  });
});

describe('users that are watched and left again', () => {
  it('cost nothing while the store is away, and who stays watched is known when it is back', async () => {
    const simulation = await Simulation.start({ nodes: 2 });
    const [first, second] = simulation.nodes;
    second!.cluster.userOnline(APP, 'ana');
    await simulation.pass(100);
    simulation.state.interrupt('gone');
    for (let i = 0; i < MANY; i++) {
      void first!.cluster.watchUser(APP, `user-${i}`);
      first!.cluster.unwatchUser(APP, `user-${i}`);
    }
    void first!.cluster.watchUser(APP, 'ana');
    simulation.state.resume();
    await simulation.pass(500);
    expect(first!.cluster.isUserOnline(APP, 'ana')).toBe(true);
  });
});

describe('who waits for a bus that is away', () => {
  it('costs one promise for all', () => {
    const bus = new MemoryBus(new MemoryWire());
    const first = bus.subscribe('a');
    expect(bus.subscribe('b')).toBe(first);
  });
});

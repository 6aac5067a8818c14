import { ActivityEmitter, type Activity } from '../../../src/activity/activity.js';
import type { AppListener } from '../../../src/cluster/app-listener.js';
import { Cluster } from '../../../src/cluster/cluster.js';
import { MemoryBus, MemoryWire } from '../../support/memory-bus.js';
import { MemoryChannel } from '../../../src/cluster/drivers/memory/memory-channel.js';
import { MemoryState, MemoryStore } from '../../../src/cluster/drivers/memory/memory-store.js';
import type { ClusterStore } from '../../../src/cluster/store.js';
import { SILENT_LOG } from '../../../src/log.js';
import { FakeClock } from '../../support/fake-clock.js';

export const APP = 'app';
export const CHANNEL = 'presence-room';

/** Lets everything happen that waits for nothing but its turn. */
export async function turns(count = 8): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What a client of a node would know, and whether it was told something that cannot be. */
export class Witness {
  readonly members = new Set<string>();
  readonly faults: string[] = [];
  /** Each change that was told: `+id` or `-id`. */
  readonly heard: string[] = [];

  added(id: string): void {
    this.heard.push(`+${id}`);
    if (this.members.has(id)) this.faults.push(`${id} was added twice`);
    this.members.add(id);
  }

  removed(id: string): void {
    this.heard.push(`-${id}`);
    if (!this.members.delete(id)) this.faults.push(`${id} was removed and not there`);
  }
}

/** Calls that can be held up on their way to the store and on their way back, or fail after they took effect. */
export class SlowLine {
  isCut = false;
  /** Calls under way, and the most there were. */
  private calls = 0;
  mostCalls = 0;
  private readonly waiting: ((isLost?: boolean) => void)[] = [];
  /** When the last call in order has been made. */
  private made: Promise<unknown> = Promise.resolve();

  constructor(private readonly random: (() => number) | undefined) {}

  /** Lets some of what waits go on, in any order. */
  step(): void {
    const { random } = this;
    if (random === undefined) return;
    for (let n = Math.ceil(random() * 3); n > 0 && this.waiting.length > 0; n--) {
      this.waiting.splice(Math.floor(random() * this.waiting.length), 1)[0]?.();
    }
  }

  flush(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  /** Loses what waits, as when a connection breaks. */
  drop(): void {
    for (const go of this.waiting.splice(0)) go(true);
  }

  get isIdle(): boolean {
    return this.waiting.length === 0;
  }

  async through<T>(call: () => Promise<T>): Promise<T> {
    this.mostCalls = Math.max(this.mostCalls, ++this.calls);
    try {
      await this.delay();
      const answer = await call();
      await this.delay();
      if (this.isCut) throw new Error('the answer was lost');
      return answer;
    } finally {
      this.calls--;
    }
  }

  /** As calls over one connection, which take effect in the order they are made. */
  async inOrder<T>(call: () => Promise<T>): Promise<T> {
    const answer = this.made.then(() => this.delay()).then(call);
    this.made = answer.catch(() => undefined);
    const found = await answer;
    await this.delay();
    return found;
  }

  private async delay(): Promise<void> {
    if (this.random === undefined || this.random() < 0.3) return;
    const isLost = await new Promise<boolean>((resolve) =>
      this.waiting.push((lost = false) => {
        resolve(lost);
      }),
    );
    if (isLost) throw new Error('the connection broke');
  }
}

/** One node: the cluster's part of it, with what its clients see of one presence channel. */
export class SimulatedNode {
  readonly cluster: Cluster;
  readonly activities: Activity[] = [];
  readonly delivered: string[] = [];
  readonly terminated: string[] = [];
  readonly users: string[] = [];
  readonly cached: string[] = [];
  /** The last events of cache channels, and those who listen to them, as a node has them beside the cluster. */
  private readonly lastEvents = new Map<string, string>();
  private readonly listeners: string[][] = [];
  /** One client that is always in the channel sees all of it; undefined until it is in. */
  witness: Witness | undefined;

  constructor(
    hub: MemoryWire,
    state: MemoryState,
    clock: FakeClock,
    readonly line: SlowLine,
    graceMs: number,
    isServing: boolean,
  ) {
    const activity = new ActivityEmitter();
    activity.listen((fact) => this.activities.push(fact));
    const store = slowStore(new MemoryStore(state), line);
    this.cluster = new Cluster(
      { bus: new MemoryBus(hub), store },
      { clock, log: SILENT_LOG, activity, graceMs },
    );
    if (isServing) this.cluster.add(APP, this.app());
  }

  private app(): AppListener {
    return {
      limitsConnections: false,
      deliver: (channel, frame, except) => {
        this.delivered.push(`${channel} ${frame} ${except}`.trim());
        this.hear(channel, frame);
        return channel.startsWith('cache-') ? CACHE_MS : 0;
      },
      restoreCached: (channel, frame) => {
        this.cached.push(`${channel} ${frame}`);
        this.hear(channel, frame);
      },
      memberAdded: (_channel, { id }) => this.witness?.added(id),
      memberRemoved: (_channel, id) => this.witness?.removed(id),
      subscriptionsChanged: () => undefined,
      userChanged: (id, isOnline) => this.users.push(`${id} ${isOnline ? 'online' : 'offline'}`),
      terminate: (id) => this.terminated.push(id),
    };
  }

  /** Joins as a client does, and looks at the list it is given when the subscription stands. */
  async join(id: string, maxMembers = 1000): Promise<void> {
    const kind = { presence: true, tellSubscriptions: false, maxMembers };
    await this.cluster.enter(APP, CHANNEL, { kind, cached: false }, { id, info: '{}' });
    if (this.witness !== undefined) return;
    this.witness = new Witness();
    for (const member of this.cluster.members(APP, CHANNEL).keys()) this.witness.members.add(member);
  }

  /** Triggers an event on a cache channel. */
  trigger(channel: string, frame: string): void {
    this.hear(channel, frame);
    this.cluster.publish(APP, channel, frame, '', CACHE_MS);
  }

  /** Subscribes to a cache channel. @returns what the client hears: the last event first, where there is one */
  async listen(channel: string): Promise<string[]> {
    await this.cluster.enter(APP, channel, { kind: EVENTS_ONLY, cached: true }, undefined);
    const last = this.lastEvents.get(channel);
    const heard = last === undefined ? [] : [last];
    this.listeners.push(heard);
    return heard;
  }

  private hear(channel: string, frame: string): void {
    if (channel.startsWith('cache-')) this.lastEvents.set(channel, frame);
    for (const heard of this.listeners) heard.push(frame);
  }

  leave(id: string): void {
    this.cluster.leave(APP, CHANNEL, id);
  }

  get members(): string[] {
    return [...this.cluster.members(APP, CHANNEL).keys()].sort();
  }
}

const CACHE_MS = 60_000;
const EVENTS_ONLY = { presence: false, tellSubscriptions: false, maxMembers: 0 };

function slowStore(store: MemoryStore, line: SlowLine): ClusterStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      if (name === 'cache' || name === 'cached') {
        return (...args: unknown[]) => line.inOrder(() => method(...args) as Promise<unknown>);
      }
      if (name !== 'apply' && name !== 'snapshot') return method;
      return (...args: unknown[]) => line.through(() => method(...args) as Promise<unknown>);
    },
  });
}

export interface SimulationOptions {
  readonly nodes?: number;
  readonly graceMs?: number;
  /** Which nodes have served the app before; all unless given. */
  readonly serving?: readonly number[];
  /** Makes calls to the store slow and disorderly. */
  readonly random?: () => number;
}

/** Some nodes over one store and bus in memory, under a clock of the test's. */
export class Simulation {
  readonly clock = new FakeClock();
  readonly hub = new MemoryWire();
  readonly state = new MemoryState(this.clock, {
    maxCachedEvents: 100,
    maxCachedBytes: 100_000,
    maxIdempotencyKeys: 100,
  });
  readonly nodes: SimulatedNode[] = [];

  static async start({
    nodes = 3,
    graceMs = 0,
    serving,
    random,
  }: SimulationOptions = {}): Promise<Simulation> {
    const simulation = new Simulation();
    for (let i = 0; i < nodes; i++) await simulation.addNode(graceMs, random, serving?.includes(i));
    return simulation;
  }

  async addNode(graceMs = 0, random?: () => number, isServing = true): Promise<SimulatedNode> {
    const node = new SimulatedNode(
      this.hub,
      this.state,
      this.clock,
      new SlowLine(random),
      graceMs,
      isServing,
    );
    this.nodes.push(node);
    await node.cluster.start(1000);
    return node;
  }

  /** Lets time pass, with everything that it brings about. */
  async pass(milliseconds: number, step = 100): Promise<void> {
    for (let rest = milliseconds; rest > 0; rest -= step) {
      this.clock.advance(Math.min(step, rest));
      await turns(4);
    }
  }

  /** Until nothing is under way. */
  async settle(): Promise<void> {
    for (let round = 0; round < 50; round++) {
      for (const { line } of this.nodes) line.flush();
      await turns(4);
    }
  }

  activities(type: Activity['type']): Activity[] {
    return this.nodes.flatMap(({ activities }) => activities).filter((fact) => fact.type === type);
  }
}

/**
 * Copies what a store has, as a server does that writes it to its disk.
 *
 * @returns brings the store back to it
 */
export function savedState(state: MemoryState): () => void {
  // What these have is what is saved, and only tests do so.
  const parts = state as unknown as {
    readonly channels: Map<string, object>;
    readonly index: Map<string, object>;
    readonly nodes: object;
  };
  const saved = structuredClone({
    // All but its clock, which cannot be copied.
    nodes: Object.fromEntries(Object.entries(parts.nodes).filter(([name]) => name !== 'nowMs')),
    index: parts.index,
    channels: new Map([...parts.channels].map(([key, channel]) => [key, { ...channel }])),
  });
  return () => {
    const { nodes, index, channels } = structuredClone(saved);
    Object.assign(parts.nodes, nodes);
    for (const map of [parts.channels, parts.index]) map.clear();
    for (const [key, entry] of index) parts.index.set(key, entry);
    for (const [key, channel] of channels)
      parts.channels.set(key, Object.assign(new MemoryChannel(), channel));
  };
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

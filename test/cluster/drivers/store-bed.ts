import { onTestFinished } from 'vitest';
import type { ChannelChange, ChannelDelta, ChannelResult, ClusterStore } from '../../../src/cluster/store.js';
import { eventually } from '../../support/eventually.js';

/** A kind of store, and the server that keeps it. */
export interface StoreBed {
  /** Another node's view of the same store, not started. */
  create(): ClusterStore;
  /** Empties it behind the back of the nodes. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A started store, and what it told. */
export class TestStore {
  readonly deltas: { readonly key: string; readonly delta: ChannelDelta }[] = [];
  readonly events: string[] = [];

  private constructor(readonly store: FollowingStore) {}

  /** Opens a store that is closed when the test ends. */
  static async open(bed: Pick<StoreBed, 'create'>): Promise<TestStore> {
    const opened = new TestStore(following(bed.create()));
    const { store } = opened;
    onTestFinished(() => store.close());
    store.start({
      delta: (key, delta) => opened.deltas.push({ key, delta }),
      up: () => opened.events.push('up'),
      down: () => opened.events.push('down'),
    });
    await opened.isUp();
    return opened;
  }

  isUp(): Promise<void> {
    return eventually(() => {
      if (!this.store.isUp) throw new Error('the store is not up');
    });
  }
}

/** A store that tells of each change which one it follows, unless the test does. */
type FollowingStore = Omit<ClusterStore, 'apply'> & {
  apply(node: string, change: TestChange): Promise<ChannelResult>;
};

export type TestChange = Omit<ChannelChange, 'after'> & Partial<Pick<ChannelChange, 'after'>>;

/** By node and channel: the last change, while it left the node in the channel. */
const last = new Map<string, string>();

function following(store: ClusterStore): FollowingStore {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'apply') {
        return async (node: string, wanted: TestChange) => {
          const at = `${node} ${wanted.key}`;
          const change = { after: last.get(at) ?? '', ...wanted };
          const result = await target.apply(node, change);
          last.set(at, change.subscriptions > 0 ? change.change : '');
          return result;
        };
      }
      if (name === 'drop') {
        return async (node: string, key: string, graceMs: number) => {
          last.delete(`${node} ${key}`);
          return target.drop(node, key, graceMs);
        };
      }
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

let changes = 0;

/** A change with what matters to a test, and a number of its own. */
export function change(key: string, wanted: Partial<ChannelChange>): TestChange {
  return {
    key,
    change: `c${++changes}`,
    instead: '',
    seenVersion: 0,
    subscriptions: 1,
    join: [],
    leave: [],
    replace: false,
    maxMembers: 100,
    tellSubscriptions: false,
    graceMs: 0,
    wantSnapshot: false,
    ...wanted,
  };
}

let names = 0;

/** A channel that no other test uses. */
export function freshKey(app = 'app'): string {
  return `${app}/presence-${process.pid}-${++names}`;
}

/** A node that no other test uses. */
export function freshNode(): string {
  return `node-${process.pid}-${++names}`;
}

export const member = (id: string, info = `{"name":"${id}"}`) => ({ id, info });

/** A node as it says of itself with a beat. */
export const beating = (id: string, sent = 0, beat = 0, answered = 0) => ({ id, sent, beat, answered });

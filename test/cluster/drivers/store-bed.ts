import { onTestFinished } from 'vitest';
import type { ChannelChange, ChannelDelta, ClusterStore } from '../../../src/cluster/store.js';
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

  private constructor(readonly store: ClusterStore) {}

  /** Opens a store that is closed when the test ends. */
  static async open(bed: Pick<StoreBed, 'create'>): Promise<TestStore> {
    const opened = new TestStore(bed.create());
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

let changes = 0;

/** A change with what matters to a test, and a number of its own. */
export function change(key: string, wanted: Partial<ChannelChange>): ChannelChange {
  return {
    key,
    change: `c${++changes}`,
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

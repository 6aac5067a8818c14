import type { Bus } from './bus.js';
import type { ClusterStore } from './store.js';

/** Connections of one node to the others. */
export interface ClusterDrivers {
  readonly bus: Bus;
  readonly store: ClusterStore;
}

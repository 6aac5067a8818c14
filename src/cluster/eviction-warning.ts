import type { Log } from '../log.js';
import type { ClusterStore } from './store.js';

/** Keeps every key. */
const KEEPING = 'noeviction';

/** Warns of a store that may evict what the nodes keep there when its memory is full: once for each policy. */
export class EvictionWarning {
  private warnedOf: string | undefined;

  constructor(
    private readonly store: Pick<ClusterStore, 'evictionPolicy'>,
    private readonly log: Log,
  ) {}

  /** To be called when the store is available. Says nothing where the policy cannot be learned. */
  async look(): Promise<void> {
    let policy: string | undefined;
    try {
      policy = await this.store.evictionPolicy?.();
    } catch {
      // The store became unavailable, and is asked again when it is back.
      return;
    }
    if (policy === undefined || policy === KEEPING || policy === this.warnedOf) return;
    this.warnedOf = policy;
    this.log.warn(
      { policy, wanted: KEEPING },
      policy.startsWith('volatile-')
        ? 'Redis may evict keys that expire: last events of cache channels and idempotency keys may be lost; set maxmemory-policy noeviction'
        : 'Redis may evict members and channels when its memory is full: set maxmemory-policy noeviction, or use a Redis of its own',
    );
  }
}

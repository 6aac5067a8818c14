import { randomUUID } from 'node:crypto';
import { GRAVE_MS, LOSS_MS, STORE_GAP_MS } from '../../store-times.js';
import type { Beat, BeatingNode, NodeInfo } from '../../store.js';

interface Lease {
  readonly node: NodeInfo;
  readonly beatMs: number;
  readonly epoch: string;
}

interface Lock {
  readonly by: string;
  readonly untilMs: number;
}

/** Leases, graves and locks of the nodes of a {@link MemoryStore}. */
export class MemoryNodes {
  private readonly leases = new Map<string, Lease>();
  private readonly graves = new Map<string, number>();
  private readonly locks = new Map<string, Lock>();
  private epoch: string | undefined;
  /** Since when nodes could beat without a break. */
  private sinceMs = 0;
  private lastBeatMs = 0;
  private epochMs = -Infinity;

  constructor(private readonly nowMs: () => number) {}

  get ids(): Iterable<string> {
    return this.leases.keys();
  }

  beat({ answered, ...node }: BeatingNode, joining: boolean): Beat {
    const now = this.nowMs();
    const lease = this.leases.get(node.id);
    const gone = lease === undefined && this.graves.has(node.id);
    const isLost = !joining && !gone && (lease === undefined || lease.node.beat < answered);
    // All nodes find a loss out one after the other; the epoch changes with the first.
    if (this.epoch === undefined || (isLost && now - this.epochMs > LOSS_MS)) {
      this.epoch = randomUUID();
      this.epochMs = this.sinceMs = now;
    } else if (now - this.lastBeatMs > STORE_GAP_MS) {
      this.sinceMs = now;
    }
    this.lastBeatMs = now;
    this.forgetGraves(now);
    if (gone) this.graves.set(node.id, now);
    else this.leases.set(node.id, { node, beatMs: now, epoch: this.epoch });
    return {
      gone,
      isLost,
      epoch: this.epoch,
      epochAgeMs: now - this.sinceMs,
      peers: [...this.leases.values()]
        .filter((other) => other.node.id !== node.id)
        .map((other) => ({
          ...other.node,
          silentMs: this.silentMs(other, now),
          isCurrent: other.epoch === this.epoch,
        })),
      graves: [...this.graves.keys()].filter((id) => id !== node.id),
    };
  }

  bury(id: string, silentMs: number): boolean {
    const now = this.nowMs();
    const lease = this.leases.get(id);
    if (lease === undefined || this.silentMs(lease, now) < silentMs) return false;
    this.leases.delete(id);
    this.graves.set(id, now);
    return true;
  }

  leave(id: string): void {
    this.leases.delete(id);
  }

  lock(name: string, by: string, ttlMs: number): boolean {
    const now = this.nowMs();
    const lock = this.locks.get(name);
    if (lock !== undefined && lock.by !== by && lock.untilMs > now) return false;
    this.locks.set(name, { by, untilMs: now + ttlMs });
    return true;
  }

  clear(): void {
    this.leases.clear();
    this.graves.clear();
    this.locks.clear();
    this.epoch = undefined;
    this.epochMs = -Infinity;
  }

  private silentMs(lease: Lease, now: number): number {
    return Math.min(now - lease.beatMs, now - this.sinceMs);
  }

  private forgetGraves(now: number): void {
    for (const [id, buriedMs] of this.graves) {
      if (now - buriedMs <= GRAVE_MS) continue;
      this.graves.delete(id);
      this.locks.delete(id);
    }
  }
}

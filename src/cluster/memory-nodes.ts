import { randomUUID } from 'node:crypto';
import { GRAVE_MS, STORE_GAP_MS } from './store-times.js';
import type { Beat, NodeInfo } from './store.js';

interface Lease {
  readonly node: NodeInfo;
  readonly beatMs: number;
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

  constructor(private readonly nowMs: () => number) {}

  get ids(): Iterable<string> {
    return this.leases.keys();
  }

  beat(node: NodeInfo, joining: boolean): Beat {
    const now = this.nowMs();
    if (this.epoch === undefined || now - this.lastBeatMs > STORE_GAP_MS) this.sinceMs = now;
    this.epoch ??= randomUUID();
    this.lastBeatMs = now;
    this.forgetGraves(now);
    const gone = !this.leases.has(node.id) && (!joining || this.graves.has(node.id));
    if (gone) this.graves.set(node.id, now);
    else this.leases.set(node.id, { node, beatMs: now });
    return {
      gone,
      epoch: this.epoch,
      epochAgeMs: now - this.sinceMs,
      peers: [...this.leases.values()]
        .filter((lease) => lease.node.id !== node.id)
        .map((lease) => ({ ...lease.node, silentMs: this.silentMs(lease, now) })),
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

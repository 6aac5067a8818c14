import type { MemberData } from '../../protocol/messages.js';

/** One app of this node, as the cluster calls it. */
export interface AppListener {
  /**
   * An event of another node.
   *
   * @param triggeredMs when, by {@link Cluster.nowMs}, if it comes late; then those who subscribed since do not hear it
   * @returns for how long it is the channel's last event; 0 where it is none
   */
  deliver(channel: string, frame: string, except: string, triggeredMs: number | undefined): number;
  /** The last event of a cache channel, as the cluster has it; also for those who subscribed without the cluster. */
  restoreCached(channel: string, frame: string, except: string, ttlMs: number): void;
  memberAdded(channel: string, member: MemberData): void;
  memberRemoved(channel: string, userId: string): void;
  /** @param subscriptions of all nodes */
  subscriptionsChanged(channel: string, subscriptions: number): void;
  /** A watched user came online or went offline. */
  userChanged(userId: string, isOnline: boolean): void;
  terminate(userId: string): void;
  /** Whether each node has to know how many connections the others have. */
  readonly limitsConnections: boolean;
}

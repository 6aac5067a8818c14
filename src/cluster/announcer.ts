import type { ActivityEmitter } from '../activity/activity.js';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { isHiddenChannel, splitKey } from './channel-key.js';
import type { ChannelResult, ClusterStore } from './store.js';

export interface AnnouncerContext {
  readonly store: Pick<ClusterStore, 'release'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly activity: ActivityEmitter;
  readonly graceMs: (appId: string) => number;
}

/**
 * Makes known, once in the cluster, who came and who left. A leave is told after a grace, by whichever node made it
 * happen, unless it was undone on any node meanwhile.
 */
export class Announcer {
  private readonly held = new Set<Promise<void>>();

  constructor(private readonly context: AnnouncerContext) {}

  /**
   * @param node whose change or drop it was: the graces are held in its name
   * @param result what that did in the whole cluster
   */
  announce(node: string, key: string, { occupancy, added, removed }: ChannelResult): void {
    const { appId, name: channel } = splitKey(key);
    if (isHiddenChannel(channel)) return;
    const { activity } = this.context;
    if (occupancy === 'occupied') activity.emit({ type: 'ChannelOccupied', appId, channel });
    for (const userId of added) activity.emit({ type: 'MemberAdded', appId, channel, userId });
    for (const userId of removed) {
      this.afterGrace(appId, node, key, `member ${userId}`, () => {
        activity.emit({ type: 'MemberRemoved', appId, channel, userId });
      });
    }
    if (occupancy === 'vacated') {
      this.afterGrace(appId, node, key, 'channel', () => {
        activity.emit({ type: 'ChannelVacated', appId, channel });
      });
    }
  }

  /** @returns when all that is held has been told or undone */
  async settled(): Promise<void> {
    await Promise.all(this.held);
  }

  private afterGrace(appId: string, node: string, key: string, what: string, emit: () => void): void {
    const graceMs = this.context.graceMs(appId);
    if (graceMs === 0) {
      emit();
      return;
    }
    const held = this.hold(graceMs, node, key, what, emit).finally(() => this.held.delete(held));
    this.held.add(held);
  }

  private async hold(
    graceMs: number,
    node: string,
    key: string,
    what: string,
    emit: () => void,
  ): Promise<void> {
    const { clock, store, log } = this.context;
    await new Promise<void>((resolve) => clock.after(graceMs, resolve));
    try {
      if (await store.release(node, key, what)) emit();
    } catch (error) {
      log.warn({ err: error, key }, 'it could not be found out whether what left a channel is back');
    }
  }
}

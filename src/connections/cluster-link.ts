import { channelPolicy } from '../../protocol/channel-name.js';
import type { MemberData } from '../../protocol/messages.js';
import { encodeMemberAdded, encodeMemberRemoved, type Frame } from '../../protocol/server-codec.js';
import type { AppListener } from '../cluster/app-listener.js';
import type { ConnectionServer } from './connection-server.js';
import type { LocalApp } from './local-app.js';

/** Passes on to an app of this node what happens on the others. */
export class ClusterLink implements AppListener {
  constructor(
    private readonly app: LocalApp,
    private readonly server: Pick<ConnectionServer, 'terminateUser'>,
  ) {}

  get limitsConnections(): boolean {
    return this.app.app.settings.maxConnections !== null;
  }

  deliver(channel: string, frame: Frame, except: string, triggeredMs: number | undefined): number {
    const { cached } = channelPolicy(channel);
    const cacheMs = cached ? this.cache(channel, frame, this.app.cache.ttlMs) : 0;
    // The last event of a cache channel is for all, whenever they came (CACHE-2).
    this.broadcast(channel, frame, except, cached ? undefined : triggeredMs);
    return cacheMs;
  }

  restoreCached(channel: string, frame: Frame, except: string, ttlMs: number): void {
    this.cache(channel, frame, ttlMs);
    this.broadcast(channel, frame, except);
  }

  memberAdded(channel: string, member: MemberData): void {
    this.app.channels.broadcast(channel, encodeMemberAdded(channel, member));
  }

  memberRemoved(channel: string, userId: string): void {
    this.app.channels.broadcast(channel, encodeMemberRemoved(channel, userId));
  }

  subscriptionsChanged(name: string, subscriptions: number): void {
    const channel = this.app.channels.find(name);
    if (channel !== undefined) this.app.subscriptionCounts.update(channel, subscriptions);
  }

  userChanged(userId: string): void {
    this.app.users.changed(userId);
  }

  terminate(userId: string): void {
    this.server.terminateUser(this.app, userId);
  }

  private broadcast(channel: string, frame: Frame, exceptId: string, triggeredMs?: number): void {
    const { channels, connections } = this.app;
    const except = exceptId === '' ? undefined : connections.get(exceptId);
    if (triggeredMs === undefined) channels.broadcast(channel, frame, except);
    else channels.broadcastLate(channel, frame, except, triggeredMs);
  }

  /**
   * Keeps an event of the HTTP API; a client's has a name of its own.
   *
   * @returns for how long
   */
  private cache(channel: string, frame: Frame, ttlMs: number): number {
    const { event, data } = readEventFrame(frame);
    if (event.startsWith('client-')) return 0;
    this.app.cache.set(this.app.app.id, channel, { event, data }, ttlMs);
    return ttlMs;
  }
}

/** A frame that another node made with `encodeEvent`. */
export function readEventFrame(frame: Frame): { event: string; data: string } {
  return JSON.parse(frame) as { event: string; data: string };
}

import { channelPolicy } from '../../protocol/channel-name.js';
import type { MemberData } from '../../protocol/messages.js';
import { encodeMemberAdded, encodeMemberRemoved, type Frame } from '../../protocol/server-codec.js';
import type { ClusterApp } from '../cluster/cluster.js';
import type { ConnectionServer } from './connection-server.js';
import type { LocalApp } from './local-app.js';

/** Passes on to an app of this node what happens on the others. */
export class ClusterLink implements ClusterApp {
  constructor(
    private readonly app: LocalApp,
    private readonly server: Pick<ConnectionServer, 'terminateUser'>,
    /** How long a leave may be undone before it is told. */
    readonly graceMs: number,
  ) {}

  get limitsConnections(): boolean {
    return this.app.app.settings.maxConnections !== null;
  }

  deliver(channel: string, frame: Frame, except: string): void {
    const { app } = this;
    if (channelPolicy(channel).cached) this.cache(channel, frame);
    app.channels.broadcast(channel, frame, except === '' ? undefined : app.connections.get(except));
  }

  restoreCached(channel: string, frame: Frame, ttlMs: number): void {
    this.cache(channel, frame, ttlMs);
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

  /** Only an event of the HTTP API is kept; a client's has a name of its own. */
  private cache(channel: string, frame: Frame, ttlMs?: number): void {
    const { event, data } = readEventFrame(frame);
    if (event.startsWith('client-')) return;
    this.app.cache.set(this.app.app.id, channel, { event, data }, ttlMs);
  }
}

/** A frame that another node made with `encodeEvent`. */
export function readEventFrame(frame: Frame): { event: string; data: string } {
  return JSON.parse(frame) as { event: string; data: string };
}

import { channelPolicy } from '../../protocol/channel-name.js';
import type { SigningKey } from '../../protocol/signatures.js';
import type { App, AppSettings } from '../apps/app.js';
import type { FrameListener } from '../channels/channel.js';
import type { TriggeredEvent } from '../channels/publish-event.js';
import { replicaKind } from '../cluster/channels/channel-replica.js';
import type { LocalApp } from '../connections/local-app.js';
import type { ApiServices } from '../http/api-call.js';
import { channelDirectory } from '../http/channel-directory.js';
import { trigger } from '../http/trigger.js';

/** Somebody in a presence channel. */
export interface OnlineMember {
  readonly id: string;
  /** A JSON object as text; undefined for who is on another node and not known here. */
  readonly info: string | undefined;
}

/** What the gateway and the hub need of the app they serve. */
export interface GatewayApp {
  readonly id: string;
  readonly app: App;
  readonly settings: AppSettings;
  /** The oldest active key; undefined where there is none. */
  readonly signingKey: SigningKey | undefined;
  /** Open connections of clients on this node. */
  readonly connectionCount: number;
  /**
   * Publishes events as a signed trigger does: all, or none where one is against the app's limits.
   *
   * @throws HttpError 400, 413, 429 or 503
   */
  publish(events: readonly TriggeredEvent[]): void;
  /** Publishes what was checked before, once more. */
  publishCopy(event: TriggeredEvent): void;
  /**
   * Whether anybody is subscribed to a channel now, on any node. Undefined where nobody is on this one and the others
   * cannot be asked. It never fails: what was published before would be sent again by a caller who is told of a failure.
   */
  isOccupied(channel: string): Promise<boolean | undefined>;
  /** Who is in a presence channel, on any node. */
  members(channel: string): Promise<readonly OnlineMember[]>;
  /** Hears a channel's frames as a subscription would. @returns a function that ends it, once it stands on all nodes */
  listen(channel: string, listener: FrameListener): Promise<() => void>;
  /** Hears of each event that the application triggers on this node. */
  onTrigger(listener: (event: TriggeredEvent) => void): void;
}

/** The app as it lives on this node. */
export class LocalGatewayApp implements GatewayApp {
  constructor(
    private readonly local: LocalApp,
    private readonly services: ApiServices,
  ) {}

  get id(): string {
    return this.local.app.id;
  }

  get app(): App {
    return this.local.app;
  }

  get settings(): AppSettings {
    return this.local.app.settings;
  }

  get signingKey(): SigningKey | undefined {
    return this.local.app.keys.values().next().value;
  }

  get connectionCount(): number {
    return this.local.connections.size;
  }

  publish(events: readonly TriggeredEvent[]): void {
    const triggers = events.map(({ event, channel, data }) => {
      return { name: event, channel, data, socketId: undefined };
    });
    trigger(this.local, triggers, this.services);
  }

  publishCopy(event: TriggeredEvent): void {
    this.local.events.publish(event);
  }

  async isOccupied(channel: string): Promise<boolean | undefined> {
    const { channels, cluster } = this.local;
    if (channels.find(channel) !== undefined) return true;
    if (cluster?.isHealthy === false) return undefined;
    // The cluster itself tells of a store that does not answer.
    return channelDirectory(this.local)
      .isOccupied(channel)
      .catch(() => undefined);
  }

  async members(channel: string): Promise<OnlineMember[]> {
    const known = this.local.members(channel);
    const ids = await channelDirectory(this.local).memberIds(channel);
    return ids.map((id) => ({ id, info: known.get(id)?.info }));
  }

  async listen(name: string, listener: FrameListener): Promise<() => void> {
    const { local } = this;
    const { id: appId, settings } = local.app;
    const policy = channelPolicy(name);
    const kind = replicaKind(policy, settings);
    const end = local.channels.listen(name, listener);
    try {
      await local.cluster?.enter(appId, name, { kind, cached: policy.cached }, undefined);
    } catch (error) {
      end();
      throw error;
    }
    return () => {
      end();
      local.cluster?.leave(appId, name, undefined);
    };
  }

  onTrigger(listener: (event: TriggeredEvent) => void): void {
    this.local.events.triggered = listener;
  }
}

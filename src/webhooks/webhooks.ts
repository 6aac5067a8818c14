import type { Activity, ActivityEmitter } from '../activity/activity.js';
import type { App } from '../apps/app.js';
import type { AppProvider } from '../apps/app-provider.js';
import { BoundedCache } from '../bounded-cache.js';
import type { Config } from '../config/schema.js';
import { GracePeriod } from './grace-period.js';
import { webhookEvent, type WebhookEvent } from './webhook-event.js';
import { WebhookQueue, type WebhookConfig, type WebhookServices } from './webhook-queue.js';

/** HOOK-6: a cache miss of one channel is told once in this time. */
const CACHE_MISS_INTERVAL_MS = 10_000;
const CACHE_MISSES_REMEMBERED = 10_000;

/** When the server stops: how long the last requests may take. */
const STOP_TIMEOUT_MS = 3000;

/** Tells applications of what happens in their channels (PROTOCOL.md HOOK-1 to HOOK-6). */
export class Webhooks {
  private readonly queues = new Map<string, readonly { webhook: WebhookConfig; queue: WebhookQueue }[]>();
  private readonly grace: GracePeriod;
  private readonly cacheMisses: BoundedCache<true>;
  private readonly stopListening: () => void;

  constructor(
    private readonly apps: AppProvider,
    activity: ActivityEmitter,
    private readonly options: Config['webhooks'],
    private readonly services: WebhookServices,
  ) {
    const { clock } = services;
    this.grace = new GracePeriod(options.graceMilliseconds, clock);
    this.cacheMisses = new BoundedCache({
      maxEntries: CACHE_MISSES_REMEMBERED,
      ttlMs: CACHE_MISS_INTERVAL_MS,
      clock,
    });
    this.stopListening = activity.listen((fact) => {
      this.handle(fact);
    });
  }

  /** Sends what still waits, without repeats. */
  async stop(): Promise<void> {
    this.grace.end();
    this.stopListening();
    const queues = [...this.queues.values()].flat();
    await new Promise<void>((resolve) => {
      const timeout = this.services.clock.after(STOP_TIMEOUT_MS, resolve);
      void Promise.all(queues.map(({ queue }) => queue.stop())).then(() => {
        timeout.cancel();
        resolve();
      });
    });
  }

  private handle(activity: Activity): void {
    if (this.queuesOf(activity.appId).length === 0) return;
    const { appId, channel } = activity;
    const event = webhookEvent(activity);
    switch (activity.type) {
      case 'ChannelVacated':
        this.hold(appId, `${appId} ${channel}`, event);
        return;
      case 'MemberRemoved':
        this.hold(appId, `${appId} ${channel} ${activity.userId}`, event);
        return;
      case 'ChannelOccupied':
        if (!this.grace.cancel(`${appId} ${channel}`)) this.send(appId, event);
        return;
      case 'MemberAdded':
        if (!this.grace.cancel(`${appId} ${channel} ${activity.userId}`)) this.send(appId, event);
        return;
      case 'CacheMissed':
        if (this.isNewCacheMiss(`${appId} ${channel}`)) this.send(appId, event);
        return;
      case 'ClientEventSent':
      case 'SubscriptionCountChanged':
        this.send(appId, event);
        return;
    }
  }

  private hold(appId: string, key: string, event: WebhookEvent): void {
    this.grace.hold(key, () => {
      this.send(appId, event);
    });
  }

  private isNewCacheMiss(key: string): boolean {
    if (this.cacheMisses.has(key)) return false;
    this.cacheMisses.set(key, true);
    return true;
  }

  private send(appId: string, event: WebhookEvent): void {
    for (const { webhook, queue } of this.queuesOf(appId)) {
      if (isWanted(webhook, event)) queue.add(event);
    }
  }

  private queuesOf(appId: string): readonly { webhook: WebhookConfig; queue: WebhookQueue }[] {
    let queues = this.queues.get(appId);
    if (queues === undefined) {
      queues = this.createQueues(this.apps.findById(appId));
      this.queues.set(appId, queues);
    }
    return queues;
  }

  private createQueues(app: App | undefined): { webhook: WebhookConfig; queue: WebhookQueue }[] {
    // HOOK-2: signed with the oldest active key.
    const [key] = app?.keys.values() ?? [];
    if (app === undefined || key === undefined) return [];
    return app.settings.webhooks.map((webhook) => ({
      webhook,
      queue: new WebhookQueue(app.id, key, webhook, this.options, this.services),
    }));
  }
}

function isWanted({ eventTypes, filter }: WebhookConfig, { name, channel }: WebhookEvent): boolean {
  return (
    eventTypes.includes(name) &&
    channel.startsWith(filter.channelNameStartsWith ?? '') &&
    channel.endsWith(filter.channelNameEndsWith ?? '')
  );
}

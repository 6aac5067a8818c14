import { channelPolicy } from '../../protocol/channel-name.js';
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

interface Endpoint {
  readonly webhook: WebhookConfig;
  readonly queue: WebhookQueue;
}

/** What ended a moment ago, and the endpoints that are to be told unless it begins again. */
type Ending = readonly Endpoint[];

/** How a server delivers webhooks. */
export type WebhookOptions = Config['webhooks'] & {
  /** Whether other nodes tell of the same apps. They share the grace, so this one holds nothing back. */
  readonly isShared: boolean;
};

/** Tells applications of what happens in their channels (PROTOCOL.md HOOK-1 to HOOK-7). */
export class Webhooks {
  private readonly endpoints = new Map<string, readonly Endpoint[]>();
  /** Of guarded channels, and of public ones: strangers who come and go end no grace of the others early. */
  private readonly graces: Record<'guarded' | 'public', GracePeriod<Ending>>;
  private lastMomentUs = 0;
  private readonly cacheMisses: BoundedCache<true>;
  private readonly stopListening: () => void;

  constructor(
    private readonly apps: AppProvider,
    activity: ActivityEmitter,
    private readonly options: WebhookOptions,
    private readonly services: WebhookServices,
  ) {
    const { clock } = services;
    const graceMs = options.isShared ? 0 : options.graceMilliseconds;
    this.graces = { guarded: new GracePeriod(graceMs, clock), public: new GracePeriod(graceMs, clock) };
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
    for (const grace of Object.values(this.graces)) grace.end();
    this.stopListening();
    const endpoints = [...this.endpoints.values()].flat();
    await new Promise<void>((resolve) => {
      const timeout = this.services.clock.after(STOP_TIMEOUT_MS, resolve);
      void Promise.all(endpoints.map(({ queue }) => queue.stop())).then(() => {
        timeout.cancel();
        resolve();
      });
    });
  }

  private handle(activity: Activity): void {
    const endpoints = this.endpointsOf(activity.appId);
    if (endpoints.length === 0) return;
    const { appId, channel, source } = activity;
    const event = webhookEvent(activity, activity.momentUs ?? this.nextMomentUs());
    switch (activity.type) {
      case 'ChannelVacated':
        this.end(endpoints, `${appId} ${channel}`, event, source);
        return;
      case 'MemberRemoved':
        this.end(endpoints, `${appId} ${channel} ${activity.userId}`, event, source);
        return;
      case 'ChannelOccupied':
        this.begin(endpoints, `${appId} ${channel}`, event, source);
        return;
      case 'MemberAdded':
        this.begin(endpoints, `${appId} ${channel} ${activity.userId}`, event, source);
        return;
      case 'CacheMissed':
        if (this.isNewCacheMiss(`${appId} ${channel}`)) send(endpoints, event, source);
        return;
      case 'ClientEventSent':
      case 'SubscriptionCountChanged':
        send(endpoints, event, source);
        return;
    }
  }

  /** HOOK-5: who was told that it began, and did not hear yet that it ended, is told nothing when it begins again. */
  private begin(
    endpoints: readonly Endpoint[],
    key: string,
    event: WebhookEvent,
    source: string | undefined,
  ): void {
    const held = this.graceOf(event).cancel(key);
    send(
      held === undefined ? endpoints : endpoints.filter((endpoint) => !held.includes(endpoint)),
      event,
      source,
    );
  }

  /** HOOK-5: who was not told yet that it began need not be told that it ended. */
  private end(
    endpoints: readonly Endpoint[],
    key: string,
    event: WebhookEvent,
    source: string | undefined,
  ): void {
    const told = endpoints.filter(
      ({ webhook, queue }) => !(isWanted(webhook, event) && queue.takeBack(event)),
    );
    if (told.length === 0) return;
    this.graceOf(event).hold(key, told, () => {
      send(told, event, source);
    });
  }

  private graceOf({ channel }: WebhookEvent): GracePeriod<Ending> {
    return this.graces[channelPolicy(channel).guarded ? 'guarded' : 'public'];
  }

  /** Now, in microseconds since 1970; later than all before, also when the clock was set back. */
  private nextMomentUs(): number {
    this.lastMomentUs = Math.max(this.lastMomentUs + 1, Math.floor(this.services.clock.now() * 1000));
    return this.lastMomentUs;
  }

  private isNewCacheMiss(key: string): boolean {
    if (this.cacheMisses.has(key)) return false;
    this.cacheMisses.set(key, true);
    return true;
  }

  private endpointsOf(appId: string): readonly Endpoint[] {
    let endpoints = this.endpoints.get(appId);
    if (endpoints === undefined) {
      endpoints = this.createEndpoints(this.apps.findById(appId));
      this.endpoints.set(appId, endpoints);
    }
    return endpoints;
  }

  private createEndpoints(app: App | undefined): readonly Endpoint[] {
    // HOOK-2: signed with the oldest active key.
    const [key] = app?.keys.values() ?? [];
    if (app === undefined || key === undefined) return [];
    const { options, services } = this;
    return app.settings.webhooks.map((webhook) => ({
      webhook,
      queue: new WebhookQueue(app.id, key, webhook, options, services, !options.isShared),
    }));
  }
}

function send(endpoints: readonly Endpoint[], event: WebhookEvent, source: string | undefined): void {
  for (const { webhook, queue } of endpoints) {
    if (isWanted(webhook, event)) queue.add(event, source);
  }
}

function isWanted({ eventTypes, filter }: WebhookConfig, { name, channel }: WebhookEvent): boolean {
  return (
    eventTypes.includes(name) &&
    channel.startsWith(filter.channelNameStartsWith ?? '') &&
    channel.endsWith(filter.channelNameEndsWith ?? '')
  );
}

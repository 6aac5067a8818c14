import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Cluster } from '../cluster/cluster.js';
import type { Counters } from '../activity/counters.js';
import type { EventCache } from '../channels/event-cache.js';
import type { LocalApps } from '../connections/local-apps.js';

/** What is read when metrics are asked for. */
export interface MetricsSources {
  readonly counters: Counters;
  readonly apps: LocalApps;
  readonly cache: EventCache;
  /** Undefined where the payments hub is off. */
  readonly hub: { readonly size: number } | undefined;
  /** Undefined where the node is alone. */
  readonly cluster: Cluster | undefined;
  readonly version: string;
  readonly transport: string;
}

/** All numbers of one process. */
export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** How a gauge is made of those of several processes. */
type Together = 'sum' | 'min' | 'max';

/**
 * The numbers of this node as Prometheus text. Nothing is kept here: gauges are read from the live state and counters
 * from plain integers, so none can drift.
 */
export class Metrics {
  private readonly registry = new Registry();

  constructor(sources: MetricsSources) {
    collectDefaultMetrics({ register: this.registry, prefix: 'pregon_' });
    this.addBuildInfo(sources);
    this.addAppGauges(sources.apps);
    this.addCounters(sources.counters);
    const { hub } = sources;
    if (hub !== undefined)
      this.gauge('pregon_hub_sockets', 'Open sockets of the payments hub', () => hub.size);
    if (sources.cluster !== undefined) this.addCluster(sources.cluster);
    this.gauge('pregon_cached_events', 'Events kept for cache channels', () => sources.cache.size);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** The same as values, to be summed over several processes. */
  values(): Promise<MetricValues> {
    return this.registry.getMetricsAsJSON();
  }

  private addBuildInfo({ version, transport }: MetricsSources): void {
    const info = new Gauge({
      name: 'pregon_build_info',
      help: 'Version and transport of this node',
      labelNames: ['version', 'transport'],
      registers: [this.registry],
      aggregator: 'first',
    });
    info.set({ version, transport }, 1);
  }

  private addAppGauges(apps: LocalApps): void {
    this.appGauge('pregon_connections', 'Open connections', apps, ({ connections }) => connections.size);
    this.appGauge('pregon_channels', 'Occupied channels', apps, ({ channels }) => channels.size);
    this.appGauge('pregon_users', 'Signed-in users', apps, ({ users }) => users.size);
    this.appGauge('pregon_subscriptions', 'Subscriptions', apps, ({ channels }) => {
      let count = 0;
      for (const { subscriptionCount } of channels.occupied()) count += subscriptionCount;
      return count;
    });
  }

  private addCounters(counters: Counters): void {
    const plain: readonly [name: string, help: string, read: () => number][] = [
      ['connections_opened', 'Connections opened', () => counters.connectionsOpened],
      ['messages_received', 'Messages received from clients', () => counters.messagesReceived],
      ['client_events', 'Client events relayed', () => counters.clientEvents],
      ['subscriptions_made', 'Subscriptions made', () => counters.subscriptions],
      ['subscriptions_refused', 'Subscriptions refused', () => counters.subscriptionsRefused],
      [
        'slow_consumer_closes',
        'Connections closed because they read too slowly',
        () => counters.slowConsumers,
      ],
      ['triggers', 'Events triggered through the HTTP API, one for each channel', () => counters.triggers],
      ['event_faults', 'Events that did not fit the catalogue', () => counters.eventFaults],
      ['hub_sockets_opened', 'Sockets of the payments hub opened', () => counters.hubSocketsOpened],
      ['hub_refused', 'Handshakes that the payments hub refused', () => counters.hubRefused],
      ['hub_frames', 'Frames the payments hub sent', () => counters.hubFrames],
      [
        'gateway_duplicates',
        'Requests to gateway and hub answered as one before',
        () => counters.gatewayDuplicates,
      ],
      ['rate_limited', 'Requests and messages refused by a rate limit', () => counters.rateLimited],
      ['idempotent_replays', 'Requests answered from an idempotency key', () => counters.idempotentReplays],
      ['webhooks_delivered', 'Webhook requests that succeeded', () => counters.webhooksDelivered],
      ['webhooks_failed', 'Webhook requests that failed, repeats included', () => counters.webhooksFailed],
      ['webhook_events_dropped', 'Webhook events given up', () => counters.webhookEventsDropped],
      ['internal_errors', 'Exceptions caught at a boundary', () => counters.internalErrors],
    ];
    for (const [name, help, read] of plain) this.counter(`pregon_${name}_total`, help, read);

    this.mapCounter(
      'pregon_connections_closed_total',
      'Connections closed',
      'code',
      counters.connectionsClosed,
    );
    this.mapCounter(
      'pregon_handshakes_refused_total',
      'Handshakes refused',
      'code',
      counters.handshakesRefused,
    );
    this.mapCounter('pregon_http_responses_total', 'HTTP answers', 'status', counters.httpResponses);
  }

  private addCluster(cluster: Cluster): void {
    const { stats } = cluster;
    const counters: readonly [name: string, help: string, read: () => number][] = [
      ['messages_sent', 'Messages sent over the bus', () => stats.messagesSent],
      ['messages_received', 'Events received over the bus', () => stats.messagesReceived],
      [
        'messages_undelivered',
        'Events that could not be sent when they came',
        () => stats.messagesUndelivered,
      ],
      ['duplicates', 'Events that came twice and were passed over', () => stats.duplicates],
      [
        'gaps',
        'Interruptions of another node after which events stay missing, on however many channels',
        () => stats.gaps,
      ],
      ['resends', 'Requests to send events again', () => stats.resendsAsked],
      ['take_overs', 'Dead nodes whose entries this node removed', () => stats.takeOvers],
      ['returns', 'Times that the others had given this node up', () => stats.returns],
      ['emptied', 'Times that the store was found emptied', () => stats.emptied],
      ['degraded_seconds', 'Time without the other nodes', () => cluster.degradedMs / 1000],
    ];
    for (const [name, help, read] of counters) this.counter(`pregon_cluster_${name}_total`, help, read);
    this.gauge(
      'pregon_cluster_healthy',
      '1 while the other nodes can be reached',
      () => (cluster.isHealthy ? 1 : 0),
      'min',
    );
    this.gauge('pregon_cluster_peers', 'Other nodes that are alive', () => cluster.peers.length, 'min');
    this.gauge(
      'pregon_cluster_heartbeat_age_seconds',
      'Since the last answered heartbeat',
      () => cluster.beatAgeMs / 1000,
      'max',
    );
    this.gauge(
      'pregon_cluster_bus_lag_seconds',
      'Of the last event received',
      () => stats.busLagMs / 1000,
      'max',
    );
    this.gauge('pregon_cluster_interest', 'Channels whose events this node receives', () => cluster.interest);
  }

  private counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  private mapCounter(name: string, help: string, label: string, values: ReadonlyMap<number, number>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [key, value] of values) this.inc({ [label]: key }, value);
      },
    });
  }

  private gauge(name: string, help: string, read: () => number, aggregator: Together = 'sum'): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  private appGauge(
    name: string,
    help: string,
    apps: LocalApps,
    read: (app: ReturnType<LocalApps['active']> extends Iterable<infer T> ? T : never) => number,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: ['app'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const app of apps.active()) this.set({ app: app.app.id }, read(app));
      },
    });
  }
}

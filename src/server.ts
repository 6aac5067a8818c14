import { homedir } from 'node:os';
import { ActivityEmitter } from './activity/activity.js';
import { Counters } from './activity/counters.js';
import { ManagementServer } from './management/management-server.js';
import { ConfigAppProvider } from './apps/config-app-provider.js';
import { EventFaults } from './apps/event-faults.js';
import { EventCache } from './channels/event-cache.js';
import { SYSTEM_CLOCK, type Clock, type Timer } from './clock.js';
import type { Config } from './config/schema.js';
import { ConnectionServer } from './connections/connection-server.js';
import { drainConnections } from './connections/drain.js';
import { LocalApps } from './connections/local-apps.js';
import { createGateway } from './gateway/gateway.js';
import type { Hub } from './gateway/hub/hub.js';
import type { Readiness } from './http/handlers/health.js';
import { HttpServer } from './http/http-server.js';
import { IdempotencyStore } from './http/idempotency.js';
import { ClusterLink } from './connections/cluster-link.js';
import { Cluster } from './cluster/cluster.js';
import { clusterAddress } from './cluster/drivers/driver-settings.js';
import type { ClusterDrivers } from './cluster/drivers.js';
import { createLog, type Log } from './log.js';
import { Metrics } from './metrics/metrics.js';
import { ThrottledLog } from './throttled-log.js';
import { RAISE_LIMIT } from './transports/descriptors.js';
import { createTransport } from './transports/create-transport.js';
import { findTls } from './transports/find-tls.js';
import { logStarted } from './start-log.js';
import { cannotListen, ListenError, type Transport, type TransportName } from './transports/transport.js';
import { packageVersion } from './version.js';
import { createPost } from './webhooks/post.js';
import { Webhooks } from './webhooks/webhooks.js';

/** What a server may be given instead of its own. */
export interface ServerOptions {
  readonly log?: Log;
  readonly clock?: Clock;
  /** Connects it with other nodes; without, it is alone. */
  readonly cluster?: ClusterDrivers;
  /** Several nodes listen on the port, and whoever started them manages them: this one has no management port. */
  readonly sharesPort?: boolean;
}

/** Where a started server can be reached. */
export interface ServerAddress {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Undefined when the management port is off. */
  readonly managementPort: number | undefined;
}

/** After the last connection was told to close, how long it may take until all are gone. */
const CLOSING_MS = 2000;
const CLOSING_POLL_MS = 20;

/** Until the other nodes are reached; after that, clients are served without them. */
const CLUSTER_START_MS = 5000;

/** The usual soft limit is 1024, and servers raise it; where connections are not limited, this is taken for an oversight. */
const FEW_DESCRIPTORS = 4096;

/** uWebSockets.js counts idle time in steps; between two of them its ping and our close of the silent would cross. */
const IDLE_STEP_SECONDS = 4;

function wholeSteps(seconds: number): number {
  return Math.ceil(seconds / IDLE_STEP_SECONDS) * IDLE_STEP_SECONDS;
}

/** A host as URLs have it: IPv6 addresses in brackets. */
export function hostInUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Where the management port is, for the start log. */
export function managementUrl({ management }: Config, port: number | undefined): string {
  return port === undefined ? 'off' : `http://${hostInUrl(management.host)}:${port}`;
}

/**
 * @returns the port; undefined where there is to be none
 * @throws ListenError when it cannot be had
 */
export async function startManagement(
  server: ManagementServer | undefined,
  { management: { host, port } }: Config,
): Promise<number | undefined> {
  try {
    return await server?.listen(host, port);
  } catch (cause) {
    const { message } = cannotListen(host, port, cause, ' for management');
    throw new ListenError(`${message} (management.port, PREGON_MANAGEMENT_PORT)`, { cause });
  }
}

/** One node: the parts, built from a configuration and connected. */
export class PregonServer {
  private readonly log: Log;
  private readonly warnings: ThrottledLog;
  private readonly clock: Clock;
  private readonly transport: Transport;
  private readonly transportNote: string;
  private readonly connections: ConnectionServer;
  private readonly http: HttpServer;
  private readonly hub: Hub | undefined;
  /** Undefined where nobody asks for them. */
  readonly metrics: Metrics | undefined;
  private readonly management: ManagementServer | undefined;
  private readonly cluster: Cluster | undefined;
  private readonly webhooks: Webhooks;
  private readonly closeWebhooks: () => Promise<void>;
  private readonly timers: Timer[] = [];
  private readonly scheme: 'http' | 'https';
  private state: Readiness = { ready: false, reason: 'starting' };

  /**
   * @throws ConfigError when the configuration cannot be served: TLS files that are no pair, a transport that does not
   *   load
   */
  constructor(
    private readonly config: Config,
    private readonly options: ServerOptions = {},
  ) {
    const { apps: appConfigs } = config;
    const server = { ...config.server, idleTimeoutSeconds: wholeSteps(config.server.idleTimeoutSeconds) };
    const log = (this.log = options.log ?? createLog(config.log));
    const clock = (this.clock = options.clock ?? SYSTEM_CLOCK);
    const tls = findTls(config.tls, homedir());
    this.scheme = tls === undefined ? 'http' : 'https';

    const maxMessageBytes = Math.max(...appConfigs.map((app) => app.maxMessageBytes));
    const sharesPort = options.sharesPort === true;
    const warnings = (this.warnings = new ThrottledLog(log, clock));
    const chosen = createTransport(server.transport, {
      server,
      sharesPort,
      maxMessageBytes,
      tls,
      clock,
      log,
      warnings,
    });
    this.transport = chosen.transport;
    this.transportNote = chosen.note;

    const activity = new ActivityEmitter();
    const counters = new Counters();
    const cache = new EventCache(config.cache, clock);
    const provider = new ConfigAppProvider(appConfigs);
    const eventFaults = new EventFaults(log, clock, counters);
    const cluster =
      options.cluster &&
      new Cluster(options.cluster, { clock, log, activity, graceMs: config.webhooks.graceMilliseconds });
    this.cluster = cluster;
    const apps = new LocalApps(provider, this.transport, activity, cache, cluster, (app) => {
      cluster?.add(app.app.id, new ClusterLink(app, this.connections));
    });
    const services = { cache, clock, activity, counters, eventFaults, log, warnings };
    this.connections = new ConnectionServer(apps, services, server.idleTimeoutSeconds);
    const readiness = () => this.readiness();
    const idempotency = new IdempotencyStore(config.idempotency, clock, cluster);
    const gateway = createGateway(config, apps, {
      ...services,
      connections: this.connections,
      idempotency,
      shared: cluster,
    });
    this.hub = gateway.hub;
    this.http = new HttpServer(
      { ...services, apps, connections: this.connections, idempotency, readiness },
      server.pathPrefix,
      server.maxRequestBytes,
      server,
      gateway.http,
    );
    const { post, close } = createPost(config.webhooks.requestTimeoutSeconds * 1000, clock);
    // With other nodes, one of which the client may come back to, the cluster waits for that.
    const delivery = { ...config.webhooks, isShared: cluster !== undefined };
    this.webhooks = new Webhooks(provider, activity, delivery, { clock, log, counters, post });
    this.closeWebhooks = close;
    if (config.management.enabled) {
      const version = packageVersion();
      const transport = this.transport.name;
      this.metrics = new Metrics({ counters, apps, cache, hub: this.hub, cluster, version, transport });
      if (!sharesPort) this.management = new ManagementServer({ metrics: this.metrics, readiness });
    }
  }

  get transportName(): TransportName {
    return this.transport.name;
  }

  /**
   * Starts to listen.
   *
   * @throws ListenError when a port cannot be had
   */
  async start(): Promise<ServerAddress> {
    await this.prepare();
    return this.listen(this.config.server.port);
  }

  /** Does all that comes before {@link listen}: nobody can connect yet, and the other nodes are reached. */
  async prepare(): Promise<void> {
    // CONN-10: what the other nodes have of limited connections is known before the first client comes.
    for (const { id, maxConnections } of this.config.apps) {
      if (maxConnections !== null) this.connections.apps.findById(id);
    }
    await this.cluster?.start(CLUSTER_START_MS);
  }

  /**
   * Listens, after {@link prepare}.
   *
   * @param wantedPort 0 takes a free one
   * @throws ListenError when a port cannot be had
   */
  async listen(wantedPort: number): Promise<ServerAddress> {
    const { config, clock } = this;
    const handlers = { connections: this.connections, http: this.http, sockets: this.hub };
    const port = await this.transport.listen(handlers, wantedPort);
    this.timers.push(
      clock.every(1000, () => {
        this.guard(() => {
          this.connections.sweep();
          this.hub?.sweep();
        });
      }),
      clock.every(5000, () => {
        this.guard(() => {
          this.connections.flushSubscriptionCounts();
        });
      }),
    );
    const managementPort = await this.startManagement();
    this.state = { ready: true };
    this.warnOfDescriptors();
    const address = { scheme: this.scheme, host: config.server.host, port, managementPort };
    if (this.options.sharesPort !== true) {
      this.log.announce(this.describe(address), 'listening');
      logStarted(this.log, config, { ...address, nodes: clusterAddress(config.cluster) });
    }
    return address;
  }

  /**
   * Stops as an operator wants it: not ready first, no new connections, the open ones closed in slices with 4200, HTTP
   * requests answered.
   *
   * @param drainSeconds over how long connections are closed
   */
  async stop(drainSeconds = this.config.server.drainSeconds): Promise<void> {
    this.state = { ready: false, reason: 'stopping' };
    this.log.info({ connections: this.transport.openSockets, drainSeconds }, 'stopping');
    this.transport.stopListening();
    await Promise.all([
      drainConnections(this.connections, this.clock, drainSeconds),
      this.hub && drainConnections(this.hub.stopping(), this.clock, drainSeconds),
    ]);
    await this.waitUntilClosed();
    await this.cluster?.stop();
    await this.webhooks.stop();
    await this.close();
    this.log.info({}, 'stopped');
  }

  /** Stops at once; whatever is open is cut off. */
  async close(): Promise<void> {
    this.state = { ready: false, reason: 'stopped' };
    for (const timer of this.timers.splice(0)) timer.cancel();
    this.warnings.close();
    await this.transport.close();
    await this.closeWebhooks();
    await this.management?.close();
    await this.cluster?.close();
  }

  /** Reads the certificate files again, whether they look changed or not. @returns whether there are any */
  reload(): boolean {
    return this.transport.reloadTls();
  }

  /** A node that cannot reach the others still serves its clients, and should not be sent more. */
  readiness(): Readiness {
    if (!this.state.ready || this.cluster === undefined || this.cluster.isHealthy) return this.state;
    const reason = 'degraded: the other nodes cannot be reached';
    return { ready: false, reason, detail: this.cluster.trouble };
  }

  /** What the start log says of a server. */
  describe({ scheme, host, port, managementPort }: ServerAddress): object {
    const { apps, server } = this.config;
    return {
      url: `${scheme}://${hostInUrl(host)}:${port}${server.pathPrefix}`,
      apps: apps.map(({ id }) => id),
      transport: this.transportNote,
      gateway: this.config.gateway.secret === null ? 'off' : 'on',
      hub: this.hub === undefined ? 'off' : 'on',
      management: managementUrl(this.config, managementPort),
    };
  }

  /** Tells the operator where the process may open fewer sockets than the configuration allows connections. */
  private warnOfDescriptors(): void {
    const { descriptors } = this.transport;
    if (descriptors === undefined) return;
    const { limit, maxSockets } = descriptors;
    const limits = this.config.apps.map(({ maxConnections }) => maxConnections);
    const isLimited = limits.every((count) => count !== null);
    const maxConnections = isLimited ? limits.reduce((sum, count) => sum + count, 0) : 'no limit';
    if (isLimited ? maxSockets >= Number(maxConnections) : limit >= FEW_DESCRIPTORS) return;
    const fields = { limit, room: maxSockets, maxConnections, hint: RAISE_LIMIT };
    this.log.warn(fields, 'the limit of file descriptors leaves room for fewer connections than are allowed');
  }

  private async startManagement(): Promise<number | undefined> {
    try {
      return await startManagement(this.management, this.config);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Looks once more in any case: a request may have arrived that nobody has read yet. */
  private async waitUntilClosed(): Promise<void> {
    const deadline = this.clock.monotonic() + CLOSING_MS;
    const isBusy = () => this.transport.openSockets > 0 || this.transport.openRequests > 0;
    do {
      await new Promise<void>((resolve) => this.clock.after(CLOSING_POLL_MS, resolve));
    } while (isBusy() && this.clock.monotonic() < deadline);
  }

  /** A timer's boundary: what goes wrong in it is logged and does not end the process. */
  private guard(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.log.error({ err: error }, 'a periodic task failed');
    }
  }
}

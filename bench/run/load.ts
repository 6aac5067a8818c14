import { cpus as machineCores } from 'node:os';
import type { ChannelPlan } from '../client/channel-plan.js';
import type { SentCounts, SettleParams } from '../client/calls.js';
import type { Fleet, ClientProcess } from '../client/fleet.js';
import { Latency, type LatencySummary } from '../client/latency.js';
import type { SwarmTotals } from '../client/swarm.js';
import { isLoopback, type Endpoint } from '../targets/endpoint.js';
import { mainThreadSeconds, usageOf } from '../targets/process-usage.js';
import { BenchError, type Target } from '../targets/target.js';
import {
  addCounts,
  ceiling,
  limitOf,
  rates,
  type Audit,
  type Limit,
  type Measurement,
  type Metric,
  type Usage,
} from './measurement.js';

/** Connections from one address: the system has some 28,000 ports for each. */
const CONNECTIONS_PER_SOURCE = 8000;

/** What is told besides the metrics that every load has. */
export interface Extras {
  /** Before the rates. */
  readonly metrics?: readonly Metric[];
  readonly faults?: Record<string, number>;
  readonly latency?: LatencySummary | undefined;
  /** Where the scenario knows better than CPU times tell. */
  readonly limit?: Limit;
  /** Groups whose subscribers are audited. */
  readonly groups?: readonly string[];
}

export interface OpenOptions {
  /** The number of the first connection. */
  readonly first?: number;
  /** Connections that are being made ready at a time, over all clients. */
  readonly concurrency?: number;
  /** Events may be under way on their channels. */
  readonly joinsLate?: boolean;
  /** Which part of each client's share to open, from 0 to 1; the parts before were opened before. */
  readonly part?: { readonly from: number; readonly to: number };
}

const WHOLE = { from: 0, to: 1 };

/** One target under the load of one fleet: what scenarios are written in. */
export class Load {
  private lastAudit = new Map<string, SwarmTotals>();

  constructor(
    readonly target: Target,
    readonly fleet: Fleet,
    /** How long a round lasts. */
    readonly seconds: number,
    /** Tells whoever waits how far it is. */
    readonly tell: (progress: string) => void,
  ) {}

  get isRaw(): boolean {
    return this.endpoint(0).dialect === 'raw';
  }

  /** Where a client's load goes: where a target is several servers, the clients are spread over them. */
  endpoint(client: number): Endpoint {
    const { endpoints } = this.target;
    const endpoint = endpoints[client % endpoints.length];
    if (endpoint === undefined) throw new BenchError(`${this.target.name} listens nowhere`);
    return endpoint;
  }

  /** The client that publishes where all subscribers share their channels. */
  get publisher(): ClientProcess {
    const client = this.fleet.clients[0];
    if (client === undefined) throw new BenchError('there is no load client');
    return client;
  }

  /**
   * Opens connections, spread over the clients.
   *
   * @returns how many are ready
   */
  async open(group: string, plan: ChannelPlan, total: number, options: OpenOptions = {}): Promise<number> {
    const { first = 0, concurrency = 100, joinsLate = false, part = WHOLE } = options;
    const results = await Promise.all(
      this.fleet.clients.map((client, k) => {
        const share = this.share(k, total);
        const from = share.from + Math.floor(share.count * part.from);
        const count = share.from + Math.floor(share.count * part.to) - from;
        if (count === 0) return Promise.resolve({ ready: 0 });
        return client.call('open', {
          group,
          plan,
          endpoint: this.endpoint(k),
          first: first + from,
          count,
          sources: this.sources(k, share.count),
          concurrency: Math.max(1, Math.ceil(concurrency / this.fleet.size)),
          joinsLate,
        });
      }),
    );
    return results.reduce((sum, { ready }) => sum + ready, 0);
  }

  /**
   * Opens connections, all of which have to succeed.
   *
   * @throws BenchError saying why some did not
   */
  async openAll(...args: Parameters<Load['open']>): Promise<void> {
    const [group, , total] = args;
    const ready = await this.open(...args);
    if (ready === total) return;
    const { closes, errors } = await this.totals(group);
    const reasons = JSON.stringify(addCounts(closes, errors));
    throw new BenchError(`${this.target.name}: ${ready} of ${total} connections are ready; ${reasons}`);
  }

  /**
   * Opens connections, spread over some of the clients; all have to succeed.
   *
   * @throws BenchError when some did not
   */
  async openOn(
    isWanted: (client: number) => boolean,
    group: string,
    plan: ChannelPlan,
    total: number,
  ): Promise<void> {
    const wanted = this.fleet.clients.map((client, k) => ({ client, k })).filter(({ k }) => isWanted(k));
    const results = await Promise.all(
      wanted.map(({ client, k }, i) => {
        const first = Math.floor((total * i) / wanted.length);
        const count = Math.floor((total * (i + 1)) / wanted.length) - first;
        if (count === 0) return Promise.resolve({ ready: 0 });
        const endpoint = this.endpoint(k);
        return client.call('open', { group, plan, endpoint, first, count, sources: this.sources(k, count) });
      }),
    );
    const ready = results.reduce((sum, one) => sum + one.ready, 0);
    if (ready !== total) {
      throw new BenchError(`${this.target.name}: ${ready} of ${total} connections are ready`);
    }
  }

  /** Cuts off the newest connections of each client's share. */
  async drop(group: string, total: number): Promise<void> {
    await Promise.all(
      this.fleet.clients.map((client, k) =>
        client.call('drop', { group, count: this.share(k, total).count }),
      ),
    );
  }

  /** Makes each client a publisher of its own connections' channels, or the first one that of the shared channel. */
  async preparePublishers(
    group: string,
    plan: ChannelPlan,
    dataBytes: number,
    connections: number,
  ): Promise<void> {
    await this.prepareOn(this.publishers(plan), group, plan, dataBytes, connections);
  }

  /** As {@link preparePublishers}, and makes the group known to all clients, also to those without a connection in it. */
  async prepareGroup(
    group: string,
    plan: ChannelPlan,
    dataBytes: number,
    connections: number,
  ): Promise<void> {
    await this.prepareOn(this.fleet.clients, group, plan, dataBytes, connections);
  }

  private async prepareOn(
    clients: readonly ClientProcess[],
    group: string,
    plan: ChannelPlan,
    dataBytes: number,
    connections: number,
  ): Promise<void> {
    await Promise.all(
      clients.map((client, k) =>
        client.call('preparePublisher', { group, plan, endpoint: this.endpoint(k), dataBytes, connections }),
      ),
    );
  }

  /** One where the subscribers share a channel, all where each has its own. */
  publishers(plan: ChannelPlan): readonly ClientProcess[] {
    return plan.spread === 1 ? [this.publisher] : this.fleet.clients;
  }

  /** Waits for what was sent, then counts as lost what has not come. */
  async settle(group: string, plan: ChannelPlan): Promise<void> {
    const isShared = plan.spread === 1;
    const sent: SentCounts | undefined = isShared
      ? await this.publisher.call('sentCounts', { group })
      : undefined;
    const params: SettleParams = sent === undefined ? { group } : { group, sent };
    await this.fleet.all('untilDelivered', params);
    await this.fleet.all('settle', params);
  }

  /** Over all clients. */
  async totals(group: string): Promise<SwarmTotals> {
    const all = await this.fleet.all('totals', { group });
    const sum = (of: (totals: SwarmTotals) => number) => all.reduce((total, one) => total + of(one), 0);
    return {
      received: sum(({ received }) => received),
      lost: sum(({ lost }) => lost),
      duplicated: sum(({ duplicated }) => duplicated),
      reordered: sum(({ reordered }) => reordered),
      misdelivered: sum(({ misdelivered }) => misdelivered),
      memberEvents: sum(({ memberEvents }) => memberEvents),
      open: sum(({ open }) => open),
      closes: addCounts(...all.map(({ closes }) => closes)),
      errors: addCounts(...all.map(({ errors }) => errors)),
    };
  }

  /** The latencies recorded since the last call, over all clients. */
  async takeLatency(group: string): Promise<LatencySummary> {
    const sum = new Latency();
    for (const encoded of await this.fleet.all('takeLatency', { group })) {
      if (encoded !== null) sum.add(new Latency(encoded));
    }
    return sum.summary();
  }

  /** The server's resident memory; undefined where its processes are unknown. */
  serverBytes(): number | undefined {
    const pids = this.target.pids();
    return pids.length === 0 ? undefined : usageOf(pids).residentBytes;
  }

  /** What a task takes of the server and of the clients. */
  async measure<Result>(task: () => Promise<Result>): Promise<{ result: Result; usage: Usage }> {
    const pids = this.target.pids();
    const clientPids = this.fleet.pids();
    const server = usageOf(pids);
    const clients = clientPids.map((pid) => usageOf([pid]).cpuSeconds);
    const start = performance.now();
    const result = await task();
    const wallSeconds = (performance.now() - start) / 1000;
    const serverAfter = usageOf(pids);
    const clientCpu = clientPids.map((pid, i) => usageOf([pid]).cpuSeconds - (clients[i] ?? 0));
    const isKnown = pids.length > 0;
    const serverCpuSeconds = serverAfter.cpuSeconds - server.cpuSeconds;
    return {
      result,
      usage: {
        wallSeconds,
        serverCpuSeconds: isKnown ? serverCpuSeconds : undefined,
        serverWaiting: (serverAfter.waitSeconds - server.waitSeconds) / wallSeconds,
        serverBytes: isKnown ? serverAfter.residentBytes : undefined,
        serverBusy: serverCpuSeconds / wallSeconds,
        clientBusy: Math.max(0, ...clientCpu) / wallSeconds,
        clientCpuSeconds: clientCpu.reduce((sum, cpu) => sum + cpu, 0),
      },
    };
  }

  /**
   * The measurement of a round.
   *
   * @param unit what was counted, such as `deliveries`; undefined when rates mean nothing
   */
  async measurement(
    unit: string | undefined,
    count: number,
    usage: Usage,
    extras: Extras = {},
  ): Promise<Measurement> {
    const { audit, faults } = await this.audit(extras.groups ?? []);
    const counted = unit === undefined ? [] : rates(unit, count, usage);
    return {
      metrics: [...(extras.metrics ?? []), ...counted],
      usage,
      limit: extras.limit ?? limitOf(usage, this.target.pids().length, machineCores().length),
      clientCeiling: unit === undefined ? undefined : ceiling(unit, count, usage, this.fleet.size),
      audit,
      latency: extras.latency,
      faults: addCounts(faults, extras.faults ?? {}),
    };
  }

  /** What the groups' subscribers saw since the last time. */
  private async audit(
    groups: readonly string[],
  ): Promise<{ audit: Audit | undefined; faults: Record<string, number> }> {
    if (groups.length === 0) return { audit: undefined, faults: {} };
    const audit = { received: 0, lost: 0, duplicated: 0, reordered: 0, misdelivered: 0 };
    const faults: Record<string, number>[] = [];
    for (const group of groups) {
      const now = await this.totals(group);
      const last = this.lastAudit.get(group);
      this.lastAudit.set(group, now);
      for (const what of Object.keys(audit) as (keyof typeof audit)[]) {
        audit[what] += now[what] - (last?.[what] ?? 0);
      }
      faults.push(labelled('closed', now.closes, last?.closes), labelled('error', now.errors, last?.errors));
    }
    return { audit, faults: addCounts(...faults) };
  }

  /** Which of so many connections are a client's. */
  private share(client: number, total: number): { from: number; count: number } {
    const { size } = this.fleet;
    const from = Math.floor((total * client) / size);
    return { from, count: Math.floor((total * (client + 1)) / size) - from };
  }

  /** What the process that keeps what nodes have in common took so far; undefined where there is none. */
  storeCpuSeconds(): number | undefined {
    const { cluster } = this.target;
    return cluster === undefined ? undefined : mainThreadSeconds(cluster.storePid);
  }

  /** Addresses that a client's connections come from, where the server is on this machine. */
  private sources(client: number, count: number): string[] {
    if (!isLoopback(this.endpoint(client).sockets.host)) return [];
    // 127.0.x.y is left to whoever else is on this machine.
    const network = `127.${1 + Math.floor(client / 250)}.${client % 250}`;
    const length = Math.ceil(count / CONNECTIONS_PER_SOURCE) + 1;
    return Array.from({ length }, (_, i) => `${network}.${1 + i}`);
  }
}

function labelled(
  label: string,
  now: Record<string, number>,
  last: Record<string, number> = {},
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now).map(([what, count]) => [`${label}: ${what}`, count - (last[what] ?? 0)]),
  );
}

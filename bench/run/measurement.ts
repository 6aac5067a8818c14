import type { LatencySummary } from '../client/latency.js';
import type { AuditTotals } from '../client/sequence-audit.js';

/** One figure of a round. */
export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** `neither` for what was given or happened, and is not compared. */
  readonly better: 'higher' | 'lower' | 'neither';
}

/** What became of the events of a round, over all subscribers. */
export interface Audit extends AuditTotals {
  /** Came to a connection that is not subscribed to their channel. */
  readonly misdelivered: number;
}

/** What a round took, from /proc. */
export interface Usage {
  readonly wallSeconds: number;
  /** Undefined where the server's processes are not on this machine. */
  readonly serverCpuSeconds: number | undefined;
  /** How long the server could have run and had no core, over the wall time. */
  readonly serverWaiting: number;
  /** The server's resident memory at the end. */
  readonly serverBytes: number | undefined;
  /** CPU over wall time of the server's processes together. */
  readonly serverBusy: number;
  /** CPU over wall time of the busiest client process. */
  readonly clientBusy: number;
  readonly clientCpuSeconds: number;
}

/** Who could not go faster: the server's cores, the client's, or neither (a round trip, a fixed rate). */
export type Limit = 'server' | 'client' | 'neither';

/** One round on one target. */
export interface Measurement {
  /** The first is the one that counts. */
  readonly metrics: readonly Metric[];
  readonly usage: Usage;
  readonly limit: Limit;
  /** What the client's processes can do under this very load, as measured in this round: its work per CPU second. */
  readonly clientCeiling: Metric | undefined;
  readonly audit: Audit | undefined;
  readonly latency: LatencySummary | undefined;
  /** What should not happen: closed connections, errors, answers other than 200, stalls. What, and how often. */
  readonly faults: Record<string, number>;
}

/** A process this busy cannot do more. */
const SATURATED = 0.9;

/** @param serverProcesses how many processes the server has, each with a core's worth of work at most */
export function limitOf(usage: Usage, serverProcesses: number, cores: number): Limit {
  const serverCores = Math.max(1, Math.min(serverProcesses, cores));
  if (usage.serverBusy / serverCores >= SATURATED) return 'server';
  return usage.clientBusy >= SATURATED ? 'client' : 'neither';
}

/** A count per second of wall time and, where that is known, per CPU second of the server, which comes first. */
export function rates(unit: string, count: number, { serverCpuSeconds, wallSeconds }: Usage): Metric[] {
  const perSecond: Metric = {
    name: `${unit} per second`,
    unit: `${unit}/s`,
    value: count / wallSeconds,
    better: 'higher',
  };
  if (serverCpuSeconds === undefined || serverCpuSeconds === 0) return [perSecond];
  const perCpuSecond: Metric = {
    name: `${unit} per CPU second`,
    unit: `${unit}/CPU s`,
    value: count / serverCpuSeconds,
    better: 'higher',
  };
  return [perCpuSecond, perSecond];
}

/** What the client could do at most: the same work, had each of its processes been busy all the time. */
export function ceiling(unit: string, count: number, usage: Usage, clients: number): Metric {
  return {
    name: 'client ceiling',
    unit: `${unit}/s`,
    value: usage.clientCpuSeconds === 0 ? Infinity : (count / usage.clientCpuSeconds) * clients,
    better: 'higher',
  };
}

/** Adds up counts by what they count. */
export function addCounts(...counts: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [what, count] of counts.flatMap(Object.entries<number>)) {
    if (count !== 0) sum[what] = (sum[what] ?? 0) + count;
  }
  return sum;
}

import type { Endpoint } from './endpoint.js';

/** A server under test that runs. */
export interface Target {
  readonly name: string;
  /** What it is, in which version; `unknown` where nobody can tell. */
  readonly version: string;
  /** Where to load it: one endpoint, or several where it is several servers that know nothing of each other. */
  readonly endpoints: readonly Endpoint[];
  /** Where its servers are nodes that know each other. */
  readonly cluster?: ClusterParts;
  /** Its processes now; none where they are not on this machine, and nothing is told of CPU and memory. */
  pids(): number[];
  stop(): Promise<void>;
}

/** A cluster, part by part. */
export interface ClusterParts {
  /** In the order of the endpoints. */
  readonly nodes: readonly ClusterNode[];
  /** The process that keeps what the nodes have in common. */
  readonly storePid: number;
}

export interface ClusterNode {
  readonly pid: number;
  /** Where its metrics are read. */
  readonly metricsUrl: string;
}

/** How a target that the bench starts itself is to be started. */
export interface StartOptions {
  /** Cores it may use, as taskset takes them. */
  readonly cpus: string | undefined;
  /** Worker processes behind one port; undefined leaves it to the server. */
  readonly workers: number | undefined;
  /** Servers on ports of their own that know nothing of each other. */
  readonly processes: number;
}

/** A server that can be tested. */
export interface TargetSpec {
  readonly name: string;
  readonly isRaw: boolean;
  /** @throws Error when it does not start, or when an option does not apply to it */
  start(options: StartOptions): Promise<Target>;
}

/** The bench cannot do what it was asked to; the message says why and what can be done. */
export class BenchError extends Error {}

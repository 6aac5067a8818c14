import type { Endpoint } from '../targets/endpoint.js';
import type { ChannelPlan } from './channel-plan.js';
import type { SwarmTotals } from './swarm.js';

/** What the bench asks of a load client's process. Plain values: they travel as JSON. */
export interface LoadCalls {
  /** Opens connections of a group, which the first call makes. */
  open(params: OpenParams): Promise<{ readonly ready: number }>;
  /** Cuts off the newest connections of a group. */
  drop(params: { readonly group: string; readonly count: number }): Promise<null>;
  /** Stops to read on all connections of a group. */
  pause(params: { readonly group: string }): Promise<null>;
  /** Reads on. */
  resume(params: { readonly group: string }): Promise<null>;
  totals(params: { readonly group: string }): Promise<SwarmTotals>;
  /** Starts to record the latency of each delivery. */
  recordLatency(params: { readonly group: string }): Promise<null>;
  /** What was recorded since, as an encoded histogram. */
  takeLatency(params: { readonly group: string }): Promise<string | null>;

  /** Makes the publisher of a group: the connections for requests, and the numbers of the events. */
  preparePublisher(params: PublisherParams): Promise<null>;
  /** Triggers events in bursts, each when the one before was delivered to all. */
  burst(params: BurstParams): Promise<PublishResult>;
  /** Triggers events that nobody listens to, a fixed number in flight. */
  trigger(params: TriggerParams): Promise<PublishResult>;
  /** Triggers events at a fixed rate. */
  openLoop(params: OpenLoopParams): Promise<PublishResult & { readonly lateness: string }>;
  /** How many events were sent, for each stream. */
  sentCounts(params: { readonly group: string }): Promise<SentCounts>;

  /** Lets members send client events to each other, a fixed number in flight. */
  clientEvents(params: ClientEventParams): Promise<PublishResult>;

  /** Waits until all that was sent has come. */
  untilDelivered(params: SettleParams): Promise<boolean>;
  /** Waits until that many `member_added` and `member_removed` have come since the group was made. */
  untilMemberEvents(params: { readonly group: string; readonly goal: number }): Promise<boolean>;
  /** Counts as lost what has not come. */
  settle(params: SettleParams): Promise<null>;
}

export type SentCounts = readonly (readonly [stream: number, count: number])[];

export interface OpenParams {
  readonly group: string;
  readonly endpoint: Endpoint;
  readonly plan: ChannelPlan;
  /** The number of the first connection among those of all processes. */
  readonly first: number;
  readonly count: number;
  /** Addresses to come from, in turn; none leaves it to the system. */
  readonly sources: readonly string[];
  /** Connections that are being made ready at the same time. */
  readonly concurrency?: number;
  /** Events may be under way on their channels: the first one they see is where they begin. */
  readonly joinsLate?: boolean;
}

export interface PublisherParams {
  readonly group: string;
  readonly endpoint: Endpoint;
  readonly plan: ChannelPlan;
  readonly dataBytes: number;
  /** HTTP connections, each with one request in flight. */
  readonly connections: number;
}

export interface BurstParams {
  readonly group: string;
  readonly seconds: number;
  /** Requests in flight. */
  readonly burst: number;
  /** Events of each request. */
  readonly batch: number;
  /** Whether other processes have subscribers too, and have to be waited for. */
  readonly isShared: boolean;
}

export interface TriggerParams {
  readonly group: string;
  readonly kind: TriggerKind;
  readonly seconds: number;
}

export const TRIGGER_KINDS = ['single', 'channels', 'batch'] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

export interface OpenLoopParams {
  readonly group: string;
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Sends to the microsecond, which keeps a core busy; otherwise to the millisecond. */
  readonly isExact: boolean;
}

export interface ClientEventParams {
  readonly senders: string;
  readonly receivers: string;
  readonly seconds: number;
  readonly burst: number;
  readonly dataBytes: number;
}

export interface SettleParams {
  readonly group: string;
  /** Undefined when this process is the one that sent. */
  readonly sent?: SentCounts;
}

export interface PublishResult {
  /** Requests or messages that were sent. */
  readonly sent: number;
  /** Answers that were not 200: what, and how often. */
  readonly failures: Record<string, number>;
  /** Nothing came for ten seconds, and the rest was given up. */
  readonly isStalled: boolean;
}

/** From the bench to a client. */
export type ToClient =
  | { readonly type: 'call'; readonly id: number; readonly method: keyof LoadCalls; readonly params: unknown }
  /** Answers an `await-others`. */
  | { readonly type: 'others-done'; readonly isDelivered: boolean };

/** From a client to the bench. */
export type FromClient =
  | { readonly type: 'ready' }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly message: string }
  /** The publisher wants to know when the other processes have what it sent. */
  | { readonly type: 'await-others'; readonly group: string; readonly sent: SentCounts };

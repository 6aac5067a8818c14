import type { Endpoint } from '../targets/endpoint.js';
import { channelNumber, type ChannelPlan } from './channel-plan.js';
import type { BurstParams, OpenLoopParams, PublishResult, TriggerKind } from './calls.js';
import { Latency } from './latency.js';
import { nowMicros } from './monotonic.js';
import { OpenLoopSchedule } from './open-loop.js';
import { Poster } from './poster.js';
import { BATCH_EVENTS, RequestBuilder } from './requests.js';
import { untilDoneOrStalled } from './stall.js';
import type { Swarm } from './swarm.js';

/** Different requests that the trigger load sends in turn. */
const PREPARED_REQUESTS = 256;
const MANY_CHANNELS = 100;

/** Below this the publisher watches the clock instead of sleeping: a timer is late by about as much. */
const WATCH_MICROS = 2000;

/** Which connections of the plan are in this process. */
export interface OwnConnections {
  readonly first: number;
  readonly count: number;
}

/** Triggers the events of one group, in each of the ways that scenarios need. */
export class Publisher {
  readonly requests: RequestBuilder;
  private readonly poster: Poster;
  private cursor = 0;
  private readonly prepared = new Map<TriggerKind, readonly Buffer[]>();

  constructor(
    endpoint: Endpoint,
    private readonly plan: ChannelPlan,
    dataBytes: number,
    connections: number,
    private readonly own: () => OwnConnections,
  ) {
    this.requests = new RequestBuilder(endpoint, plan, dataBytes);
    this.poster = new Poster(endpoint.api, connections);
  }

  close(): void {
    this.poster.close();
  }

  /**
   * Bursts, each when the one before was answered and delivered.
   *
   * @param awaitOthers waits for the subscribers of other processes; undefined when there are none
   */
  async burst(
    { seconds, burst, batch }: BurstParams,
    swarm: Swarm,
    awaitOthers: (() => Promise<boolean>) | undefined,
  ): Promise<PublishResult> {
    const before = this.poster.failureCounts();
    const deadline = nowMicros() + seconds * 1_000_000;
    let sent = 0;
    let isDelivered = true;
    while (isDelivered && nowMicros() < deadline) {
      let goal = swarm.deliveries.value;
      for (let i = 0; i < burst; i++) {
        this.postNext(0, batch);
        goal += batch * (this.plan.spread === 1 ? swarm.size : 1);
      }
      sent += burst * batch;
      isDelivered = await this.untilAnswered();
      isDelivered &&= await swarm.deliveries.until(goal);
      isDelivered &&= (await awaitOthers?.()) ?? true;
    }
    return this.result(sent, before, !isDelivered);
  }

  /** Requests that nobody listens to, as many in flight as there are connections. */
  async trigger(kind: TriggerKind, seconds: number): Promise<PublishResult> {
    const requests = this.prepare(kind);
    const before = this.poster.failureCounts();
    const deadline = nowMicros() + seconds * 1_000_000;
    let sent = 0;
    const postNext = (lane: number) => {
      if (nowMicros() >= deadline) return;
      const request = requests[sent++ % requests.length];
      if (request !== undefined) this.poster.post(lane, request);
    };
    this.poster.onAnswer = postNext;
    for (let lane = 0; lane < this.poster.size; lane++) postNext(lane);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const isAnswered = await this.untilAnswered();
    return this.result(sent, before, !isAnswered);
  }

  /** Signs what {@link trigger} sends, so that the measurement is not about signing. */
  prepare(kind: TriggerKind): readonly Buffer[] {
    const known = this.prepared.get(kind);
    if (known !== undefined) return known;
    const requests = Array.from({ length: PREPARED_REQUESTS }, (_, n) => {
      const channels = (count: number) => Array.from({ length: count }, (_unused, i) => `unheard-${n}-${i}`);
      if (kind === 'batch') return this.requests.unheardBatch(channels(BATCH_EVENTS));
      return this.requests.unheardEvent(channels(kind === 'single' ? 1 : MANY_CHANNELS));
    });
    this.prepared.set(kind, requests);
    return requests;
  }

  /**
   * Events at a fixed rate, stamped with when they were due.
   *
   * @returns how late each was sent, besides
   */
  async openLoop({
    ratePerSecond,
    seconds,
    isExact,
  }: OpenLoopParams): Promise<PublishResult & { lateness: string }> {
    const before = this.poster.failureCounts();
    const lateness = new Latency();
    const schedule = new OpenLoopSchedule(ratePerSecond, seconds, nowMicros());
    await new Promise<void>((resolve) => {
      const step = () => {
        for (let due = schedule.take(nowMicros()); due !== undefined; due = schedule.take(nowMicros())) {
          this.postNext(due, 1);
          lateness.record(nowMicros() - due);
        }
        if (schedule.isDone) resolve();
        else if (!isExact || schedule.nextMicros - nowMicros() > WATCH_MICROS) setTimeout(step, 1);
        else setImmediate(step);
      };
      step();
    });
    const isAnswered = await this.untilAnswered();
    return { ...this.result(schedule.total, before, !isAnswered), lateness: lateness.encode() };
  }

  /**
   * Triggers the next events. Where all share one channel, the HTTP connections take turns, each a stream of its own;
   * where each connection has its channel, these take turns, and each has its HTTP connection.
   */
  private postNext(micros: number, batch: number): void {
    const turn = this.cursor++;
    if (this.plan.spread === 1) {
      const lane = turn % this.poster.size;
      this.poster.post(lane, this.requests.events(0, lane % (this.plan.streams ?? 1), micros, batch));
      return;
    }
    const { first, count } = this.own();
    const channel = channelNumber(this.plan, first + (turn % count), 0);
    this.poster.post(channel % this.poster.size, this.requests.events(channel, 0, micros, batch));
  }

  private async untilAnswered(): Promise<boolean> {
    if (this.poster.outstanding === 0) return true;
    const done = new Promise<void>((resolve) => {
      this.poster.onAnswer = () => {
        if (this.poster.outstanding === 0) resolve();
      };
    });
    return untilDoneOrStalled(done, () => this.poster.outstanding);
  }

  private result(sent: number, before: Record<string, number>, isStalled: boolean): PublishResult {
    const failures: Record<string, number> = {};
    for (const [what, count] of Object.entries(this.poster.failureCounts())) {
      const added = count - (before[what] ?? 0);
      if (added > 0) failures[what] = added;
    }
    return { sent, failures, isStalled };
  }
}

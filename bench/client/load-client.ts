import { stampedData } from './stamp.js';
import { channelName, channelNumber } from './channel-plan.js';
import type {
  BurstParams,
  ClientEventParams,
  LoadCalls,
  OpenLoopParams,
  OpenParams,
  PublisherParams,
  PublishResult,
  SentCounts,
  SettleParams,
  TriggerParams,
} from './calls.js';
import { nowMicros } from './monotonic.js';
import { Publisher } from './publisher.js';
import { Swarm, type SentCount, type SwarmTotals } from './swarm.js';

const DONE = Promise.resolve(null);

const CLIENT_EVENT = 'client-typing';

/** Connections with one plan, and who publishes to them. */
interface Group {
  readonly params: OpenParams;
  readonly swarm: Swarm;
  publisher: Publisher | undefined;
  /** The connections of this process, as far as they were opened one after the other. */
  count: number;
  /** How many client events were sent on each channel. */
  readonly clientEvents: Map<number, number>;
}

/** Asks the bench whether the other processes have all that was sent. */
export type AwaitOthers = (group: string, sent: SentCounts) => Promise<boolean>;

/** The work of one load client process: groups of connections, and their publishers. */
export class LoadClient implements LoadCalls {
  private readonly groups = new Map<string, Group>();

  constructor(private readonly awaitOthers: AwaitOthers) {}

  async open(params: OpenParams): Promise<{ ready: number }> {
    const group = this.groups.get(params.group) ?? this.add(params);
    group.count = Math.max(group.count, params.first + params.count - group.params.first);
    const sent: SentCount = (stream) => group.publisher?.requests.count(stream) ?? 0;
    const ready = await group.swarm.open(
      params.first,
      params.count,
      params.joinsLate === true ? undefined : sent,
      params.concurrency,
    );
    return { ready };
  }

  drop({ group, count }: { group: string; count: number }): Promise<null> {
    this.groups.get(group)?.swarm.drop(count);
    return DONE;
  }

  pause({ group }: { group: string }): Promise<null> {
    this.group(group).swarm.pause();
    return DONE;
  }

  resume({ group }: { group: string }): Promise<null> {
    this.group(group).swarm.resume();
    return DONE;
  }

  totals({ group }: { group: string }): Promise<SwarmTotals> {
    return Promise.resolve(this.group(group).swarm.totals());
  }

  recordLatency({ group }: { group: string }): Promise<null> {
    this.group(group).swarm.recordLatency();
    return DONE;
  }

  takeLatency({ group }: { group: string }): Promise<string | null> {
    return Promise.resolve(this.group(group).swarm.takeLatency() ?? null);
  }

  preparePublisher(params: PublisherParams): Promise<null> {
    const { endpoint, plan, dataBytes, connections } = params;
    const group = this.groups.get(params.group) ?? this.add({ ...params, first: 0, count: 0, sources: [] });
    const own = () => ({ first: group.params.first, count: group.count });
    group.publisher?.close();
    group.publisher = new Publisher(endpoint, plan, dataBytes, connections, own);
    return DONE;
  }

  burst(params: BurstParams): Promise<PublishResult> {
    const { swarm } = this.group(params.group);
    const publisher = this.publisher(params.group);
    const awaitOthers = () => this.awaitOthers(params.group, publisher.requests.counts());
    return publisher.burst(params, swarm, params.isShared ? awaitOthers : undefined);
  }

  trigger({ group, kind, seconds }: TriggerParams): Promise<PublishResult> {
    const publisher = this.publisher(group);
    publisher.prepare(kind);
    return publisher.trigger(kind, seconds);
  }

  openLoop(params: OpenLoopParams): Promise<PublishResult & { lateness: string }> {
    return this.publisher(params.group).openLoop(params);
  }

  sentCounts({ group }: { group: string }): Promise<SentCounts> {
    return Promise.resolve(this.publisher(group).requests.counts());
  }

  async clientEvents(params: ClientEventParams): Promise<PublishResult> {
    const { swarm: senders, params: opened, count, clientEvents } = this.group(params.senders);
    const { swarm: receivers } = this.group(params.receivers);
    const deadline = nowMicros() + params.seconds * 1_000_000;
    const before = receivers.deliveries.value;
    let sent = 0;
    let isDelivered = true;
    while (isDelivered && nowMicros() < deadline) {
      for (let i = 0; i < params.burst; i++, sent++) {
        const channel = channelNumber(opened.plan, opened.first + (sent % count), 0);
        const sequence = clientEvents.get(channel) ?? 0;
        clientEvents.set(channel, sequence + 1);
        const data = stampedData(channel, sequence, 0, params.dataBytes);
        const message = { event: CLIENT_EVENT, channel: channelName(opened.plan, channel), data };
        senders.send(sent % count, JSON.stringify(message));
      }
      isDelivered = await receivers.deliveries.until(before + sent);
    }
    receivers.settle((channel) => clientEvents.get(channel) ?? 0);
    return { sent, failures: {}, isStalled: !isDelivered };
  }

  untilDelivered(params: SettleParams): Promise<boolean> {
    const { swarm } = this.group(params.group);
    return swarm.deliveries.until(swarm.deliveries.value + swarm.missing(this.sentCount(params)));
  }

  untilMemberEvents({ group, goal }: { group: string; goal: number }): Promise<boolean> {
    return this.group(group).swarm.memberEvents.until(goal);
  }

  settle(params: SettleParams): Promise<null> {
    this.group(params.group).swarm.settle(this.sentCount(params));
    return DONE;
  }

  /** Ends all connections without leaving a port in TIME_WAIT, where it would hinder the next run for a minute. */
  close(): void {
    for (const { swarm, publisher } of this.groups.values()) {
      swarm.close();
      publisher?.close();
    }
  }

  private add(params: OpenParams): Group {
    const swarm = new Swarm(params.endpoint, params.plan, params.sources);
    const group: Group = { params, swarm, publisher: undefined, count: 0, clientEvents: new Map() };
    this.groups.set(params.group, group);
    return group;
  }

  private group(name: string): Group {
    const group = this.groups.get(name);
    if (group === undefined) throw new Error(`there is no group '${name}'`);
    return group;
  }

  private publisher(name: string): Publisher {
    const { publisher } = this.group(name);
    if (publisher === undefined) throw new Error(`group '${name}' has no publisher`);
    return publisher;
  }

  private sentCount({ group, sent }: SettleParams): SentCount {
    if (sent === undefined) {
      const { publisher } = this.group(group);
      return (stream) => publisher?.requests.count(stream) ?? 0;
    }
    const counts = new Map(sent);
    return (stream) => counts.get(stream) ?? 0;
  }
}

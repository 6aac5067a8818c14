import type { ApiClient } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { TestSocket } from '../../support/test-socket.js';
import type { ClusterNode } from './cluster-bed.js';

/** Until so many events were published as a test wants, on a machine that may have others to serve. */
const PASSING_MS = 120_000;

/** What one client heard on one channel. */
interface Heard {
  /** By publisher: the number of its last event. */
  readonly last: Map<number, number>;
}

/** What went wrong with the delivery of events. */
export interface AuditResult {
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
}

/**
 * Publishes numbered events through several nodes and accounts for each of them at each client: every publisher counts
 * for itself, channel by channel, and waits for each answer before the next event of a channel.
 */
export class Audit {
  private readonly heard = new Map<TestSocket, Map<string, Heard>>();
  private readonly published = new Map<string, number>();
  private duplicated = 0;
  private reordered = 0;
  private delivered = 0;
  /** Numbers that were passed over. */
  private missing = 0;
  private isRunning = false;
  private readonly publishing: Promise<void>[] = [];

  private constructor(private readonly channels: readonly string[]) {}

  /** Puts clients on each node, subscribed to all channels. */
  static async start(nodes: readonly ClusterNode[], clientsPerNode = 2, channelCount = 5): Promise<Audit> {
    const channels = Array.from({ length: channelCount }, (_, i) => `audit-${i}`);
    const audit = new Audit(channels);
    for (const node of nodes) {
      for (let i = 0; i < clientsPerNode; i++) await audit.addClient(node);
    }
    return audit;
  }

  async addClient(node: ClusterNode): Promise<TestSocket> {
    const client = await node.connect();
    const channels = new Map<string, Heard>();
    this.heard.set(client, channels);
    client.ws.on('message', (data: Buffer) => {
      this.hear(channels, data.toString('utf8'));
    });
    for (const channel of this.channels) {
      channels.set(channel, { last: new Map() });
      await client.subscribe(channel);
    }
    return client;
  }

  /** Publishes through these nodes until {@link stop}; each is a publisher of its own. */
  publish(apis: readonly ApiClient[], pauseMs = 2): void {
    this.isRunning = true;
    for (const [publisher, api] of apis.entries()) {
      for (const channel of this.channels) {
        this.publishing.push(this.publishOn(api, publisher, channel, pauseMs));
      }
    }
  }

  /** Ends publishing, and waits until all that was published has arrived or does not arrive any more. */
  async stop(patienceMs = 10_000): Promise<AuditResult> {
    this.isRunning = false;
    await Promise.all(this.publishing.splice(0));
    const deadline = Date.now() + patienceMs;
    while (this.lost > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    const published = [...this.published.values()].reduce((sum, count) => sum + count, 0);
    const { delivered, lost, duplicated, reordered } = this;
    return { published, delivered, lost, duplicated, reordered };
  }

  /** Waits until so many events more were published. */
  async passed(events: number): Promise<void> {
    const until = this.total + events;
    await eventually(() => {
      if (this.total < until) throw new Error(`${this.total} of ${until} events were published`);
    }, PASSING_MS);
  }

  private get total(): number {
    return [...this.published.values()].reduce((sum, count) => sum + count, 0);
  }

  private get lost(): number {
    let lost = 0;
    for (const channels of this.heard.values()) {
      for (const [name, { last }] of channels) {
        for (const [publisher, number] of last)
          lost += (this.published.get(`${publisher} ${name}`) ?? 0) - number;
      }
    }
    return lost + this.missing;
  }

  private async publishOn(
    api: ApiClient,
    publisher: number,
    channel: string,
    pauseMs: number,
  ): Promise<void> {
    const key = `${publisher} ${channel}`;
    while (this.isRunning) {
      const number = (this.published.get(key) ?? 0) + 1;
      const answer = await api
        .post('/events', { name: 'event', channel, data: JSON.stringify({ publisher, number }) })
        .catch(() => undefined);
      // The node is gone, with whatever it had accepted.
      if (answer?.status !== 200) return;
      this.published.set(key, number);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  private hear(channels: ReadonlyMap<string, Heard>, text: string): void {
    const frame = JSON.parse(text) as { event: string; channel?: string; data?: string };
    if (frame.event !== 'event' || frame.channel === undefined) return;
    const heard = channels.get(frame.channel);
    const { publisher, number } = JSON.parse(frame.data ?? '') as { publisher: number; number: number };
    if (heard === undefined) return;
    this.delivered++;
    const last = heard.last.get(publisher) ?? number - 1;
    if (number === last) this.duplicated++;
    else if (number < last) this.reordered++;
    else this.missing += number - last - 1;
    heard.last.set(publisher, Math.max(last, number));
  }
}

import type { SigningKey } from '../../protocol/index.js';
import type { Endpoint } from '../targets/endpoint.js';
import { channelName, streamNumber, type ChannelPlan } from './channel-plan.js';
import { signedTarget, signingKey } from './signing.js';
import { stampedData } from './stamp.js';

/** The name of every event that the load triggers. */
export const EVENT_NAME = 'payment.received';

/** Events per batch request; Pusher allows no more. */
export const BATCH_EVENTS = 10;

/** Builds the requests that trigger events, numbering the events of each stream from 0. */
export class RequestBuilder {
  private readonly key: SigningKey;
  private readonly sent = new Map<number, number>();

  constructor(
    private readonly endpoint: Endpoint,
    private readonly plan: ChannelPlan,
    private readonly dataBytes: number,
  ) {
    this.key = signingKey(endpoint.app);
  }

  /** How many events were made for a stream. */
  count(stream: number): number {
    return this.sent.get(stream) ?? 0;
  }

  /** All streams with their counts. */
  counts(): [stream: number, count: number][] {
    return [...this.sent];
  }

  /**
   * A request with events of one stream: a plain one for one event, a batch for several.
   *
   * @param stream which of the channel's streams
   * @param micros when they are due, for the latency; 0 when nobody asks
   */
  events(channel: number, stream: number, micros: number, count = 1): Buffer {
    const name = channelName(this.plan, channel);
    const number = streamNumber(this.plan, channel, stream);
    const data = Array.from({ length: count }, () => this.data(number, micros));
    if (this.endpoint.dialect === 'raw') {
      // One frame a line: the data holds no line break.
      const frames = data.map((text) => JSON.stringify({ event: EVENT_NAME, channel: name, data: text }));
      return this.post(`/publish/${name}`, frames.join('\n'));
    }
    const events = data.map((text) => ({ name: EVENT_NAME, channel: name, data: text }));
    if (count === 1) return this.signed('events', JSON.stringify(events[0]));
    return this.signed('batch_events', JSON.stringify({ batch: events }));
  }

  /** One signed event that no channel of the plan is asked to deliver: what a trigger costs by itself. */
  unheardEvent(channels: readonly string[]): Buffer {
    const data = stampedData(0, 0, 0, this.dataBytes);
    const to = channels.length === 1 ? { channel: channels[0] } : { channels };
    return this.signed('events', JSON.stringify({ name: EVENT_NAME, ...to, data }));
  }

  /** A signed batch of as many events as Pusher allows, each on a channel of its own. */
  unheardBatch(channels: readonly string[]): Buffer {
    const data = stampedData(0, 0, 0, this.dataBytes);
    const batch = channels.slice(0, BATCH_EVENTS).map((channel) => ({ name: EVENT_NAME, channel, data }));
    return this.signed('batch_events', JSON.stringify({ batch }));
  }

  private data(stream: number, micros: number): string {
    const sequence = this.count(stream);
    this.sent.set(stream, sequence + 1);
    return stampedData(stream, sequence, micros, this.dataBytes);
  }

  private signed(endpoint: string, body: string): Buffer {
    const { app, pathPrefix } = this.endpoint;
    return this.post(signedTarget(this.key, `${pathPrefix}/apps/${app.id}/${endpoint}`, body), body);
  }

  private post(target: string, body: string): Buffer {
    const { host, port } = this.endpoint.api;
    return Buffer.from(
      `POST ${target} HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
}

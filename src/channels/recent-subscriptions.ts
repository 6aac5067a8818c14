import { Queue } from '../queue.js';
import type { Channel, FrameListener } from './channel.js';
import type { Subscriber } from './channels.js';

/** Nodes send events again that are up to 60 seconds old; some time is left for the way. */
const KEPT_MS = 65_000;
/** Subscriptions that are remembered. With more in that time, the oldest are taken for older than any event. */
const MAX_KEPT = 100_000;

interface Recent {
  readonly channel: Channel;
  readonly who: Subscriber | FrameListener;
  readonly atMs: number;
}

/** The subscriptions of the last minute: an event that comes later than it was triggered is not for all of them. */
export class RecentSubscriptions {
  private readonly all = new Queue<Recent>();
  private readonly byChannel = new Map<Channel, Queue<Recent>>();
  private size = 0;

  /** @param atMs of the clock by which late events are dated, never less than that of the subscription before */
  note(channel: Channel, who: Subscriber | FrameListener, atMs: number): void {
    const recent = { channel, who, atMs };
    this.all.push(recent);
    this.size++;
    let ofChannel = this.byChannel.get(channel);
    if (ofChannel === undefined) this.byChannel.set(channel, (ofChannel = new Queue()));
    ofChannel.push(recent);
    if (this.size > MAX_KEPT) this.forgetFirst();
  }

  /** Forgets what is older than any event can be. */
  sweep(nowMs: number): void {
    for (let { first } = this.all; first !== undefined; first = this.all.first) {
      if (first.atMs >= nowMs - KEPT_MS) return;
      this.forgetFirst();
    }
  }

  /** Who subscribed to a channel after a time; some may have left it again. */
  after(channel: Channel, ms: number): ReadonlySet<Subscriber | FrameListener> {
    const found = new Set<Subscriber | FrameListener>();
    for (const { who, atMs } of this.byChannel.get(channel) ?? []) if (atMs > ms) found.add(who);
    return found;
  }

  private forgetFirst(): void {
    const first = this.all.shift();
    if (first === undefined) return;
    this.size--;
    const ofChannel = this.byChannel.get(first.channel);
    ofChannel?.shift();
    if (ofChannel?.first === undefined) this.byChannel.delete(first.channel);
  }
}

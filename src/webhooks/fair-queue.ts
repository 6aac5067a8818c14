import { channelPolicy } from '../../protocol/channel-name.js';
import type { WebhookEvent } from './webhook-event.js';

/** An event that waits for its request. */
export interface QueuedEvent {
  readonly event: WebhookEvent;
  /** Monotonic milliseconds at which it was queued. */
  readonly atMs: number;
}

interface Entry extends QueuedEvent {
  /** Rises with each entry of the queue. */
  readonly number: number;
  readonly bytes: number;
  readonly group: Group;
  before: Entry | undefined;
  after: Entry | undefined;
}

/** The events of one cause, in their order. */
interface Group {
  readonly key: string;
  /** How much an entry counts when the queue is full. */
  readonly weight: number;
  count: number;
  first: Entry | undefined;
  last: Entry | undefined;
}

/** How much of a queue may wait. */
export interface QueueBounds {
  readonly maxEvents: number;
  /** Bytes of all events, roughly as they are sent. */
  readonly maxBytes: number;
}

/**
 * An event of a public channel, which anybody may cause, weighs twice: of two causes with as many events the stranger's is
 * shed first.
 */
const STRANGER_WEIGHT = 2;
const WEIGHT = 1;

/** What an event takes beside its texts. */
const EVENT_BYTES = 128;

/**
 * The events that wait for one webhook, shared out fairly among those who caused them. A cause is a guarded channel, whose
 * subscribers the application let in, or whoever subscribes to public ones: a client's network. Causes are served in turn,
 * each channel's events in their order, and when the queue is full, the cause with the most events loses its latest.
 */
export class FairQueue {
  private readonly groups = new Map<string, Group>();
  /** Whose turn it is, in order. */
  private readonly turns = new Set<Group>();
  /** Groups by what they weigh, and the greatest weight there is. */
  private readonly byWeight = new Map<number, Set<Group>>();
  private heaviest = 0;
  /** Where a channel's events wait: they stay together, whoever causes the next. */
  private readonly channels = new Map<string, { readonly group: Group; count: number }>();
  /** The last event of each state that still waits, by {@link stateKey}. */
  private readonly states = new Map<string, Entry>();
  private bytes = 0;
  private numbers = 0;
  size = 0;

  constructor(private readonly bounds: QueueBounds) {}

  /**
   * Queues an event, and sheds others, or this one, until the queue is within its bounds.
   *
   * @param source who caused it, as far as that is known
   * @returns how many events were shed
   */
  add(event: WebhookEvent, source: string | undefined, atMs: number): number {
    const { channel } = event;
    const place = this.channels.get(channel) ?? { group: this.groupOf(channel, source), count: 0 };
    const entry: Entry = {
      event,
      atMs,
      number: ++this.numbers,
      bytes: bytesOf(event),
      group: place.group,
      before: place.group.last,
      after: undefined,
    };
    place.count++;
    this.channels.set(channel, place);
    this.append(entry);
    const key = stateKey(event);
    if (key !== undefined) this.states.set(key, entry);
    let shed = 0;
    while (this.size > this.bounds.maxEvents || this.bytes > this.bounds.maxBytes) {
      this.remove(this.victim(place.group));
      shed++;
    }
    return shed;
  }

  /**
   * Takes out the event that told the opposite and still waits, such as that a channel is occupied before it is vacated.
   *
   * @returns whether there was one
   */
  takeOpposite(event: WebhookEvent): boolean {
    const key = stateKey(event);
    const entry = key === undefined ? undefined : this.states.get(key);
    if (entry === undefined || entry.event.name === event.name) return false;
    this.remove(entry);
    return true;
  }

  /** Takes up to so many events, one of each cause in turn; in the order in which they came. */
  take(count: number): QueuedEvent[] {
    const taken: Entry[] = [];
    if (count <= 0) return taken;
    for (const group of this.turns) {
      const { first } = group;
      // A group that takes its place at the end is met again.
      this.turns.delete(group);
      if (first !== undefined) {
        this.remove(first);
        taken.push(first);
        if (group.count > 0) this.turns.add(group);
      }
      if (taken.length === count) break;
    }
    return taken.sort((a, b) => a.number - b.number);
  }

  private groupOf(channel: string, source: string | undefined): Group {
    const isGuarded = channelPolicy(channel).guarded;
    // A channel's name holds no space.
    const key = isGuarded || source === undefined ? channel : ` ${source}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      const weight = isGuarded ? WEIGHT : STRANGER_WEIGHT;
      group = { key, weight, count: 0, first: undefined, last: undefined };
      this.groups.set(key, group);
      this.turns.add(group);
    }
    return group;
  }

  /** Whose event is shed: the one that came last of the heaviest group, of the present one if it is as heavy. */
  private victim(present: Group): Entry {
    const isHeaviest = present.count * present.weight === this.heaviest;
    const [first = present] = this.byWeight.get(this.heaviest) ?? [];
    const { last } = isHeaviest ? present : first;
    if (last === undefined) throw new Error('a queue with nothing in it is full');
    return last;
  }

  private append(entry: Entry): void {
    const { group, before } = entry;
    if (before === undefined) group.first = entry;
    else before.after = entry;
    group.last = entry;
    this.size++;
    this.bytes += entry.bytes;
    this.weigh(group, 1);
  }

  private remove(entry: Entry): void {
    const { group, before, after, event } = entry;
    if (before === undefined) group.first = after;
    else before.after = after;
    if (after === undefined) group.last = before;
    else after.before = before;
    this.size--;
    this.bytes -= entry.bytes;
    const key = stateKey(event);
    if (key !== undefined && this.states.get(key) === entry) this.states.delete(key);
    const place = this.channels.get(event.channel);
    if (place !== undefined && --place.count === 0) this.channels.delete(event.channel);
    this.weigh(group, -1);
    if (group.count > 0) return;
    this.groups.delete(group.key);
    this.turns.delete(group);
  }

  /** Keeps the groups in order of their weight; each change is a step or two. */
  private weigh(group: Group, difference: 1 | -1): void {
    const before = group.count * group.weight;
    const old = this.byWeight.get(before);
    if (old?.delete(group) === true && old.size === 0) this.byWeight.delete(before);
    group.count += difference;
    const weight = group.count * group.weight;
    if (weight > 0) {
      const same = this.byWeight.get(weight);
      if (same === undefined) this.byWeight.set(weight, new Set([group]));
      else same.add(group);
    }
    this.heaviest = Math.max(this.heaviest, weight);
    while (this.heaviest > 0 && !this.byWeight.has(this.heaviest)) this.heaviest--;
  }
}

/** What an event tells of, where a later one can undo it; channel names hold no space. */
function stateKey(event: WebhookEvent): string | undefined {
  switch (event.name) {
    case 'channel_occupied':
    case 'channel_vacated':
      return event.channel;
    case 'member_added':
    case 'member_removed':
      return `${event.channel} ${event.user_id}`;
    default:
      return undefined;
  }
}

function bytesOf(event: WebhookEvent): number {
  const texts = event.name === 'client_event' ? event.data.length + event.event.length : 0;
  const user = 'user_id' in event ? event.user_id.length : 0;
  return EVENT_BYTES + event.channel.length + texts + user;
}

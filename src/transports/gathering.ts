import type { Frame } from '../../protocol/server-codec.js';
import type { Clock, Timer } from '../clock.js';

/** A socket, as far as it is asked whether something waits for it. */
export interface TopicMember {
  isOn(topic: string): boolean;
}

/** Publishes at once to all who are on a topic, but for one. */
export type WriteFrame<Member> = (topic: string, frame: Frame, except: Member | undefined) => void;

export interface GatheringOptions<Member> {
  /** How long after a write the next one waits; 0 turns gathering off. */
  readonly windowMs: number;
  /** A topic with fewer sockets is written to at once. */
  readonly fromSubscribers: number;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly write: WriteFrame<Member>;
  /** Calls when this tick of the event loop is over; what it published may then still have to be written. */
  readonly afterTick?: (task: () => void) => void;
}

interface Held<Member> {
  readonly topic: string;
  readonly frame: Frame;
  readonly except: Member | undefined;
}

/** uWebSockets.js writes after this many messages in any case. */
const MAX_HELD_FRAMES = 32;

/** Long frames gain little, since copying them is what takes the time. */
const MAX_HELD_CHARACTERS = 65_536;

/**
 * Gathers what is published on well-visited topics in quick succession, so that it leaves in one write for each socket:
 * the write is what fan-out costs, and the libraries join only what is published in the same tick.
 *
 * After a write to such a topic, what follows on it within the window is held back until the window ends. An event that
 * follows nothing is never held. All that is held goes out together and in order as soon as anything else is to be
 * published, and before a socket it is for is sent anything or changes its topics, so no order changes.
 */
export class Gathering<Member> {
  /** Nothing was written lately; or something in this tick, which whatever follows in it joins; or it may be held. */
  private state: 'idle' | 'writing' | 'holding' = 'idle';
  private held: Held<Member>[] = [];
  private heldCharacters = 0;
  /** Topics whose writes may not be done. */
  private readonly written = new Set<string>();
  /** When the writes to others were done, as far as it matters. */
  private readonly writtenAt = new Map<string, number>();
  private window: Timer | undefined = undefined;

  constructor(private readonly options: GatheringOptions<Member>) {}

  /** @param subscribers how many sockets are on the topic */
  publish(topic: string, frame: Frame, subscribers: number, except: Member | undefined): void {
    const { windowMs, fromSubscribers, write } = this.options;
    const isGathered = windowMs > 0 && subscribers >= fromSubscribers;
    if (isGathered && this.state === 'holding' && this.isQuick(topic)) {
      this.hold({ topic, frame, except });
      return;
    }
    this.flush();
    write(topic, frame, except);
    if (isGathered) this.wrote(topic);
  }

  /** To be called before a socket is sent what is not published. */
  flushBefore(member: TopicMember): void {
    if (this.held.some(({ topic }) => member.isOn(topic))) this.flush();
  }

  /** To be called before a socket joins or leaves a topic. */
  flushTopic(topic: string): void {
    if (this.held.some((held) => held.topic === topic)) this.flush();
  }

  /** Publishes all that is held, and holds nothing any more. */
  close(): void {
    this.flush();
    this.closeWindow();
    this.state = 'idle';
  }

  private flush(): void {
    if (this.held.length === 0) return;
    const { held } = this;
    this.held = [];
    this.heldCharacters = 0;
    for (const { topic, frame, except } of held) {
      this.options.write(topic, frame, except);
      this.wrote(topic);
    }
  }

  private isQuick(topic: string): boolean {
    if (this.written.has(topic)) return true;
    const { clock, windowMs } = this.options;
    return clock.monotonic() - (this.writtenAt.get(topic) ?? -Infinity) < windowMs;
  }

  private hold(held: Held<Member>): void {
    this.held.push(held);
    this.heldCharacters += held.frame.length;
    if (this.held.length >= MAX_HELD_FRAMES || this.heldCharacters >= MAX_HELD_CHARACTERS) this.flush();
  }

  private wrote(topic: string): void {
    this.written.add(topic);
    if (this.state === 'writing') return;
    this.state = 'writing';
    this.closeWindow();
    const { afterTick = setImmediate } = this.options;
    afterTick(() => {
      if (this.state !== 'writing') return;
      this.state = 'holding';
      // uWebSockets.js writes at the very end of a tick.
      afterTick(() => {
        if (this.state === 'holding') this.openWindow();
      });
    });
  }

  /** The window begins when the writes are done: to a thousand sockets they take longer than it lasts. */
  private openWindow(): void {
    const { clock, windowMs } = this.options;
    const now = clock.monotonic();
    for (const [topic, at] of this.writtenAt) {
      if (now - at >= windowMs) this.writtenAt.delete(topic);
    }
    for (const topic of this.written) this.writtenAt.set(topic, now);
    this.written.clear();
    this.window = clock.after(windowMs, () => {
      this.window = undefined;
      this.state = 'idle';
      this.flush();
    });
  }

  private closeWindow(): void {
    this.window?.cancel();
    this.window = undefined;
  }
}

import { alternate, cpuOf, startTargets } from './compare.js';
import { EVENT, FRAME, FRAME_BYTES } from './event.js';
import { openMany, openRaw, openSubscribed, postBytes, Poster, signedPath, type Subscriber } from './load.js';
import type { BenchOptions } from './options.js';
import type { Target } from './target.js';

const SUBSCRIBERS = 1000;

interface Audience {
  readonly subscribers: readonly Subscriber[];
  /** Bytes that each subscriber was sent so far. */
  sentBytes: number;
}

/** One channel with a thousand subscribers: events that come one by one, and sixteen at once. */
export async function benchFanOut(options: BenchOptions): Promise<void> {
  const targets = await startTargets(options);
  const audiences = new Map<Target, Audience>();
  for (const target of targets) {
    const open = () => (target.isRaw ? openRaw(target.port) : openSubscribed(target.port, 'news'));
    audiences.set(target, { subscribers: await openMany(SUBSCRIBERS, open), sentBytes: 0 });
  }
  for (const [atOnce, events] of [
    [1, 300],
    [16, 1600],
  ] as const) {
    const title = `fan-out 1→${SUBSCRIBERS}, ${atOnce} at once, deliveries per CPU second`;
    await alternate(title, options.rounds, targets, async (target) => {
      const audience = audiences.get(target);
      return audience === undefined ? NaN : await fanOut(target, audience, atOnce, events);
    });
  }
  await Promise.all(targets.map((target) => target.stop()));
}

async function fanOut(target: Target, audience: Audience, atOnce: number, events: number): Promise<number> {
  const request = target.isRaw ? postBytes('/publish', FRAME) : postBytes(signedPath(EVENT), EVENT);
  const poster = await Poster.open(target.port, request, 1);
  const deliver = async (count: number) => {
    audience.sentBytes += count * FRAME_BYTES;
    while (audience.subscribers.some(({ received }) => received < audience.sentBytes)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  // The one with which the poster opened.
  await deliver(1);
  const cpu = await cpuOf(target, async () => {
    for (let sent = 0; sent < events; sent += atOnce) {
      await poster.pipeline(atOnce);
      await deliver(atOnce);
    }
  });
  poster.close();
  return (events * SUBSCRIBERS) / cpu;
}

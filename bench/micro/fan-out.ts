import { alternate, cpuOf, startTargets } from './compare.js';
import { showCosts } from './costs.js';
import { EVENT, FRAME, FRAME_BYTES } from './event.js';
import {
  openMany,
  openRaw,
  openSubscribed,
  postBytes,
  Poster,
  received,
  signedPath,
  type Subscriber,
} from './load.js';
import type { BenchOptions } from './options.js';
import type { Target } from './target.js';

const SUBSCRIBERS = 1000;

/** One channel with a thousand subscribers: events that come one by one, and sixteen at once. */
export async function benchFanOut(options: BenchOptions): Promise<void> {
  const targets = await startTargets(options);
  const audiences = new Map<number, readonly Subscriber[]>();
  for (const target of targets) {
    const open = () => (target.isRaw ? openRaw(target.port) : openSubscribed(target.port, 'news'));
    await warmUp(target);
    audiences.set(target.pid, await openMany(SUBSCRIBERS, open));
  }
  for (const [atOnce, events] of [
    [1, 100],
    [16, 800],
  ] as const) {
    const title = `fan-out 1→${SUBSCRIBERS}, ${atOnce} at once, deliveries per CPU second`;
    const measure = (target: Target) => fanOut(target, audiences.get(target.pid) ?? [], atOnce, events);
    await alternate(title, options.rounds, targets, measure);
    if (options.profile) await showCosts(`deliveries, ${atOnce} at once`, options.rounds, targets, measure);
  }
  await Promise.all(targets.map((target) => target.stop()));
}

/** Triggers that nobody hears: the rounds have far fewer than V8 takes to compile what a trigger runs through. */
async function warmUp(target: Target): Promise<void> {
  const body = EVENT.replace('"news"', '"elsewhere"');
  const path = signedPath(body);
  const request = postBytes(target.isRaw ? path.replace('/apps/app-id/events', '/hash') : path, body);
  const poster = await Poster.open(target.port, request, 16);
  await poster.post(20_000);
  poster.close();
}

async function fanOut(
  target: Target,
  audience: readonly Subscriber[],
  atOnce: number,
  events: number,
): Promise<number> {
  const request = target.isRaw ? postBytes('/publish', FRAME) : postBytes(signedPath(EVENT), EVENT);
  // The event with which it opens counts as well.
  let delivered = received(audience, FRAME_BYTES);
  const poster = await Poster.open(target.port, request, 1);
  await delivered;
  const cpu = await cpuOf(target, async () => {
    for (let sent = 0; sent < events; sent += atOnce) {
      delivered = received(audience, atOnce * FRAME_BYTES);
      await poster.pipeline(atOnce);
      await delivered;
    }
  });
  poster.close();
  return (events * SUBSCRIBERS) / cpu;
}

import { alternate, cpuOf, startTargets } from './compare.js';
import { showCosts } from './costs.js';
import { EVENT } from './event.js';
import { postBytes, Poster, signedPath } from './load.js';
import type { BenchOptions } from './options.js';
import type { Target } from './target.js';

const CONNECTIONS = 32;
const TRIGGERS_PER_ROUND = 30_000;

/** Signed triggers that nobody listens to, one in flight on each connection, as PHP workers send them. */
export async function benchTriggers(options: BenchOptions): Promise<void> {
  const targets = await startTargets(options);
  const measure = async (target: Target) => {
    const path = signedPath(EVENT);
    const request = postBytes(target.isRaw ? path.replace('/apps/app-id/events', '/hash') : path, EVENT);
    // Opened anew each time: servers close what is idle while the others are measured.
    const poster = await Poster.open(target.port, request, CONNECTIONS);
    const cpu = await cpuOf(target, () => poster.post(TRIGGERS_PER_ROUND));
    poster.close();
    return TRIGGERS_PER_ROUND / cpu;
  };
  await alternate('signed triggers per CPU second', options.rounds, targets, measure);
  if (options.profile) await showCosts('signed triggers', options.rounds, targets, measure);
  await Promise.all(targets.map((target) => target.stop()));
}

import { alternate, cpuOf, startTargets } from './compare.js';
import { closeAll, openMany, openRaw, openSubscribed } from './load.js';
import { showCosts } from './costs.js';
import type { BenchOptions } from './options.js';
import type { Target } from './target.js';

const CONNECTIONS = 4000;

/** V8 compiles what a handshake runs through over some ten thousand of them, on threads of its own that count too. */
const WARM_UP_ROUNDS = 5;

/**
 * Connections that open and subscribe to a private channel each; the bare library subscribes its own to one topic. Its
 * second line is what the same frames take it, read and sent without a check: no server can be faster over it.
 */
export async function benchHandshakes(options: BenchOptions): Promise<void> {
  const [raw, ...others] = await startTargets(options);
  if (raw === undefined) return;
  const targets = [raw, { ...raw, name: 'raw uWS, same frames', isRaw: false }, ...others];
  const measure = async (target: Target) => {
    let user = 0;
    const open = () =>
      target.isRaw ? openRaw(target.port) : openSubscribed(target.port, `private-user.${user++}`);
    let subscribers: Awaited<ReturnType<typeof openMany>> = [];
    const cpu = await cpuOf(target, async () => {
      subscribers = await openMany(CONNECTIONS, open);
    });
    await closeAll(subscribers);
    return CONNECTIONS / cpu;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const target of targets) await measure(target);
  const title = 'handshakes with a private subscription per CPU second';
  await alternate(title, options.rounds, targets, measure);
  if (options.profile) await showCosts('handshakes', options.rounds, targets, measure);
  await Promise.all([raw, ...others].map((target) => target.stop()));
}

import { cpuOf, median } from './compare.js';
import { closeAll, openMany, openSubscribed } from './load.js';
import type { BenchOptions } from './options.js';
import { startPregon, type Target } from './target.js';

/** As many as one process of 20,000 descriptors holds here. */
const CONNECTIONS = 19_000;

/** A reconnect storm: all connections drop at once, come back, and subscribe to their private channels again. */
export async function benchStorm({ rounds, ws, against }: BenchOptions): Promise<void> {
  console.log(`\nreconnect storm of ${CONNECTIONS}, CPU seconds from the drop until all are subscribed`);
  await measure(await startPregon('uws'), rounds);
  if (against !== undefined) await measure(await startPregon('uws', against), rounds);
  if (ws) await measure(await startPregon('ws'), rounds);
}

async function measure(target: Target, rounds: number): Promise<void> {
  const openAll = () => {
    let user = 0;
    return openMany(CONNECTIONS, () => openSubscribed(target.port, `private-user.${user++}`));
  };
  const results: number[] = [];
  let subscribers = await openAll();
  for (let round = 0; round < rounds; round++) {
    const cpu = await cpuOf(target, async () => {
      await closeAll(subscribers);
      subscribers = await openAll();
    });
    results.push(cpu);
  }
  console.log(
    `  ${target.name.padEnd(22)} ${median(results).toFixed(2)}   (${results.map((s) => s.toFixed(2)).join(' ')})`,
  );
  await target.stop();
}

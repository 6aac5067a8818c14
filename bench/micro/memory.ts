import { openMany, openRaw, openSubscribed } from './load.js';
import type { BenchOptions } from './options.js';
import { startPregon, startRaw, type Target } from './target.js';

/** As many as one process of 20,000 descriptors holds here. */
const CONNECTIONS = 19_000;

/** Memory of the server for each idle connection with one private subscription of its own, garbage collected. */
export async function benchMemory({ ws, against }: BenchOptions): Promise<void> {
  console.log(`\nmemory per idle connection, bytes`);
  await measure(startRaw());
  await measure(startPregon('uws'));
  if (against !== undefined) await measure(startPregon('uws', against));
  if (ws) await measure(startPregon('ws'));
}

async function measure(starting: Promise<Target>): Promise<void> {
  const target = await starting;
  let user = 0;
  const open = () =>
    target.isRaw ? openRaw(target.port) : openSubscribed(target.port, `private-user.${user++}`);
  const before = await target.memory();
  const subscribers = await openMany(CONNECTIONS, open);
  const after = await target.memory();
  const all = Math.round((after.resident - before.resident) / CONNECTIONS);
  const objects = Math.round((after.heapUsed - before.heapUsed) / CONNECTIONS);
  console.log(
    `  ${target.name.padEnd(22)} ${String(all).padStart(6)}   JavaScript objects ${objects}, library and slack ${all - objects}`,
  );
  for (const { socket } of subscribers) socket.destroy();
  await target.stop();
}

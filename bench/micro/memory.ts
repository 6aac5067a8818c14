import { openMany, openRaw, openSubscribed } from './load.js';
import type { BenchOptions } from './options.js';
import { startPregon, startRaw, type Target } from './target.js';

/** As many as one process of 20,000 descriptors holds here. */
const CONNECTIONS = 19_000;

/** Memory of the server for each idle connection with one private subscription of its own. */
export async function benchMemory({ ws, against }: BenchOptions): Promise<void> {
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
  const before = target.residentBytes();
  const subscribers = await openMany(CONNECTIONS, open);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const each = (target.residentBytes() - before) / CONNECTIONS;
  console.log(`memory per idle connection, ${target.name}: ${Math.round(each)} bytes`);
  for (const { socket } of subscribers) socket.destroy();
  await target.stop();
}

/**
 * Loaded into a server under test before its own code: tells on SIGUSR2 how much memory it takes, once garbage is gone.
 */
import type { MemoryUse } from './target.js';

process.on('SIGUSR2', () => {
  globalThis.gc?.();
  const { rss: resident, heapUsed } = process.memoryUsage();
  console.log(JSON.stringify({ resident, heapUsed } satisfies MemoryUse));
});

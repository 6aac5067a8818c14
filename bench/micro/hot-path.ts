/**
 * The hot path beside the bare library, in one run. Figures are per CPU second of the server process, so that a slow
 * client does not count; targets alternate, medians are shown.
 *
 * npm run bench:micro [-- triggers fan-out …] [--rounds 5] [--ws] [--against other/dist] [--profile]
 */
import { benchFanOut } from './fan-out.js';
import { benchHandshakes } from './handshakes.js';
import { benchMemory } from './memory.js';
import { benchPresenceJoins } from './presence-joins.js';
import { benchStorm } from './storm.js';
import { readOptions, type BenchOptions } from './options.js';
import { benchTriggers } from './triggers.js';

const PARTS: Readonly<Record<string, (options: BenchOptions) => Promise<void>>> = {
  triggers: benchTriggers,
  'fan-out': benchFanOut,
  handshakes: benchHandshakes,
  memory: benchMemory,
  storm: benchStorm,
  'presence-joins': benchPresenceJoins,
};

const options = readOptions(process.argv.slice(2));
for (const part of options.parts) {
  if (!(part in PARTS)) throw new Error(`no part '${part}': ${Object.keys(PARTS).join(', ')}`);
}
for (const [name, run] of Object.entries(PARTS)) {
  if (options.parts.length === 0 || options.parts.includes(name)) await run(options);
}
process.exit(0);

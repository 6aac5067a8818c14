import { fileURLToPath } from 'node:url';
import { loadUws } from '../../src/transports/uws/load-uws.js';
import { startNodeServer } from './start-node-server.js';
import { BenchError, type TargetSpec } from './target.js';

const SERVER = fileURLToPath(new URL('../servers/raw-uws.js', import.meta.url));

/** The bare library under the same load: what a server on it can reach at best. */
export const RAW_UWS: TargetSpec = {
  name: 'raw-uws',
  isRaw: true,
  start: ({ cpus, workers, processes }) => {
    if (workers !== undefined) throw new BenchError('raw-uws has no workers; give --processes');
    const loaded = loadUws();
    if (loaded.library === undefined) throw new BenchError(`uWebSockets.js does not load: ${loaded.reason}`);
    return startNodeServer({
      name: 'raw-uws',
      version: `uWebSockets.js ${loaded.version}`,
      dialect: 'raw',
      args: [SERVER],
      env: {},
      cpus,
      processes,
      portOf: (line) => (JSON.parse(line) as { port?: number }).port,
    });
  },
};

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.js';
import { BENCH_APP, startNodeServer } from './start-node-server.js';
import { BenchError, type TargetSpec } from './target.js';

const VERSION = '1.6.1';

/** soketi asks for a uWebSockets.js that runs on Node 18 at the latest; this one runs on 20. */
const MANIFEST = {
  private: true,
  dependencies: { '@soketi/soketi': VERSION },
  overrides: { 'uWebSockets.js': 'npm:@uwsjs/core@20.51.4' },
};

/**
 * soketi, installed from npm at its first use into `~/.cache/pregon-bench`. It needs a Node that its uWebSockets.js has
 * a binary for: 18 or 20.
 */
export const SOKETI: TargetSpec = {
  name: 'soketi',
  isRaw: false,
  start: async ({ cpus, workers, processes }) => {
    if (workers !== undefined || processes !== 1) throw new BenchError('soketi is run as one process');
    const folder = install();
    const [port, metricsPort, clusterPort] = await freePorts(3);
    return startNodeServer({
      name: 'soketi',
      version: `soketi ${VERSION}`,
      dialect: 'pusher',
      args: [join(folder, 'node_modules/@soketi/soketi/bin/server.js'), 'start'],
      env: {
        SOKETI_HOST: '127.0.0.1',
        SOKETI_PORT: String(port),
        SOKETI_METRICS_SERVER_PORT: String(metricsPort),
        SOKETI_CLUSTER_PORT: String(clusterPort),
        SOKETI_DEFAULT_APP_ID: BENCH_APP.id,
        SOKETI_DEFAULT_APP_KEY: BENCH_APP.key,
        SOKETI_DEFAULT_APP_SECRET: BENCH_APP.secret,
        SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: 'true',
        SOKETI_PRESENCE_MAX_MEMBERS: '1000000',
      },
      cwd: folder,
      cpus,
      processes,
      portOf: (line) => (line.includes('Websockets server is available') ? port : undefined),
    });
  },
};

/** @returns the folder it is installed in */
function install(): string {
  const folder = join(homedir(), '.cache', 'pregon-bench', `soketi-${VERSION}`);
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(MANIFEST));
  console.error(`installing soketi ${VERSION} into ${folder}`);
  const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new BenchError(`soketi could not be installed: ${stderr.slice(-1000)}`);
  return folder;
}

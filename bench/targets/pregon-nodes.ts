import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packageVersion } from '../../src/version.js';
import { freePorts } from './free-ports.js';
import { PREGON_ENVIRONMENT, PREGON_MAIN, readStartLog } from './pregon.js';
import { endProcess, spawnCommand } from './spawn-node.js';
import { startNodeServer } from './start-node-server.js';
import { BenchError, type TargetSpec } from './target.js';

/** So many nodes of this server that are one, over a Redis of their own. */
export function pregonNodes(count: number): TargetSpec {
  const name = `pregon-${count}-nodes`;
  return {
    name,
    isRaw: false,
    start: async ({ cpus, workers, processes }) => {
      if (workers !== undefined || processes !== 1)
        throw new BenchError(`${name} says how many processes it is`);
      const redis = await startRedis(cpus);
      const stopRedis = () => endProcess(redis.child, 'SIGKILL');
      const env = {
        ...PREGON_ENVIRONMENT,
        PREGON_MANAGEMENT: 'true',
        PREGON_MANAGEMENT_PORT: '0',
        PREGON_BUS: 'redis',
        PREGON_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      };
      try {
        const target = await startNodeServer({
          name,
          version: `${packageVersion()} over ${redis.version}`,
          dialect: 'pusher',
          args: [PREGON_MAIN, 'start'],
          env,
          cpus,
          processes: count,
          portOf: readStartLog,
          metricsUrlOf: readMetricsUrl,
        });
        return {
          ...target,
          cluster: { nodes: target.servers, storePid: redis.pid },
          pids: () => [...target.pids(), redis.pid],
          stop: async () => {
            await target.stop();
            await stopRedis();
          },
        };
      } catch (error) {
        await stopRedis();
        throw error;
      }
    },
  };
}

function readMetricsUrl(line: string): string | undefined {
  const { management } = JSON.parse(line) as { management?: string };
  return management === undefined ? undefined : `${management}/metrics`;
}

/** Starts a Redis that keeps nothing, and waits until it listens. */
async function startRedis(cpus: string | undefined) {
  const [port = 0] = await freePorts(1);
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawnCommand('redis-server', { args: settings, cpus, stdio: ['ignore', 'pipe', 'ignore'] });
  const exit = once(child, 'exit').then(() => {
    throw new BenchError('redis-server did not start; on Debian: apt-get install redis-server');
  });
  let version = 'Redis';
  const ready = new Promise<void>((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = /Redis version=([\d.]+)/.exec(line) ?? [];
      if (found !== undefined) version = `Redis ${found}`;
      if (line.includes('Ready to accept connections')) resolve();
    });
  });
  await Promise.race([ready, exit]);
  exit.catch(() => undefined);
  return { child, port, version, pid: child.pid ?? 0 };
}

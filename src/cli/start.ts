import { createClusterDrivers } from '../cluster/create-cluster-drivers.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { createLog, logUncaught, type Log } from '../log.js';
import { PregonServer } from '../server.js';
import { workerCount } from '../workers/workers.js';
import { WorkersServer } from '../workers/workers-server.js';
import { ExitCode } from './exit-codes.js';

/**
 * Runs a server until a signal stops it. The first SIGTERM or SIGINT drains; a second one ends at once.
 *
 * @returns the exit code
 * @throws ConfigError, ListenError
 */
export async function runServer({ config, development, warnings }: LoadedConfig): Promise<number> {
  const log = createLog(config.log);
  logUncaught(log);
  for (const { key, origin, problem } of warnings) log.warn({ variable: key, origin }, problem);
  // Listened to before the start: whoever waits for the server to listen may want it to end at once.
  const signal = listenToSignals(log);
  const server = await createServer(config, log);
  try {
    await server.start();
  } catch (error) {
    // A signal to the whole group also ends workers that have just begun to start.
    if (signal.isSent) return ExitCode.Ok;
    throw error;
  }
  if (development) logDevelopment(log);
  await signal.sent;
  await server.stop();
  return ExitCode.Ok;
}

/** One process, or several that behave as one. */
async function createServer(config: Config, log: Log): Promise<PregonServer | WorkersServer> {
  const count = workerCount(config.server.workers);
  if (count > 1) return new WorkersServer(config, count, log);
  const cluster = await createClusterDrivers(config.cluster);
  return new PregonServer(config, { log, ...(cluster && { cluster }) });
}

function logDevelopment(log: Log): void {
  log.warn(
    { appId: 'app-id', key: 'app-key', secret: 'app-secret' },
    'no app is configured: serving the development app, on this machine only. Set REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET for your own',
  );
}

interface StopSignal {
  readonly isSent: boolean;
  readonly sent: Promise<void>;
}

const STARTER_POLL_MS = 500;

/**
 * npm and npx run a command in a shell, and a shell that is ended by a signal passes it on to nobody: the server would
 * keep the port as an orphan. One that they started ends with that shell. One that was put in the background has lost it
 * before it looks for the first time, and stays.
 */
function stopWithStarter(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const starter = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(timer);
    stop();
  }, STARTER_POLL_MS);
  timer.unref();
}

function listenToSignals(log: Log): StopSignal {
  let stop: () => void;
  const signal = { isSent: false, sent: new Promise<void>((resolve) => (stop = resolve)) };
  const onSignal = (exitCode: number) => () => {
    if (signal.isSent) process.exit(exitCode);
    signal.isSent = true;
    stop();
  };
  process.on('SIGINT', onSignal(ExitCode.SecondInterrupt));
  process.on('SIGTERM', onSignal(ExitCode.SecondTerminate));
  stopWithStarter(() => {
    if (signal.isSent) return;
    log.info({}, 'the npm or npx that started this server is gone');
    stop();
  });
  return signal;
}

import { createClusterDrivers } from '../cluster/drivers/create-drivers.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { captureConsole, createLog, logUncaught, type Log } from '../log.js';
import { PregonServer } from '../server.js';
import { workerCount } from '../workers/workers.js';
import { WorkersServer } from '../workers/workers-server.js';
import { ExitCode } from './exit-codes.js';
import { Reloading, type Reloadable } from './reload.js';

/**
 * Runs a server until a signal stops it. The first SIGTERM or SIGINT drains; a second one ends at once. SIGHUP reads
 * the configuration again.
 *
 * @param load reads the configuration
 * @returns the exit code
 * @throws ConfigError, ListenError
 */
export async function runServer(load: () => LoadedConfig): Promise<number> {
  const loaded = load();
  const { config, development, warnings } = loaded;
  const log = createLog(config.log);
  logUncaught(log);
  for (const { key, origin, problem } of warnings) log.warn({ variable: key, origin }, problem);
  const release = captureConsole(log);
  const hangUp = listenToHangUp(new Reloading(load, log, config));
  // Listened to before the start: whoever waits for the server to listen may want it to end at once.
  const signal = listenToSignals(log);
  let server: PregonServer | WorkersServer;
  try {
    server = await createServer(config, log);
    await server.start();
  } catch (error) {
    release();
    // A signal to the whole group also ends workers that have just begun to start.
    if (signal.isSent) return ExitCode.Ok;
    throw error;
  }
  hangUp.serve(server);
  if (development) logDevelopment(log);
  logLaravelLevel(loaded, log);
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

/** Laravel's skeleton sets `LOG_LEVEL=debug` in every project, which is no wish for each event's line. */
function logLaravelLevel({ config, origins }: LoadedConfig, log: Log): void {
  const origin = origins.get('log.level');
  if (origin?.endsWith(': LOG_LEVEL') !== true || config.log.level !== 'info') return;
  log.announce(
    { origin },
    "LOG_LEVEL is Laravel's, and its debug counts as info here: PREGON_LOG_LEVEL=debug or --debug shows each connection and event",
  );
}

interface HangUp {
  /** From here on SIGHUP reloads; one that came before does so now. */
  serve(server: Reloadable): void;
}

/** SIGHUP would end a process that does not listen to it, as when its terminal is closed. */
function listenToHangUp(reloading: Reloading): HangUp {
  let server: Reloadable | undefined;
  let isDue = false;
  process.on('SIGHUP', () => {
    if (server === undefined) isDue = true;
    else reloading.reload(server);
  });
  return {
    serve: (started) => {
      server = started;
      if (isDue) reloading.reload(started);
    },
  };
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

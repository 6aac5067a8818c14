import { createClusterDrivers } from '../cluster/create-cluster-drivers.js';
import type { LoadedConfig } from '../config/load-config.js';
import { createLog, type Log } from '../log.js';
import { PregonServer } from '../server.js';
import { ExitCode } from './exit-codes.js';

/**
 * Runs a server until a signal stops it. The first SIGTERM or SIGINT drains; a second one ends at once.
 *
 * @returns the exit code
 * @throws ConfigError, ListenError
 */
export async function runServer({ config, development }: LoadedConfig): Promise<number> {
  const log = createLog(config.log);
  // The last boundary: what none of the others caught is logged, and everybody else goes on being served.
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal({ err: reason }, 'unhandled rejection');
  });

  // Listened to before the start: whoever waits for the server to listen may want it to end at once.
  const signal = untilSignal();
  const cluster = await createClusterDrivers(config.cluster);
  const server = new PregonServer(config, { log, ...(cluster && { cluster }) });
  await server.start();
  if (development) logDevelopment(log);
  await signal;
  await server.stop();
  return ExitCode.Ok;
}

function logDevelopment(log: Log): void {
  log.warn(
    { appId: 'app-id', key: 'app-key', secret: 'app-secret' },
    'no app is configured: serving the development app, on this machine only. Set REVERB_APP_ID, REVERB_APP_KEY and REVERB_APP_SECRET for your own',
  );
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    const onSignal = (exitCode: number) => () => {
      if (isStopping) process.exit(exitCode);
      isStopping = true;
      resolve();
    };
    process.on('SIGINT', onSignal(ExitCode.SecondInterrupt));
    process.on('SIGTERM', onSignal(ExitCode.SecondTerminate));
  });
}

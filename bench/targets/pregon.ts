import { fileURLToPath } from 'node:url';
import type { TransportName } from '../../src/transports/transport.js';
import { packageVersion } from '../../src/version.js';
import { BENCH_APP, startNodeServer } from './start-node-server.js';
import type { TargetSpec } from './target.js';

export const PREGON_MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Limits that protect a server from its clients would measure themselves here. */
export const PREGON_ENVIRONMENT = {
  PREGON_HOST: '127.0.0.1',
  PREGON_PORT: '0',
  PREGON_MANAGEMENT: 'false',
  PREGON_LOG_FORMAT: 'json',
  PREGON_APP_ID: BENCH_APP.id,
  PREGON_APP_KEY: BENCH_APP.key,
  PREGON_APP_SECRET: BENCH_APP.secret,
  PREGON_APP_CLIENT_EVENTS: 'members',
  PREGON_APP_MAX_CLIENT_EVENTS_PER_SECOND: '0',
  PREGON_APP_MAX_MESSAGES_PER_SECOND: '0',
  PREGON_APP_MAX_PRESENCE_MEMBERS: '1000000',
  PREGON_APP_MAX_EVENT_BYTES: '1000000',
  PREGON_MAX_REQUEST_BYTES: '10000000',
};

/**
 * This server, as it is built.
 *
 * @param settings variables, as in `?PREGON_COMPRESSION=shared`; empty for the defaults
 */
export function pregon(transport: TransportName, settings = ''): TargetSpec {
  const name = (transport === 'uws' ? 'pregon' : 'pregon-ws') + settings;
  return {
    name,
    isRaw: false,
    start: ({ cpus, workers, processes }) =>
      startNodeServer({
        name,
        version: packageVersion(),
        dialect: 'pusher',
        args: [PREGON_MAIN, 'start', ...(workers === undefined ? [] : ['--workers', String(workers)])],
        env: {
          ...PREGON_ENVIRONMENT,
          PREGON_TRANSPORT: transport,
          ...Object.fromEntries(new URLSearchParams(settings)),
        },
        cpus,
        processes,
        portOf: readStartLog,
      }),
  };
}

/** pregon logs the URL it listens on as one JSON line. */
export function readStartLog(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
  return msg === 'listening' && url !== undefined ? Number(new URL(url).port) : undefined;
}

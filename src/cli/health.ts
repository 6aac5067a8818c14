import { homedir } from 'node:os';
import { Agent, request } from 'undici';
import { isJsonObject, parseJson } from '../../protocol/json-text.js';
import { withDeadline } from '../clock.js';
import type { Config } from '../config/schema.js';
import { hostInUrl } from '../server.js';
import { findTls } from '../transports/find-tls.js';
import { ExitCode } from './exit-codes.js';

const TIMEOUT_MS = 3000;

/**
 * Asks the server that runs with this configuration whether it is alive, for a container's health check.
 *
 * @param isReadiness asks instead whether it takes work, and prints why not
 * @returns the exit code
 * @throws ConfigError
 */
export async function checkHealth(config: Config, isReadiness = false): Promise<number> {
  const url = isReadiness ? readyUrl(config) : healthUrl(config);
  // Its certificate is for its public name, and it is asked by its address.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const { statusCode, body } = await withDeadline(TIMEOUT_MS, (signal) =>
      request(url, { dispatcher, signal }),
    );
    if (statusCode === 200) {
      console.log(`${url} answers ${statusCode}`);
      return ExitCode.Ok;
    }
    console.error(`${url} answers ${statusCode}${reasonIn(await body.text())}`);
  } catch (error) {
    console.error(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await dispatcher.destroy();
  }
  return ExitCode.Unhealthy;
}

/** The reason in the answer of `/ready`; empty where there is none. */
function reasonIn(body: string): string {
  const answer = parseJson(body);
  if (!isJsonObject(answer)) return '';
  const { reason, detail } = answer;
  return [reason, detail]
    .filter((text) => typeof text === 'string')
    .map((text) => `: ${text}`)
    .join('');
}

/** The management port says more. */
function readyUrl({ server, management, tls }: Config): string {
  if (management.enabled) return `http://${hostOf(management.host)}:${management.port}/ready`;
  const scheme = findTls(tls, homedir()) === undefined ? 'http' : 'https';
  return `${scheme}://${hostOf(server.host)}:${server.port}/ready`;
}

/** The management port, or the public one where that is off. */
function healthUrl({ server, management, tls }: Config): string {
  if (management.enabled) return `http://${hostOf(management.host)}:${management.port}/health`;
  const scheme = findTls(tls, homedir()) === undefined ? 'http' : 'https';
  return `${scheme}://${hostOf(server.host)}:${server.port}/up`;
}

/** Where a server that listens on this address can be asked from this machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return hostInUrl(host === '::' ? '::1' : host);
}

import type { Config } from '../config/schema.js';
import { ExitCode } from './exit-codes.js';

const TIMEOUT_MS = 3000;

/**
 * Asks the server that runs with this configuration whether it is alive, for a container's health check.
 *
 * @returns the exit code
 */
export async function checkHealth({ server, management }: Config): Promise<number> {
  const url = management.enabled
    ? `http://${hostOf(management.host)}:${management.port}/health`
    : `http://${hostOf(server.host)}:${server.port}/up`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) {
      console.log(`${url} answers ${response.status}`);
      return ExitCode.Ok;
    }
    console.error(`${url} answers ${response.status}`);
  } catch (error) {
    console.error(`${url} does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  return ExitCode.Unhealthy;
}

/** Where a server that listens on this address can be asked from this machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

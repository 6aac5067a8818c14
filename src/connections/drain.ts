import { ErrorCode } from '../../protocol/error-codes.js';
import type { Clock } from '../clock.js';

/** The least time between two slices. */
const SLICE_MS = 100;

/** So few go at once whatever the pace: they are no stampede, and a developer does not want to wait. */
const AT_ONCE = 100;

/** Where the connections are, and how one is closed. */
export interface DrainableServer<C> {
  readonly apps: { active(): Iterable<{ readonly connections: ReadonlyMap<unknown, C> }> };
  closeWithError(connection: C, code: ErrorCode, message: string): void;
}

/**
 * Closes all connections with 4200, in slices spread evenly over a time: every pusher-js comes back at once, and other
 * nodes have to take them (PROTOCOL.md STOP-1).
 *
 * @returns when the last was told to close
 */
export async function drainConnections<C>(
  server: DrainableServer<C>,
  clock: Pick<Clock, 'after'>,
  seconds: number,
): Promise<void> {
  const connections = [...server.apps.active()].flatMap((app) => [...app.connections.values()]);
  const sliceSize = sizeOfSlices(connections.length, seconds);
  const pauseMs = (seconds * 1000) / Math.ceil(connections.length / sliceSize);

  for (let start = 0; start < connections.length; start += sliceSize) {
    if (start > 0) await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    for (const connection of connections.slice(start, start + sliceSize)) {
      server.closeWithError(connection, ErrorCode.Reconnect, 'Server is restarting; please reconnect');
    }
  }
}

function sizeOfSlices(count: number, seconds: number): number {
  if (count <= AT_ONCE) return AT_ONCE;
  const mostSlices = Math.max(1, Math.floor((seconds * 1000) / SLICE_MS));
  return Math.ceil(count / mostSlices);
}

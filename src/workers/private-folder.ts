import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.js';

/**
 * How long the path of a Unix socket may be. A longer one is cut off in silence: the socket is then in another folder,
 * where it is not removed.
 */
const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Where folders for sockets may be, the likeliest first. */
function usualParents(): string[] {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  return [tmpdir(), ...(runtime === undefined ? [] : [runtime]), '/tmp', '/var/tmp', '/dev/shm'];
}

/**
 * Makes a folder that nobody else may look into, for a socket. Folders whose path leaves no room for it are left out.
 *
 * @param socket the name of the socket
 * @param parents where the folder may be; the first that can be written to counts
 * @throws ConfigError when there is no place for it
 */
export function makeSocketFolder(socket: string, parents: readonly string[] = usualParents()): string {
  const faults: string[] = [];
  for (const parent of new Set(parents)) {
    const prefix = join(parent, 'pregon-');
    // Six characters are put behind the prefix.
    if (Buffer.byteLength(join(`${prefix}xxxxxx`, socket)) > MAX_SOCKET_PATH_BYTES) {
      faults.push(`${parent} is too long for the path of a socket`);
      continue;
    }
    try {
      return mkdtempSync(prefix);
    } catch (cause) {
      faults.push(String(cause));
    }
  }
  const problem = `needs a folder for temporary files that can be written to, for instance one that TMPDIR names (${faults.join('; ')})`;
  throw new ConfigError([{ key: 'server.workers', value: undefined, origin: 'workers', problem }]);
}

import type { LoadedConfig } from './load-config.js';
import { showValue } from './secrets.js';
import { getPath, leaves, nearest } from './tree.js';

/**
 * Every setting as `path = value (origin)`, a line each; secrets are masked.
 */
export function printConfig({ config, origins }: LoadedConfig): string {
  return leaves(config)
    .map((path) => {
      const origin = nearest(origins, path)?.value ?? 'default';
      return `${path} = ${showValue(path, getPath(config, path))} (${origin})`;
    })
    .join('\n');
}

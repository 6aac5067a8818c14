import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Flood } from '../../bench/flood/flood-kinds.js';

const FLOODER = fileURLToPath(new URL('../../dist/bench/flood/flooder.js', import.meta.url));

/** Connections of a process of their own that write frames without a pause. */
export interface Flooding {
  /** Whether they are still at it. */
  readonly isOn: () => boolean;
  /** How often the connections ended with each close code; `open` where they did not, `cut off` where without a code. */
  readonly closed: Promise<Readonly<Record<string, number>>>;
}

/** Floods for so many seconds. It ends with the test at the latest. */
export function flood(port: number, path: string, kind: Flood, count = 1, seconds = 1): Flooding {
  const child = spawn(process.execPath, [FLOODER, String(port), path, kind, String(count), String(seconds)]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  let isOn = true;
  const closed = once(child, 'close').then(() => {
    isOn = false;
    return (JSON.parse(output) as { closed: Record<string, number> }).closed;
  });
  return { isOn: () => isOn, closed };
}

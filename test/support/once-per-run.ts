import { mkdir, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';

const POLL_MS = 100;

/**
 * A folder that test files share: the first to ask makes it, the others wait until it is made. It goes with the run.
 *
 * @param make fills the empty folder
 * @throws Error what `make` threw, in every file that asks
 */
export async function oncePerRun(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('runFolder'), name);
  const outcome = `${folder}.outcome`;
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another process is at it, and its end is only seen in the file system.
    while (!existsSync(outcome)) await delay(POLL_MS);
    const failure = readFileSync(outcome, 'utf8');
    if (failure !== '') throw new Error(`${name}, made by another test file: ${failure}`, { cause: failure });
    return folder;
  }
  try {
    await make(folder);
  } catch (error) {
    await writeFile(outcome, String(error));
    throw error;
  }
  await writeFile(outcome, '');
  return folder;
}

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { ENVIRONMENT, WorkersBed } from './workers-bed.js';

/** Loaded by every process: a worker ends at once while there is a file `broken` where it runs. */
const CRASH = `
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
if (cluster.isWorker && existsSync('broken')) process.exit(7);
`;
const CRASHING = { env: { NODE_OPTIONS: '--import ./crash.mjs' }, files: { 'crash.mjs': CRASH } };

describe('workers that end as soon as they start', { timeout: 60_000 }, () => {
  it('fail the start, and say how they ended', async () => {
    const { code, stderr } = await Command.run(['--workers', '2'], {
      env: { ...ENVIRONMENT, ...CRASHING.env },
      files: { ...CRASHING.files, broken: '' },
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining('a worker could not start: it ended with 7')]);
  });

  it('are tried after longer and longer pauses, and serve again when they can', async () => {
    const bed = await WorkersBed.start([], CRASHING);
    const broken = join(bed.command.folder, 'broken');
    writeFileSync(broken, '');
    for (const pid of bed.pids.values()) process.kill(pid, 'SIGKILL');
    const endings = (number: number) =>
      bed.command.log
        .filter(({ msg, worker }) => msg === 'a worker has ended; it is replaced' && worker === number)
        .map(({ code, signal, pauseMs }) => ({ code, signal, pauseMs }));
    for (const number of [1, 2]) {
      await eventually(() => {
        expect(endings(number).slice(0, 3)).toEqual([
          { code: null, signal: 'SIGKILL', pauseMs: 100 },
          { code: 7, signal: null, pauseMs: 200 },
          { code: 7, signal: null, pauseMs: 400 },
        ]);
      }, 20_000);
    }
    expect(await bed.ready()).toEqual({
      status: 503,
      body: { ready: false, reason: 'no worker is there', workers: { listening: 0, wanted: 2 } },
    });
    expect(await bed.command.logged('the worker could not be replaced')).toMatchObject({
      err: { message: 'a worker could not start: it ended with 7' },
    });

    rmSync(broken);
    await bed.serving(2);
    await bed.connect();
    expect((await bed.ready()).status).toBe(200);
  });
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const SCRIPT = fileURLToPath(new URL('../../examples/hello.mjs', import.meta.url));

/** Runs the script. */
const run = (port: number) =>
  promisify(execFile)(process.execPath, [SCRIPT], { env: { ...process.env, PREGON_PORT: String(port) } });

describe("the README's first example, with no server", () => {
  it('says so, and ends', async () => {
    await expect(run(await freePort())).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Nothing answers at 127\.0\.0\.1:\d+; is pregon running\?\n$/) as string,
    });
  });
});

onEachTransport((transport) => {
  describe("the README's first example", () => {
    it('hears an event on a channel of each kind, and ends', async () => {
      const { port } = await startServer({ transport });
      const { stdout, stderr } = await run(port);
      expect(stdout.trim().split('\n').sort()).toEqual([
        'news: it works',
        'presence-room: it works',
        'private-user.1: it works',
      ]);
      expect(stderr).toBe('');
    });
  });
});

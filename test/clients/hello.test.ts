import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const SCRIPT = fileURLToPath(new URL('../../examples/hello.mjs', import.meta.url));

onEachTransport((transport) => {
  describe("the README's first example", () => {
    it('hears an event on a channel of each kind, and ends', async () => {
      const { port } = await startServer({ transport });
      const env = { ...process.env, PREGON_PORT: String(port) };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT], { env });
      expect(stdout.trim().split('\n').sort()).toEqual([
        'news: it works',
        'presence-room: it works',
        'private-user.1: it works',
      ]);
      expect(stderr).toBe('');
    });
  });
});

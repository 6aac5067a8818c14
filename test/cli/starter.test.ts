import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { tempFolder } from '../support/temp-folder.js';

const MAIN = new URL('../../dist/src/cli/main.js', import.meta.url).pathname;

/** A server in a shell, as npm and npx start it; the shell waits for it and passes no signal on. */
function startInShell(env: Readonly<Record<string, string>>) {
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${MAIN}" start; true`], {
    cwd: tempFolder(),
    env: { PATH: process.env['PATH'] ?? '', PREGON_PORT: '0', PREGON_MANAGEMENT_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const started = { shell, output: '', hasEnded: false };
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (started.output += text));
  // The pipe is open as long as the server lives.
  shell.stdout.once('end', () => (started.hasEnded = true));
  return started;
}

it('a server that npx started ends when the shell between them is ended', async () => {
  const started = startInShell({ npm_lifecycle_event: 'npx' });
  await eventually(() => {
    expect(started.output).toContain('"msg":"listening"');
  });
  started.shell.kill('SIGTERM');
  await eventually(() => {
    expect(started.hasEnded).toBe(true);
  });
  expect(started.output).toContain('the npm or npx that started this server is gone');
  expect(started.output).toContain('"msg":"stopped"');
});

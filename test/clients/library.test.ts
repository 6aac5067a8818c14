import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { applicationOf, nextEvent, pusherClient, subscribed } from '../support/client-libraries.js';

/** The program that the README gives to those who run a server inside their own. */
function program(): string {
  const code = /```js\n(import \{[^}]+\} from 'pregon';[\s\S]*?)```/.exec(
    readFileSync('README.md', 'utf8'),
  )?.[1];
  if (code === undefined) throw new Error('README.md has no program that imports pregon');
  return code;
}

it("the README's program runs a server of its own, and ends it on SIGTERM", async () => {
  // Node finds the package by its own name from inside it.
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program()], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const port = Number(/^listening on (\d+)$/.exec(line)?.[1]);

  const server = { clientPort: () => port, lastPort: port };
  const client = pusherClient(server);
  await subscribed(client, 'private-user.1');
  const heard = nextEvent(client.channel('private-user.1'), 'hello');
  await applicationOf(server).trigger('private-user.1', 'hello', { text: 'it works' });
  expect(await heard).toEqual({ text: 'it works' });

  client.disconnect();
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import {
  applicationOf,
  connected,
  nextEvent,
  pusherClient,
  subscribed,
} from '../support/client-libraries.js';
import { startServer } from '../support/start-server.js';

/** The way to a server, which can be cut off and opened again on its port. */
class Passage {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly target: number) {}

  async open(): Promise<void> {
    this.server = createServer((inward) => {
      const outward = connect(this.target, '127.0.0.1');
      for (const [from, to] of [
        [inward, outward],
        [outward, inward],
      ] as const) {
        this.sockets.add(from);
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
        from.pipe(to);
      }
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}

/** The lines that docs/operating.md gives to pages. */
function retryLines(): string {
  const page = readFileSync('docs/operating.md', 'utf8');
  const lines = /```js\n(let waiting;[\s\S]*?)```/.exec(page)?.[1];
  if (lines === undefined) throw new Error('docs/operating.md gives no lines');
  return lines;
}

it('the lines of docs/operating.md bring pusher-js back within 5 seconds, with its subscriptions', async () => {
  const server = await startServer({ transport: 'ws' });
  const passage = new Passage(server.clientPort());
  await passage.open();
  onTestFinished(() => {
    passage.close();
  });
  const client = pusherClient({ clientPort: () => passage.port, lastPort: server.lastPort });
  // The lines are a script of a page, which has the client as `pusher`.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function('pusher', retryLines())(client);
  await connected(client);
  await subscribed(client, 'news');

  const gone = new Promise<void>((resolve) => {
    client.connection.bind('connecting', () => {
      resolve();
    });
  });
  passage.close();
  await gone;
  // pusher-js's own first try is made at once, and finds nobody.
  await new Promise<void>((resolve) => {
    client.connection.bind('state_change', ({ previous }: { previous: string }) => {
      if (previous === 'disconnected') resolve();
    });
  });
  await passage.open();
  await connected(client);
  const heard = nextEvent(client.channel('news'), 'e');
  await applicationOf(server).trigger('news', 'e', 'again');
  expect(await heard).toBe('again');
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/clock.js';
import { createPost } from '../../../src/webhooks/post.js';

/** An application on a free port, and a way to post to it; both end with the test. */
async function start(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  timeoutMs = 10_000,
) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { post, close } = createPost(timeoutMs, SYSTEM_CLOCK);
  onTestFinished(async () => {
    await close();
    server.closeAllConnections();
    server.close();
  });
  return { post, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('createPost', () => {
  it('tells the status, and follows no redirect', async () => {
    const { post, host } = await start((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await post(`http://${host}/hook`, {}, '{}')).toBe(302);
  });

  it('sends user and password of the URL as basic authorization, unless a header says otherwise', async () => {
    const seen: unknown[] = [];
    const { post, host } = await start((request, response) => {
      seen.push([request.url, request.headers.authorization]);
      response.end();
    });
    await post(`http://${host}/hook?a=1`, {}, '{}');
    await post(`http://me:p%40ss@${host}/hook?a=1`, {}, '{}');
    await post(`http://me:p%40ss@${host}/hook`, { authorization: 'Bearer t' }, '{}');
    expect(seen).toEqual([
      ['/hook?a=1', undefined],
      ['/hook?a=1', `Basic ${Buffer.from('me:p@ss').toString('base64')}`],
      ['/hook', 'Bearer t'],
    ]);
  });

  it('gives up when no answer comes in time', async () => {
    const { post, host } = await start(() => undefined, 100);
    await expect(post(`http://${host}/hook`, {}, '{}')).rejects.toThrow('timeout');
  });

  it('waits no longer for an answer that began and does not end', async () => {
    let left: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (left = resolve));
    const { post, host } = await start((_request, response) => {
      response.writeHead(200).write('and');
      const timer = setInterval(() => response.write(' so on'), 20);
      response.on('close', () => {
        clearInterval(timer);
        left();
      });
    }, 200);
    expect(await post(`http://${host}/hook`, {}, '{}')).toBe(200);
    await closed;
  });
});

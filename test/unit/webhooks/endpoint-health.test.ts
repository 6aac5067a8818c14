import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/clock.js';
import { EndpointHealth } from '../../../src/webhooks/endpoint-health.js';
import { failureReason, statusProblem } from '../../../src/webhooks/failure-reason.js';
import { createPost } from '../../../src/webhooks/post.js';
import { makeCertificate } from '../../support/certificates.js';
import { FakeClock } from '../../support/fake-clock.js';
import { freePort } from '../../support/free-port.js';
import { keepingLog } from '../../support/keeping-log.js';

const ADDRESS = 'https://user:pass-word@hooks.example/pregon?token=to-ken';

function start() {
  const clock = new FakeClock();
  const { log, lines } = keepingLog();
  return { clock, lines, health: new EndpointHealth('shop', ADDRESS, { clock, log }) };
}

describe('EndpointHealth', () => {
  it('tells of the first failure at once with its reason, and of no credentials', () => {
    const { health, lines } = start();
    health.failed('it answered 500', 7, 1000);
    expect(lines).toEqual([
      'webhook requests fail app="shop" webhook="https://hooks.example/pregon" reason="it answered 500" failures=1 failingSeconds=0 waiting=7 retryInSeconds=1',
    ]);
    expect(lines.join()).not.toMatch(/user|pass-word|to-ken/);
  });

  it('writes one line a minute while it goes on, and one of the recovery with how long and how many', () => {
    const { health, lines, clock } = start();
    for (let i = 0; i < 13; i++) {
      health.failed('it answered 503', 1, 10_000);
      clock.advance(10_000);
    }
    health.lost(4, 'it answered 503');
    health.delivered();
    health.delivered();
    expect(lines.map((line) => line.replace(/ app=.*?pregon"/, ''))).toEqual([
      'webhook requests fail reason="it answered 503" failures=1 failingSeconds=0 waiting=1 retryInSeconds=10',
      'webhook requests fail reason="it answered 503" failures=7 failingSeconds=60 waiting=1 retryInSeconds=10',
      'webhook requests fail reason="it answered 503" failures=13 failingSeconds=120 waiting=1 retryInSeconds=10',
      'webhook events dropped events=4 reason="it answered 503"',
      'webhook delivers again failingSeconds=130 failures=13 dropped=4',
    ]);
  });

  it('does not fill the log where every tenth request fails', () => {
    const { health, lines, clock } = start();
    for (let i = 0; i < 600; i++) {
      health.failed('it answered 500', 1, 1000);
      clock.advance(100);
      health.delivered();
      clock.advance(100);
    }
    // Two minutes: a failure and a recovery in each.
    expect(lines).toHaveLength(4);
  });

  it('tells how many events were dropped in all, though it writes one line a minute', () => {
    const { health, lines, clock } = start();
    for (let i = 0; i < 1000; i++) health.lost(1, 'its queue is full');
    clock.advance(60_000);
    health.delivered();
    const counts = lines.map((line) => Number(/events=(\d+)/.exec(line)?.[1]));
    expect(counts).toEqual([1, 999]);
  });
});

describe('failureReason', () => {
  const { post, close } = createPost(300, SYSTEM_CLOCK);
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };
  const reasonOf = (url: string) => post(url, {}, '{}').then(statusProblem, failureReason);

  it('names what is wrong with an endpoint', async () => {
    onTestFinished(close);
    const pair = await makeCertificate('hooks');
    const tls = await listen(createTlsServer(pair));
    const silent = await listen(createTcpServer());
    const rude = await listen(
      createTcpServer((socket) => {
        socket.destroy();
      }),
    );
    const odd = await listen(
      createTcpServer((socket) => {
        socket.end('SSH-2.0-OpenSSH\r\n');
      }),
    );
    const redirecting = await listen(
      createServer((_request, response) => {
        response.writeHead(301, { location: 'https://elsewhere.example/?token=to-ken' }).end();
      }),
    );
    expect({
      redirect: await reasonOf(`http://127.0.0.1:${redirecting}`),
      certificate: await reasonOf(`https://127.0.0.1:${tls}`),
      noTls: await reasonOf(`https://127.0.0.1:${odd}`),
      name: await reasonOf('http://no-such-name.invalid/'),
      refused: await reasonOf(`http://127.0.0.1:${await freePort()}`),
      refusedByName: await reasonOf(`http://localhost:${await freePort()}`),
      silent: await reasonOf(`http://127.0.0.1:${silent}`),
      rude: await reasonOf(`http://127.0.0.1:${rude}`),
      odd: await reasonOf(`http://127.0.0.1:${odd}`),
    }).toEqual({
      redirect: 'it answered 301: redirects are not followed',
      certificate: expect.stringMatching(
        /^TLS: self-signed certificate \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
      ) as string,
      noTls: expect.stringMatching(/^TLS: [a-z ]+ \(ERR_SSL_\w+\)$/) as string,
      name: expect.stringMatching(/^its name cannot be resolved \(\w+\)$/) as string,
      refused: 'connection refused: nothing listens there (ECONNREFUSED)',
      refusedByName: 'connection refused: nothing listens there (ECONNREFUSED)',
      silent: 'timeout: no answer within 0.3 seconds',
      rude: expect.stringMatching(/^it closed the connection without an answer \(\w+\)$/) as string,
      odd: expect.stringMatching(/^its answer is no HTTP: Response does not match/) as string,
    });
  });
});

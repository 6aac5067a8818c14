import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Agent, request } from 'node:https';
import { SILENT_LOG, type Log } from '../../src/log.js';
import { TLS_POLL_MS } from '../../src/transports/tls-files.js';
import { CertificateFiles, encryptKey, makeCertificate, type Pair } from '../support/certificates.js';
import { FakeClock } from '../support/fake-clock.js';
import { signedTarget } from '../support/sign-request.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { tempFolder } from '../support/temp-folder.js';
import { onEachTransport } from '../support/transports.js';

let first: Pair;
let second: Pair;

beforeAll(async () => {
  [first, second] = await Promise.all([makeCertificate('first'), makeCertificate('second')]);
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** A request over TLS, on a connection of its own unless an agent keeps one. */
async function httpsRequest(
  { port }: TestServer,
  ca: string,
  { method = 'GET', path, body, agent }: { method?: string; path: string; body?: string; agent?: Agent },
): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, ca, method, path, agent: agent ?? false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream & { statusCode?: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') };
}

/** Triggers an event on `room`. */
function trigger(server: TestServer, ca: string, data: string, agent?: Agent): Promise<Answer> {
  const body = JSON.stringify({ name: 'x', channel: 'room', data });
  const path = signedTarget('POST', '/apps/app-id/events', [], body);
  return httpsRequest(server, ca, { method: 'POST', path, body, ...(agent === undefined ? {} : { agent }) });
}

/** A TLS connection as far as its handshake; fails where the certificate is not trusted. */
async function handshake(
  { port }: TestServer,
  options: { ca: string | string[]; cert?: string; key?: string },
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ...options });
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  return socket;
}

/** Whom the certificate is for that new connections get. */
async function servedName(server: TestServer): Promise<string | undefined> {
  const socket = await handshake(server, { ca: [first.cert, second.cert] });
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return Array.isArray(CN) ? CN[0] : CN;
}

onEachTransport((transport) => {
  const start = (
    tls: Record<string, unknown>,
    more: { clock?: FakeClock; log?: Log; app?: Record<string, unknown> } = {},
  ) => startServer({ transport, config: { tls }, ...more });

  describe('TLS', () => {
    it('serves WebSockets and HTTP over it, and nothing without it', async () => {
      const server = await start(new CertificateFiles(first).config, { app: { requireTls: true } });
      expect(server.scheme).toBe('https');
      const client = await server.connect({ ca: first.cert });
      await client.subscribe('room');
      expect(await httpsRequest(server, first.cert, { path: '/up' })).toStrictEqual({
        status: 200,
        body: '{"health":"OK"}',
      });
      expect(await trigger(server, first.cert, 'hello')).toStrictEqual({ status: 200, body: '{}' });
      expect(await client.next('x')).toMatchObject({ data: 'hello' });
      await expect(fetch(`http://127.0.0.1:${server.port}/up`)).rejects.toThrow();
    });

    it('shows a certificate that clients check', async () => {
      const server = await start(new CertificateFiles(first).config);
      await expect(server.connect({ ca: second.cert })).rejects.toThrow(/self.signed|certificate/);
    });

    it('opens a key with its passphrase', async () => {
      const files = new CertificateFiles(encryptKey(first, 'open sesame'));
      const server = await start({ ...files.config, passphrase: 'open sesame' });
      await server.connect({ ca: first.cert });
    });

    it('sends the further certificates of the chain, and asks clients for none', async () => {
      const root = await makeCertificate('root', { isAuthority: true });
      const intermediate = await makeCertificate('intermediate', { issuer: root, isAuthority: true });
      const leaf = await makeCertificate('leaf', { issuer: intermediate });
      const caFile = join(tempFolder(), 'chain.pem');
      writeFileSync(caFile, intermediate.cert);
      const server = await start({ ...new CertificateFiles(leaf).config, caFile });
      await server.connect({ ca: root.cert });
      // A client that has a certificate would show it if it were asked, and be refused for it.
      const socket = await handshake(server, { ca: root.cert, ...first });
      socket.write('GET /up HTTP/1.1\r\nHost: x\r\n\r\n');
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      expect(bytes.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    });

    it.each<[mistake: string, tls: () => Record<string, unknown>, message: RegExp]>([
      [
        'a certificate that is not there',
        () => ({ ...new CertificateFiles(first).config, certFile: '/nowhere/a.pem' }),
        /^tls\.certFile = \/nowhere\/a\.pem .*cannot be read \(ENOENT/,
      ],
      [
        'a key that is not there',
        () => ({ ...new CertificateFiles(first).config, keyFile: '/nowhere/a.key' }),
        /^tls\.keyFile = \/nowhere\/a\.key .*cannot be read \(ENOENT/,
      ],
      [
        'a key that cannot be read',
        () => ({ ...new CertificateFiles(first).config, keyFile: tempFolder() }),
        /^tls\.keyFile = .*cannot be read \(EISDIR/,
      ],
      [
        'the key of another certificate',
        () => new CertificateFiles({ cert: first.cert, key: second.key }).config,
        /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate and the key that belongs to it/,
      ],
      [
        'a certificate alone',
        () => ({ certFile: new CertificateFiles(first).certFile }),
        /^tls\.keyFile .*is missing, while tls\.certFile is set/,
      ],
    ])('refuses to start with %s, and says why', async (_mistake, tls, message) => {
      await expect(start(tls())).rejects.toThrow(message);
    });
  });

  describe('a certificate that was replaced', () => {
    const startWatching = async () => {
      const clock = new FakeClock(Date.now());
      const lines: string[] = [];
      const log: Log = {
        ...SILENT_LOG,
        info: (_fields, message) => lines.push(message),
        error: (_fields, message) => lines.push(message),
      };
      const files = new CertificateFiles(first);
      const server = await start(files.config, { clock, log });
      const poll = () => {
        clock.advance(TLS_POLL_MS);
      };
      return { server, files, lines, poll };
    };

    it('is served to new connections, while old ones live on', async () => {
      const { server, files, poll } = await startWatching();
      const old = await server.connect({ ca: first.cert });
      await old.subscribe('room');
      files.write(second);
      expect(await servedName(server)).toBe('first');
      poll();
      expect(await servedName(server)).toBe('second');

      const renewed = await server.connect({ ca: second.cert });
      await renewed.subscribe('room');
      await trigger(server, second.cert, 'to both');
      expect(await old.next('x')).toMatchObject({ data: 'to both' });
      expect(await renewed.next('x')).toMatchObject({ data: 'to both' });
    });

    it('parts nobody from the others: presence, whispers and exclusion go across', async () => {
      const clock = new FakeClock(Date.now());
      const files = new CertificateFiles(first);
      const server = await start(files.config, { clock, app: { clientEvents: 'members' } });
      const old = await server.connect({ ca: first.cert });
      await old.subscribe('presence-room', { user_id: '1' });
      files.write(second);
      clock.advance(TLS_POLL_MS);

      const renewed = await server.connect({ ca: second.cert });
      const succeeded = await renewed.subscribe('presence-room', { user_id: '2' });
      expect(JSON.parse(succeeded.data as string)).toMatchObject({ presence: { count: 2 } });
      expect(await old.next('pusher_internal:member_added')).toMatchObject({ channel: 'presence-room' });
      old.send({ event: 'client-a', channel: 'presence-room', data: 'from the old one' });
      expect(await renewed.next('client-a')).toMatchObject({ data: 'from the old one' });
      renewed.send({ event: 'client-b', channel: 'presence-room', data: 'from the new one' });
      expect(await old.next('client-b')).toMatchObject({ data: 'from the new one' });
      await old.settle();
      await renewed.settle();
      expect(old.named('client-a')).toStrictEqual([]);
      expect(renewed.named('client-b')).toStrictEqual([]);
    });

    it('may be replaced again and again', async () => {
      const { server, files, poll, lines } = await startWatching();
      const old = await server.connect({ ca: first.cert });
      await old.subscribe('room');
      for (const pair of [second, first, second]) {
        files.write(pair);
        poll();
        await server.connect({ ca: pair.cert });
        await trigger(server, pair.cert, 'again');
        expect(await old.next('x')).toMatchObject({ data: 'again' });
      }
      expect(lines.filter((line) => line === 'certificate reloaded')).toHaveLength(3);
    });

    it('does not cut an HTTP connection that is kept alive', async () => {
      const { server, files, poll } = await startWatching();
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: first.cert });
      onTestFinished(() => {
        agent.destroy();
      });
      expect(await trigger(server, first.cert, '1', agent)).toMatchObject({ status: 200 });
      files.write(second);
      poll();
      expect(await trigger(server, first.cert, '2', agent)).toMatchObject({ status: 200 });
      await expect(trigger(server, first.cert, '3')).rejects.toThrow(/certificate/);
    });

    it('is not served while it cannot be used; the old one stays and the log says so', async () => {
      const { server, files, poll, lines } = await startWatching();
      writeFileSync(files.certFile, second.cert);
      poll();
      expect(lines).toContain('the changed certificate cannot be used; the old one stays');
      expect(await servedName(server)).toBe('first');
      await server.connect({ ca: first.cert });
      writeFileSync(files.keyFile, second.key);
      poll();
      expect(await servedName(server)).toBe('second');
    });

    it('is closed like all others when the server stops (STOP-1)', async () => {
      const { server, files, poll } = await startWatching();
      const old = await server.connect({ ca: first.cert });
      files.write(second);
      poll();
      const renewed = await server.connect({ ca: second.cert });
      void server.server.stop(0);
      expect((await old.closed).code).toBe(4200);
      expect((await renewed.closed).code).toBe(4200);
    });
  });
});

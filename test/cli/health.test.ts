import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CertificateFiles, makeCertificate } from '../support/certificates.js';
import { Command } from '../support/command.js';

const FREE_PORTS = { PREGON_PORT: '0', PREGON_MANAGEMENT_PORT: '0' };

/** A server that answers everything with this status; none after the test. */
async function answering(status: number): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('pregon health', () => {
  it('ends with 0 while the server is well', async () => {
    const { managementPort } = await Command.start([], { env: FREE_PORTS }).listening();
    const env = { PREGON_MANAGEMENT_PORT: String(managementPort) };
    expect(await Command.run(['health'], { env })).toEqual({
      code: 0,
      stdout: `http://127.0.0.1:${managementPort}/health answers 200\n`,
      stderr: '',
    });
  });

  it('asks the public port where the management port is off', async () => {
    const app = { PREGON_APP_ID: 'a', PREGON_APP_KEY: 'k', PREGON_APP_SECRET: 's' };
    const off = { ...app, PREGON_MANAGEMENT: 'off', PREGON_PATH: '/ws' };
    const { port } = await Command.start([], { env: { ...off, PREGON_PORT: '0' } }).listening();
    const { code, stdout } = await Command.run(['health', '--port', String(port)], { env: off });
    expect([code, stdout]).toEqual([0, `http://127.0.0.1:${port}/up answers 200\n`]);
  });

  it('asks over TLS where the public port has it, whatever name the certificate is for', async () => {
    const files = new CertificateFiles(await makeCertificate('ws.example.com'));
    const tls = {
      PREGON_MANAGEMENT: 'off',
      PREGON_TLS_CERT: files.certFile,
      PREGON_TLS_KEY: files.keyFile,
    };
    const { port } = await Command.start([], { env: { ...tls, PREGON_PORT: '0' } }).listening();
    const { code, stdout } = await Command.run(['health', '--port', String(port)], { env: tls });
    expect([code, stdout]).toEqual([0, `https://127.0.0.1:${port}/up answers 200\n`]);
  });

  it('ends with 4 when nobody answers', async () => {
    const { code, stdout, stderr } = await Command.run(['health'], { env: { PREGON_MANAGEMENT_PORT: '1' } });
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toBe('http://127.0.0.1:1/health does not answer: connect ECONNREFUSED 127.0.0.1:1\n');
  });

  it('ends with 4 when the answer is a bad one', async () => {
    const port = await answering(500);
    const { code, stderr } = await Command.run(['health'], { env: { PREGON_MANAGEMENT_PORT: String(port) } });
    expect([code, stderr]).toEqual([4, `http://127.0.0.1:${port}/health answers 500\n`]);
  });
});

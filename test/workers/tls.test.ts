import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { CertificateFiles, makeCertificate } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { WorkersBed } from './workers-bed.js';

/** So many that none of two workers is without one. */
const MANY = 24;

/** Whom the certificates are for that new connections get. */
async function servedNames(port: number, ca: readonly string[]): Promise<Set<unknown>> {
  const names = Array.from({ length: MANY }, async () => {
    const socket = connect({ host: '127.0.0.1', port, ca: [...ca] });
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'secureConnect');
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  });
  return new Set(await Promise.all(names));
}

it(
  'workers all serve a certificate that was replaced, on either transport',
  { timeout: 60_000 },
  async () => {
    const [first, second] = await Promise.all([makeCertificate('first'), makeCertificate('second')]);
    const ca = [first.cert, second.cert];
    await Promise.all(
      ['uws', 'ws'].map(async (transport) => {
        const files = new CertificateFiles(first);
        const env = { PREGON_TLS_CERT: files.certFile, PREGON_TLS_KEY: files.keyFile };
        const bed = await WorkersBed.start(['--transport', transport], { env });
        expect(await servedNames(bed.port, ca)).toEqual(new Set(['first']));

        files.write(second);
        await eventually(() => {
          const reloaded = bed.command.log.filter(({ msg }) => msg === 'certificate reloaded');
          expect(new Set(reloaded.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
        });
        expect(await servedNames(bed.port, ca)).toEqual(new Set(['second']));
      }),
    );
  },
);

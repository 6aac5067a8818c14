import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TemplatedApp } from 'uWebSockets.js-20.51';
import { notAPair, type TlsFiles, type TlsMaterial } from '../tls-files.js';
import type { UwsLibrary } from './load-uws.js';

/**
 * An app of the library that serves a certificate. The library reads files, and takes further certificates of a chain
 * for those that clients' own are checked with, which it then asks for; so a chain is put into one file.
 *
 * @throws ConfigError when the library cannot use them: it knows fewer kinds of keys than Node
 */
export function createTlsApp(
  library: Pick<UwsLibrary, 'SSLApp'>,
  files: TlsFiles,
  { cert }: TlsMaterial,
): TemplatedApp {
  if (files.caFile === undefined) return createSslApp(library, files, files.certFile);
  const folder = mkdtempSync(join(tmpdir(), 'pregon-tls-'));
  try {
    const chainFile = join(folder, 'chain.pem');
    writeFileSync(chainFile, cert);
    return createSslApp(library, files, chainFile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function createSslApp(library: Pick<UwsLibrary, 'SSLApp'>, files: TlsFiles, certFile: string): TemplatedApp {
  const { keyFile, passphrase } = files;
  try {
    return library.SSLApp({
      cert_file_name: certFile,
      key_file_name: keyFile,
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (cause) {
    const expected =
      'must be of a kind that uWebSockets.js knows, such as RSA or P-256; the ws transport knows more';
    throw notAPair(files, expected, cause);
  }
}

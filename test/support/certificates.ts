import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { tempFolder } from './temp-folder.js';

/** A certificate and its key, as PEM text. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Who signs it; itself unless given. */
  readonly issuer?: Pair;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
}

/** Makes a certificate for 127.0.0.1 and localhost. */
export async function makeCertificate(
  name: string,
  { issuer, isAuthority = false }: CertificateOptions = {},
): Promise<Pair> {
  const pems = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: isAuthority, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
    ...(issuer === undefined ? {} : { ca: issuer }),
  });
  return { cert: pems.cert, key: pems.private };
}

/** The same key, only readable with a passphrase. */
export function encryptKey({ cert, key }: Pair, passphrase: string): Pair {
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  return { cert, key: encrypted.toString() };
}

/** A certificate and its key as files, in a folder that goes when the test ends. */
export class CertificateFiles {
  readonly folder = tempFolder();
  readonly certFile = join(this.folder, 'fullchain.pem');
  readonly keyFile = join(this.folder, 'privkey.pem');

  constructor(pair: Pair) {
    this.write(pair);
  }

  write({ cert, key }: Pair): void {
    writeFileSync(this.certFile, cert);
    writeFileSync(this.keyFile, key);
  }

  /** As the `tls` section of the configuration. */
  get config() {
    return { certFile: this.certFile, keyFile: this.keyFile };
  }
}

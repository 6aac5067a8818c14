import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/schema.js';
import type { TlsFiles } from './tls-files.js';

/** Where Laravel Herd and Valet keep the certificates they make for local sites. */
function certificateFolders(home: string): string[] {
  return [
    join(home, 'Library', 'Application Support', 'Herd', 'config', 'valet', 'Certificates'),
    join(home, '.config', 'herd', 'config', 'valet', 'Certificates'),
    join(home, '.config', 'valet', 'Certificates'),
  ];
}

/**
 * The certificate to serve: the configured files, or else that of Herd or Valet for the configured host, as Reverb
 * looks it up.
 *
 * @param home the home folder
 * @returns undefined when connections are not to be encrypted
 * @throws ConfigError when one of the two files is given alone
 */
export function findTls(tls: Config['tls'], home: string): TlsFiles | undefined {
  const { certFile, keyFile, hostname } = tls;
  const caFile = tls.caFile ?? undefined;
  const passphrase = tls.passphrase ?? undefined;
  if (certFile !== null && keyFile !== null) return { certFile, keyFile, caFile, passphrase };
  if (certFile !== null || keyFile !== null) {
    const [given, missing] =
      certFile === null ? ['tls.keyFile', 'tls.certFile'] : ['tls.certFile', 'tls.keyFile'];
    throw new ConfigError([
      {
        key: missing,
        value: undefined,
        origin: 'TLS',
        problem: `is missing, while ${given} is set; TLS needs both`,
      },
    ]);
  }
  if (hostname === null || !/^[A-Za-z0-9.-]+$/.test(hostname)) return undefined;
  for (const folder of certificateFolders(home)) {
    const files = { certFile: join(folder, `${hostname}.crt`), keyFile: join(folder, `${hostname}.key`) };
    if (existsSync(files.certFile) && existsSync(files.keyFile)) return { ...files, caFile, passphrase };
  }
  return undefined;
}

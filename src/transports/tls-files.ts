import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../clock.js';
import { ConfigError } from '../config/config-error.js';
import { fileProblem, showPath } from '../config/secrets.js';
import type { Log } from '../log.js';

/** A certificate and its key, as files, and as what was read from them. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string | undefined;
  readonly passphrase: string | undefined;
}

/** What Node's own TLS takes. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly passphrase: string | undefined;
}

/**
 * Reads and checks a certificate with its key.
 *
 * @throws ConfigError that names the file that is wrong
 */
export function readTlsFiles(files: TlsFiles): TlsMaterial {
  const read = (key: string, path: string) => {
    try {
      return readFileSync(path);
    } catch (cause) {
      throw tlsError(key, showPath(path), `cannot be read (${fileProblem(cause)})`);
    }
  };
  const chain = [read('tls.certFile', files.certFile)];
  if (files.caFile !== undefined) chain.push(Buffer.from('\n'), read('tls.caFile', files.caFile));
  const material: TlsMaterial = {
    cert: Buffer.concat(chain),
    key: read('tls.keyFile', files.keyFile),
    passphrase: files.passphrase,
  };
  try {
    createSecureContext(secureOptions(material));
  } catch (cause) {
    throw notAPair(files, 'must be a PEM certificate and the key that belongs to it', cause);
  }
  return material;
}

/** As `tls.createServer` and its like take it. */
export function secureOptions({ cert, key, passphrase }: TlsMaterial) {
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
}

/** How often certificate files are looked at. */
export const TLS_POLL_MS = 5000;

/**
 * Calls `use` with what the files hold whenever one of them was written. What cannot be used is logged once and tried
 * again; whoever asked stays with what he has. Looks every few seconds rather than asking the kernel to tell, so that replaced links,
 * as Kubernetes and certbot leave them, are seen too.
 */
export function watchTlsFiles(
  files: TlsFiles,
  { clock, log }: { readonly clock: Pick<Clock, 'every'>; readonly log: Log },
  use: (material: TlsMaterial) => void,
): TlsWatch {
  let seen = stateOf(files);
  /** What could not be used; the reason may be another than the files, such as descriptors that have run out. */
  let failed: string | undefined;
  const reload = (state: string | undefined) => {
    try {
      use(readTlsFiles(files));
      seen = state;
      failed = undefined;
      log.info({ certFile: files.certFile }, 'certificate reloaded');
    } catch (error) {
      if (failed !== undefined && failed === state) return;
      failed = state;
      log.error({ err: error }, 'the changed certificate cannot be used; the old one stays');
    }
  };
  const timer = clock.every(TLS_POLL_MS, () => {
    const state = stateOf(files);
    if (state !== undefined && state !== seen) reload(state);
  });
  return {
    reload: () => {
      failed = undefined;
      reload(stateOf(files));
    },
    stop: () => {
      timer.cancel();
    },
  };
}

/** Certificate files that are looked at every few seconds. */
export interface TlsWatch {
  /** Reads them now. */
  reload(): void;
  stop(): void;
}

/** Another text for each state of the files; undefined while one is away, as happens when it is replaced. */
function stateOf({ certFile, keyFile, caFile }: TlsFiles): string | undefined {
  const paths = caFile === undefined ? [certFile, keyFile] : [certFile, keyFile, caFile];
  try {
    return paths
      .map((path) => statSync(path))
      .map(({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`)
      .join();
  } catch {
    return undefined;
  }
}

/** The certificate and the key cannot be used together. */
export function notAPair({ certFile, keyFile }: TlsFiles, expected: string, cause: unknown): ConfigError {
  return tlsError(
    'tls.certFile and tls.keyFile',
    `${certFile}, ${keyFile}`,
    `${expected} (${messageOf(cause)})`,
  );
}

function tlsError(key: string, value: string, problem: string): ConfigError {
  return new ConfigError([{ key, value, origin: 'TLS', problem }]);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

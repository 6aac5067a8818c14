import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SILENT_LOG, type Log } from '../../../src/log.js';
import {
  readTlsFiles,
  TLS_POLL_MS,
  watchTlsFiles,
  type TlsFiles,
} from '../../../src/transports/tls-files.js';
import { CertificateFiles, encryptKey, makeCertificate, type Pair } from '../../support/certificates.js';
import { FakeClock } from '../../support/fake-clock.js';
import { tempFolder } from '../../support/temp-folder.js';

let first: Pair;
let second: Pair;

beforeAll(async () => {
  [first, second] = await Promise.all([makeCertificate('first'), makeCertificate('second')]);
});

const filesOf = ({ certFile, keyFile }: CertificateFiles, more: Partial<TlsFiles> = {}): TlsFiles => ({
  certFile,
  keyFile,
  caFile: undefined,
  passphrase: undefined,
  ...more,
});

describe('readTlsFiles', () => {
  it('reads a certificate and its key', () => {
    const { cert, key } = readTlsFiles(filesOf(new CertificateFiles(first)));
    expect([cert.toString(), key.toString()]).toStrictEqual([first.cert, first.key]);
  });

  it('puts the further certificates of the chain after it', () => {
    const caFile = join(tempFolder(), 'ca.pem');
    writeFileSync(caFile, second.cert);
    const { cert } = readTlsFiles(filesOf(new CertificateFiles(first), { caFile }));
    expect(cert.toString().replaceAll(/\s+/g, ' ')).toBe(
      `${first.cert}\n${second.cert}`.replaceAll(/\s+/g, ' '),
    );
  });

  it('opens a key with its passphrase', () => {
    const files = new CertificateFiles(encryptKey(first, 'hunter2'));
    expect(() => readTlsFiles(filesOf(files, { passphrase: 'hunter2' }))).not.toThrow();
  });

  it.each<[mistake: string, files: () => TlsFiles, message: RegExp]>([
    [
      'a certificate that is not there',
      () => filesOf(new CertificateFiles(first), { certFile: '/nowhere/a.pem' }),
      /^tls\.certFile = \/nowhere\/a\.pem \(TLS\): cannot be read \(ENOENT/,
    ],
    [
      'a key that is not there',
      () => filesOf(new CertificateFiles(first), { keyFile: '/nowhere/a.key' }),
      /^tls\.keyFile = \/nowhere\/a\.key \(TLS\): cannot be read \(ENOENT/,
    ],
    [
      'a chain that is not there',
      () => filesOf(new CertificateFiles(first), { caFile: '/nowhere/ca.pem' }),
      /^tls\.caFile = \/nowhere\/ca\.pem \(TLS\): cannot be read \(ENOENT/,
    ],
    [
      'a folder',
      () => filesOf(new CertificateFiles(first), { certFile: tempFolder() }),
      /^tls\.certFile = \/.* \(TLS\): cannot be read \(EISDIR/,
    ],
    [
      'a certificate and the key of another',
      () => filesOf(new CertificateFiles({ cert: first.cert, key: second.key })),
      /^tls\.certFile and tls\.keyFile = \/.*fullchain\.pem, \/.*privkey\.pem \(TLS\): must be a PEM certificate and the key that belongs to it \(/,
    ],
    [
      'files the wrong way round',
      () => filesOf(new CertificateFiles({ cert: first.key, key: first.cert })),
      /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate/,
    ],
    [
      'what is no PEM',
      () => filesOf(new CertificateFiles({ cert: 'hello', key: first.key })),
      /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate/,
    ],
    [
      'an empty file',
      () => filesOf(new CertificateFiles({ cert: '', key: first.key })),
      /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate/,
    ],
    [
      'a locked key without its passphrase',
      () => filesOf(new CertificateFiles(encryptKey(first, 'hunter2'))),
      /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate/,
    ],
    [
      'a locked key with another passphrase',
      () => filesOf(new CertificateFiles(encryptKey(first, 'hunter2')), { passphrase: 'hunter3' }),
      /^tls\.certFile and tls\.keyFile = .*must be a PEM certificate/,
    ],
  ])('refuses %s, and names key, value and reason', (_mistake, files, message) => {
    expect(() => readTlsFiles(files())).toThrow(message);
    expect(() => readTlsFiles(files())).not.toThrow(/hunter|BEGIN/);
  });
});

describe('watchTlsFiles', () => {
  const watch = (files: TlsFiles) => {
    const clock = new FakeClock();
    const used: string[] = [];
    const errors: string[] = [];
    const log: Log = { ...SILENT_LOG, error: (_fields, message) => errors.push(message) };
    const watching = watchTlsFiles(files, { clock, log }, ({ cert }) => {
      used.push(cert.toString());
    });
    const poll = () => {
      clock.advance(TLS_POLL_MS);
      return { used: used.splice(0), errors: errors.splice(0) };
    };
    return {
      clock,
      poll,
      stop: () => {
        watching.stop();
      },
    };
  };
  const NOTHING = { used: [], errors: [] };

  it('hands on a pair that was replaced, once', () => {
    const files = new CertificateFiles(first);
    const { poll } = watch(filesOf(files));
    expect(poll()).toStrictEqual(NOTHING);
    files.write(second);
    expect(poll()).toStrictEqual({ used: [second.cert], errors: [] });
    expect(poll()).toStrictEqual(NOTHING);
  });

  it('hands on a pair behind links that were replaced, as certbot and Kubernetes do it', () => {
    const [old, renewed] = [new CertificateFiles(first), new CertificateFiles(second)];
    const folder = tempFolder();
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    symlinkSync(old.certFile, certFile);
    symlinkSync(old.keyFile, keyFile);
    const { poll } = watch(filesOf(old, { certFile, keyFile }));
    for (const [target, path] of [
      [renewed.certFile, certFile],
      [renewed.keyFile, keyFile],
    ] as const) {
      symlinkSync(target, `${path}.new`);
      renameSync(`${path}.new`, path);
    }
    expect(poll()).toStrictEqual({ used: [second.cert], errors: [] });
  });

  it('hands on the same certificate with another chain', () => {
    const caFile = join(tempFolder(), 'ca.pem');
    writeFileSync(caFile, first.cert);
    const { poll } = watch(filesOf(new CertificateFiles(first), { caFile }));
    writeFileSync(caFile, second.cert);
    const { used } = poll();
    expect(used).toHaveLength(1);
    expect(used[0]).toContain(second.cert.trim());
  });

  it('waits while the key still belongs to the old certificate, and says so', () => {
    const files = new CertificateFiles(first);
    const { poll } = watch(filesOf(files));
    writeFileSync(files.certFile, second.cert);
    expect(poll()).toStrictEqual({
      used: [],
      errors: ['the changed certificate cannot be used; the old one stays'],
    });
    expect(poll()).toStrictEqual(NOTHING);
    writeFileSync(files.keyFile, second.key);
    expect(poll()).toStrictEqual({ used: [second.cert], errors: [] });
  });

  it('tries again what could not be used though the files did not change, and says so once', () => {
    const files = new CertificateFiles(first);
    const clock = new FakeClock();
    const errors: string[] = [];
    const log: Log = { ...SILENT_LOG, error: (_fields, message) => errors.push(message) };
    let failures = 3;
    let used = 0;
    watchTlsFiles(filesOf(files), { clock, log }, () => {
      if (failures-- > 0) throw new Error('EMFILE: too many open files');
      used++;
    });
    files.write(second);
    for (let i = 0; i < 6; i++) clock.advance(TLS_POLL_MS);
    expect({ used, errors: errors.length }).toEqual({ used: 1, errors: 1 });
  });

  it('waits while a file is away', () => {
    const files = new CertificateFiles(first);
    const { poll } = watch(filesOf(files));
    rmSync(files.certFile);
    expect(poll()).toStrictEqual(NOTHING);
    files.write(second);
    expect(poll()).toStrictEqual({ used: [second.cert], errors: [] });
  });

  it('ends when it is told to', () => {
    const files = new CertificateFiles(first);
    const { poll, stop, clock } = watch(filesOf(files));
    stop();
    files.write(second);
    expect(poll()).toStrictEqual(NOTHING);
    expect(clock.pending).toBe(0);
  });
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../../src/config/schema.js';
import { findTls } from '../../../src/transports/find-tls.js';
import { tempFolder } from '../../support/temp-folder.js';

const HERD_MAC = 'Library/Application Support/Herd/config/valet/Certificates';
const HERD_WINDOWS = '.config/herd/config/valet/Certificates';
const VALET = '.config/valet/Certificates';

const find = (tls: Record<string, unknown>, home = '/nowhere') =>
  findTls(ConfigSchema.parse({ tls }).tls, home);

/** A home folder with files in it. */
function homeWith(...files: string[]): string {
  const home = tempFolder();
  for (const file of files) {
    mkdirSync(join(home, file, '..'), { recursive: true });
    writeFileSync(join(home, file), '');
  }
  return home;
}

describe('findTls', () => {
  it('takes the files of the configuration, before those of Herd', () => {
    const home = homeWith(`${VALET}/shop.test.crt`, `${VALET}/shop.test.key`);
    const tls = {
      certFile: 'c.pem',
      keyFile: 'k.pem',
      caFile: 'ca.pem',
      passphrase: 'p',
      hostname: 'shop.test',
    };
    expect(find(tls, home)).toStrictEqual({
      certFile: 'c.pem',
      keyFile: 'k.pem',
      caFile: 'ca.pem',
      passphrase: 'p',
    });
  });

  it('encrypts nothing where neither files nor a host are set', () => {
    expect(find({})).toBeUndefined();
  });

  it.each([
    ['certFile', 'tls.keyFile', 'tls.certFile'],
    ['keyFile', 'tls.certFile', 'tls.keyFile'],
  ])('refuses %s alone, and names what is missing', (given, missing, present) => {
    expect(() => find({ [given]: 'a.pem' })).toThrow(
      `${missing} (TLS): is missing, while ${present} is set; TLS needs both`,
    );
  });

  it.each([
    ['Herd on a Mac', HERD_MAC],
    ['Herd on Windows', HERD_WINDOWS],
    ['Valet', VALET],
  ])('finds the certificate that %s made for the host', (_tool, folder) => {
    const home = homeWith(`${folder}/shop.test.crt`, `${folder}/shop.test.key`);
    expect(find({ hostname: 'shop.test' }, home)).toMatchObject({
      certFile: join(home, folder, 'shop.test.crt'),
      keyFile: join(home, folder, 'shop.test.key'),
    });
    expect(find({ hostname: 'other.test' }, home)).toBeUndefined();
  });

  it('prefers Herd, and passes over a certificate without its key', () => {
    const valet = [`${VALET}/shop.test.crt`, `${VALET}/shop.test.key`];
    const both = homeWith(...valet, `${HERD_MAC}/shop.test.crt`, `${HERD_MAC}/shop.test.key`);
    expect(find({ hostname: 'shop.test' }, both)?.certFile).toContain('Herd');
    const half = homeWith(...valet, `${HERD_MAC}/shop.test.crt`);
    expect(find({ hostname: 'shop.test' }, half)?.certFile).toBe(join(half, VALET, 'shop.test.crt'));
  });

  it.each(['../secret', '/etc/ssl/shop', 'a/b', 'shop.test\0', 'https://shop.test'])(
    'looks for no file outside those folders: %j',
    (hostname) => {
      const home = homeWith('.config/valet/secret.crt', '.config/valet/secret.key', `${VALET}/x.crt`);
      expect(find({ hostname }, home)).toBeUndefined();
    },
  );
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTlsApp } from '../../../src/transports/uws/uws-tls.js';

type Library = Parameters<typeof createTlsApp>[0];
type SslOptions = Parameters<Library['SSLApp']>[0];

const FILES = { certFile: '/a/cert.pem', keyFile: '/a/key.pem', caFile: undefined, passphrase: undefined };
const MATERIAL = { cert: Buffer.from('the whole chain'), key: Buffer.from(''), passphrase: undefined };

/** The library also takes bytes for a text; it gets none here. */
const pathOf = (options: SslOptions) => options.cert_file_name as string;

/** Makes an app that is none, and remembers what it was given and what stood in the file. */
function fakeLibrary() {
  const given: { options: SslOptions; cert: string | undefined }[] = [];
  const library: Library = {
    SSLApp: (options) => {
      const path = pathOf(options);
      given.push({ options, cert: existsSync(path) ? readFileSync(path, 'utf8') : undefined });
      // Only handed on by what is tested here.
      return {} as ReturnType<Library['SSLApp']>;
    },
  };
  return { library, given };
}

describe('createTlsApp', () => {
  it('gives the library the files as they are', () => {
    const { library, given } = fakeLibrary();
    createTlsApp(library, { ...FILES, passphrase: 'p' }, MATERIAL);
    expect(given[0]!.options).toStrictEqual({
      cert_file_name: '/a/cert.pem',
      key_file_name: '/a/key.pem',
      passphrase: 'p',
    });
  });

  it('gives it a chain in one file, which is gone afterwards', () => {
    const { library, given } = fakeLibrary();
    createTlsApp(library, { ...FILES, caFile: '/a/ca.pem' }, MATERIAL);
    const { options, cert } = given[0]!;
    expect(cert).toBe('the whole chain');
    expect(options).not.toHaveProperty('ca_file_name');
    expect(existsSync(pathOf(options))).toBe(false);
  });

  it.each([undefined, '/a/ca.pem'])('names the files that the library cannot use (chain %s)', (caFile) => {
    const library: Library = {
      SSLApp: () => {
        throw new Error('App construction failed');
      },
    };
    expect(() => createTlsApp(library, { ...FILES, caFile }, MATERIAL)).toThrow(
      /^tls\.certFile and tls\.keyFile = \/a\/cert\.pem, \/a\/key\.pem \(TLS\): must be of a kind that uWebSockets\.js knows, .* \(App construction failed\)$/,
    );
  });
});

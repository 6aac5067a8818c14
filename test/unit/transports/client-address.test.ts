import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isClientTls, normalizeAddress, TrustedProxies } from '../../../src/transports/client-address.js';

describe('normalizeAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    // As uWebSockets.js has IPv6, in full.
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['0000:0000:0000:0000:0000:0000:0000:0001', '::1'],
    ['0000:0000:0000:0000:0000:ffff:cb00:7107', '203.0.113.7'],
    ['0000:0000:0000:0000:0000:FFFF:0001:0a0b', '0.1.10.11'],
    // As Node has it.
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:DB8:0:0:1::1', '2001:db8::1:0:0:1'],
    // What is no address stays as it is.
    ['', ''],
    ['unknown', 'unknown'],
    ['::ffff:1.2.3', '::ffff:1.2.3'],
    ['1.2.3.4.5', '1.2.3.4.5'],
  ])('takes %s for %s', (address, normal) => {
    expect(normalizeAddress(address)).toBe(normal);
  });

  it('has one spelling for each address, and throws for none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), fc.ipV4(), fc.string()), (address) => {
        const normal = normalizeAddress(address);
        if (isIP(address) !== 0) expect(isIP(normal)).not.toBe(0);
        expect(normalizeAddress(normal)).toBe(normal);
        if (isIP(address) === 6) expect(normalizeAddress(address.toUpperCase())).toBe(normal);
      }),
    );
  });
});

describe('TrustedProxies', () => {
  it.each<[ranges: string[], address: string, trusted: boolean]>([
    [[], '127.0.0.1', false],
    [['10.0.0.1'], '10.0.0.1', true],
    [['10.0.0.1'], '10.0.0.2', false],
    [['10.0.0.0/8'], '10.255.1.2', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['192.168.0.0/16', '10.0.0.0/8'], '10.0.0.1', true],
    [['::1'], '::1', true],
    [['2001:db8::/32'], '2001:db8:1::1', true],
    [['2001:db8::/32'], '2001:db9::1', false],
    [['0.0.0.0/0'], '203.0.113.7', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['10.0.0.0/8'], 'unknown', false],
    [['10.0.0.0/8'], '', false],
  ])('%j trust %s: %s', (ranges, address, trusted) => {
    expect(new TrustedProxies(ranges).isTrusted(address)).toBe(trusted);
  });

  const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8:ffff::/48']);

  it.each<[about: string, remote: string, forwardedFor: string, client: string]>([
    ['no header', '10.0.0.1', '', '10.0.0.1'],
    ['a proxy that is not trusted', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['a trusted proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
    [
      'a trusted proxy as uWebSockets.js has it',
      '0000:0000:0000:0000:0000:ffff:0a00:0001',
      '198.51.100.1',
      '198.51.100.1',
    ],
    [
      'a trusted proxy over IPv6',
      '2001:0db8:ffff:0000:0000:0000:0000:0001',
      '2001:db8:1::5',
      '2001:db8:1::5',
    ],
    ['what the client wrote before', '10.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
    ['several trusted proxies', '10.0.0.1', '1.1.1.1, 198.51.100.1, 10.0.0.2,10.0.0.3', '198.51.100.1'],
    ['nobody but trusted proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['an IPv6 address in full', '10.0.0.1', '2001:0DB8:0001:0000:0000:0000:0000:0005', '2001:db8:1::5'],
    ['a mapped address', '10.0.0.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['an address with a port', '10.0.0.1', '198.51.100.1:5678', '198.51.100.1'],
    ['an IPv6 address with a port', '10.0.0.1', '[2001:db8:1::5]:5678', '2001:db8:1::5'],
    ['an IPv6 address in brackets', '10.0.0.1', '[2001:db8:1::5]', '2001:db8:1::5'],
    ['an address with a zone', '10.0.0.1', 'fe80::1%eth0', 'fe80::1'],
    ['nonsense', '10.0.0.1', '198.51.100.1, unknown', '10.0.0.1'],
    ['nonsense behind a further proxy', '10.0.0.1', 'fe80::zz, 10.0.0.2', '10.0.0.2'],
    ['commas alone', '10.0.0.1', ',,', '10.0.0.1'],
  ])('finds the client: %s', (_about, remote, forwardedFor, client) => {
    expect(proxies.clientAddress(remote, forwardedFor)).toBe(client);
  });

  it('throws for no header, whatever a client writes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.oneof(fc.ipV6(), fc.string())).map(String)), (header) => {
        expect(() => proxies.clientAddress('10.0.0.1', header)).not.toThrow();
      }),
    );
  });
});

describe('isClientTls', () => {
  const proxies = new TrustedProxies(['10.0.0.1']);

  it.each<[about: string, ownTls: boolean, remote: string, proto: string, tls: boolean]>([
    ['our own TLS', true, '203.0.113.7', '', true],
    ['none', false, '203.0.113.7', '', false],
    ['what anybody may write', false, '203.0.113.7', 'https', false],
    ['what anybody may write over our TLS', true, '203.0.113.7', 'http', true],
    ['a trusted proxy with https', false, '10.0.0.1', 'https', true],
    ['a trusted proxy with wss', false, '::ffff:10.0.0.1', 'WSS', true],
    ['a trusted proxy with http', false, '10.0.0.1', 'http', false],
    ['a trusted proxy with TLS between us', true, '10.0.0.1', 'http', false],
    ['a trusted proxy that says nothing', false, '10.0.0.1', '', false],
    ['a chain, whose first counts', false, '10.0.0.1', 'https, http', true],
    ['something that begins alike', false, '10.0.0.1', 'httpsx', false],
  ])('goes by %s', (_about, ownTls, remote, proto, tls) => {
    expect(isClientTls(ownTls, proxies, remote, proto)).toBe(tls);
  });
});

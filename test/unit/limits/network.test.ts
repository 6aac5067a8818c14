import { describe, expect, it } from 'vitest';
import { networkOf, publicNetworkOf } from '../../../src/limits/network.js';

describe('networkOf', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3::9', '2001:db8:1:2::/64'],
    ['fe80::1', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['', ''],
  ])('takes %s for %s (CONN-9)', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('publicNetworkOf', () => {
  it.each(['203.0.113.7', '172.32.0.1', '100.128.0.1', '11.0.0.1'])('is %s itself', (address) => {
    expect(publicNetworkOf(address)).toBe(address);
  });

  it.each([
    '',
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.0.1',
    '172.31.255.1',
    '100.64.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
  ])('is undefined for %j, where a proxy may stand for many', (address) => {
    expect(publicNetworkOf(address)).toBeUndefined();
  });
});

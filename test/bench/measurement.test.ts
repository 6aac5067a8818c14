import { describe, expect, it } from 'vitest';
import { formatNumber, formatValue } from '../../bench/run/format-value.js';
import { ceiling, limitOf, rates, type Usage } from '../../bench/run/measurement.js';
import { summarize, summarizeRatios } from '../../bench/run/statistics.js';
import { parseEndpoint } from '../../bench/targets/external.js';
import { findTarget } from '../../bench/targets/find-target.js';

const USAGE: Usage = {
  wallSeconds: 2,
  serverCpuSeconds: 1,
  serverWaiting: 0,
  serverBytes: 0,
  serverBusy: 0.5,
  clientBusy: 0.25,
  clientCpuSeconds: 0.5,
};

describe('summarize', () => {
  it.each([
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 2, 3], { median: 2.5, min: 1, max: 4 }],
    [[7], { median: 7, min: 7, max: 7 }],
  ])('%j', (values, expected) => {
    expect(summarize(values)).toEqual(expected);
  });

  it('wants at least one value', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('summarizeRatios', () => {
  it('compares the rounds of a pair', () => {
    expect(summarizeRatios([10, 100, 30], [5, 50, 10])).toEqual({ median: 2, min: 2, max: 3 });
  });

  it('leaves out rounds that the other does not have', () => {
    expect(summarizeRatios([10, 20], [5])).toEqual({ median: 2, min: 2, max: 2 });
    expect(summarizeRatios([10], [0])).toBeUndefined();
  });
});

describe('rates', () => {
  it('counts per CPU second first, then per second', () => {
    expect(rates('deliveries', 1000, USAGE).map(({ unit, value }) => [unit, value])).toEqual([
      ['deliveries/CPU s', 1000],
      ['deliveries/s', 500],
    ]);
  });

  it('counts per second alone where the server is elsewhere', () => {
    const elsewhere = { ...USAGE, serverCpuSeconds: undefined };
    expect(rates('deliveries', 1000, elsewhere).map(({ unit }) => unit)).toEqual(['deliveries/s']);
  });
});

describe('limitOf', () => {
  it.each([
    ['server', { serverBusy: 0.95, clientBusy: 0.95 }, 1],
    ['client', { serverBusy: 0.5, clientBusy: 0.95 }, 1],
    ['neither', { serverBusy: 0.5, clientBusy: 0.5 }, 1],
    ['server', { serverBusy: 1.9, clientBusy: 0.95 }, 4],
    ['client', { serverBusy: 0.95, clientBusy: 0.95 }, 2],
  ])('is the %s at %j with %i processes on two cores', (limit, busy, processes) => {
    expect(limitOf({ ...USAGE, ...busy }, processes, 2)).toBe(limit);
  });
});

describe('ceiling', () => {
  it('is what the clients would do if they were busy all the time', () => {
    expect(ceiling('deliveries', 1000, USAGE, 2).value).toBe(4000);
  });
});

describe('formatValue', () => {
  it.each([
    [2_614_000, 'deliveries/s', '2.61 M deliveries/s'],
    [136_000, 'deliveries/s', '136 k deliveries/s'],
    [9999, 'requests/s', '9999 requests/s'],
    [2930, 'B', '2930 B'],
    [11_200_000, 'B', '11.2 MB'],
    [0.5, 'ms', '0.500 ms'],
    [12_345, 'ms', '12345 ms'],
    [0, 'B', '0 B'],
    [20, 'connections', '20 connections'],
    [1447.4, 'requests/s', '1447 requests/s'],
  ])('%d %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it('leaves the unit out where it is known', () => {
    expect(formatNumber(2_614_000, 'deliveries/s')).toBe('2.61 M');
    expect(formatNumber(NaN, 'ms')).toBe('–');
  });
});

describe('parseEndpoint', () => {
  const app = { id: 'my-app', key: 'k', secret: 's/1' };

  it('reads host, port and app', () => {
    expect(parseEndpoint('http://k:s%2F1@127.0.0.1:8080/apps/my-app')).toEqual({
      dialect: 'pusher',
      app,
      api: { host: '127.0.0.1', port: 8080, tls: false },
      sockets: { host: '127.0.0.1', port: 8080, tls: false },
      pathPrefix: '',
    });
  });

  it('reads a path prefix, TLS, and sockets that go elsewhere', () => {
    expect(
      parseEndpoint('https://k:s%2F1@api.example.com/ws/apps/my-app?sockets=wss://ws.example.com'),
    ).toEqual({
      dialect: 'pusher',
      app,
      api: { host: 'api.example.com', port: 443, tls: true },
      sockets: { host: 'ws.example.com', port: 443, tls: true },
      pathPrefix: '/ws',
    });
  });

  it.each(['', 'soketti', 'http://127.0.0.1:8080', 'http://k@host/apps/id', 'http://k:s@host/'])(
    'refuses %j',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow('is no target');
    },
  );
});

describe('findTarget', () => {
  it.each([
    ['pregon', 'pregon', false],
    ['pregon?PREGON_COMPRESSION=shared', 'pregon?PREGON_COMPRESSION=shared', false],
    ['raw-uws', 'raw-uws', true],
    ['reverb=http://k:s@127.0.0.1:8080/apps/id', 'reverb', false],
    ['http://k:s@127.0.0.1:8080/apps/id', '127.0.0.1:8080', false],
  ])('%s', (text, name, isRaw) => {
    expect(findTarget(text)).toMatchObject({ name, isRaw });
  });

  it('names the targets there are', () => {
    expect(() => findTarget('sokketi')).toThrow(/'sokketi'.*pregon, pregon-ws, raw-uws, soketi/);
  });
});

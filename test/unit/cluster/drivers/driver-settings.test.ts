import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClusterDrivers } from '../../../../src/cluster/drivers/create-drivers.js';
import { natsSettings, redisSettings } from '../../../../src/cluster/drivers/driver-settings.js';
import { NatsBus } from '../../../../src/cluster/drivers/nats/nats-bus.js';
import { RedisBus } from '../../../../src/cluster/drivers/redis/redis-bus.js';
import { RedisStore } from '../../../../src/cluster/drivers/redis/redis-store.js';
import { ClusterSchema } from '../../../../src/config/cluster-schema.js';
import { tempFolder } from '../../../support/temp-folder.js';

const redisOf = (redis: object) => redisSettings(ClusterSchema.parse({ bus: 'redis', redis }));

describe('redisSettings', () => {
  it('finds Redis on this host unless told otherwise', () => {
    expect(redisOf({})).toEqual({
      host: '127.0.0.1',
      port: 6379,
      username: null,
      password: null,
      db: 0,
      tls: undefined,
      sentinels: [],
      sentinelName: 'mymaster',
      sentinelPassword: null,
      nodes: [],
    });
  });

  it.each<[string, object]>([
    ['redis://redis', { host: 'redis', port: 6379, username: 'given', db: 5, tls: undefined }],
    ['redis://redis:6380/2', { host: 'redis', port: 6380, db: 2 }],
    ['redis://u:p%40ss@redis', { username: 'u', password: 'p@ss' }],
    ['redis://:p@redis', { username: 'given', password: 'p' }],
    ['rediss://redis', { host: 'redis', tls: { rejectUnauthorized: true } }],
    ['tls://[::1]:6380', { host: '::1', port: 6380, tls: { rejectUnauthorized: true } }],
  ])('takes what a URL tells, and the rest from the other settings: %s', (url, expected) => {
    expect(redisOf({ url, host: 'other', username: 'given', db: 5 })).toMatchObject(expected);
  });

  it("encrypts where Laravel's host says so", () => {
    expect(redisOf({ host: 'tls://redis' })).toMatchObject({
      host: 'redis',
      tls: { rejectUnauthorized: true },
    });
    expect(redisOf({ host: 'tcp://redis' })).toMatchObject({ host: 'redis', tls: undefined });
  });

  it('takes the path of a Unix socket as it is', () => {
    expect(redisOf({ host: '/run/redis://a' })).toMatchObject({ host: '/run/redis://a', tls: undefined });
  });

  it('takes the host for a node of a cluster', () => {
    expect(redisOf({ host: 'redis', port: 7000, cluster: true }).nodes).toEqual(['redis:7000']);
    expect(redisOf({ host: 'redis', cluster: true, nodes: ['a:1', 'b:2'] }).nodes).toEqual(['a:1', 'b:2']);
  });

  it('reads certificates', () => {
    const file = join(tempFolder(), 'ca.pem');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\n');

    expect(redisOf({ tls: { caFile: file, rejectUnauthorized: false } }).tls).toEqual({
      ca: '-----BEGIN CERTIFICATE-----\n',
      rejectUnauthorized: false,
    });
  });

  it.each<[string, object, RegExp]>([
    ['that is not there', { caFile: '/nowhere/ca.pem' }, /^cluster\.redis\.tls\.caFile = .*cannot be read/],
    ['that is none', { caFile: 'package.json' }, /^cluster\.redis\.tls\.caFile = .*PEM/],
    ['without its key', { certFile: '/cert.pem' }, /^cluster\.redis\.tls\.keyFile .*is missing/],
  ])('refuses a certificate %s', (_what, tls, message) => {
    expect(() => redisOf({ tls })).toThrow(message);
  });
});

describe('natsSettings', () => {
  it.each<[string[], object, object]>([
    [['a:4222'], {}, { servers: ['a:4222'], user: null, password: null, token: null }],
    [
      ['nats://u:1%40s@a:4222', 'b:4222'],
      {},
      { servers: ['a:4222', 'b:4222'], user: 'u', password: '1@s', token: null },
    ],
    [['tls://t@a:4222'], {}, { servers: ['tls://a:4222'], user: null, password: null, token: 't' }],
    [['u:p@a'], { user: 'given', password: 'q' }, { servers: ['a'], user: 'given', password: 'q' }],
    [['u:p@a'], { token: 'given' }, { user: null, password: null, token: 'given' }],
  ])('takes user, password and token from addresses, %j, unless given: %j', (servers, given, expected) => {
    const config = ClusterSchema.parse({
      bus: 'nats',
      redis: { host: 'redis' },
      nats: { servers, ...given },
    });
    expect(natsSettings(config)).toMatchObject(expected);
  });

  it('encrypts where a server says so', () => {
    const settings = (servers: string[]) =>
      natsSettings(ClusterSchema.parse({ bus: 'nats', redis: { host: 'redis' }, nats: { servers } }));

    expect(settings(['127.0.0.1:4222']).tls).toBeUndefined();
    expect(settings(['tls://nats:4222']).tls).toEqual({ rejectUnauthorized: true });
  });
});

describe('createClusterDrivers', () => {
  const config = (cluster: object) => ClusterSchema.parse(cluster);

  it('makes none for a node that is alone', async () => {
    expect(await createClusterDrivers(config({}))).toBeUndefined();
  });

  it('makes the bus that is named, and Redis for the store', async () => {
    const redis = await createClusterDrivers(config({ bus: 'redis' }));
    const nats = await createClusterDrivers(config({ bus: 'nats', redis: { host: 'redis' } }));

    expect([redis?.bus, redis?.store]).toEqual([expect.any(RedisBus), expect.any(RedisStore)]);
    expect([nats?.bus, nats?.store]).toEqual([expect.any(NatsBus), expect.any(RedisStore)]);
  });

  it('says which package is missing', async () => {
    const missing = () =>
      Promise.reject(
        Object.assign(new Error("Cannot find package 'ioredis'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      );
    const modules = { redisBus: missing, redisStore: missing, natsBus: missing };

    await expect(createClusterDrivers(config({ bus: 'redis' }), modules)).rejects.toThrow(
      'cluster.bus = "redis" (cluster): needs the package ioredis, which is not installed; npm install ioredis',
    );
  });
});

import { z } from 'zod';
import { isHostAndPort, isNatsServer, isRedisHost, isRedisUrl } from './addresses.js';

/**
 * How nodes reach each other. What is only used with another bus is not looked at: a Laravel project has its `REDIS_*`
 * settings whether or not this server uses them.
 */

const file = (description: string) => z.string().min(1).nullable().default(null).meta({ description });
const text = (description: string) => z.string().min(1).nullable().default(null).meta({ description });
const list = (description: string) => z.array(z.string().min(1)).default([]).meta({ description });

const TlsSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({ description: 'Encrypt, and check the certificate' }),
  caFile: file('Authorities that may sign it, PEM, instead of those the system trusts'),
  certFile: file('Certificate of this server, PEM, where clients have to show one'),
  keyFile: file('Its private key, PEM'),
  rejectUnauthorized: z
    .boolean()
    .default(true)
    .meta({ description: 'Refuse a certificate that no trusted authority signed' }),
});

const RedisSchema = z.strictObject({
  url: text(
    'redis://user:password@host:port/db, or rediss:// for TLS; what it tells replaces the settings below',
  ),
  host: text(
    'Name or address, with tls:// in front to encrypt, or the path of a Unix socket; 127.0.0.1 unless given',
  ),
  port: z.int().min(0).max(65_535).default(6379).meta({ description: 'Port' }),
  username: text('User of an access control list'),
  password: text('Password'),
  db: z.int().min(0).default(0).meta({ description: 'Number of the database; a cluster only has 0' }),
  tls: TlsSchema.prefault({}).meta({ description: 'Encryption' }),
  sentinels: list('Sentinels, as host:port, that know where the master is'),
  sentinelName: z.string().min(1).default('mymaster').meta({ description: 'Name of the master' }),
  sentinelPassword: text('Password of the Sentinels'),
  cluster: z.boolean().default(false).meta({ description: 'The host is a node of a Redis Cluster' }),
  nodes: list('Nodes of a Redis Cluster, as host:port, of which one has to be reachable'),
});

const NatsSchema = z.strictObject({
  servers: z
    .array(z.string().min(1))
    .min(1)
    .default(['127.0.0.1:4222'])
    .meta({ description: 'Servers, as host:port, of which one has to be reachable' }),
  user: text('User'),
  password: text('Password'),
  token: text('Token, instead of user and password'),
  tls: TlsSchema.prefault({}).meta({ description: 'Encryption' }),
});

export const BUSES = ['none', 'redis', 'nats'] as const;

export const ClusterSchema = z
  .strictObject({
    bus: z.enum(BUSES).default('none').meta({
      description:
        'How events reach the other nodes; with nats, Redis still keeps what the nodes know in common',
    }),
    prefix: z.string().min(1).default('pregon').meta({
      description: 'In front of all names in Redis and NATS: one for each installation that shares them',
    }),
    redis: RedisSchema.prefault({}).meta({ description: 'Redis' }),
    nats: NatsSchema.prefault({}).meta({ description: 'NATS' }),
  })
  .check(({ value, issues }) => {
    if (value.bus === 'none') return;
    const refuse = (path: string, input: unknown, message: string) => {
      issues.push({ code: 'custom', input, path: path.split('.'), message });
    };
    const { redis, nats } = value;
    if (!/^[A-Za-z0-9_.:-]{1,100}$/.test(value.prefix)) {
      refuse('prefix', value.prefix, 'must be 1 to 100 letters, digits, or any of _ . : -');
    }
    if (redis.url !== null && !isRedisUrl(redis.url)) {
      refuse(
        'redis.url',
        redis.url,
        'must be an address such as redis://127.0.0.1:6379, a number after its slash; in user and password a % is written %25, an @ %40, a : %3A, a / %2F, a ? %3F and a # %23',
      );
    }
    if (redis.host !== null && !isRedisHost(redis.host)) {
      refuse(
        'redis.host',
        redis.host,
        'must be a name or an address, with tls:// in front to encrypt, or the path of a Unix socket; port, user and password are settings of their own',
      );
    }
    for (const [name, addresses] of [
      ['redis.sentinels', redis.sentinels],
      ['redis.nodes', redis.nodes],
    ] as const) {
      if (!addresses.every(isHostAndPort)) refuse(name, addresses, 'must be addresses such as 10.0.0.7:6379');
    }
    const isCluster = redis.cluster || redis.nodes.length > 0;
    if (isCluster && redis.sentinels.length > 0) {
      refuse('redis.sentinels', redis.sentinels, 'cannot be used with a Redis Cluster');
    }
    if (isCluster && redis.db !== 0) refuse('redis.db', redis.db, 'must be 0 in a Redis Cluster');
    if (value.bus !== 'nats') return;
    if (redis.url === null && redis.host === null && redis.sentinels.length + redis.nodes.length === 0) {
      refuse(
        'redis.host',
        undefined,
        'is needed: with nats as the bus, Redis keeps what the nodes know in common',
      );
    }
    if (!nats.servers.every(isNatsServer)) {
      refuse('nats.servers', nats.servers, 'must be addresses such as 127.0.0.1:4222');
    }
    if (nats.token !== null && nats.user !== null) {
      refuse('nats.token', nats.token, 'cannot be used with a user');
    }
  });

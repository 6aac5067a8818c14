import { isIP } from 'node:net';
import { z } from 'zod';
import { Limits } from '../../protocol/limits.js';
import { AppSchema, appKeys } from './app-schema.js';
import { ClusterSchema } from './cluster-schema.js';
import { GatewaySchema, HubSchema, isHubOn } from './gateway-schema.js';
import { lifetime, limit, positive, tableSize, type DeepReadonly } from './schema-parts.js';

/**
 * Every setting: its shape, default and meaning. The JSON Schema of the config file and the tables of docs/settings.md
 * are made from it. Sizes are in bytes and times in seconds unless the name says otherwise; null means no limit.
 */

/** An address or a CIDR range, such as 10.0.0.0/8. */
const addressRange = z.string().refine(
  (text) => {
    const [address = '', bits, rest] = text.split('/');
    const version = isIP(address);
    if (version === 0 || rest !== undefined) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  },
  { error: 'must be an IP address or a range such as 10.0.0.0/8' },
);

/** An address of this machine or a name; an IPv6 address may stand in brackets, as URLs have it. */
const listenHost = () =>
  z
    .string()
    .min(1)
    .overwrite((text) => text.replace(/^\[(.*)\]$/, '$1'))
    .refine((text) => isIP(text.replace(/%\w+$/, '')) !== 0 || /^(?=.*[A-Za-z])[A-Za-z0-9_.-]+$/.test(text), {
      error:
        'must be an address or a name, such as 0.0.0.0, :: or localhost; the port is a setting of its own',
    });

const MAX_WORKERS = 1024;

const ServerSchema = z.strictObject({
  host: listenHost().default('0.0.0.0').meta({ description: 'Address to listen on' }),
  port: z.int().min(0).max(65_535).default(8080).meta({
    description:
      'Port to listen on; 0 takes a free one. With an app of SOKETI_DEFAULT_APP_* it is 6001 unless set',
  }),
  pathPrefix: z
    .string()
    .regex(/^(?:\/[A-Za-z0-9_.~-]+)*$/, {
      error: 'must be empty or a path such as /ws, without a slash at its end',
    })
    .default('')
    .meta({ description: 'In front of /app and /apps; both are then served with it and without' }),
  transport: z
    .enum(['auto', 'uws', 'ws'])
    .default('auto')
    .meta({ description: 'uws (uWebSockets.js), ws (pure JavaScript), or uws where it loads' }),
  workers: z
    .union([z.int().min(1).max(MAX_WORKERS), z.literal('auto')], {
      error: `must be a number from 1 to ${MAX_WORKERS}, or auto`,
    })
    .default(1)
    .meta({
      description: 'Processes that serve the port together, as one server; auto is one for each core',
    }),
  trustedProxies: z
    .array(addressRange)
    .default([])
    .meta({ description: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed' }),
  maxRequestBytes: positive()
    .max(268_435_456)
    .default(1_048_576)
    .meta({ description: 'Bytes of an HTTP request body; a larger one gets 413' }),
  maxUnfinishedRequests: positive().default(1000).meta({
    description: 'HTTP requests whose bodies are on their way at a time; further ones get 503',
  }),
  maxUnfinishedBytes: positive()
    .default(67_108_864)
    .meta({ description: 'Bytes of bodies that are on their way; requests beyond get 503' }),
  maxUnsignedRequestsPerSecond: limit().default(200).meta({
    description:
      'HTTP requests per second from one address without a valid signature or secret; further ones get 429 and the connection ends; loopback is exempt',
  }),
  unsignedRequestBurst: positive()
    .default(1000)
    .meta({ description: 'Such requests from one address that may come at once' }),
  maxBufferedBytes: z
    .int()
    .min(65_536)
    // The library counts them in 32 bits.
    .max(1_073_741_824)
    .default(1_048_576)
    .meta({ description: 'Bytes waiting for a connection that reads slowly; beyond it is closed with 4100' }),
  idleTimeoutSeconds: z.int().min(20).max(72).default(60).meta({
    description:
      'A connection that is silent this long, WebSocket pings unanswered, is closed with 4201; in steps of 4',
  }),
  compression: z.enum(['off', 'shared']).default('off').meta({
    description: 'permessage-deflate; shared takes no memory per connection but about doubles the CPU',
  }),
  drainSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(5)
    .meta({ description: 'Over how long a stopping server closes its connections' }),
});

const TlsSchema = z.strictObject({
  certFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'Certificate chain, PEM; read again when it changes' }),
  keyFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'Private key, PEM; read again when it changes' }),
  passphrase: z.string().nullable().default(null).meta({ description: 'Of the private key' }),
  caFile: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .meta({ description: 'Further certificates of the chain, PEM' }),
  hostname: z.string().min(1).nullable().default(null).meta({
    description:
      'Without certificate files: the Herd or Valet certificate of this host is used where there is one',
  }),
});

const CacheSchema = z.strictObject({
  ttlSeconds: lifetime()
    .default(Limits.cacheTtlSeconds)
    .meta({ description: 'How long the last event of a cache channel is kept' }),
  maxEntries: tableSize()
    .default(100_000)
    .meta({ description: 'Cached events, least recently used first out' }),
  maxBytes: positive().default(67_108_864).meta({ description: 'Bytes of all cached events' }),
});

const IdempotencySchema = z.strictObject({
  seconds: lifetime()
    .default(Limits.idempotencySeconds)
    .meta({ description: 'How long an idempotency key is remembered' }),
  maxKeys: tableSize().default(100_000).meta({ description: 'Idempotency keys remembered' }),
});

const ManagementSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Serve /metrics, /health and /ready on a port of their own' }),
  host: listenHost().default('127.0.0.1').meta({
    description:
      'Address of the management port; with an app of SOKETI_DEFAULT_APP_* and SOKETI_METRICS_ENABLED=true all addresses unless set',
  }),
  port: z.int().min(0).max(65_535).default(9601).meta({ description: 'Management port; 0 takes a free one' }),
});

const WebhookDeliverySchema = z.strictObject({
  batchMilliseconds: z
    .int()
    .min(0)
    .max(60_000)
    .default(50)
    .meta({ description: 'Events of this span go out in one request; 0 sends each alone' }),
  maxBatchEvents: positive().default(100).meta({ description: 'Events of one request' }),
  requestTimeoutSeconds: positive()
    .max(3600)
    .default(10)
    .meta({ description: 'Until a request counts as failed' }),
  retrySeconds: z.int().min(0).default(300).meta({ description: 'How long a failed request is tried again' }),
  maxQueuedEvents: positive().default(10_000).meta({
    description:
      'Events waiting for one webhook; beyond it whoever caused most of them loses the latest, which is counted',
  }),
  maxQueuedBytes: positive()
    .max(1_073_741_824)
    .default(33_554_432)
    .meta({ description: 'Bytes of the events waiting for one webhook; beyond it as with maxQueuedEvents' }),
  graceMilliseconds: z.int().min(0).max(60_000).default(3000).meta({
    description: 'channel_vacated and member_removed wait this long, and fall away when the client returns',
  }),
});

const LogSchema = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ description: 'The least serious lines that are written' }),
  format: z
    .enum(['auto', 'json', 'pretty'])
    .default('auto')
    .meta({ description: 'auto is pretty on a terminal and JSON lines elsewhere' }),
});

/** The whole configuration, as the config file has it. */
export const ConfigSchema = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Where this schema is, for editors' }),
    server: ServerSchema.prefault({}).meta({ description: 'The public port' }),
    tls: TlsSchema.prefault({}).meta({ description: 'Encryption of the public port' }),
    apps: z.array(AppSchema).default([]).meta({ description: 'The apps that are served' }),
    cache: CacheSchema.prefault({}).meta({ description: 'Events kept for cache channels' }),
    idempotency: IdempotencySchema.prefault({}).meta({ description: 'Repeated requests of the HTTP API' }),
    webhooks: WebhookDeliverySchema.prefault({}).meta({ description: 'How webhooks are delivered' }),
    cluster: ClusterSchema.prefault({}).meta({ description: 'Several nodes that act as one' }),
    gateway: GatewaySchema.prefault({}).meta({
      description: 'The endpoints of the older Node and Socket.IO server',
    }),
    hub: HubSchema.prefault({}).meta({
      description: 'The payments hub: plain WebSockets of users with a JWT',
    }),
    management: ManagementSchema.prefault({}).meta({ description: 'The port for operators' }),
    log: LogSchema.prefault({}).meta({ description: 'The log, on standard output' }),
  })
  .check(({ value, issues }) => {
    const ids = new Set<string>();
    const keys = new Set<string>();
    for (const [index, app] of value.apps.entries()) {
      if (ids.has(app.id)) {
        issues.push({
          code: 'custom',
          input: app.id,
          path: ['apps', index, 'id'],
          message: 'is used by another app',
        });
      }
      ids.add(app.id);
      for (const key of appKeys(app)) {
        if (keys.has(key.key)) {
          issues.push({
            code: 'custom',
            input: key.key,
            path: ['apps', index, 'key'],
            message: 'is used twice',
          });
        }
        keys.add(key.key);
      }
    }
    for (const section of ['gateway', 'hub'] as const) {
      const { appId } = value[section];
      if (appId === null || ids.has(appId)) continue;
      issues.push({
        code: 'custom',
        input: appId,
        path: [section, 'appId'],
        message: 'is the id of no app',
      });
    }
    if (value.apps.length > 1) {
      const isOn = { gateway: value.gateway.secret !== null, hub: isHubOn(value.hub) };
      for (const section of ['gateway', 'hub'] as const) {
        if (!isOn[section] || value[section].appId !== null) continue;
        issues.push({
          code: 'custom',
          input: undefined,
          path: [section, 'appId'],
          message: 'must say which app, since there are several',
        });
      }
    }
  })
  .meta({ title: 'Configuration of pregon' });

/** The configuration the server is built from: complete, validated and frozen. */
export type Config = DeepReadonly<z.output<typeof ConfigSchema>>;

/** The JSON Schema of the config file. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' });
}

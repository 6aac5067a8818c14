import { isIP } from 'node:net';
import { z } from 'zod';
import { ErrorCode } from '../../protocol/error-codes.js';
import { SYSTEMS } from '../../protocol/events/event.js';
import { Limits } from '../../protocol/limits.js';
import { ClusterSchema } from './cluster-schema.js';

/**
 * Every setting: its shape, default and meaning. The JSON Schema of the config file and the README's table are made
 * from it. Sizes are in bytes and times in seconds unless the name says otherwise; null means no limit.
 */

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

const positive = () => z.int().min(1);
const limit = () => z.int().min(1).nullable();

/** Webhook events by Pusher's names. */
export const WEBHOOK_EVENTS = [
  'channel_occupied',
  'channel_vacated',
  'member_added',
  'member_removed',
  'client_event',
  'cache_miss',
  'subscription_count',
] as const;

const AppKeySchema = z
  .strictObject({
    key: z
      .string()
      .regex(/^[A-Za-z0-9_-]+$/)
      .max(200)
      .meta({ description: 'Public key, as clients send it in /app/{key}' }),
    secret: z.string().min(1).meta({ description: 'Signs HTTP requests and channel authorizations' }),
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: 'A disabled key is refused as if it were unknown' }),
  })
  .meta({ description: 'A key and its secret' });

const WebhookSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).meta({ description: 'Where events are posted' }),
  eventTypes: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .meta({ description: 'Events that are sent here; no others are' }),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Further request headers; X-Pusher-* and Content-Type cannot be replaced' }),
  filter: z
    .strictObject({
      channelNameStartsWith: z.string().optional().meta({ description: 'How the name begins' }),
      channelNameEndsWith: z.string().optional().meta({ description: 'How the name ends' }),
    })
    .default({})
    .meta({ description: 'Only events of channels whose names fit both' }),
});

/** The parts of an app that are not its credentials. */
const appSettings = {
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'A disabled app refuses connections (4003) and requests (403)' }),
  allowedOrigins: z.array(z.string().min(1)).min(1).default(['*']).meta({
    description:
      'Host patterns as Reverb has them (*.example.com), or full origins with scheme and port. A connection without an Origin header is a native app and passes',
  }),
  requireTls: z.boolean().default(false).meta({ description: 'Refuse connections without TLS with 4000' }),
  maxConnections: limit()
    .default(null)
    .meta({ description: 'Connections at a time, subscribed or not; further ones are closed with 4004' }),
  maxHandshakesPerSecond: limit()
    .default(50)
    .meta({ description: 'New connections per second from one address with one key; loopback is exempt' }),
  handshakeBurst: positive()
    .default(500)
    .meta({ description: 'New connections from one address that may come at once' }),
  clientEvents: z.enum(['none', 'members', 'all']).default('none').meta({
    description:
      'Who may send client events (whispers): none, members of private and presence channels, or all subscribers of any channel',
  }),
  maxClientEventsPerSecond: limit()
    .default(Limits.clientEventsPerSecond)
    .meta({ description: 'Client events per second and connection; further ones are refused with 4301' }),
  maxMessagesPerWindow: limit()
    .default(null)
    .meta({ description: 'Messages of any kind per connection and window' }),
  messageWindowSeconds: positive().default(60).meta({ description: 'The window of maxMessagesPerWindow' }),
  terminateOnMessageLimit: z
    .boolean()
    .default(false)
    .meta({ description: 'Close the connection that exceeds maxMessagesPerWindow' }),
  maxTriggersPerSecond: limit()
    .default(null)
    .meta({ description: 'Channels triggered per second through the HTTP API; further requests get 429' }),
  maxReadsPerSecond: limit()
    .default(null)
    .meta({ description: 'GET requests of the HTTP API per second; further ones get 429' }),
  maxMessageBytes: z.int().min(1024).max(16_777_216).default(65_536).meta({
    description: 'Bytes of one message from a client; a longer one closes the connection with 1009',
  }),
  maxChannelNameLength: positive()
    .default(Limits.channelNameLength)
    .meta({ description: 'Characters of a channel name' }),
  maxEventNameLength: positive()
    .default(Limits.eventNameLength)
    .meta({ description: 'Characters of an event name' }),
  maxEventBytes: positive()
    .default(Limits.eventBytes)
    .meta({ description: "Bytes of an event's data; a larger one gets 413" }),
  maxChannelsPerEvent: positive()
    .default(Limits.channelsPerEvent)
    .meta({ description: 'Channels of one trigger' }),
  maxBatchSize: positive().default(Limits.eventsPerBatch).meta({ description: 'Events of one batch' }),
  maxSubscriptionsPerConnection: positive()
    .default(Limits.subscriptionsPerConnection)
    .meta({ description: 'Channels one connection may be subscribed to' }),
  maxPresenceMembers: positive()
    .default(Limits.presenceMembers)
    .meta({ description: 'Members of one presence channel' }),
  maxPresenceInfoBytes: positive()
    .default(Limits.presenceInfoBytes)
    .meta({ description: "Bytes of a member's user_info" }),
  maxUserIdLength: positive().default(Limits.userIdLength).meta({ description: 'Characters of a user id' }),
  activityTimeoutSeconds: positive()
    .default(30)
    .meta({ description: 'Told to clients: how long they wait without traffic before they ping' }),
  userAuthentication: z
    .boolean()
    .default(true)
    .meta({ description: 'Users may sign in, be sent events and have their connections terminated' }),
  authorizationTimeoutSeconds: limit().default(null).meta({
    description:
      'A connection must sign in or subscribe to a private or presence channel within this time, else it is closed with 4009',
  }),
  watchlist: z
    .boolean()
    .default(false)
    .meta({ description: 'Tell signed-in users when those on their watch list come online and go offline' }),
  maxWatchlistLength: positive()
    .default(Limits.watchListLength)
    .meta({ description: 'User ids of one watch list' }),
  subscriptionCount: z
    .boolean()
    .default(false)
    .meta({ description: 'Tell subscribers how many they are (all channels but presence)' }),
  duplicateSubscription: z.enum(['acknowledge', 'error']).default('acknowledge').meta({
    description: 'A second subscription to the same channel: answered again, or refused as Pusher does',
  }),
  internalSubscriptionError: z
    .boolean()
    .default(false)
    .meta({ description: 'Also send pusher_internal:subscription_error, which the .NET client waits for' }),
  terminateCloseCode: z.int().min(4000).max(4299).default(ErrorCode.Unauthorized).meta({
    description: 'Close code of terminated users: 4009 keeps clients away, 42xx lets them come back',
  }),
  eventSystems: z
    .array(z.enum(SYSTEMS))
    .default([])
    .meta({
      description: `Systems of the catalogue of business events that the app uses (${SYSTEMS.join(', ')}); their events are checked`,
    }),
  eventValidation: z.enum(['off', 'warn', 'reject']).default('warn').meta({
    description:
      'Triggers of catalogued events that do not fit: passed on, passed on and logged once a minute, or refused with 400',
  }),
  clientEventValidation: z.enum(['off', 'warn', 'reject']).default('reject').meta({
    description: 'Client events with catalogued names that do not fit, or that clients may not send',
  }),
  whenDegraded: z.enum(['local', 'refuse']).default('local').meta({
    description:
      'Triggers while the other nodes cannot be reached: delivered on this node, and to the others as far as they can be sent later, or refused with 503',
  }),
  webhooks: z
    .array(WebhookSchema)
    .default([])
    .meta({ description: 'Where the application hears of channels and members' }),
};

const APP_ID = z
  .string()
  .regex(/^[A-Za-z0-9_.-]+$/)
  .max(200)
  .meta({ description: 'As in /apps/{id}' });

/** One app with one key, or with several for rotation, the oldest first. */
export const AppSchema = z
  .strictObject({
    id: APP_ID,
    key: AppKeySchema.shape.key.optional(),
    secret: AppKeySchema.shape.secret.optional(),
    keys: z.array(AppKeySchema).min(1).optional().meta({
      description:
        'Several keys instead of key and secret, the oldest first; webhooks are signed with the oldest',
    }),
    ...appSettings,
  })
  .check(({ value, issues }) => {
    const single = value.key !== undefined || value.secret !== undefined;
    if (single === (value.keys !== undefined)) {
      issues.push({
        code: 'custom',
        input: value,
        path: ['keys'],
        message: "give either 'key' and 'secret' or 'keys'",
      });
    } else if (single && (value.key === undefined || value.secret === undefined)) {
      const missing = value.key === undefined ? 'key' : 'secret';
      issues.push({ code: 'custom', input: undefined, path: [missing], message: 'is required' });
    }
  })
  .meta({ description: 'An app' });

export type AppConfig = DeepReadonly<z.output<typeof AppSchema>>;

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

const MAX_WORKERS = 1024;

const ServerSchema = z.strictObject({
  host: z.string().min(1).default('0.0.0.0').meta({ description: 'Address to listen on' }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .meta({ description: 'Port to listen on; 0 takes a free one' }),
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
    .default(1_048_576)
    .meta({ description: 'Bytes of an HTTP request body; a larger one gets 413' }),
  maxBufferedBytes: z
    .int()
    .min(65_536)
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
  ttlSeconds: positive()
    .default(Limits.cacheTtlSeconds)
    .meta({ description: 'How long the last event of a cache channel is kept' }),
  maxEntries: positive()
    .default(100_000)
    .meta({ description: 'Cached events, least recently used first out' }),
  maxBytes: positive().default(67_108_864).meta({ description: 'Bytes of all cached events' }),
});

const IdempotencySchema = z.strictObject({
  seconds: positive()
    .default(Limits.idempotencySeconds)
    .meta({ description: 'How long an idempotency key is remembered' }),
  maxKeys: positive().default(100_000).meta({ description: 'Idempotency keys remembered' }),
});

const ManagementSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'Serve /metrics, /health and /ready on a port of their own' }),
  host: z.string().min(1).default('127.0.0.1').meta({ description: 'Address of the management port' }),
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
  requestTimeoutSeconds: positive().default(10).meta({ description: 'Until a request counts as failed' }),
  retrySeconds: z.int().min(0).default(300).meta({ description: 'How long a failed request is tried again' }),
  maxQueuedEvents: positive()
    .default(10_000)
    .meta({ description: 'Events waiting for one webhook; further ones are dropped and counted' }),
  graceMilliseconds: z.int().min(0).max(60_000).default(3000).meta({
    description: 'channel_vacated and member_removed wait this long, and fall away when the client returns',
  }),
});

/** Algorithms of tokens that are signed with a shared secret, and with a private key. */
export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
export const KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const servedApp = (what: string) =>
  APP_ID.nullable()
    .default(null)
    .meta({ description: `The app that ${what}; needed only where several apps are served` });

const GatewaySchema = z.strictObject({
  secret: z.string().min(1).nullable().default(null).meta({
    description:
      'What the back end sends in x-ws-secret; turns on /notify and its kin. The port is then also read from PORT and WEBSOCKET_PORT, where nothing else sets it',
  }),
  appId: servedApp('their events go to'),
  secretInQuery: z
    .boolean()
    .default(false)
    .meta({ description: 'Take the secret from ?ws_secret= as well; proxies write it into their logs' }),
  publicUsers: z
    .boolean()
    .default(false)
    .meta({ description: 'Answer GET /active-users without the secret' }),
  aliases: z
    .boolean()
    .default(false)
    .meta({ description: 'Also send each event under its older name (credit_approved)' }),
  duplicateSeconds: z.int().min(0).max(3600).default(15).meta({
    description: 'A request with the same body within this time is answered alike and publishes nothing',
  }),
  maxDuplicates: positive().default(10_000).meta({ description: 'Bodies remembered for that' }),
});

const HubSchema = z
  .strictObject({
    jwtSecret: z.string().min(32).nullable().default(null).meta({
      description: 'Secret of HS256 tokens, 32 characters or more; turns on /notifications/ws',
    }),
    jwksUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .meta({ description: "Where the public keys of tokens are (JWKS), in a secret's place" }),
    algorithms: z
      .array(z.enum([...HMAC_ALGORITHMS, ...KEY_ALGORITHMS]))
      .min(1)
      .nullable()
      .default(null)
      .meta({
        description: 'Algorithms that are taken; HS256 with a secret, RS256, ES256 and EdDSA with keys',
      }),
    userClaims: z
      .array(z.string().min(1))
      .min(1)
      .default(['sub', 'userId', 'id'])
      .meta({ description: "The claim that holds the user's id; the first that a token has counts" }),
    issuer: z.string().min(1).nullable().default(null).meta({ description: 'Demanded in `iss`' }),
    audience: z.string().min(1).nullable().default(null).meta({ description: 'Demanded in `aud`' }),
    jwksCooldownSeconds: z.int().min(0).max(3600).default(30).meta({
      description: 'The keys are fetched again for a key that is not known, at most this often',
    }),
    appId: servedApp('its users belong to'),
    notifySecret: z.string().min(1).nullable().default(null).meta({
      description:
        "What the back end sends in x-ws-secret to notify a user; the gateway's unless given. A signature of the app is taken as well",
    }),
    rememberSeconds: z.int().min(0).default(300).meta({
      description:
        'The last confirmation is sent to who connects within this time, as far as the event cache keeps it',
    }),
    maxSockets: positive().default(10_000).meta({ description: 'Sockets at a time; further ones get 503' }),
    maxSocketsPerUser: positive()
      .default(20)
      .meta({ description: 'Sockets of one user at a time; further ones get 429' }),
  })
  .check(({ value, issues }) => {
    const { jwtSecret, jwksUrl, algorithms } = value;
    if (jwtSecret !== null && jwksUrl !== null) {
      issues.push({
        code: 'custom',
        input: jwksUrl,
        path: ['jwksUrl'],
        message: "cannot go with 'jwtSecret'",
      });
    }
    // A public key taken for a secret would let anybody sign.
    const fitting: readonly string[] = jwksUrl === null ? HMAC_ALGORITHMS : KEY_ALGORITHMS;
    const unfit = algorithms?.filter((algorithm) => !fitting.includes(algorithm)) ?? [];
    if (unfit.length > 0) {
      const by = jwksUrl === null ? 'a secret' : 'keys';
      issues.push({
        code: 'custom',
        input: algorithms,
        path: ['algorithms'],
        message: `with ${by} must be of ${fitting.join(', ')}`,
      });
    }
  });

/** Whether users may connect to the hub. */
export function isHubOn({ jwtSecret, jwksUrl }: Pick<z.output<typeof HubSchema>, 'jwtSecret' | 'jwksUrl'>) {
  return jwtSecret !== null || jwksUrl !== null;
}

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

/** An app's keys, the oldest first, whichever way they were given. */
export function appKeys(app: Pick<AppConfig, 'key' | 'secret' | 'keys'>): NonNullable<AppConfig['keys']> {
  if (app.keys !== undefined) return app.keys;
  if (app.key === undefined || app.secret === undefined) return [];
  return [{ key: app.key, secret: app.secret, enabled: true }];
}

/** The JSON Schema of the config file. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' });
}

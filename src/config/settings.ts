import {
  readBoolean,
  readJson,
  readJsonOrList,
  readKilobytes,
  readLaravelLogLevel,
  readLimit,
  readList,
  readMilliseconds,
  readNumber,
  readPathPrefix,
  readPort,
  readRedisCluster,
  readRedisScheme,
  readScaling,
  readSeconds,
  readSoketiAdapter,
  readSoketiAddresses,
  readSoketiWebhooks,
  readText,
  readWorkers,
  type Reader,
} from './readers.js';
import { appKeys, type AppConfig } from './app-schema.js';

/**
 * Which environment variables set which setting: our own name first, then Reverb's, then soketi's. The same names are
 * read from the environment and from a Laravel project's `.env`.
 */
export interface Setting {
  /** Where it stands in the config file, such as `server.port`; for an app's setting, its name in the app. */
  readonly path: string;
  readonly variables: readonly Variable[];
  /** Masked wherever it is shown, and also read from a file named by `{VARIABLE}_FILE`. */
  readonly secret?: true;
}

export interface Variable {
  readonly name: string;
  readonly read: Reader;
  /** A switch of the other server without which the variable does not count, and the value where only that is set. */
  readonly behind?: { readonly name: string; readonly otherwise: unknown };
}

/** A setting with the variables that set it, our own first. */
const setting = (
  path: string,
  read: Reader,
  own: string,
  ...others: readonly (string | Variable)[]
): Setting => ({
  path,
  variables: [own, ...others].map((variable) =>
    typeof variable === 'string' ? { name: variable, read } : variable,
  ),
});

const as = (name: string, read: Reader): Variable => ({ name, read });
const behind = (name: string, read: Reader, switchName: string, otherwise: unknown): Variable => ({
  name,
  read,
  behind: { name: switchName, otherwise },
});
const secret = (of: Setting): Setting => ({ ...of, secret: true });

/** Settings of the server as a whole. */
export const SERVER_SETTINGS: readonly Setting[] = [
  setting('server.host', readText, 'PREGON_HOST', 'REVERB_SERVER_HOST', 'SOKETI_HOST'),
  setting(
    'server.port',
    readPort,
    'PREGON_PORT',
    'REVERB_SERVER_PORT',
    'SOKETI_PORT',
    'LARAVEL_WEBSOCKETS_PORT',
  ),
  setting('server.pathPrefix', readPathPrefix, 'PREGON_PATH', 'REVERB_SERVER_PATH', 'SOKETI_PATH_PREFIX'),
  setting('server.transport', readText, 'PREGON_TRANSPORT'),
  setting('server.workers', readWorkers, 'PREGON_WORKERS'),
  setting('server.trustedProxies', readList, 'PREGON_TRUSTED_PROXIES'),
  setting('server.maxRequestBytes', readNumber, 'PREGON_MAX_REQUEST_BYTES', 'REVERB_MAX_REQUEST_SIZE'),
  setting('server.maxUnfinishedRequests', readNumber, 'PREGON_MAX_UNFINISHED_REQUESTS'),
  setting('server.maxUnfinishedBytes', readNumber, 'PREGON_MAX_UNFINISHED_BYTES'),
  setting('server.maxUnsignedRequestsPerSecond', readLimit, 'PREGON_MAX_UNSIGNED_REQUESTS_PER_SECOND'),
  setting('server.unsignedRequestBurst', readNumber, 'PREGON_UNSIGNED_REQUEST_BURST'),
  setting('server.maxBufferedBytes', readNumber, 'PREGON_MAX_BUFFERED_BYTES'),
  setting('server.idleTimeoutSeconds', readSeconds, 'PREGON_IDLE_TIMEOUT'),
  setting('server.compression', readText, 'PREGON_COMPRESSION'),
  setting(
    'server.drainSeconds',
    readSeconds,
    'PREGON_DRAIN',
    as('SOKETI_SHUTDOWN_GRACE_PERIOD', readMilliseconds),
  ),
  setting(
    'tls.certFile',
    readText,
    'PREGON_TLS_CERT',
    'SOKETI_SSL_CERT',
    'LARAVEL_WEBSOCKETS_SSL_LOCAL_CERT',
  ),
  setting('tls.keyFile', readText, 'PREGON_TLS_KEY', 'SOKETI_SSL_KEY', 'LARAVEL_WEBSOCKETS_SSL_LOCAL_PK'),
  secret(
    setting(
      'tls.passphrase',
      readText,
      'PREGON_TLS_PASSPHRASE',
      'SOKETI_SSL_PASS',
      'LARAVEL_WEBSOCKETS_SSL_PASSPHRASE',
    ),
  ),
  setting('tls.caFile', readText, 'PREGON_TLS_CA', 'SOKETI_SSL_CA'),
  setting('tls.hostname', readText, 'PREGON_TLS_HOSTNAME', 'REVERB_HOST'),
  setting('cache.ttlSeconds', readSeconds, 'PREGON_CACHE_TTL', 'SOKETI_CHANNEL_CACHE_TTL'),
  setting('cache.maxEntries', readNumber, 'PREGON_CACHE_MAX_ENTRIES'),
  setting('cache.maxBytes', readNumber, 'PREGON_CACHE_MAX_BYTES'),
  setting('idempotency.seconds', readSeconds, 'PREGON_IDEMPOTENCY_SECONDS'),
  setting('idempotency.maxKeys', readNumber, 'PREGON_IDEMPOTENCY_MAX_KEYS'),
  setting(
    'webhooks.batchMilliseconds',
    readNumber,
    'PREGON_WEBHOOK_BATCH_MS',
    // Without batching soketi sends each event alone, whatever the duration.
    as('SOKETI_WEBHOOKS_BATCHING', (text) => (readBoolean(text) ? undefined : 0)),
    'SOKETI_WEBHOOKS_DURATION',
  ),
  setting('webhooks.maxBatchEvents', readNumber, 'PREGON_WEBHOOK_MAX_BATCH'),
  setting('webhooks.requestTimeoutSeconds', readSeconds, 'PREGON_WEBHOOK_TIMEOUT'),
  setting('webhooks.retrySeconds', readSeconds, 'PREGON_WEBHOOK_RETRY'),
  setting('webhooks.maxQueuedEvents', readNumber, 'PREGON_WEBHOOK_MAX_QUEUED'),
  setting('webhooks.maxQueuedBytes', readNumber, 'PREGON_WEBHOOK_MAX_QUEUED_BYTES'),
  setting('webhooks.graceMilliseconds', readNumber, 'PREGON_WEBHOOK_GRACE_MS'),
  setting(
    'cluster.bus',
    readText,
    'PREGON_BUS',
    as('REVERB_SCALING_ENABLED', readScaling),
    as('SOKETI_ADAPTER_DRIVER', readSoketiAdapter),
  ),
  setting(
    'cluster.prefix',
    readText,
    'PREGON_CLUSTER_PREFIX',
    'REDIS_PREFIX',
    'REVERB_SCALING_CHANNEL',
    'SOKETI_ADAPTER_REDIS_PREFIX',
    'SOKETI_ADAPTER_NATS_PREFIX',
    'SOKETI_DB_REDIS_KEY_PREFIX',
  ),
  secret(setting('cluster.redis.url', readText, 'PREGON_REDIS_URL', 'REDIS_URL')),
  setting('cluster.redis.host', readText, 'PREGON_REDIS_HOST', 'REDIS_HOST', 'SOKETI_DB_REDIS_HOST'),
  setting('cluster.redis.port', readPort, 'PREGON_REDIS_PORT', 'REDIS_PORT', 'SOKETI_DB_REDIS_PORT'),
  setting(
    'cluster.redis.username',
    readText,
    'PREGON_REDIS_USERNAME',
    'REDIS_USERNAME',
    'SOKETI_DB_REDIS_USERNAME',
  ),
  secret(
    setting(
      'cluster.redis.password',
      readText,
      'PREGON_REDIS_PASSWORD',
      'REDIS_PASSWORD',
      'SOKETI_DB_REDIS_PASSWORD',
    ),
  ),
  setting('cluster.redis.db', readNumber, 'PREGON_REDIS_DB', 'REDIS_DB', 'SOKETI_DB_REDIS_DB'),
  setting('cluster.redis.tls.enabled', readBoolean, 'PREGON_REDIS_TLS', as('REDIS_SCHEME', readRedisScheme)),
  setting('cluster.redis.tls.caFile', readText, 'PREGON_REDIS_TLS_CA'),
  setting('cluster.redis.tls.certFile', readText, 'PREGON_REDIS_TLS_CERT'),
  setting('cluster.redis.tls.keyFile', readText, 'PREGON_REDIS_TLS_KEY'),
  setting('cluster.redis.tls.rejectUnauthorized', readBoolean, 'PREGON_REDIS_TLS_VERIFY'),
  setting(
    'cluster.redis.sentinels',
    readList,
    'PREGON_REDIS_SENTINELS',
    as('SOKETI_DB_REDIS_SENTINELS', readSoketiAddresses(26_379)),
  ),
  setting(
    'cluster.redis.sentinelName',
    readText,
    'PREGON_REDIS_SENTINEL_NAME',
    'SOKETI_DB_REDIS_INSTANCE_NAME',
  ),
  secret(
    setting(
      'cluster.redis.sentinelPassword',
      readText,
      'PREGON_REDIS_SENTINEL_PASSWORD',
      'SOKETI_DB_REDIS_SENTINEL_PASSWORD',
    ),
  ),
  setting(
    'cluster.redis.cluster',
    readBoolean,
    'PREGON_REDIS_CLUSTER',
    as('REDIS_CLUSTER', readRedisCluster),
    'SOKETI_ADAPTER_REDIS_CLUSTER_MODE',
  ),
  setting(
    'cluster.redis.nodes',
    readList,
    'PREGON_REDIS_NODES',
    as('SOKETI_DB_REDIS_CLUSTER_NODES', readSoketiAddresses(6379)),
  ),
  setting(
    'cluster.nats.servers',
    readList,
    'PREGON_NATS_SERVERS',
    as('SOKETI_ADAPTER_NATS_SERVERS', readJsonOrList),
  ),
  setting('cluster.nats.user', readText, 'PREGON_NATS_USER', 'SOKETI_ADAPTER_NATS_USER'),
  secret(setting('cluster.nats.password', readText, 'PREGON_NATS_PASSWORD', 'SOKETI_ADAPTER_NATS_PASSWORD')),
  secret(setting('cluster.nats.token', readText, 'PREGON_NATS_TOKEN', 'SOKETI_ADAPTER_NATS_TOKEN')),
  setting('cluster.nats.tls.enabled', readBoolean, 'PREGON_NATS_TLS'),
  setting('cluster.nats.tls.caFile', readText, 'PREGON_NATS_TLS_CA'),
  setting('cluster.nats.tls.certFile', readText, 'PREGON_NATS_TLS_CERT'),
  setting('cluster.nats.tls.keyFile', readText, 'PREGON_NATS_TLS_KEY'),
  setting('cluster.nats.tls.rejectUnauthorized', readBoolean, 'PREGON_NATS_TLS_VERIFY'),
  secret(setting('gateway.secret', readText, 'PREGON_GATEWAY_SECRET', 'WS_SECRET')),
  setting('gateway.appId', readText, 'PREGON_GATEWAY_APP'),
  setting('gateway.secretInQuery', readBoolean, 'PREGON_GATEWAY_SECRET_IN_QUERY'),
  setting('gateway.publicUsers', readBoolean, 'PREGON_GATEWAY_PUBLIC_USERS'),
  setting('gateway.aliases', readBoolean, 'PREGON_GATEWAY_ALIASES'),
  setting('gateway.duplicateSeconds', readSeconds, 'PREGON_GATEWAY_DUPLICATE_SECONDS'),
  setting('gateway.maxDuplicates', readNumber, 'PREGON_GATEWAY_MAX_DUPLICATES'),
  secret(setting('hub.jwtSecret', readText, 'PREGON_HUB_JWT_SECRET')),
  setting('hub.jwksUrl', readText, 'PREGON_HUB_JWKS_URL'),
  setting('hub.algorithms', readList, 'PREGON_HUB_ALGORITHMS'),
  setting('hub.userClaims', readList, 'PREGON_HUB_USER_CLAIMS'),
  setting('hub.issuer', readText, 'PREGON_HUB_ISSUER'),
  setting('hub.audience', readText, 'PREGON_HUB_AUDIENCE'),
  setting('hub.jwksCooldownSeconds', readSeconds, 'PREGON_HUB_JWKS_COOLDOWN'),
  setting('hub.leewaySeconds', readSeconds, 'PREGON_HUB_LEEWAY'),
  setting('hub.appId', readText, 'PREGON_HUB_APP'),
  secret(setting('hub.notifySecret', readText, 'PREGON_HUB_NOTIFY_SECRET')),
  setting('hub.rememberSeconds', readSeconds, 'PREGON_HUB_REMEMBER'),
  setting('hub.maxSockets', readNumber, 'PREGON_HUB_MAX_SOCKETS'),
  setting('hub.maxSocketsPerUser', readNumber, 'PREGON_HUB_MAX_SOCKETS_PER_USER'),
  setting('management.enabled', readBoolean, 'PREGON_MANAGEMENT'),
  setting('management.host', readText, 'PREGON_MANAGEMENT_HOST', 'SOKETI_METRICS_HOST'),
  setting('management.port', readPort, 'PREGON_MANAGEMENT_PORT', 'SOKETI_METRICS_SERVER_PORT'),
  setting(
    'log.level',
    readText,
    'PREGON_LOG_LEVEL',
    as('SOKETI_DEBUG', (text) => (readBoolean(text) ? 'debug' : undefined)),
    as('LOG_LEVEL', readLaravelLogLevel),
  ),
  setting('log.format', readText, 'PREGON_LOG_FORMAT'),
];

/** Where the older notification server read its port; counts only where the gateway stands in for it. */
export const GATEWAY_PORT: Setting = setting('server.port', readPort, 'PORT', 'WEBSOCKET_PORT');

/** What soketi's users have where they set no port: clients, and metrics that Prometheus fetches from elsewhere. */
export const SOKETI_PORT = 6001;
export const SOKETI_METRICS: Setting = setting(
  'management.host',
  (text) => (readBoolean(text) ? '0.0.0.0' : undefined),
  'SOKETI_METRICS_ENABLED',
);

/** Settings of the app that the environment or a `.env` describes. */
export const APP_SETTINGS: readonly Setting[] = [
  setting('enabled', readBoolean, 'PREGON_APP_ENABLED', 'SOKETI_DEFAULT_APP_ENABLED'),
  setting(
    'allowedOrigins',
    readList,
    'PREGON_APP_ALLOWED_ORIGINS',
    'REVERB_ALLOWED_ORIGINS',
    'REVERB_ALLOWED_ORIGIN',
  ),
  setting('requireTls', readBoolean, 'PREGON_APP_REQUIRE_TLS'),
  setting(
    'maxConnections',
    readLimit,
    'PREGON_APP_MAX_CONNECTIONS',
    'REVERB_APP_MAX_CONNECTIONS',
    'SOKETI_DEFAULT_APP_MAX_CONNS',
  ),
  setting('maxHandshakesPerSecond', readLimit, 'PREGON_APP_MAX_HANDSHAKES_PER_SECOND'),
  setting('handshakeBurst', readNumber, 'PREGON_APP_HANDSHAKE_BURST'),
  setting(
    'clientEvents',
    readText,
    'PREGON_APP_CLIENT_EVENTS',
    'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
    as('SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES', (text) => (readBoolean(text) ? 'members' : 'none')),
  ),
  setting(
    'maxClientEventsPerSecond',
    readLimit,
    'PREGON_APP_MAX_CLIENT_EVENTS_PER_SECOND',
    'SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC',
  ),
  setting('maxMessagesPerSecond', readLimit, 'PREGON_APP_MAX_MESSAGES_PER_SECOND'),
  setting(
    'maxMessagesPerWindow',
    readLimit,
    'PREGON_APP_MAX_MESSAGES_PER_WINDOW',
    behind('REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS', readNumber, 'REVERB_APP_RATE_LIMITING_ENABLED', 60),
  ),
  setting(
    'messageWindowSeconds',
    readSeconds,
    'PREGON_APP_MESSAGE_WINDOW',
    'REVERB_APP_RATE_LIMIT_DECAY_SECONDS',
  ),
  setting(
    'terminateOnMessageLimit',
    readBoolean,
    'PREGON_APP_TERMINATE_ON_MESSAGE_LIMIT',
    'REVERB_APP_RATE_LIMIT_TERMINATE',
  ),
  setting(
    'maxTriggersPerSecond',
    readLimit,
    'PREGON_APP_MAX_TRIGGERS_PER_SECOND',
    'SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC',
  ),
  setting(
    'maxReadsPerSecond',
    readLimit,
    'PREGON_APP_MAX_READS_PER_SECOND',
    'SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC',
  ),
  setting('maxMessageBytes', readNumber, 'PREGON_APP_MAX_MESSAGE_BYTES', 'REVERB_APP_MAX_MESSAGE_SIZE'),
  setting(
    'maxChannelNameLength',
    readNumber,
    'PREGON_APP_MAX_CHANNEL_NAME_LENGTH',
    'SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH',
  ),
  setting(
    'maxEventNameLength',
    readNumber,
    'PREGON_APP_MAX_EVENT_NAME_LENGTH',
    'SOKETI_EVENT_MAX_NAME_LENGTH',
  ),
  setting(
    'maxEventBytes',
    readNumber,
    'PREGON_APP_MAX_EVENT_BYTES',
    as('SOKETI_EVENT_MAX_SIZE_IN_KB', readKilobytes),
  ),
  setting(
    'maxChannelsPerEvent',
    readNumber,
    'PREGON_APP_MAX_CHANNELS_PER_EVENT',
    'SOKETI_EVENT_MAX_CHANNELS_AT_ONCE',
  ),
  setting('maxBatchSize', readNumber, 'PREGON_APP_MAX_BATCH_SIZE', 'SOKETI_EVENT_MAX_BATCH_SIZE'),
  setting('maxSubscriptionsPerConnection', readNumber, 'PREGON_APP_MAX_SUBSCRIPTIONS_PER_CONNECTION'),
  setting('maxSubscriptionsPerSecond', readLimit, 'PREGON_APP_MAX_SUBSCRIPTIONS_PER_SECOND'),
  setting('maxPresenceJoinsPerSecond', readLimit, 'PREGON_APP_MAX_PRESENCE_JOINS_PER_SECOND'),
  setting('maxPresenceJoinsPerMinute', readLimit, 'PREGON_APP_MAX_PRESENCE_JOINS_PER_MINUTE'),
  setting('maxPresenceMembers', readNumber, 'PREGON_APP_MAX_PRESENCE_MEMBERS', 'SOKETI_PRESENCE_MAX_MEMBERS'),
  setting(
    'maxPresenceInfoBytes',
    readNumber,
    'PREGON_APP_MAX_PRESENCE_INFO_BYTES',
    as('SOKETI_PRESENCE_MAX_MEMBER_SIZE', readKilobytes),
  ),
  setting('maxUserIdLength', readNumber, 'PREGON_APP_MAX_USER_ID_LENGTH'),
  setting(
    'activityTimeoutSeconds',
    readSeconds,
    'PREGON_APP_ACTIVITY_TIMEOUT',
    'REVERB_APP_ACTIVITY_TIMEOUT',
  ),
  setting('userAuthentication', readBoolean, 'PREGON_APP_USER_AUTHENTICATION'),
  setting(
    'authorizationTimeoutSeconds',
    readSeconds,
    'PREGON_APP_AUTHORIZATION_TIMEOUT',
    // soketi's switch for sign-in also demands it in time.
    behind(
      'SOKETI_USER_AUTHENTICATION_TIMEOUT',
      (text) => Math.ceil(readMilliseconds(text)),
      'SOKETI_DEFAULT_APP_USER_AUTHENTICATION',
      30,
    ),
  ),
  setting('watchlist', readBoolean, 'PREGON_APP_WATCHLIST'),
  setting('maxWatchlistLength', readNumber, 'PREGON_APP_MAX_WATCHLIST_LENGTH'),
  setting('subscriptionCount', readBoolean, 'PREGON_APP_SUBSCRIPTION_COUNT'),
  setting('duplicateSubscription', readText, 'PREGON_APP_DUPLICATE_SUBSCRIPTION'),
  setting('internalSubscriptionError', readBoolean, 'PREGON_APP_INTERNAL_SUBSCRIPTION_ERROR'),
  setting('whenDegraded', readText, 'PREGON_APP_WHEN_DEGRADED'),
  setting('terminateCloseCode', readNumber, 'PREGON_APP_TERMINATE_CLOSE_CODE'),
  setting('eventSystems', readList, 'PREGON_APP_EVENT_SYSTEMS'),
  setting('eventValidation', readText, 'PREGON_APP_EVENT_VALIDATION'),
  setting('clientEventValidation', readText, 'PREGON_APP_CLIENT_EVENT_VALIDATION'),
  // Their headers may hold tokens.
  secret(
    setting(
      'webhooks',
      readJson,
      'PREGON_APP_WEBHOOKS',
      as('SOKETI_DEFAULT_APP_WEBHOOKS', readSoketiWebhooks),
    ),
  ),
];

/** Where an app's id, key and secret may stand; the first family with a value is taken whole. */
export const CREDENTIALS: readonly { readonly id: string; readonly key: string; readonly secret: string }[] =
  [
    { id: 'PREGON_APP_ID', key: 'PREGON_APP_KEY', secret: 'PREGON_APP_SECRET' },
    { id: 'REVERB_APP_ID', key: 'REVERB_APP_KEY', secret: 'REVERB_APP_SECRET' },
    { id: 'PUSHER_APP_ID', key: 'PUSHER_APP_KEY', secret: 'PUSHER_APP_SECRET' },
    { id: 'SOKETI_DEFAULT_APP_ID', key: 'SOKETI_DEFAULT_APP_KEY', secret: 'SOKETI_DEFAULT_APP_SECRET' },
  ];

/** Own variables that name a file rather than a setting. */
export const FILE_VARIABLES = { config: 'PREGON_CONFIG', envFile: 'PREGON_ENV_FILE' } as const;

/** The development app, served on loopback when no app is configured. */
export const DEVELOPMENT_APP = {
  id: 'app-id',
  key: 'app-key',
  secret: 'app-secret',
  clientEvents: 'members',
} as const;

/** Whether these are the published credentials of {@link DEVELOPMENT_APP}, which protect nothing. */
export function isDevelopmentApp(app: AppConfig): boolean {
  return appKeys(app).some(({ secret: value }) => value === DEVELOPMENT_APP.secret);
}

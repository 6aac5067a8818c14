import {
  readBoolean,
  readJson,
  readKilobytes,
  readLaravelLogLevel,
  readLimit,
  readList,
  readMilliseconds,
  readNumber,
  readPathPrefix,
  readPort,
  readSeconds,
  readSoketiWebhooks,
  readText,
  type Reader,
} from './readers.js';
import { appKeys, type AppConfig } from './schema.js';

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
  setting('server.trustedProxies', readList, 'PREGON_TRUSTED_PROXIES'),
  setting('server.maxRequestBytes', readNumber, 'PREGON_MAX_REQUEST_BYTES', 'REVERB_MAX_REQUEST_SIZE'),
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
  setting('webhooks.batchMilliseconds', readNumber, 'PREGON_WEBHOOK_BATCH_MS', 'SOKETI_WEBHOOKS_DURATION'),
  setting('webhooks.maxBatchEvents', readNumber, 'PREGON_WEBHOOK_MAX_BATCH'),
  setting('webhooks.requestTimeoutSeconds', readSeconds, 'PREGON_WEBHOOK_TIMEOUT'),
  setting('webhooks.retrySeconds', readSeconds, 'PREGON_WEBHOOK_RETRY'),
  setting('webhooks.maxQueuedEvents', readNumber, 'PREGON_WEBHOOK_MAX_QUEUED'),
  setting('webhooks.graceMilliseconds', readNumber, 'PREGON_WEBHOOK_GRACE_MS'),
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

/** Settings of the app that the environment or a `.env` describes. */
export const APP_SETTINGS: readonly Setting[] = [
  setting('enabled', readBoolean, 'PREGON_APP_ENABLED', 'SOKETI_DEFAULT_APP_ENABLED'),
  setting('allowedOrigins', readList, 'PREGON_APP_ALLOWED_ORIGINS', 'REVERB_ALLOWED_ORIGINS'),
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
  setting('maxMessagesPerWindow', readLimit, 'PREGON_APP_MAX_MESSAGES_PER_WINDOW'),
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
  setting('authorizationTimeoutSeconds', readSeconds, 'PREGON_APP_AUTHORIZATION_TIMEOUT'),
  setting('watchlist', readBoolean, 'PREGON_APP_WATCHLIST'),
  setting('maxWatchlistLength', readNumber, 'PREGON_APP_MAX_WATCHLIST_LENGTH'),
  setting('subscriptionCount', readBoolean, 'PREGON_APP_SUBSCRIPTION_COUNT'),
  setting('duplicateSubscription', readText, 'PREGON_APP_DUPLICATE_SUBSCRIPTION'),
  setting('internalSubscriptionError', readBoolean, 'PREGON_APP_INTERNAL_SUBSCRIPTION_ERROR'),
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

import { describe, expect, it } from 'vitest';
import { APP_SETTINGS, CREDENTIALS, SERVER_SETTINGS } from '../../../src/config/settings.js';
import { getPath, leaves } from '../../../src/config/tree.js';
import { load } from '../../support/load.js';

const APP = { PREGON_APP_ID: 'an-app', PREGON_APP_KEY: 'a-key', PREGON_APP_SECRET: 'a-secret' };

type Row = readonly [variable: string, text: string, path: string, value: unknown];

const SERVER_ROWS: readonly Row[] = [
  ['PREGON_HOST', '10.0.0.1', 'server.host', '10.0.0.1'],
  ['REVERB_SERVER_HOST', '10.0.0.1', 'server.host', '10.0.0.1'],
  ['SOKETI_HOST', '10.0.0.1', 'server.host', '10.0.0.1'],
  ['PREGON_PORT', '6002', 'server.port', 6002],
  ['REVERB_SERVER_PORT', '6002', 'server.port', 6002],
  ['SOKETI_PORT', '6002', 'server.port', 6002],
  ['LARAVEL_WEBSOCKETS_PORT', '6002', 'server.port', 6002],
  ['PREGON_PATH', '/ws', 'server.pathPrefix', '/ws'],
  ['REVERB_SERVER_PATH', 'ws/', 'server.pathPrefix', '/ws'],
  ['SOKETI_PATH_PREFIX', '/', 'server.pathPrefix', ''],
  ['PREGON_TRANSPORT', 'ws', 'server.transport', 'ws'],
  ['PREGON_WORKERS', '4', 'server.workers', 4],
  ['PREGON_WORKERS', 'auto', 'server.workers', 'auto'],
  ['PREGON_TRUSTED_PROXIES', '10.0.0.0/8, ::1', 'server.trustedProxies', ['10.0.0.0/8', '::1']],
  ['PREGON_MAX_REQUEST_BYTES', '2000', 'server.maxRequestBytes', 2000],
  ['REVERB_MAX_REQUEST_SIZE', '2000', 'server.maxRequestBytes', 2000],
  ['PREGON_MAX_UNFINISHED_REQUESTS', '10', 'server.maxUnfinishedRequests', 10],
  ['PREGON_MAX_UNFINISHED_BYTES', '65536', 'server.maxUnfinishedBytes', 65_536],
  ['PREGON_MAX_UNSIGNED_REQUESTS_PER_SECOND', '20', 'server.maxUnsignedRequestsPerSecond', 20],
  ['PREGON_UNSIGNED_REQUEST_BURST', '50', 'server.unsignedRequestBurst', 50],
  ['PREGON_MAX_BUFFERED_BYTES', '65536', 'server.maxBufferedBytes', 65_536],
  ['PREGON_IDLE_TIMEOUT', '30s', 'server.idleTimeoutSeconds', 30],
  ['PREGON_COMPRESSION', 'shared', 'server.compression', 'shared'],
  ['PREGON_DRAIN', '2m', 'server.drainSeconds', 120],
  ['SOKETI_SHUTDOWN_GRACE_PERIOD', '1500', 'server.drainSeconds', 1.5],
  ['PREGON_TLS_CERT', 'a.pem', 'tls.certFile', 'a.pem'],
  ['SOKETI_SSL_CERT', 'a.pem', 'tls.certFile', 'a.pem'],
  ['LARAVEL_WEBSOCKETS_SSL_LOCAL_CERT', 'a.pem', 'tls.certFile', 'a.pem'],
  ['PREGON_TLS_KEY', 'a.key', 'tls.keyFile', 'a.key'],
  ['SOKETI_SSL_KEY', 'a.key', 'tls.keyFile', 'a.key'],
  ['LARAVEL_WEBSOCKETS_SSL_LOCAL_PK', 'a.key', 'tls.keyFile', 'a.key'],
  ['PREGON_TLS_PASSPHRASE', 'open', 'tls.passphrase', 'open'],
  ['SOKETI_SSL_PASS', 'open', 'tls.passphrase', 'open'],
  ['LARAVEL_WEBSOCKETS_SSL_PASSPHRASE', 'open', 'tls.passphrase', 'open'],
  ['PREGON_TLS_CA', 'ca.pem', 'tls.caFile', 'ca.pem'],
  ['SOKETI_SSL_CA', 'ca.pem', 'tls.caFile', 'ca.pem'],
  ['PREGON_TLS_HOSTNAME', 'shop.test', 'tls.hostname', 'shop.test'],
  ['REVERB_HOST', 'shop.test', 'tls.hostname', 'shop.test'],
  ['PREGON_CACHE_TTL', '1h', 'cache.ttlSeconds', 3600],
  ['SOKETI_CHANNEL_CACHE_TTL', '3600', 'cache.ttlSeconds', 3600],
  ['PREGON_CACHE_MAX_ENTRIES', '10', 'cache.maxEntries', 10],
  ['PREGON_CACHE_MAX_BYTES', '1024', 'cache.maxBytes', 1024],
  ['PREGON_IDEMPOTENCY_SECONDS', '60', 'idempotency.seconds', 60],
  ['PREGON_IDEMPOTENCY_MAX_KEYS', '10', 'idempotency.maxKeys', 10],
  ['PREGON_WEBHOOK_BATCH_MS', '0', 'webhooks.batchMilliseconds', 0],
  ['SOKETI_WEBHOOKS_DURATION', '100', 'webhooks.batchMilliseconds', 100],
  ['SOKETI_WEBHOOKS_BATCHING', 'false', 'webhooks.batchMilliseconds', 0],
  ['PREGON_WEBHOOK_MAX_BATCH', '10', 'webhooks.maxBatchEvents', 10],
  ['PREGON_WEBHOOK_TIMEOUT', '5s', 'webhooks.requestTimeoutSeconds', 5],
  ['PREGON_WEBHOOK_RETRY', '10m', 'webhooks.retrySeconds', 600],
  ['PREGON_WEBHOOK_MAX_QUEUED', '100', 'webhooks.maxQueuedEvents', 100],
  ['PREGON_WEBHOOK_MAX_QUEUED_BYTES', '100', 'webhooks.maxQueuedBytes', 100],
  ['PREGON_WEBHOOK_GRACE_MS', '0', 'webhooks.graceMilliseconds', 0],
  ['PREGON_BUS', 'redis', 'cluster.bus', 'redis'],
  ['REVERB_SCALING_ENABLED', 'true', 'cluster.bus', 'redis'],
  ['SOKETI_ADAPTER_DRIVER', 'redis', 'cluster.bus', 'redis'],
  ['PREGON_CLUSTER_PREFIX', 'shop', 'cluster.prefix', 'shop'],
  ['REDIS_PREFIX', 'shop_', 'cluster.prefix', 'shop_'],
  ['REVERB_SCALING_CHANNEL', 'shop', 'cluster.prefix', 'shop'],
  ['SOKETI_ADAPTER_REDIS_PREFIX', 'shop', 'cluster.prefix', 'shop'],
  ['SOKETI_ADAPTER_NATS_PREFIX', 'shop', 'cluster.prefix', 'shop'],
  ['SOKETI_DB_REDIS_KEY_PREFIX', 'shop', 'cluster.prefix', 'shop'],
  ['PREGON_REDIS_URL', 'redis://redis:6380', 'cluster.redis.url', 'redis://redis:6380'],
  ['REDIS_URL', 'redis://redis:6380', 'cluster.redis.url', 'redis://redis:6380'],
  ['PREGON_REDIS_HOST', 'redis', 'cluster.redis.host', 'redis'],
  ['REDIS_HOST', 'tls://redis', 'cluster.redis.host', 'tls://redis'],
  ['SOKETI_DB_REDIS_HOST', 'redis', 'cluster.redis.host', 'redis'],
  ['PREGON_REDIS_PORT', '6380', 'cluster.redis.port', 6380],
  ['REDIS_PORT', '6380', 'cluster.redis.port', 6380],
  ['SOKETI_DB_REDIS_PORT', '6380', 'cluster.redis.port', 6380],
  ['PREGON_REDIS_USERNAME', 'shop', 'cluster.redis.username', 'shop'],
  ['REDIS_USERNAME', 'shop', 'cluster.redis.username', 'shop'],
  ['SOKETI_DB_REDIS_USERNAME', 'shop', 'cluster.redis.username', 'shop'],
  ['PREGON_REDIS_PASSWORD', 'open', 'cluster.redis.password', 'open'],
  ['REDIS_PASSWORD', 'open', 'cluster.redis.password', 'open'],
  ['SOKETI_DB_REDIS_PASSWORD', 'open', 'cluster.redis.password', 'open'],
  ['PREGON_REDIS_DB', '2', 'cluster.redis.db', 2],
  ['REDIS_DB', '2', 'cluster.redis.db', 2],
  ['SOKETI_DB_REDIS_DB', '2', 'cluster.redis.db', 2],
  ['PREGON_REDIS_TLS', 'true', 'cluster.redis.tls.enabled', true],
  ['REDIS_SCHEME', 'tls', 'cluster.redis.tls.enabled', true],
  ['PREGON_REDIS_TLS_CA', 'ca.pem', 'cluster.redis.tls.caFile', 'ca.pem'],
  ['PREGON_REDIS_TLS_CERT', 'a.pem', 'cluster.redis.tls.certFile', 'a.pem'],
  ['PREGON_REDIS_TLS_KEY', 'a.key', 'cluster.redis.tls.keyFile', 'a.key'],
  ['PREGON_REDIS_TLS_VERIFY', 'false', 'cluster.redis.tls.rejectUnauthorized', false],
  ['PREGON_REDIS_SENTINELS', 'a:26379, b:26379', 'cluster.redis.sentinels', ['a:26379', 'b:26379']],
  [
    'SOKETI_DB_REDIS_SENTINELS',
    '[{"host":"a","port":26380},{"host":"::1"}]',
    'cluster.redis.sentinels',
    ['a:26380', '[::1]:26379'],
  ],
  ['PREGON_REDIS_SENTINEL_NAME', 'shop', 'cluster.redis.sentinelName', 'shop'],
  ['SOKETI_DB_REDIS_INSTANCE_NAME', 'shop', 'cluster.redis.sentinelName', 'shop'],
  ['PREGON_REDIS_SENTINEL_PASSWORD', 'open', 'cluster.redis.sentinelPassword', 'open'],
  ['SOKETI_DB_REDIS_SENTINEL_PASSWORD', 'open', 'cluster.redis.sentinelPassword', 'open'],
  ['PREGON_REDIS_CLUSTER', 'true', 'cluster.redis.cluster', true],
  ['REDIS_CLUSTER', 'true', 'cluster.redis.cluster', true],
  ['SOKETI_ADAPTER_REDIS_CLUSTER_MODE', 'true', 'cluster.redis.cluster', true],
  ['PREGON_REDIS_NODES', 'a:6379, b:6379', 'cluster.redis.nodes', ['a:6379', 'b:6379']],
  ['SOKETI_DB_REDIS_CLUSTER_NODES', '[{"host":"a","port":7000}]', 'cluster.redis.nodes', ['a:7000']],
  ['PREGON_NATS_SERVERS', 'a:4222, b:4222', 'cluster.nats.servers', ['a:4222', 'b:4222']],
  ['SOKETI_ADAPTER_NATS_SERVERS', '["a:4222"]', 'cluster.nats.servers', ['a:4222']],
  ['PREGON_NATS_USER', 'shop', 'cluster.nats.user', 'shop'],
  ['SOKETI_ADAPTER_NATS_USER', 'shop', 'cluster.nats.user', 'shop'],
  ['PREGON_NATS_PASSWORD', 'open', 'cluster.nats.password', 'open'],
  ['SOKETI_ADAPTER_NATS_PASSWORD', 'open', 'cluster.nats.password', 'open'],
  ['PREGON_NATS_TOKEN', 'open', 'cluster.nats.token', 'open'],
  ['SOKETI_ADAPTER_NATS_TOKEN', 'open', 'cluster.nats.token', 'open'],
  ['PREGON_NATS_TLS', 'true', 'cluster.nats.tls.enabled', true],
  ['PREGON_NATS_TLS_CA', 'ca.pem', 'cluster.nats.tls.caFile', 'ca.pem'],
  ['PREGON_NATS_TLS_CERT', 'a.pem', 'cluster.nats.tls.certFile', 'a.pem'],
  ['PREGON_NATS_TLS_KEY', 'a.key', 'cluster.nats.tls.keyFile', 'a.key'],
  ['PREGON_NATS_TLS_VERIFY', 'false', 'cluster.nats.tls.rejectUnauthorized', false],
  ['PREGON_GATEWAY_SECRET', 'a-secret', 'gateway.secret', 'a-secret'],
  ['WS_SECRET', 'a-secret', 'gateway.secret', 'a-secret'],
  ['PREGON_GATEWAY_APP', 'an-app', 'gateway.appId', 'an-app'],
  ['PREGON_GATEWAY_SECRET_IN_QUERY', 'true', 'gateway.secretInQuery', true],
  ['PREGON_GATEWAY_PUBLIC_USERS', 'true', 'gateway.publicUsers', true],
  ['PREGON_GATEWAY_ALIASES', 'true', 'gateway.aliases', true],
  ['PREGON_GATEWAY_DUPLICATE_SECONDS', '0', 'gateway.duplicateSeconds', 0],
  ['PREGON_GATEWAY_MAX_DUPLICATES', '10', 'gateway.maxDuplicates', 10],
  ['PREGON_HUB_JWT_SECRET', 'x'.repeat(32), 'hub.jwtSecret', 'x'.repeat(32)],
  ['PREGON_HUB_JWKS_URL', 'https://id.test/jwks', 'hub.jwksUrl', 'https://id.test/jwks'],
  ['PREGON_HUB_ALGORITHMS', 'HS384, HS512', 'hub.algorithms', ['HS384', 'HS512']],
  ['PREGON_HUB_USER_CLAIMS', 'uid, sub', 'hub.userClaims', ['uid', 'sub']],
  ['PREGON_HUB_ISSUER', 'https://id.test', 'hub.issuer', 'https://id.test'],
  ['PREGON_HUB_AUDIENCE', 'hub', 'hub.audience', 'hub'],
  ['PREGON_HUB_LEEWAY', '5s', 'hub.leewaySeconds', 5],
  ['PREGON_HUB_JWKS_COOLDOWN', '1m', 'hub.jwksCooldownSeconds', 60],
  ['PREGON_HUB_APP', 'an-app', 'hub.appId', 'an-app'],
  ['PREGON_HUB_NOTIFY_SECRET', 'a-secret', 'hub.notifySecret', 'a-secret'],
  ['PREGON_HUB_REMEMBER', '10m', 'hub.rememberSeconds', 600],
  ['PREGON_HUB_MAX_SOCKETS', '10', 'hub.maxSockets', 10],
  ['PREGON_HUB_MAX_SOCKETS_PER_USER', '5', 'hub.maxSocketsPerUser', 5],
  ['PREGON_MANAGEMENT', 'false', 'management.enabled', false],
  ['PREGON_MANAGEMENT_HOST', '0.0.0.0', 'management.host', '0.0.0.0'],
  ['SOKETI_METRICS_HOST', '0.0.0.0', 'management.host', '0.0.0.0'],
  ['PREGON_MANAGEMENT_PORT', '9000', 'management.port', 9000],
  ['SOKETI_METRICS_SERVER_PORT', '9000', 'management.port', 9000],
  ['PREGON_LOG_LEVEL', 'trace', 'log.level', 'trace'],
  ['SOKETI_DEBUG', 'true', 'log.level', 'debug'],
  ['LOG_LEVEL', 'warning', 'log.level', 'warn'],
  ['PREGON_LOG_FORMAT', 'pretty', 'log.format', 'pretty'],
];

const WEBHOOK = { url: 'https://a.test/hook', eventTypes: ['member_added'], headers: {}, filter: {} };
const SOKETI_WEBHOOK = {
  url: 'https://a.test/hook',
  event_types: ['cache_miss', 'client_event'],
  headers: { x_token: 'a_b' },
  filter: { channel_name_starts_with: 'a_b', channel_name_ends_with: 'c' },
};

const APP_ROWS: readonly Row[] = [
  ['PREGON_APP_ENABLED', 'false', 'enabled', false],
  ['SOKETI_DEFAULT_APP_ENABLED', '0', 'enabled', false],
  ['PREGON_APP_ALLOWED_ORIGINS', 'a.test, *.b.test', 'allowedOrigins', ['a.test', '*.b.test']],
  ['REVERB_ALLOWED_ORIGINS', 'a.test', 'allowedOrigins', ['a.test']],
  ['REVERB_ALLOWED_ORIGIN', 'a.test', 'allowedOrigins', ['a.test']],
  ['PREGON_APP_REQUIRE_TLS', 'yes', 'requireTls', true],
  ['PREGON_APP_MAX_CONNECTIONS', '10', 'maxConnections', 10],
  ['REVERB_APP_MAX_CONNECTIONS', '10', 'maxConnections', 10],
  ['SOKETI_DEFAULT_APP_MAX_CONNS', '10', 'maxConnections', 10],
  ['PREGON_APP_MAX_HANDSHAKES_PER_SECOND', 'none', 'maxHandshakesPerSecond', null],
  ['PREGON_APP_HANDSHAKE_BURST', '10', 'handshakeBurst', 10],
  ['PREGON_APP_CLIENT_EVENTS', 'all', 'clientEvents', 'all'],
  ['REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM', 'members', 'clientEvents', 'members'],
  ['SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES', 'true', 'clientEvents', 'members'],
  ['PREGON_APP_MAX_CLIENT_EVENTS_PER_SECOND', '0', 'maxClientEventsPerSecond', null],
  ['SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC', '-1', 'maxClientEventsPerSecond', null],
  ['PREGON_APP_MAX_MESSAGES_PER_SECOND', 'none', 'maxMessagesPerSecond', null],
  ['PREGON_APP_MAX_MESSAGES_PER_WINDOW', '10', 'maxMessagesPerWindow', 10],
  ['PREGON_APP_MESSAGE_WINDOW', '1m', 'messageWindowSeconds', 60],
  ['REVERB_APP_RATE_LIMIT_DECAY_SECONDS', '10', 'messageWindowSeconds', 10],
  ['PREGON_APP_TERMINATE_ON_MESSAGE_LIMIT', 'on', 'terminateOnMessageLimit', true],
  ['REVERB_APP_RATE_LIMIT_TERMINATE', 'true', 'terminateOnMessageLimit', true],
  ['PREGON_APP_MAX_TRIGGERS_PER_SECOND', '10', 'maxTriggersPerSecond', 10],
  ['SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC', '10', 'maxTriggersPerSecond', 10],
  ['PREGON_APP_MAX_READS_PER_SECOND', '10', 'maxReadsPerSecond', 10],
  ['SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC', '10', 'maxReadsPerSecond', 10],
  ['PREGON_APP_MAX_MESSAGE_BYTES', '2000', 'maxMessageBytes', 2000],
  ['REVERB_APP_MAX_MESSAGE_SIZE', '2000', 'maxMessageBytes', 2000],
  ['PREGON_APP_MAX_CHANNEL_NAME_LENGTH', '100', 'maxChannelNameLength', 100],
  ['SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH', '100', 'maxChannelNameLength', 100],
  ['PREGON_APP_MAX_EVENT_NAME_LENGTH', '100', 'maxEventNameLength', 100],
  ['SOKETI_EVENT_MAX_NAME_LENGTH', '100', 'maxEventNameLength', 100],
  ['PREGON_APP_MAX_EVENT_BYTES', '100', 'maxEventBytes', 100],
  ['SOKETI_EVENT_MAX_SIZE_IN_KB', '100', 'maxEventBytes', 102_400],
  ['PREGON_APP_MAX_CHANNELS_PER_EVENT', '5', 'maxChannelsPerEvent', 5],
  ['SOKETI_EVENT_MAX_CHANNELS_AT_ONCE', '5', 'maxChannelsPerEvent', 5],
  ['PREGON_APP_MAX_BATCH_SIZE', '5', 'maxBatchSize', 5],
  ['SOKETI_EVENT_MAX_BATCH_SIZE', '5', 'maxBatchSize', 5],
  ['PREGON_APP_MAX_SUBSCRIPTIONS_PER_SECOND', '5', 'maxSubscriptionsPerSecond', 5],
  ['PREGON_APP_MAX_PRESENCE_JOINS_PER_SECOND', '5', 'maxPresenceJoinsPerSecond', 5],
  ['PREGON_APP_MAX_PRESENCE_JOINS_PER_MINUTE', '5', 'maxPresenceJoinsPerMinute', 5],
  ['PREGON_APP_MAX_SUBSCRIPTIONS_PER_CONNECTION', '5', 'maxSubscriptionsPerConnection', 5],
  ['PREGON_APP_MAX_PRESENCE_MEMBERS', '5', 'maxPresenceMembers', 5],
  ['SOKETI_PRESENCE_MAX_MEMBERS', '5', 'maxPresenceMembers', 5],
  ['PREGON_APP_MAX_PRESENCE_INFO_BYTES', '100', 'maxPresenceInfoBytes', 100],
  ['SOKETI_PRESENCE_MAX_MEMBER_SIZE', '2', 'maxPresenceInfoBytes', 2048],
  ['PREGON_APP_MAX_USER_ID_LENGTH', '5', 'maxUserIdLength', 5],
  ['PREGON_APP_ACTIVITY_TIMEOUT', '2m', 'activityTimeoutSeconds', 120],
  ['REVERB_APP_ACTIVITY_TIMEOUT', '20', 'activityTimeoutSeconds', 20],
  ['PREGON_APP_USER_AUTHENTICATION', 'false', 'userAuthentication', false],
  ['PREGON_APP_AUTHORIZATION_TIMEOUT', '10', 'authorizationTimeoutSeconds', 10],
  ['PREGON_APP_WATCHLIST', 'true', 'watchlist', true],
  ['PREGON_APP_MAX_WATCHLIST_LENGTH', '5', 'maxWatchlistLength', 5],
  ['PREGON_APP_SUBSCRIPTION_COUNT', 'true', 'subscriptionCount', true],
  ['PREGON_APP_DUPLICATE_SUBSCRIPTION', 'error', 'duplicateSubscription', 'error'],
  ['PREGON_APP_INTERNAL_SUBSCRIPTION_ERROR', 'true', 'internalSubscriptionError', true],
  ['PREGON_APP_EVENT_SYSTEMS', 'credits', 'eventSystems', ['credits']],
  ['PREGON_APP_EVENT_VALIDATION', 'off', 'eventValidation', 'off'],
  ['PREGON_APP_CLIENT_EVENT_VALIDATION', 'warn', 'clientEventValidation', 'warn'],
  ['PREGON_APP_WHEN_DEGRADED', 'refuse', 'whenDegraded', 'refuse'],
  ['PREGON_APP_TERMINATE_CLOSE_CODE', '4200', 'terminateCloseCode', 4200],
  ['PREGON_APP_WEBHOOKS', JSON.stringify([WEBHOOK]), 'webhooks', [WEBHOOK]],
  [
    'SOKETI_DEFAULT_APP_WEBHOOKS',
    JSON.stringify([SOKETI_WEBHOOK]),
    'webhooks',
    [
      {
        url: SOKETI_WEBHOOK.url,
        eventTypes: SOKETI_WEBHOOK.event_types,
        headers: { x_token: 'a_b' },
        filter: { channelNameStartsWith: 'a_b', channelNameEndsWith: 'c' },
      },
    ],
  ],
];

const byPath = (rows: readonly Row[]): Set<string> =>
  new Set(rows.map(([name, , path]) => `${name} ${path}`));
const known = (settings: typeof SERVER_SETTINGS): Set<string> =>
  new Set(
    settings.flatMap(({ path, variables }) =>
      // Those behind a switch are tested with it.
      variables.filter(({ behind }) => behind === undefined).map(({ name }) => `${name} ${path}`),
    ),
  );

describe('a variable', () => {
  it('has a row here, whichever it is', () => {
    expect(byPath(SERVER_ROWS)).toStrictEqual(known(SERVER_SETTINGS));
    expect(byPath(APP_ROWS)).toStrictEqual(known(APP_SETTINGS));
  });

  it.each(SERVER_ROWS)('%s=%s sets %s in the environment and in a .env', (name, text, path, value) => {
    const fromEnvironment = load({ environment: { ...APP, [name]: text } });
    const fromFile = load({ environment: APP, envFile: { [name]: text } });
    expect(getPath(fromEnvironment.config, path)).toStrictEqual(value);
    expect(getPath(fromFile.config, path)).toStrictEqual(value);
    expect(fromEnvironment.origins.get(path)).toBe(`environment: ${name}`);
    expect(fromFile.origins.get(path)).toBe(`../app/.env: ${name}`);
  });

  it.each(APP_ROWS)('%s=%s sets %s of the app', (name, text, path, value) => {
    const { config, origins } = load({ environment: { ...APP, [name]: text } });
    expect(getPath(config.apps[0], path)).toStrictEqual(value);
    expect(origins.get(`apps.0.${path}`)).toBe(`environment: ${name}`);
  });

  it.each([...SERVER_SETTINGS, ...APP_SETTINGS].filter(({ variables }) => variables.length > 1))(
    'of our own wins over those of others: $path',
    ({ path, variables }) => {
      const plain = variables.filter(({ behind }) => behind === undefined);
      const environment = Object.fromEntries(plain.map(({ name }) => [name, textFor(name)]));
      const { origins } = load({ environment: { ...APP, ...environment } });
      const origin = origins.get(path) ?? origins.get(`apps.0.${path}`);
      expect(origin).toBe(`environment: ${variables[0]!.name}`);
    },
  );
});

function textFor(name: string): string {
  return [...SERVER_ROWS, ...APP_ROWS].find(([variable]) => variable === name)![1];
}

describe('the settings', () => {
  it('are each in the schema, with nothing left over', () => {
    const config = load({ environment: APP }).config;
    const { apps, ...server } = config;
    for (const { path } of SERVER_SETTINGS) expect(getPath(server, path), path).toBeDefined();
    const paths = leaves(server);
    expect(paths.sort()).toStrictEqual(SERVER_SETTINGS.map(({ path }) => path).sort());
    const names = Object.keys(apps[0]!).filter((name) => !['id', 'key', 'secret'].includes(name));
    expect(names.sort()).toStrictEqual(APP_SETTINGS.map(({ path }) => path).sort());
  });

  it('are each set by a variable of our own first', () => {
    for (const { variables } of [...SERVER_SETTINGS, ...APP_SETTINGS]) {
      expect(variables[0]!.name).toMatch(/^PREGON_/);
    }
    expect(CREDENTIALS.map(({ id }) => id)).toStrictEqual([
      'PREGON_APP_ID',
      'REVERB_APP_ID',
      'PUSHER_APP_ID',
      'SOKETI_DEFAULT_APP_ID',
    ]);
  });
});

describe("Reverb's and soketi's switches", () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['nothing', {}, null],
    ['attempts without the switch', { REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '5' }, null],
    ['the switch turned off', { REVERB_APP_RATE_LIMITING_ENABLED: 'false' }, null],
    ['the switch alone', { REVERB_APP_RATE_LIMITING_ENABLED: 'true' }, 60],
    ['the switch as a number', { REVERB_APP_RATE_LIMITING_ENABLED: '1' }, 60],
    [
      'the switch in capitals, and attempts',
      { REVERB_APP_RATE_LIMITING_ENABLED: 'TRUE', REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: '5' },
      5,
    ],
    [
      'the switch and our own variable',
      { REVERB_APP_RATE_LIMITING_ENABLED: 'true', PREGON_APP_MAX_MESSAGES_PER_WINDOW: '7' },
      7,
    ],
  ])('limit messages with %s', (_case, environment, limit) => {
    expect(load({ environment: { ...APP, ...environment } }).config.apps[0]).toMatchObject({
      maxMessagesPerWindow: limit,
    });
  });

  it.each<[string, Record<string, string>, number | null]>([
    ['nothing', {}, null],
    ['the time alone', { SOKETI_USER_AUTHENTICATION_TIMEOUT: '5000' }, null],
    ['the switch alone', { SOKETI_DEFAULT_APP_USER_AUTHENTICATION: 'true' }, 30],
    [
      'the switch and a time',
      { SOKETI_DEFAULT_APP_USER_AUTHENTICATION: 'true', SOKETI_USER_AUTHENTICATION_TIMEOUT: '4500' },
      5,
    ],
  ])('demand a sign-in in time with %s', (_case, environment, seconds) => {
    expect(load({ environment: { ...APP, ...environment } }).config.apps[0]).toMatchObject({
      authorizationTimeoutSeconds: seconds,
    });
  });

  it.each([
    ['debug', 'info'],
    ['INFO', 'info'],
    ['notice', 'info'],
    ['warning', 'warn'],
    ['error', 'error'],
    ['critical', 'fatal'],
    ['alert', 'fatal'],
    ['emergency', 'fatal'],
    ['constructor', 'info'],
    ['null', 'info'],
  ])("read Laravel's log level %s as %s", (level, expected) => {
    expect(load({ environment: APP, envFile: { LOG_LEVEL: level } }).config.log.level).toBe(expected);
  });
});

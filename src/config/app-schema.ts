import { z } from 'zod';
import { ErrorCode } from '../../protocol/error-codes.js';
import { SYSTEMS } from '../../protocol/events/event.js';
import { Limits } from '../../protocol/limits.js';
import { readOriginPattern } from './origin-pattern.js';
import { isUnicode } from '../../protocol/unicode.js';
import { APP_ID, limit, positive, type DeepReadonly } from './schema-parts.js';

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
      // `=` and `+` are in keys that are Base64; a `/` would divide the path of clients.
      .regex(/^[A-Za-z0-9_=+-]+$/, { error: 'must be letters, digits, or any of _ - = +' })
      .max(200)
      .meta({ description: 'Public key, as clients send it in /app/{key}' }),
    secret: z
      .string()
      .min(1)
      .refine(isUnicode, { error: 'must be Unicode text' })
      .meta({ description: 'Signs HTTP requests and channel authorizations' }),
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
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: 'must be one line of Latin-1' }),
      {
        error: ({ code }) => (code === 'invalid_key' ? 'is not the name of a header' : undefined),
      },
    )
    .default({})
    .meta({
      description:
        'Further request headers; X-Pusher-*, Content-Type and those of the connection itself cannot be replaced',
    }),
  filter: z
    .strictObject({
      channelNameStartsWith: z.string().optional().meta({ description: 'How the name begins' }),
      channelNameEndsWith: z.string().optional().meta({ description: 'How the name ends' }),
    })
    .default({})
    .meta({ description: 'Only events of channels whose names fit both' }),
});

const originPattern = z
  .string()
  .min(1)
  .check(({ value, issues }) => {
    try {
      readOriginPattern(value);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      issues.push({ code: 'custom', input: value, message });
    }
  });

/** The parts of an app that are not its credentials. */
const appSettings = {
  enabled: z
    .boolean()
    .default(true)
    .meta({ description: 'A disabled app refuses connections (4003) and requests (403)' }),
  allowedOrigins: z.array(originPattern).min(1).default(['*']).meta({
    description:
      'Host patterns as Reverb has them (*.example.com), with a port (localhost:5173), or full origins (https://example.com). A connection without an Origin header is a native app and passes',
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
      'Who may send client events (whispers): none, members of private and presence channels, or all subscribers of any channel; members unless set for an app of REVERB_APP_*',
  }),
  maxClientEventsPerSecond: limit()
    .default(Limits.clientEventsPerSecond)
    .meta({ description: 'Client events per second and connection; further ones are refused with 4301' }),
  maxMessagesPerSecond: limit().default(Limits.messagesPerSecond).meta({
    description:
      'Messages of any kind per second and connection, beside maxClientEventsPerSecond, and as many control frames; those of a second, and maxSubscriptionsPerConnection more, may come at once. The connection that sends more is closed with 4100',
  }),
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
  maxSubscriptionsPerSecond: limit().default(Limits.subscriptionsPerSecond).meta({
    description:
      'Subscriptions one connection may ask for per second; those of ten seconds, and as many as it may have, may come at once. Further ones are refused with 4301',
  }),
  maxPresenceJoinsPerSecond: limit().default(Limits.presenceJoinsPerSecond).meta({
    description:
      'Presence channels one connection may join per second; those of ten seconds, and as many as it may be subscribed to, may come at once. Further ones are refused with 4301',
  }),
  maxPresenceJoinsPerMinute: limit().default(Limits.presenceJoinsPerMinute).meta({
    description:
      'Times a minute one user may join one presence channel on a node while they are not in it, however many connections they have; further ones are refused with 4301',
  }),
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

/** An app's keys, the oldest first, whichever way they were given. */
export function appKeys(app: Pick<AppConfig, 'key' | 'secret' | 'keys'>): NonNullable<AppConfig['keys']> {
  if (app.keys !== undefined) return app.keys;
  if (app.key === undefined || app.secret === undefined) return [];
  return [{ key: app.key, secret: app.secret, enabled: true }];
}

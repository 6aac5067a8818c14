import { channelPolicy } from '../../../protocol/channel-name.js';
import { ErrorCode } from '../../../protocol/error-codes.js';
import { utf8Length } from '../../../protocol/json-text.js';
import { checkClientEvent, type CatalogueEvent } from '../../../protocol/events/index.js';
import type { ClientEventMessage } from '../../../protocol/messages.js';
import { ProtocolError } from '../../../protocol/protocol-error.js';
import { encodeClientEvent } from '../../../protocol/server-codec.js';
import { payloadOf } from '../../apps/event-checks.js';
import { TokenBucket } from '../../limits/token-bucket.js';
import type { Connection } from '../connection.js';
import type { ConnectionServices } from '../services.js';

/**
 * Relays a client event to the other subscriptions of its channel (PROTOCOL.md CLIENT-1 to CLIENT-4).
 *
 * @throws ProtocolError when it is refused; the connection stays open
 */
export function relayClientEvent(
  connection: Connection,
  message: ClientEventMessage,
  services: ConnectionServices,
): void {
  const { activity, clock, counters, log } = services;
  const { app } = connection;
  const { settings } = app.app;
  const { name, channel, data } = message;

  if (settings.clientEvents === 'none') {
    throw new ProtocolError(
      "To send client events, you must enable this feature: set the app's 'clientEvents' to 'members' (PREGON_APP_CLIENT_EVENTS or REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM)",
    );
  }
  const subscribed = connection.subscriptions.get(channel);
  if (subscribed === undefined) {
    throw new ProtocolError(
      `Cannot broadcast client event (connection not subscribed to channel ${channel.slice(0, settings.maxChannelNameLength)})`,
    );
  }
  if (!isSenderAllowed(settings.clientEvents, channel)) {
    throw new ProtocolError(
      `Cannot broadcast client event (channel ${channel} is neither private nor presence)`,
    );
  }
  checkSize(message, settings.maxEventNameLength, settings.maxEventBytes);
  takeFromBudget(connection, clock.monotonic());

  const userId = connection.memberships?.get(channel)?.id;
  checkCatalogued(connection, message, userId, services);
  const frame = encodeClientEvent(name, channel, data, userId);
  app.channels.broadcast(channel, frame, connection);
  app.cluster?.publish(app.app.id, channel, frame);
  counters.clientEvents++;
  if (log.isDebug) {
    const reached = subscribed.subscriptionCount - 1;
    const { socketId } = connection;
    const fields = { app: app.app.id, channel, event: name, bytes: utf8Length(data), reached, socketId };
    log.debug(fields, 'client event');
  }
  activity.emit({
    type: 'ClientEventSent',
    appId: app.app.id,
    channel,
    event: name,
    data,
    socketId: connection.socketId,
    userId,
  });
}

/** CLIENT-1: `all` lets subscribers of public channels send too, as Reverb's setting of that name does. */
function isSenderAllowed(who: 'members' | 'all', channel: string): boolean {
  const policy = channelPolicy(channel);
  return !policy.serverToUser && (policy.guarded || who === 'all');
}

function checkSize({ name, data }: ClientEventMessage, maxName: number, maxBytes: number): void {
  if (name.length > maxName) {
    throw new ProtocolError(
      `Client event rejected: its name has ${name.length} characters, at most ${maxName} are allowed`,
    );
  }
  const bytes = utf8Length(data);
  if (bytes > maxBytes) {
    throw new ProtocolError(
      `Client event rejected: its data has ${bytes} bytes, at most ${maxBytes} are allowed`,
    );
  }
}

/** CLIENT-4 */
function takeFromBudget(connection: Connection, nowMs: number): void {
  const limit = connection.app.app.settings.maxClientEventsPerSecond;
  if (limit === null) return;
  connection.clientEventBudget ??= new TokenBucket(limit, nowMs);
  if (connection.clientEventBudget.take(1, limit, limit, nowMs)) return;
  throw new ProtocolError(
    `Client event rejected - you sent more than ${limit} client events per second`,
    ErrorCode.ClientEventRejected,
  );
}

/**
 * CLIENT-5: an event of the catalogue has to be one that clients may send, from the right user, and as the catalogue has
 * it.
 */
function checkCatalogued(
  connection: Connection,
  { name, channel, data }: ClientEventMessage,
  userId: string | undefined,
  { clock, counters, eventFaults }: ConnectionServices,
): void {
  const { id, eventChecks } = connection.app.app;
  const event = eventChecks.clientEvents?.events.get(name);
  if (event === undefined) return;
  const problems = checkClientEvent(event, { channel, payload: payloadOf(data), userId });
  const isTooOften = problems.length === 0 && !takeFromEventBudget(connection, event, clock.monotonic());
  if (isTooOften) problems.push(`more than ${event.client?.perSecond ?? 0} a second`);
  if (problems.length === 0) return;
  if (eventChecks.clientEvents?.mode === 'warn') {
    eventFaults.report('client event', { appId: id, event: event.name, channel, problems });
    return;
  }
  counters.eventFaults++;
  throw new ProtocolError(
    `Client event rejected: ${name}: ${problems.join('; ')}`,
    isTooOften ? ErrorCode.ClientEventRejected : null,
  );
}

/** What the catalogue allows a client of this one event. */
function takeFromEventBudget(connection: Connection, event: CatalogueEvent, nowMs: number): boolean {
  const perSecond = event.client?.perSecond;
  if (perSecond === undefined) return true;
  const budgets = (connection.eventBudgets ??= new Map<string, TokenBucket>());
  const budget = budgets.get(event.name) ?? new TokenBucket(perSecond, nowMs);
  budgets.set(event.name, budget);
  return budget.take(1, perSecond, perSecond, nowMs);
}

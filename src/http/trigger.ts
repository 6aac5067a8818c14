import { channelNameProblem } from '../../protocol/channel-name.js';
import { utf8Length } from '../../protocol/json-text.js';
import { isUnicode } from '../../protocol/unicode.js';
import type { Connection } from '../connections/connection.js';
import type { LocalApp } from '../connections/local-app.js';
import type { Log } from '../log.js';
import type { ApiServices } from './api-call.js';
import { rejectFaults, warnOfFaults } from './check-triggers.js';
import { HttpError } from './response.js';
import { takeTriggers } from './rate-limits.js';

/** An event for one channel, checked for shape but not yet against the app's limits. */
export interface Trigger {
  readonly name: string;
  readonly data: string;
  readonly channel: string;
  readonly socketId: string | undefined;
}

/**
 * Checks all triggers against the app's limits and then delivers all: none where one is wrong (API-5).
 *
 * @throws HttpError 400, 413 or 429
 */
export function trigger(app: LocalApp, triggers: readonly Trigger[], services: ApiServices): void {
  for (const event of triggers) checkTrigger(app, event);
  const checks = app.app.eventChecks.triggers;
  if (checks?.mode === 'reject') rejectFaults(checks, triggers, services);
  checkCluster(app);
  takeTriggers(app, triggers.length, services);
  for (const { name, data, channel, socketId } of triggers) {
    const except = socketId === undefined ? undefined : app.connections.get(socketId);
    app.events.publish({ event: name, channel, data }, socketId, except);
    if (services.log.isDebug) logTrigger(app, name, channel, data, except, services.log);
  }
  services.counters.triggers += triggers.length;
  if (checks?.mode === 'warn') warnOfFaults(checks, app, triggers, services);
}

/** Tells whom an event reached on this node. */
function logTrigger(
  { app, channels }: LocalApp,
  event: string,
  channel: string,
  data: string,
  except: Connection | undefined,
  log: Log,
): void {
  const count = channels.find(channel)?.subscriptionCount ?? 0;
  const reached = except?.isSubscribed(channel) === true ? count - 1 : count;
  log.debug({ app: app.id, channel, event, bytes: utf8Length(data), reached }, 'triggered');
}

/** What cannot reach the other nodes is refused where the app wants it so; the caller tries again. */
function checkCluster({ app, cluster }: LocalApp): void {
  if (cluster === undefined || app.settings.whenDegraded === 'local' || cluster.isHealthy) return;
  throw new HttpError(
    503,
    "The other nodes cannot be reached, and the app's whenDegraded (PREGON_APP_WHEN_DEGRADED) is 'refuse': please try again",
    [['Retry-After', '1']],
  );
}

function checkTrigger({ app }: LocalApp, { name, data, channel }: Trigger): void {
  const { maxChannelNameLength, maxEventNameLength, maxEventBytes } = app.settings;
  const problem = channelNameProblem(channel, maxChannelNameLength);
  if (problem !== undefined) throw new HttpError(400, problem);
  if (name.length > maxEventNameLength) {
    throw new HttpError(
      400,
      `Invalid event name: ${name.length} characters, at most ${maxEventNameLength} are allowed`,
    );
  }
  if (!isUnicode(name)) throw new HttpError(400, 'Invalid event name: it must be Unicode text');
  if (name.startsWith('pusher:') || name.startsWith('pusher_internal:')) {
    // EVENT-2: a forged member_added would corrupt clients.
    throw new HttpError(400, "Invalid event name: 'pusher:' and 'pusher_internal:' are reserved");
  }
  // A UTF-16 unit takes three bytes at the most, so short data needs no count.
  if (data.length * 3 <= maxEventBytes) return;
  const bytes = utf8Length(data);
  if (bytes > maxEventBytes) {
    throw new HttpError(
      413,
      `The data content of this event exceeds the allowed maximum (${maxEventBytes} bytes). Event '${name}' on ${channel} has ${bytes} bytes; the app's maxEventBytes (PREGON_APP_MAX_EVENT_BYTES) sets the limit`,
    );
  }
}

import { checkChannel, checkPayload } from '../../protocol/events/index.js';
import { channelPolicy } from '../../protocol/channel-name.js';
import { payloadOf, type EventChecks } from '../apps/event-checks.js';
import type { LocalApp } from '../connections/local-app.js';
import type { ApiServices } from './api-call.js';
import { HttpError } from './response.js';
import type { Trigger } from './trigger.js';

/** What is wrong with a trigger of a catalogued event. */
interface TriggerFault {
  readonly event: string;
  readonly channel: string;
  readonly problems: readonly string[];
}

/**
 * Refuses triggers that are not as the catalogue has them (EVENT-4).
 *
 * @throws HttpError 400
 */
export function rejectFaults(checks: EventChecks, triggers: readonly Trigger[], services: ApiServices): void {
  const [fault] = faultsOf(checks, triggers);
  if (fault === undefined) return;
  services.counters.eventFaults++;
  throw new HttpError(
    400,
    `Invalid event ${fault.event} on ${fault.channel}: ${fault.problems.join('; ')}. The app's eventValidation (PREGON_APP_EVENT_VALIDATION) is 'reject'`,
  );
}

/** Logs triggers that are not as the catalogue has them; they have been delivered, and stay so whatever happens here. */
export function warnOfFaults(
  checks: EventChecks,
  { app }: LocalApp,
  triggers: readonly Trigger[],
  { eventFaults }: ApiServices,
): void {
  eventFaults.guard(() => {
    for (const fault of faultsOf(checks, triggers)) {
      eventFaults.report('trigger', { appId: app.id, ...fault });
    }
  });
}

/** One event on many channels is parsed once, and told of once. */
function faultsOf({ events }: EventChecks, triggers: readonly Trigger[]): TriggerFault[] {
  const faults: TriggerFault[] = [];
  let previous: Trigger | undefined;
  for (const trigger of triggers) {
    const { name, data, channel } = trigger;
    const event = events.get(name);
    if (event === undefined) continue;
    const isNew = previous?.name !== name || previous.data !== data;
    // An encrypted payload is for its receivers alone.
    const isReadable = !channelPolicy(channel).encrypted;
    const wrong = isNew && isReadable ? checkPayload(event, payloadOf(data)) : [];
    if (isReadable) previous = trigger;
    const misplaced = checkChannel(event, channel);
    const problems = misplaced === undefined ? wrong : [misplaced, ...wrong];
    if (problems.length > 0) faults.push({ event: event.name, channel, problems });
  }
  return faults;
}

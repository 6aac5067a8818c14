import { eventNames, eventsOf, type CatalogueEvent } from '../../protocol/events/index.js';
import type { AppConfig } from '../config/app-schema.js';

/** Events of the catalogue that are checked, by every name they may come under. */
export interface EventChecks {
  /** What becomes of one that does not fit: it is passed on and logged, or refused. */
  readonly mode: 'warn' | 'reject';
  readonly events: ReadonlyMap<string, CatalogueEvent>;
}

/** What of an app is checked against the catalogue; undefined is nothing. */
export interface AppEventChecks {
  readonly triggers: EventChecks | undefined;
  readonly clientEvents: EventChecks | undefined;
}

type EventSettings = Pick<AppConfig, 'eventSystems' | 'eventValidation' | 'clientEventValidation'>;

/** Looks everything up beforehand: an event costs one look into a map, and nothing where nothing is checked. */
export function eventChecksOf(settings: EventSettings): AppEventChecks {
  const events = eventsOf(settings.eventSystems);
  return {
    triggers: checks(settings.eventValidation, events, (name) => name),
    clientEvents: checks(settings.clientEventValidation, events, clientName),
  };
}

function checks(
  mode: 'off' | 'warn' | 'reject',
  events: readonly CatalogueEvent[],
  wireName: (name: string) => string,
): EventChecks | undefined {
  if (mode === 'off' || events.length === 0) return undefined;
  const named = events.flatMap((event) => eventNames(event).map((name) => [wireName(name), event] as const));
  return { mode, events: new Map(named) };
}

/** As a client sends it. */
function clientName(name: string): string {
  return name.startsWith('client-') ? name : `client-${name}`;
}

/** An event's data as a payload: what its JSON text stands for, or the text itself where it is none. */
export function payloadOf(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}

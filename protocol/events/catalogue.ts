import { CHANNEL_RULES, type ChannelRule } from './channel-rules.js';
import { matchPattern } from './channels-of.js';
import { CREDIT_EVENTS } from './credits.js';
import { CREDIT_SOCKET_EVENTS } from './credits-sockets.js';
import { ALIAS_KINDS, type AliasKind, type CatalogueEvent, type System } from './event.js';
import { HOSTING_EVENTS } from './hosting.js';
import { PAYMENT_EVENTS } from './payments.js';

/** Every business event. */
export const CATALOGUE: readonly CatalogueEvent[] = [
  ...CREDIT_EVENTS,
  ...CREDIT_SOCKET_EVENTS,
  ...HOSTING_EVENTS,
  ...PAYMENT_EVENTS,
];

const BY_NAME: ReadonlyMap<string, CatalogueEvent> = new Map(CATALOGUE.map((event) => [event.name, event]));

/** Kinds of alias that may stand where an event's name does. */
const EVENT_NAMES: readonly AliasKind[] = ['socket.io', 'hub', 'class'];

const BY_ALIAS: ReadonlyMap<AliasKind, ReadonlyMap<string, CatalogueEvent>> = new Map(
  ALIAS_KINDS.map((kind) => [
    kind,
    new Map(CATALOGUE.flatMap((event) => aliasesOf(event, kind).map((alias) => [alias, event] as const))),
  ]),
);

/**
 * The entry of a name.
 *
 * @param name canonical, or an alias; a Laravel class also as it is on the wire, `App\Events\CreditApproved`
 * @param kind takes the name for such an alias only; otherwise canonical names and those of Socket.IO, the hub and Laravel
 *   classes are found
 */
export function findEvent(name: string, kind?: AliasKind): CatalogueEvent | undefined {
  if (kind !== undefined) return BY_ALIAS.get(kind)?.get(name);
  const canonical = BY_NAME.get(name);
  if (canonical !== undefined) return canonical;
  for (const each of EVENT_NAMES) {
    const event = BY_ALIAS.get(each)?.get(name);
    if (event !== undefined) return event;
  }
  return undefined;
}

/** An event's names of one kind. A Laravel class stands twice: short, and as it is on the wire. */
export function aliasesOf({ aliases }: CatalogueEvent, kind: AliasKind): readonly string[] {
  const names = aliases[kind] ?? [];
  return kind === 'class' ? names.flatMap((name) => [name, `App\\Events\\${name}`]) : names;
}

/** Every name under which an event may be triggered: the canonical one first. */
export function eventNames(event: CatalogueEvent): string[] {
  return [...new Set([event.name, ...EVENT_NAMES.flatMap((kind) => aliasesOf(event, kind))])];
}

/** The events of some systems. */
export function eventsOf(systems: readonly System[]): CatalogueEvent[] {
  return CATALOGUE.filter(({ system }) => systems.includes(system));
}

/** The rule of a channel in some systems; undefined where none of their patterns fits. */
export function findChannelRule(channel: string, systems: readonly System[]): ChannelRule | undefined {
  return CHANNEL_RULES.find(
    ({ pattern, systems: those, values }) =>
      those.some((system) => systems.includes(system)) && fits(matchPattern(pattern, channel), values),
  );
}

function fits(parameter: string | undefined, values: readonly string[] | undefined): boolean {
  return parameter !== undefined && (values?.includes(parameter) ?? true);
}

import { parseJson } from '../../../protocol/json-text.js';
import { aliasesOf, CATALOGUE, eventNames } from '../../../protocol/events/index.js';

/** The events that the hub carries, by any of their names, with the type that its frames give them. */
const HUB_TYPES: ReadonlyMap<string, string> = new Map(
  CATALOGUE.flatMap((event) => {
    const [type] = aliasesOf(event, 'hub');
    return type === undefined ? [] : eventNames(event).map((name) => [name, type] as const);
  }),
);

/** The type of an event's frames; undefined for events that the hub does not carry. */
export function hubType(event: string): string | undefined {
  return HUB_TYPES.get(event);
}

/**
 * An event as hub sockets get it: `{type, data}`.
 *
 * @param data JSON text, passed on as it stands; other text becomes a JSON string
 * @returns undefined for events that the hub does not carry
 */
export function hubFrame(event: string, data: string): string | undefined {
  const type = hubType(event);
  if (type === undefined) return undefined;
  const json = parseJson(data) === undefined ? JSON.stringify(data) : data;
  return `{"type":${JSON.stringify(type)},"data":${json}}`;
}

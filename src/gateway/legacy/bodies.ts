import { z } from 'zod';
import { isJsonObject } from '../../../protocol/json-text.js';
import type { JsonBody } from '../json-body.js';
import { aliasesOf, CATALOGUE, fillPattern, type CatalogueEvent } from '../../../protocol/events/index.js';

/** What the older client's bodies have in common. They are taken as they come wherever the older server took them. */

/** PHP's empty array is `[]` where a filled one is an object; both it and null stand for nobody. */
const nothing = (value: unknown) =>
  value === null || (Array.isArray(value) && value.length === 0) ? undefined : value;

/** An id that may stand in a channel's name; 7 and "7" are one. */
export const ChannelId = z
  .unknown()
  .refine((value) => fillPattern('private-user.{id}', value) !== undefined, {
    error: 'must be an integer, or text of letters, digits and _-=@,.;',
  });

/** Somebody who is told or named; without an id nobody is told. */
export const Party = z.preprocess(nothing, z.looseObject({ id: ChannelId.nullish() }).optional());

/** Somebody as he was written; undefined for nobody. */
export function partyText(body: JsonBody, name: string): string | undefined {
  return nothing(body.value[name]) === undefined ? undefined : body.text(name);
}

/** What an answer repeats of a request; a value that is no id is left out, for one may be nested too deep to be written. */
export function echoed(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Somebody's name for a text, or what stands for it. */
export function nameOf(party: unknown, otherwise: string): string {
  const name = isJsonObject(party) ? party['name'] : undefined;
  return typeof name === 'string' && name.trim() !== '' ? name : otherwise;
}

/** A field that goes into a text: an amount with the digits it came with, a date, a name. */
export function wording(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The events of an endpoint by the action that selects them. */
export function eventsByAction(endpoint: string): ReadonlyMap<string, CatalogueEvent> {
  return new Map(
    CATALOGUE.flatMap((event) =>
      event.produced.flatMap((production) => {
        const { when } = production;
        return production.endpoint === endpoint && when?.field === 'action'
          ? [[when.is, event] as const]
          : [];
      }),
    ),
  );
}

/** `type` in an event's payload. */
export function typeOf(event: CatalogueEvent): string {
  return aliasesOf(event, 'type')[0] ?? event.name;
}

/** As the older server wrote the time: three digits of a second, and Z. */
export function timestamp(nowMs: number): string {
  return new Date(nowMs).toISOString();
}

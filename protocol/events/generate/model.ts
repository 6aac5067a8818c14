import type { CatalogueEvent } from '../event.js';
import { payloadSchema, type Schema } from './json-schema.js';
import { typeName } from './names.js';

/** The types of all payloads as a programming language has them: what the emitters write. */

/** Shared values that are no objects; each language has its own way with them. */
export const SCALARS = ['Money', 'Id', 'Timestamp', 'DateOrTime', 'OpenMap'] as const;
export type Scalar = (typeof SCALARS)[number];

export type Type =
  | { readonly kind: 'text'; readonly known: readonly string[] }
  /** One of these and no other. */
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'literal'; readonly value: string | boolean }
  | { readonly kind: 'integer' | 'number' | 'boolean' | 'unknown' }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'scalar'; readonly name: Scalar }
  | { readonly kind: 'record'; readonly name: string };

export interface Field {
  /** As on the wire. */
  readonly name: string;
  readonly type: Type;
  /** May be missing or null. */
  readonly optional: boolean;
  readonly description: string | undefined;
}

export interface RecordType {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

/** An event and the forms of its payload, the newest first. */
export interface EventModel {
  readonly event: CatalogueEvent;
  readonly name: string;
  readonly forms: readonly [RecordType, ...RecordType[]];
}

export interface Model {
  /** What payloads are made of, by name. */
  readonly records: ReadonlyMap<string, RecordType>;
  readonly events: readonly EventModel[];
}

/**
 * @throws Error when a payload has a shape that the emitters do not know, such as a nested object without an id
 */
export function modelOf(catalogue: readonly CatalogueEvent[]): Model {
  const records = new Map<string, RecordType>();
  const events = catalogue.map((event): EventModel => {
    const schema = payloadSchema(event);
    for (const [name, definition] of Object.entries(schema.$defs ?? {})) {
      if (!isScalar(name)) records.set(name, recordOf(name, definition, name));
    }
    const name = typeName(event);
    const [first, ...others] = (schema.anyOf ?? [schema]).map((form) =>
      recordOf(schema.anyOf === undefined ? name : (form.title ?? name), form, event.name, event.docs.en),
    );
    if (first === undefined) throw new Error(`${event.name}: the payload is an empty union`);
    return { event, name, forms: [first, ...others] };
  });
  return { records: new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1))), events };
}

function recordOf(name: string, schema: Schema, where: string, description = ''): RecordType {
  const required = new Set(schema.required);
  return {
    name,
    description: schema.description ?? description,
    fields: Object.entries(schema.properties ?? {}).map(([key, value]): Field => {
      const { inner, nullable } = withoutNull(value);
      return {
        name: key,
        type: typeOf(inner, `${where}: ${key}`),
        optional: nullable || !required.has(key),
        description: value.description ?? inner.description,
      };
    }),
  };
}

function withoutNull(schema: Schema): { inner: Schema; nullable: boolean } {
  if (Array.isArray(schema.type)) {
    const [type = 'null', ...others] = schema.type.filter((each) => each !== 'null');
    return { inner: { ...schema, type: others.length === 0 ? type : [type, ...others] }, nullable: true };
  }
  const members = schema.anyOf?.filter(({ type }) => type !== 'null');
  if (members?.length === 1 && members[0] !== undefined) return { inner: members[0], nullable: true };
  return { inner: schema, nullable: false };
}

function typeOf(schema: Schema, where: string): Type {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return isScalar(name) ? { kind: 'scalar', name } : { kind: 'record', name };
  }
  if (typeof schema.const === 'string' || typeof schema.const === 'boolean') {
    return { kind: 'literal', value: schema.const };
  }
  if (schema.enum !== undefined) return { kind: 'choice', values: schema.enum };
  switch (schema.type) {
    case 'string':
      return { kind: 'text', known: (schema.examples ?? []).map(String) };
    case 'integer':
    case 'number':
    case 'boolean':
      return { kind: schema.type };
    case 'array':
      return { kind: 'list', of: typeOf(typeof schema.items === 'object' ? schema.items : {}, where) };
    case undefined:
      if (schema.anyOf === undefined) return { kind: 'unknown' };
  }
  throw new Error(`${where} has no type that the generators know; give a nested object an id`);
}

function isScalar(name: string): name is Scalar {
  return (SCALARS as readonly string[]).includes(name);
}

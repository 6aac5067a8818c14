import { z } from 'zod';
import type { CatalogueEvent } from '../event.js';
import { slug } from './names.js';

/** A JSON Schema, as far as payloads use it. */
export interface Schema {
  $schema?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  title?: string;
  description?: string;
  examples?: unknown[];
  const?: unknown;
  enum?: string[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  prefixItems?: Schema[];
  items?: Schema | boolean;
  minItems?: number;
  maxItems?: number;
  anyOf?: Schema[];
}

/** The payload of an event as JSON Schema 2020-12, complete in itself. */
export function payloadSchema(event: CatalogueEvent): Schema {
  const schema = z.toJSONSchema(event.payload, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // What comes out of zod is a JSON Schema; its own type allows more than payloads use.
      simplify(jsonSchema as Schema);
    },
  }) as Schema;
  const first: Schema = { $schema: '', title: '', description: '' };
  return {
    ...first,
    ...schema,
    title: event.name,
    description: event.docs.en,
    examples: [...event.examples],
  };
}

/** Leaves out what says nothing to a reader: the range of integers, patterns beside a format, keys that are text. */
function simplify(schema: Schema): void {
  if (schema.type === 'integer' || isNullable(schema, 'integer')) {
    if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
    if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  }
  if (schema.format !== undefined) delete schema.pattern;
  delete schema.propertyNames;
  if (schema.prefixItems?.length === 0) {
    // An array that is empty; `prefixItems` itself may not be.
    delete schema.prefixItems;
    delete schema.items;
  }
}

function isNullable({ type }: Schema, of: string): boolean {
  return Array.isArray(type) && type.includes(of);
}

/** A file for each event: `payment.received.json`. */
export function schemaFiles(events: readonly CatalogueEvent[]): { path: string; content: string }[] {
  return events.map((event) => ({
    path: `${slug(event.name)}.json`,
    content: `${JSON.stringify(payloadSchema(event), null, 2)}\n`,
  }));
}

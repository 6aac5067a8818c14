import { readdirSync, readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, checkPayload } from '../../../../protocol/events/index.js';
import { payloadSchema, type Schema } from '../../../../protocol/events/generate/json-schema.js';
import { typeName } from '../../../../protocol/events/generate/names.js';
import { catalogueFiles } from '../../../../protocol/events/generate/index.js';
import { GENERATED_FOLDER } from '../../../../src/cli/generated-files.js';

const ROOT = new URL('../../../../', import.meta.url);

describe('the generated folder', () => {
  it('holds what is generated and nothing else', () => {
    const written = readdirSync(new URL(`${GENERATED_FOLDER}/`, ROOT), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath.replace(/\/$/, '')}/${name}`.slice(ROOT.pathname.length));
    const generated = catalogueFiles()
      .map(({ path }) => path)
      .filter((path) => path.startsWith(GENERATED_FOLDER));
    expect(written.sort()).toStrictEqual(generated.sort());
  });

  it('has a file and a type for each event', () => {
    const names = CATALOGUE.map(typeName);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(catalogueFiles().map(({ path }) => path.toLowerCase())).size).toBe(
      catalogueFiles().length,
    );
  });
});

describe('the AsyncAPI document', () => {
  it('is valid, without a single remark', async () => {
    const text = readFileSync(new URL(`${GENERATED_FOLDER}/asyncapi.json`, ROOT), 'utf8');
    const { document, diagnostics } = await new Parser().parse(text);
    expect(diagnostics.map(({ message, path }) => `${path.join('.')}: ${message}`)).toStrictEqual([]);
    expect(document?.allMessages().length).toBe(CATALOGUE.length);
    expect(document?.version()).toBe('3.1.0');
  }, 60_000);
});

describe('JSON Schemas', () => {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/, date: /^\d{4}-\d\d-\d\d$/ },
  });

  it.each(CATALOGUE)('of $name judges as the catalogue does', (event) => {
    const validate = ajv.compile(payloadSchema(event));
    for (const payload of event.examples.flatMap(variantsOf)) {
      expect(validate(payload), JSON.stringify(payload)).toBe(checkPayload(event, payload).length === 0);
    }
  });

  it('say that an int is one, and not how large', () => {
    const { properties } = payloadSchema(CATALOGUE.find(({ name }) => name === 'backup.status.changed')!);
    expect(properties?.['size_bytes']).toStrictEqual({ type: ['integer', 'null'] } satisfies Schema);
  });
});

/** An example, and it with each of its keys missing, null, or of another type. */
function variantsOf(example: unknown): unknown[] {
  const keys = Object.keys(example as object);
  return [
    example,
    ...keys.flatMap((key) => {
      const { [key]: value, ...rest } = example as Record<string, unknown>;
      return [rest, { ...rest, [key]: null }, { ...rest, [key]: typeof value === 'string' ? [[]] : 'text' }];
    }),
  ];
}

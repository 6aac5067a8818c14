import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../../src/config/schema.js';
import { appKeys } from '../../../src/config/app-schema.js';
import { isTree, type Tree } from '../../../src/config/tree.js';

const committed: unknown = JSON.parse(
  readFileSync(new URL('../../../src/config/config.schema.json', import.meta.url), 'utf8'),
);

const APP = { id: 'a', key: 'k', secret: 's' };

/** All settings of a schema, by path. */
function properties(schema: unknown, path = ''): [path: string, schema: Tree][] {
  if (!isTree(schema)) return [];
  const named = isTree(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...named.flatMap(([name, inner]) => {
      const innerPath = `${path}/${name}`;
      return [[innerPath, inner as Tree] as [string, Tree], ...properties(inner, innerPath)];
    }),
    ...properties(schema['items'], `${path}/*`),
  ];
}

describe('the JSON Schema of the config file', () => {
  it('is valid under draft 2020-12', () => {
    expect(committed).toHaveProperty('$schema', 'https://json-schema.org/draft/2020-12/schema');
    const ajv = new Ajv2020({ formats: { uri: true } });
    expect(ajv.validateSchema(committed as object), ajv.errorsText()).toBe(true);
    expect(() => ajv.compile(committed as object)).not.toThrow();
  });

  it('describes every setting', () => {
    const paths = properties(committed);
    expect(paths.length).toBeGreaterThan(80);
    const undescribed = paths.filter(([, schema]) => typeof schema['description'] !== 'string');
    expect(undescribed.map(([path]) => path)).toStrictEqual([]);
  });

  it.each<[string, unknown, boolean]>([
    ['nothing', {}, true],
    ['an app', { $schema: 'x', apps: [APP], server: { port: 1, trustedProxies: ['::1'] } }, true],
    ['an app with several keys', { apps: [{ id: 'a', keys: [{ key: 'k', secret: 's' }] }] }, true],
    ['null for no limit', { apps: [{ ...APP, maxConnections: null }] }, true],
    ['a misspelt section', { sever: {} }, false],
    ['a misspelt setting', { server: { prot: 1 } }, false],
    ['a text for a number', { server: { port: '1' } }, false],
    ['a port out of range', { server: { port: 70_000 } }, false],
    ['an app without an id', { apps: [{ key: 'k', secret: 's' }] }, false],
  ])('agrees with the server on %s', (_case, config, valid) => {
    const ajv = new Ajv2020({ formats: { uri: true } });
    expect(ajv.validate(committed as object, config)).toBe(valid);
    expect(ConfigSchema.safeParse(config).success).toBe(valid);
  });
});

describe('appKeys', () => {
  it.each([
    ['a key and its secret', APP, [{ key: 'k', secret: 's', enabled: true }]],
    [
      'keys',
      { keys: [{ key: 'a', secret: 'b', enabled: false }] },
      [{ key: 'a', secret: 'b', enabled: false }],
    ],
    ['nothing', {}, []],
  ])('are those of %s', (_case, app, keys) => {
    expect(appKeys(app)).toStrictEqual(keys);
  });
});

describe('the credentials of an app', () => {
  it.each([
    [{ id: 'a', key: 'k', secret: '\ud800' }],
    [{ id: 'a', keys: [{ key: 'k', secret: 'x\udc00' }] }],
    [{ id: '\ud800', key: 'k', secret: 's' }],
    [{ id: 'a', key: '\ud800', secret: 's' }],
  ])('are Unicode text (TEXT-1)', (app) => {
    const { error } = ConfigSchema.safeParse({ apps: [app] });
    expect(error?.issues).toHaveLength(1);
  });
});

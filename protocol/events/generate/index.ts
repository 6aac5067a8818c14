import { CATALOGUE } from '../catalogue.js';
import { asyncApiDocument } from './asyncapi.js';
import { dartLibrary } from './dart.js';
import { schemaFiles } from './json-schema.js';
import { markdownPage } from './markdown.js';
import { modelOf } from './model.js';
import { phpFiles } from './php.js';
import { typeScriptModule } from './typescript.js';

/** Of the catalogue's documents; raised with it. */
const VERSION = '1.0.0';

const FOLDER = 'protocol/events/generated';

/** Everything that is made from the catalogue; paths are from the root of the repository. */
export function catalogueFiles(): { path: string; content: string }[] {
  const model = modelOf(CATALOGUE);
  const inFolder = (name: string, files: { path: string; content: string }[]) =>
    files.map(({ path, content }) => ({ path: `${FOLDER}/${name}/${path}`, content }));
  return [
    { path: 'docs/events.md', content: markdownPage(model) },
    {
      path: `${FOLDER}/asyncapi.json`,
      content: `${JSON.stringify(asyncApiDocument(CATALOGUE, VERSION), null, 2)}\n`,
    },
    ...inFolder('schemas', schemaFiles(CATALOGUE)),
    { path: `${FOLDER}/typescript/events.ts`, content: typeScriptModule(model) },
    { path: `${FOLDER}/dart/events.dart`, content: dartLibrary(model) },
    ...inFolder('php', phpFiles(model)),
  ];
}

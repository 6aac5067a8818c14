import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../config/generated-files.js';

/** Writes the files of this repository that are made from its code: `npm run generate`. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
for (const { path, content } of generatedFiles((name) => readFileSync(root + name, 'utf8'))) {
  writeFileSync(root + path, content);
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GENERATED_FOLDER, generatedFiles } from './generated-files.js';

/** Writes the files of this repository that are made from its code: `npm run generate`. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const files = generatedFiles((name) => readFileSync(root + name, 'utf8'));
rmSync(root + GENERATED_FOLDER, { recursive: true, force: true });
for (const { path, content } of files) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content);
}

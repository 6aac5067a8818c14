import { catalogueFiles } from '../../protocol/events/generate/index.js';
import { configJsonSchema } from '../config/schema.js';
import { settingsTables } from '../config/settings-table.js';

/** A committed file that is made from the code. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** Holds generated files and nothing else: what is no longer generated is removed there. */
export const GENERATED_FOLDER = 'protocol/events/generated';

const SETTINGS_PAGE = 'docs/settings.md';
const BEGIN = '<!-- settings:begin -->\n';
const END = '\n<!-- settings:end -->';

/**
 * The config file's schema, the page of settings with its tables, and what is made from the catalogue of events.
 *
 * @param read gives a committed file's text
 */
export function generatedFiles(read: (path: string) => string): GeneratedFile[] {
  const settings = read(SETTINGS_PAGE);
  const begin = settings.indexOf(BEGIN) + BEGIN.length;
  const end = settings.indexOf(END, begin - 1);
  return [
    {
      path: 'src/config/config.schema.json',
      content: `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
    },
    {
      path: SETTINGS_PAGE,
      content: `${settings.slice(0, begin)}\n${settingsTables()}\n${settings.slice(end)}`,
    },
    ...catalogueFiles(),
  ];
}

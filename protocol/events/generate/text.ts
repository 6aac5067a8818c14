/** Says in each generated file where it comes from. */
export const NOTICE = 'Made from the catalogue of events by `npm run generate`. Changes here are lost.';

/** Lines of text: pieces that are undefined are left out, lists are laid flat. */
export type Lines = readonly (string | undefined | Lines)[];

export function lines(...parts: Lines): string {
  return flatten(parts).join('\n');
}

function flatten(parts: Lines): string[] {
  return parts.flatMap((part) =>
    part === undefined ? [] : typeof part === 'string' ? [part] : flatten(part),
  );
}

/** Each line of a text moved in by two spaces, or by `by`; empty ones stay empty. */
export function indent(text: string, by = '  '): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

/** Code in single quotes, with backslashes and quotes escaped: JavaScript, Dart (without `$`) and PHP read it alike. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

import { SILENT_LOG, type Log } from '../../src/log.js';

/** A log that keeps its lines as text, the message and all fields: from debug on unless told otherwise. */
export function keepingLog({ isDebug = true } = {}): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string) => {
    const texts = Object.entries(fields).map(([name, value]) =>
      value instanceof Error ? `${name}=${String(value.stack)}` : `${name}=${JSON.stringify(value)}`,
    );
    lines.push(`${message} ${texts.join(' ')}`);
  };
  return {
    log: {
      ...SILENT_LOG,
      info: keep,
      warn: keep,
      error: keep,
      fatal: keep,
      announce: keep,
      isDebug,
      ...(isDebug && { debug: keep }),
    },
    lines,
  };
}

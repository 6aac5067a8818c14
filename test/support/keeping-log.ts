import { SILENT_LOG, type Log } from '../../src/log.js';

/** A log that keeps its lines, from debug on, as text: the message and all fields. */
export function keepingLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string) => {
    const texts = Object.entries(fields).map(([name, value]) =>
      value instanceof Error ? `${name}=${String(value.stack)}` : `${name}=${JSON.stringify(value)}`,
    );
    lines.push(`${message} ${texts.join(' ')}`);
  };
  return {
    log: { ...SILENT_LOG, debug: keep, info: keep, warn: keep, error: keep, fatal: keep, isDebug: true },
    lines,
  };
}

import { jsonObject } from '../json-body.js';
import { timestamp } from './bodies.js';

/** A notification's texts. */
export interface Texts {
  readonly type: string;
  readonly title: string;
  readonly message: string;
}

/**
 * A notification as the older server sent it: flat, its own fields between the texts and the time.
 *
 * @param fields as JSON text; those without are left out
 */
export function envelope(
  { type, title, message }: Texts,
  fields: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): string {
  return jsonObject([
    ['type', JSON.stringify(type)],
    ['title', JSON.stringify(title)],
    ...Object.entries(fields),
    ['message', JSON.stringify(message)],
    ['timestamp', JSON.stringify(timestamp(nowMs))],
  ]);
}

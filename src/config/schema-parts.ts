import { z } from 'zod';

/** What the schemas of the settings have in common. */

export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

export const positive = () => z.int().min(1);
export const limit = () => z.int().min(1).nullable();

/** What is remembered in a table that takes its room at once: some fifty bytes an entry, whether it is used or not. */
export const tableSize = () => positive().max(10_000_000);

/** A time that Redis keeps in milliseconds. */
export const lifetime = () => positive().max(31_536_000);

/** An app's id. It stands in paths and in topics. */
export const APP_ID = z
  .string()
  .regex(/^[A-Za-z0-9_.-]+$/)
  .max(200)
  .meta({ description: 'As in /apps/{id}' });

import type { App } from './app.js';

/** Where apps are looked up. */
export interface AppProvider {
  /** By the id in `/apps/{id}`. */
  findById(id: string): App | undefined;
  /** By an active key, as in `/app/{key}`. */
  findByKey(key: string): App | undefined;
  all(): Iterable<App>;
  /** Whether a text is the secret of an app. Whoever shows it as something else has mistaken it, and it is not logged. */
  isSecret(text: string): boolean;
}

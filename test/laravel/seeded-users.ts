import type { LaravelApp, SignedInUser } from '../support/laravel-app.js';

/** The users of the example's seeder, by name. */
export const NAMES = ['marta', 'carlos', 'celia', 'nadia', 'ada', 'sofia', 'tomas', 'oscar'] as const;
export type Name = (typeof NAMES)[number];
export type SeededUsers = Readonly<Record<Name, SignedInUser>>;

/** Logs them all in. */
export async function loginAll(app: LaravelApp): Promise<SeededUsers> {
  const users = await Promise.all(NAMES.map(async (name) => [name, await app.login(name)] as const));
  return Object.fromEntries(users) as Record<Name, SignedInUser>;
}

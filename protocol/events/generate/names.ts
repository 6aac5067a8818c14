import type { CatalogueEvent } from '../event.js';

/** Names of generated files, types and members. */

/** `payment.received` is `PaymentReceived`; a Laravel class keeps its own short name. */
export function typeName({ name }: Pick<CatalogueEvent, 'name'>): string {
  const short = name.slice(name.lastIndexOf('\\') + 1);
  return pascalCase(short);
}

/** The words of a name, each with a capital: `private-user.id` is `PrivateUserId`. */
export function pascalCase(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/** {@link pascalCase} with a small first letter. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.slice(0, 1).toLowerCase() + pascal.slice(1);
}

/** A key of AsyncAPI's components and the stem of a file: `private-user.{id}` is `private-user.id`. */
export function slug(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1).replaceAll(/[{}]/g, '');
}

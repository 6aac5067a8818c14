import type { Rule } from '../channel-rules.js';
import type { CatalogueEvent, EventChannel, Path } from '../event.js';

/** A rule as the words of a sentence: `Role manager or admin`. */
export function describeRule(rule: Rule): string {
  const text = words(rule);
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function words(rule: Rule): string {
  switch (rule.asks) {
    case 'nothing':
      return 'open to all';
    case 'login':
      return 'any user who is logged in';
    case 'id':
      return 'the user of that id';
    case 'role':
      return `role ${rule.roles.join(' or ')}`;
    case 'role-of-channel':
      return 'that role';
    case 'application':
      return `the application says that ${rule.question}`;
    case 'any':
      return rule.of.map(words).join(', or ');
    case 'all':
      return rule.of.map(words).join(', and ');
  }
}

/** A channel of an event with where its parameter comes from: `private-user.{id}` ← `manager.id` (request). */
export function describeChannel({ pattern, from, of, optional, when, by, legacy }: EventChannel): string {
  const remarks = [
    of === 'request' ? 'of the request' : of === 'producer' ? 'known to the producer' : undefined,
    optional === true ? 'if present' : undefined,
    when === undefined ? undefined : `if ${when.path} is ${when.is}`,
    by === undefined ? undefined : `by ${by.join(', ')} only`,
    legacy === true ? 'older applications only' : undefined,
  ].filter((remark) => remark !== undefined);
  const source = from === undefined ? '' : ` ← \`${paths(from)}\``;
  return `\`${pattern}\`${source}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`;
}

function paths(path: Path): string {
  return typeof path === 'string' ? path : path.join('` or `');
}

/** Every alias of an event with where it counts: `payment_received` (socket.io, type). */
export function describeAliases({ aliases }: CatalogueEvent): string {
  const kinds = new Map<string, string[]>();
  for (const [kind, names] of Object.entries(aliases)) {
    for (const name of names) kinds.set(name, [...(kinds.get(name) ?? []), kind]);
  }
  return [...kinds].map(([name, those]) => `\`${name}\` (${those.join(', ')})`).join(', ');
}

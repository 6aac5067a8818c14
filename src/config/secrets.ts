import { isTree } from './tree.js';

/** Never shown: secrets, lists that hold some, and the headers of webhooks, which may carry tokens. */
const SECRET =
  /(?:^|\.)(?:secret|\w+Secret|passphrase|password|sentinelPassword|token|keys(?:\.\d+)?)$|\.headers(?:\.|$)/;

/** A setting's value as JSON text, with whatever is secret in it masked. */
export function showValue(path: string, value: unknown): string {
  return JSON.stringify(masked(path, value));
}

function masked(path: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (SECRET.test(path)) return '***';
  if (Array.isArray(value)) return value.map((item, index) => masked(`${path}.${index}`, item));
  if (isTree(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, masked(`${path}.${name}`, inner)]),
    );
  }
  return typeof value === 'string' ? withoutUrlSecrets(value) : value;
}

/**
 * A URL without its password, or a user name that stands alone, as tokens do, and without its query, which may hold one
 * too; any other text as it is.
 */
function withoutUrlSecrets(text: string): string {
  return text
    .replace(/^(\w+:\/\/)([^/?#@:]*:)?[^/?#]*@/, '$1$2***@')
    .replace(/^(\w+:\/\/[^?#]*\?)[^#]+/, '$1***');
}

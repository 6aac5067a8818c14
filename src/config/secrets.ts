import { isTree } from './tree.js';

/** Settings never shown: secrets, lists that hold some, and the headers of webhooks, which may carry tokens. */
const SECRET =
  /(?:^|\.)(?:secret|\w+Secret|passphrase|password|sentinelPassword|token|keys(?:\.\d+)?)$|\.headers(?:\.|$)/;

/** Settings that hold addresses, which may have a password or a token in them. */
const ADDRESS = /(?:^|\.)(?:url|jwksUrl|redis\.host|(?:sentinels|nodes|servers)(?:\.\d+)?)$/;

/** Sections and lists in which secrets or addresses are; whatever stands in the place of one may be such a value. */
const HOLDER =
  /^(?:apps(?:\.\d+(?:\.webhooks(?:\.\d+)?)?)?|webhooks(?:\.\d+)?|tls|gateway|hub|cluster(?:\.(?:redis|nats))?)?$/;

const MASK = '***';

/** A setting's value as JSON text, with whatever is secret in it masked. */
export function showValue(path: string, value: unknown): string {
  return JSON.stringify(masked(path, value));
}

function masked(path: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (SECRET.test(path)) return MASK;
  if (Array.isArray(value)) return value.map((item, index) => masked(`${path}.${index}`, item));
  if (isTree(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, masked(`${path}.${name}`, inner)]),
    );
  }
  return typeof value === 'string' ? withoutUrlSecrets(value) : value;
}

/**
 * A URL without its password, or a user name that stands alone, as tokens do, and without its query and fragment, which
 * may hold one too; any other text as it is. A password may hold any character, so all before the last `@` counts.
 */
function withoutUrlSecrets(text: string): string {
  const [, scheme = '', rest = ''] = /^(\w+:\/\/)?(.*)$/s.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  const user = /^[^/?#:]*:/.exec(rest.slice(0, Math.max(0, at)))?.[0] ?? '';
  const place = at < 0 ? rest : `${user}${MASK}@${rest.slice(at + 1)}`;
  return scheme + (scheme === '' ? place : place.replace(/([?#]).+$/s, `$1${MASK}`));
}

/**
 * The value of a setting that is refused, as JSON text. A malformed value does not show where a secret in it begins, so
 * one that may hold a secret is masked as a whole.
 */
export function showRefused(path: string, value: unknown): string {
  const item = (inner: unknown) => (mayHoldSecret(path, inner) ? MASK : inner);
  return JSON.stringify(Array.isArray(value) ? value.map(item) : item(value));
}

/** The refused text of a variable, without quotes around it; see {@link showRefused}. */
export function showRefusedText(path: string, text: string): string {
  return mayHoldSecret(path, text) ? MASK : text;
}

function mayHoldSecret(path: string, value: unknown): boolean {
  if (value === null) return false;
  if (typeof value === 'object') return true;
  if (typeof value === 'string' && value.includes('@')) return true;
  return SECRET.test(path) || ADDRESS.test(path) || HOLDER.test(path);
}

/**
 * A name that is no setting, in a config file. What is no plain word may be a value that was written in the place of a
 * name.
 */
export function showUnknownName(name: string): string {
  return /^[$A-Za-z][A-Za-z0-9_]{0,63}$/.test(name) ? name : MASK;
}

/**
 * The name of a file that cannot be read. It is masked where it looks like the content of a file that was given in the
 * place of its name: a key in PEM or Base64, or JSON.
 */
export function showPath(path: string): string {
  const isContent = /[\p{Cc}{}="<>@]|-----|:\/\//u.test(path) || path.length > 255;
  const isBase64 = /^[A-Za-z0-9+/]{40,}$/.test(path) && !/^(?:\/[\w+-]{1,30}){2,}$/.test(path);
  return isContent || isBase64 ? MASK : path;
}

/** Why a file cannot be read, without its name, which {@link showPath} may have to mask. */
export function fileProblem(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z][A-Z0-9_]+: [^,']+/.exec(message)?.[0] ?? 'it is not the name of a file';
}

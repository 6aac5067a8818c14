import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** A pattern of `allowedOrigins`, in the form that origins are compared in. */
export interface OriginPattern {
  /** Whether it is compared with the host, with host and port, or with the whole origin. */
  readonly of: 'host' | 'address' | 'origin';
  /** Lower case, international names in ASCII, without a default port; `*` stands for any run of characters. */
  readonly text: string;
}

/** Ports that an origin leaves out, by scheme. */
export const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
]);

const FORMS =
  'must be a host such as *.example.com, a host with a port such as localhost:5173, or an origin such as https://example.com';

/**
 * Reads a pattern of `allowedOrigins`.
 *
 * @throws Error that says why no origin could ever match
 */
export function readOriginPattern(pattern: string): OriginPattern {
  refuseLists(pattern);
  const [, scheme, rest = ''] = /^(?:([^:/]*):\/\/)?(.*?)\/?$/s.exec(pattern.toLowerCase()) ?? [];
  if (scheme === undefined && isIP(rest) === 6) return { of: 'host', text: hostInUrl(rest).slice(1, -1) };
  if (scheme === 'file' && rest === '') return { of: 'origin', text: 'file://' };
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::([\d*]+))?$/s.exec(rest) ?? [];
  if (host === '' || /[/?#@\\]/.test(rest)) throw new Error(`${FORMS}, without a path`);
  if (port !== undefined && !port.includes('*') && !(Number(port) > 0 && Number(port) <= 65_535)) {
    throw new Error('must have a port from 1 to 65535');
  }
  const place = canonicalHost(host);
  if (scheme === undefined) {
    if (port === undefined) return { of: 'host', text: place.replace(/^\[|\]$/g, '') };
    return { of: 'address', text: `${place}:${port}` };
  }
  if (!/^[a-z*][a-z0-9+.*-]*$/.test(scheme)) throw new Error(FORMS);
  if (scheme === 'ws' || scheme === 'wss') {
    throw new Error('must begin with http:// or https://, as origins of web pages do, also for WebSockets');
  }
  const isUsual = port === undefined || DEFAULT_PORTS.get(`${scheme}:`) === String(Number(port));
  return { of: 'origin', text: `${scheme}://${place}${isUsual ? '' : `:${port}`}` };
}

/** Several patterns in one text, or one in quotes, would be compared as a whole. */
function refuseLists(pattern: string): void {
  if (/["'`]/.test(pattern)) throw new Error('must be written without quotes');
  if (/[{}]/.test(pattern) || /^\[(?![\da-f:.]+\])/i.test(pattern)) {
    throw new Error('must be no JSON: patterns are separated by commas in a variable');
  }
  if (/[;,\s]/.test(pattern)) {
    throw new Error('must be one pattern: several are separated by commas in a variable');
  }
}

/** As browsers have a host in an origin. */
function canonicalHost(host: string): string {
  if (host.startsWith('[')) {
    if (isIP(host.slice(1, -1)) !== 6) throw new Error('must have an IPv6 address in its brackets');
    return hostInUrl(host.slice(1, -1));
  }
  const text = host.includes('*') ? host.split('.').map(labelInAscii).join('.') : domainToASCII(host);
  if (text.startsWith('.')) throw new Error(`cannot begin with a dot; subdomains are *${text}`);
  if (!/^[a-z0-9*_-]+(?:\.[a-z0-9*_-]+)*\.?$/.test(text)) throw new Error(FORMS);
  return text;
}

function labelInAscii(label: string): string {
  if (!/[^\0-\x7f]/.test(label)) return label;
  // In ASCII such a label has nothing in common with those that differ in one character.
  if (label.includes('*')) throw new Error('cannot have * beside characters beyond ASCII');
  return domainToASCII(label);
}

function hostInUrl(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname;
}

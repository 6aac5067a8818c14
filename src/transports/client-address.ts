import { BlockList, isIP } from 'node:net';

/** Finds the client behind proxies, believing only those that are trusted. */
export class TrustedProxies {
  private readonly list = new BlockList();
  /** Whether any is; without one, forwarding headers need not even be read. */
  readonly any: boolean;

  /** @param ranges addresses, or ranges such as 10.0.0.0/8 */
  constructor(ranges: readonly string[]) {
    this.any = ranges.length > 0;
    for (const range of ranges) {
      const [address = '', bits] = range.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.list.addAddress(address, family);
      else this.list.addSubnet(address, Number(bits), family);
    }
  }

  isTrusted(address: string): boolean {
    return this.any && isIP(address) !== 0 && this.list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }

  /**
   * The last address in the chain that no trusted proxy stands at.
   *
   * @param remote of the TCP connection
   * @param forwardedFor the `X-Forwarded-For` header
   */
  clientAddress(remote: string, forwardedFor: string): string {
    let address = normalizeAddress(remote);
    if (forwardedFor === '' || !this.isTrusted(address)) return address;
    for (const hop of forwardedFor.split(',').reverse()) {
      const candidate = normalizeAddress(withoutPort(hop.trim()));
      if (isIP(candidate) === 0) break;
      address = candidate;
      if (!this.isTrusted(address)) break;
    }
    return address;
  }
}

/** Some proxies write `1.2.3.4:5678` and `[2001:db8::1]:5678`. */
function withoutPort(hop: string): string {
  const [, ipv6, ipv4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(hop) ?? [];
  return ipv6 ?? ipv4 ?? hop;
}

/**
 * An address in one spelling: IPv4 as such even where it came mapped into IPv6, IPv6 as short as can be and without a
 * zone, which means something on one machine only.
 */
export function normalizeAddress(address: string): string {
  // A handshake from an IPv4 address is not to wait for the patterns of IPv6.
  if (!address.includes(':') && !address.includes('%')) return address;
  const plain = address.replace(/%.*$/s, '');
  if (isIP(plain) !== 6) return plain;
  const shortest = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  return [high, low]
    .map((group) => parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 0xff])
    .join('.');
}

/**
 * Whether the client itself uses TLS: with us, or with a trusted proxy that says so in `X-Forwarded-Proto`.
 */
export function isClientTls(
  ownTls: boolean,
  proxies: TrustedProxies,
  remote: string,
  forwardedProto: string,
): boolean {
  if (forwardedProto === '' || !proxies.isTrusted(normalizeAddress(remote))) return ownTls;
  return /^(?:https|wss)\b/i.test(forwardedProto.trim());
}

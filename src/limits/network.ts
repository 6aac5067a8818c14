/**
 * What one peer can be told apart by: an IPv4 address, or the /64 network of an IPv6 address, since a host has all of
 * that to itself.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Networks that nobody has to himself: loopback, private, shared and link-local ones. */
const PRIVATE =
  /^(?:$|127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

/**
 * The network of a peer, as {@link networkOf} has it; undefined where the address is a private one, which as a rule is that
 * of a proxy that stands for all its clients.
 */
export function publicNetworkOf(address: string): string | undefined {
  return PRIVATE.test(address) ? undefined : networkOf(address);
}

/** A proxy on this machine that is not trusted stands for all its clients. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address === '';
}

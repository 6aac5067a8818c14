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

/** A proxy on this machine that is not trusted stands for all its clients. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address === '';
}

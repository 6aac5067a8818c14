import { hash, timingSafeEqual } from 'node:crypto';

/** Whether a secret is the right one, in a time that tells nothing of it, its length included. */
export function isSameSecret(given: string | undefined, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given ?? '', 'buffer'), hash('sha256', expected, 'buffer'));
}

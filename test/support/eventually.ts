import { vi } from 'vitest';

/** Tries until it holds: for what the server does on its own and tells nobody of. */
export function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<T> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: 5 });
}

import { readdirSync, readFileSync } from 'node:fs';

/** A start needs about so many: modules are read side by side, and the libraries keep some. */
export const MIN_DESCRIPTORS = 256;

/** Kept for the management port, webhooks, the other nodes, names and certificates: a share of all, within bounds. */
const RESERVE = { share: 0.05, least: 32, most: 1000 };
/** Connections that no WebSocket may take, so that the HTTP API is answered. */
const HTTP_RESERVE = { share: 0.05, least: 16, most: 1000 };

/**
 * How many file descriptors this process may have open, its sockets among them. Node itself has raised the soft limit to
 * the hard one.
 *
 * @returns undefined where the system does not say, and where there is no limit
 */
export function descriptorLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/** What an operator can do about it. */
export const RAISE_LIMIT = 'raise it with ulimit -n, LimitNOFILE= of systemd or --ulimit nofile= of Docker';

/** @returns what to tell the operator where there are too few to start */
export function descriptorProblem(limit = descriptorLimit()): string | undefined {
  if (limit === undefined || limit >= MIN_DESCRIPTORS) return undefined;
  return `this process may open ${limit} files and sockets, and needs at least ${MIN_DESCRIPTORS}: ${RAISE_LIMIT}`;
}

/** How many connections the public port may have, so that the process never runs out of descriptors. */
export class DescriptorBudget {
  /** Of all kinds; a further one is closed as soon as it is there. */
  readonly maxConnections: number;
  /** WebSockets; a further one is told to come back later. */
  readonly maxSockets: number;

  /** @param open descriptors that are in use before the first connection */
  constructor(
    readonly limit: number,
    open: number,
  ) {
    this.maxConnections = Math.max(1, limit - open - part(RESERVE, limit));
    this.maxSockets = Math.max(1, this.maxConnections - part(HTTP_RESERVE, limit));
  }

  /** That of this process at this moment; undefined where the system does not say. */
  static ofProcess(): DescriptorBudget | undefined {
    const limit = descriptorLimit();
    if (limit === undefined) return undefined;
    try {
      return new DescriptorBudget(limit, readdirSync('/proc/self/fd').length);
    } catch {
      return undefined;
    }
  }
}

function part({ share, least, most }: typeof RESERVE, of: number): number {
  return Math.min(most, Math.max(least, Math.ceil(of * share)));
}

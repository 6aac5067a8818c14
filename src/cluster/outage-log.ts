import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

/** The same reason is logged again after this time. */
const REPEAT_MS = 60_000;

/** Reasons that are remembered; further ones wait for their turn. */
const MAX_REASONS = 8;

/**
 * Tells the operator why a server that the nodes meet at cannot be used: at the first failure, whenever the reason
 * changes, and once a minute while it lasts.
 */
export class OutageLog {
  /** When a reason was last logged. */
  private readonly said = new Map<string, number>();
  private sinceMs: number | undefined;
  private attempts = 0;
  /** Why it cannot be used; undefined while it can. */
  reason: string | undefined = undefined;

  constructor(
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'monotonic'>,
    /** What it is, such as `the cluster store`. */
    private readonly what: string,
    /** Where it is, without credentials. */
    private readonly address: string | undefined,
  ) {}

  /** An attempt to connect failed, or what was connected cannot be used. */
  failed(reason: string): void {
    const nowMs = this.clock.monotonic();
    const where = this.address === undefined ? '' : ` at ${this.address}`;
    this.reason = `${this.what}${where} cannot be used: ${reason}`;
    this.sinceMs ??= nowMs;
    this.attempts++;
    const saidMs = this.said.get(reason);
    const isDue = saidMs === undefined ? this.said.size < MAX_REASONS : nowMs - saidMs >= REPEAT_MS;
    if (!isDue) return;
    this.said.set(reason, nowMs);
    const seconds = Math.round((nowMs - this.sinceMs) / 1000);
    const fields = { address: this.address, reason, attempts: this.attempts, seconds };
    this.log.warn(
      { ...fields, hint: hintOf(reason) },
      `${this.what} cannot be used; this node serves its own connections only`,
    );
  }

  /** It can be used. */
  ended(): void {
    this.reason = undefined;
    this.sinceMs = undefined;
    this.attempts = 0;
    // What was said lately is not said again where connections come and go.
    for (const [reason, saidMs] of this.said)
      if (this.clock.monotonic() - saidMs >= REPEAT_MS) this.said.delete(reason);
  }
}

/** What an operator can do, by what the libraries and servers say. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /WRONGPASS|invalid password|Authorization Violation/i,
    'user name or password are wrong: REDIS_USERNAME, REDIS_PASSWORD, PREGON_NATS_USER, PREGON_NATS_PASSWORD, PREGON_NATS_TOKEN',
  ],
  [/NOAUTH|Authentication required/i, 'it wants a password: REDIS_PASSWORD'],
  [/without any password configured|no password is set/i, 'it has no password: leave REDIS_PASSWORD out'],
  [
    /NOPERM|Permissions Violation/i,
    'the ACL of the user lacks a command, key or channel that pregon needs: docs/several-nodes.md',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'the name is not known here: REDIS_HOST, PREGON_NATS_SERVERS'],
  [
    /ECONNREFUSED|ENOENT|connection refused/i,
    'nothing listens there: REDIS_HOST, REDIS_PORT, PREGON_NATS_SERVERS',
  ],
  [
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|did not connect|did not answer|TIMEOUT/i,
    'nothing answers there: is a firewall in between, the host another, or TLS on at one end only?',
  ],
  [/DB index|out of range/i, 'there is no such database: REDIS_DB'],
  [
    /certificate|self-signed|altnames/i,
    'its certificate is not trusted for this name: PREGON_REDIS_TLS_CA, PREGON_NATS_TLS_CA',
  ],
  [
    /does not support 'tls'|wrong version number|packet length|EPROTO|ECONNRESET|socket hang up|connection was closed/i,
    'one side may speak TLS and the other not: PREGON_REDIS_TLS, or rediss:// and tls://',
  ],
  [/LOADING|MASTERDOWN|READONLY|CLUSTERDOWN/, 'it is there and not ready'],
];

function hintOf(reason: string): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(reason))?.[1];
}

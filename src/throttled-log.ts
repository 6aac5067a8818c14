import type { Clock, Timer } from './clock.js';
import type { Log } from './log.js';

/** One line of a kind and app is written in this time. */
const QUIET_MS = 60_000;
const SWEEP_MS = 5000;

/** Kinds are the program's own, so only apps could make these many; beyond them apps share a line. */
const MAX_ENTRIES = 1000;

/** Longer texts in the fields are cut: peers wrote them. */
const MAX_TEXT_LENGTH = 300;

interface Entry {
  readonly app: string | undefined;
  readonly message: string;
  /** When its last line was written. */
  atMs: number;
  /** How often it happened since. */
  unsaid: number;
}

/**
 * Warnings of what strangers can cause as often as they like: refused connections, subscriptions and requests. Of each
 * kind and app one line a minute is written, at once, and then how often it happened meanwhile. With `debug` each is
 * written.
 */
export class ThrottledLog {
  private readonly entries = new Map<string, Entry>();
  private readonly timer: Timer;

  constructor(
    private readonly log: Log,
    private readonly clock: Pick<Clock, 'monotonic' | 'every'>,
  ) {
    this.timer = clock.every(SWEEP_MS, () => {
      this.sweep();
    });
  }

  /**
   * Warns, or counts what would be one line too many.
   *
   * @param app its id; undefined where none is known. Never a peer's text
   * @param fields reason, origin, key, address, and a `hint` what to do where one is known; never a secret. Texts are
   *   cut at 300 characters. A function is only called when the line is written
   * @param message the kind, a constant of the program: `connection refused with 4009`. Never a peer's text
   */
  warn(app: string | undefined, fields: object | (() => object), message: string): void {
    const entry = this.entryOf(app, message);
    const nowMs = this.clock.monotonic();
    if (nowMs - entry.atMs < QUIET_MS) {
      entry.unsaid++;
      if (this.log.isDebug) this.log.debug(lineOf(app, known(fields)), message);
      return;
    }
    const line = entry.unsaid > 0 ? { ...known(fields), unsaid: entry.unsaid } : known(fields);
    entry.atMs = nowMs;
    entry.unsaid = 0;
    this.log.warn(lineOf(app, line), message);
  }

  /** Says what is still unsaid; from now on nothing is said later than at once. */
  close(): void {
    this.timer.cancel();
    for (const entry of this.entries.values()) this.summarize(entry);
    this.entries.clear();
  }

  private entryOf(app: string | undefined, message: string): Entry {
    const key = app === undefined ? message : `${message}\n${app}`;
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    if (app !== undefined && this.entries.size >= MAX_ENTRIES) return this.entryOf(undefined, message);
    const entry: Entry = { app, message, atMs: -Infinity, unsaid: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  /** Says how often it happened where a minute is over, and forgets what has not happened since. */
  private sweep(): void {
    const nowMs = this.clock.monotonic();
    for (const [key, entry] of this.entries) {
      if (nowMs - entry.atMs < QUIET_MS) continue;
      if (entry.unsaid === 0) {
        this.entries.delete(key);
        continue;
      }
      this.summarize(entry);
      entry.atMs = nowMs;
      entry.unsaid = 0;
    }
  }

  private summarize({ app, message, unsaid, atMs }: Entry): void {
    if (unsaid === 0) return;
    const seconds = Math.round((this.clock.monotonic() - atMs) / 1000);
    this.log.warn(lineOf(app, { unsaid, seconds }), `${message}, and more often than was said`);
  }
}

function known(fields: object | (() => object)): object {
  // A function without parameters is what the type allows.
  return typeof fields === 'function' ? (fields as () => object)() : fields;
}

/** The fields as they are written. */
function lineOf(app: string | undefined, fields: object): object {
  const line: Record<string, unknown> = app === undefined ? {} : { app };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line[name] = typeof value === 'string' ? cut(value) : (value as unknown);
  }
  return line;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}

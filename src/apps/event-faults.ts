import type { Counters } from '../activity/counters.js';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';

/** Of one event of one app, one line is written in this time. */
const QUIET_MS = 60_000;

/** An event that is not as the catalogue has it. */
export interface EventFault {
  readonly appId: string;
  /** Its canonical name. */
  readonly event: string;
  readonly channel: string;
  readonly problems: readonly string[];
}

/**
 * Counts events that do not fit the catalogue and tells the operator of them, at most once a minute for each event. There
 * are as many entries as the catalogue has events, for each app.
 */
export class EventFaults {
  private readonly told = new Map<string, { atMs: number; unseen: number }>();

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly counters: Counters,
  ) {}

  /** @param what `trigger` or `client event` */
  report(what: string, { appId, event, channel, problems }: EventFault): void {
    this.counters.eventFaults++;
    const key = `${appId}\n${what}\n${event}`;
    const nowMs = this.clock.monotonic();
    const last = this.told.get(key);
    if (last !== undefined && nowMs - last.atMs < QUIET_MS) {
      last.unseen++;
      return;
    }
    this.told.set(key, { atMs: nowMs, unseen: 0 });
    this.log.warn(
      { appId, event, channel, problems, unseen: last?.unseen ?? 0 },
      `a ${what} is not as the catalogue of events has it; passed on`,
    );
  }

  /** Runs a check whose failing must not touch what has been delivered. */
  guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.counters.internalErrors++;
      this.log.error({ err: error }, 'checking an event failed');
    }
  }
}

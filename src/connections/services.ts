import type { ActivityEmitter } from '../activity/activity.js';
import type { Counters } from '../activity/counters.js';
import type { EventFaults } from '../apps/event-faults.js';
import type { EventCache } from '../channels/event-cache.js';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import type { ThrottledLog } from '../throttled-log.js';

/** What the handlers of client messages work with. */
export interface ConnectionServices {
  readonly cache: EventCache;
  readonly clock: Clock;
  readonly activity: ActivityEmitter;
  readonly counters: Counters;
  readonly eventFaults: EventFaults;
  readonly log: Log;
  /** For what clients can cause as often as they like. */
  readonly warnings: ThrottledLog;
}

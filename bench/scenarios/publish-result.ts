import type { PublishResult } from '../client/calls.js';
import { addCounts } from '../run/measurement.js';

/** What several publishers sent, and what went wrong. */
export function addResults(results: readonly PublishResult[]): {
  readonly sent: number;
  readonly faults: Record<string, number>;
} {
  const stalled = results.filter(({ isStalled }) => isStalled).length;
  return {
    sent: results.reduce((sum, { sent }) => sum + sent, 0),
    faults: addCounts({ stalled }, ...results.map(({ failures }) => failures)),
  };
}

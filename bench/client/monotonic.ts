/**
 * Microseconds of the machine's monotonic clock: the same in every process of one machine, so that one process may
 * stamp what another receives.
 */
const OFFSET = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

export function nowMicros(): number {
  return performance.now() * 1000 + OFFSET;
}

/**
 * A rate limit whose whole state is one number, for what there are very many of: up to which time all that was taken so
 * far is spread at `perSecond`.
 *
 * @param takenUntilMs the state; any time that is past at the start
 * @param nowMs of a clock that never goes back
 * @returns the new state, or undefined where `burst` are taken and none came in again
 */
export function takeAtPace(
  takenUntilMs: number,
  perSecond: number,
  burst: number,
  nowMs: number,
): number | undefined {
  const next = Math.max(takenUntilMs, nowMs) + 1000 / perSecond;
  // Sums of such fractions are off by a little.
  return next - nowMs > (1000 * burst) / perSecond + 0.001 ? undefined : next;
}

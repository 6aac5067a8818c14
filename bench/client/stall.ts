/** Without any progress for this long, whatever is waited for is given up. */
const STALL_MS = 10_000;
const CHECK_MS = 500;

/**
 * Waits for something that makes progress.
 *
 * @param progress a number that changes as long as it goes on
 * @returns false when nothing changed for ten seconds
 */
export async function untilDoneOrStalled(done: Promise<void>, progress: () => number): Promise<boolean> {
  let last = progress();
  let stillMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<boolean>((resolve) => {
    timer = setInterval(() => {
      const now = progress();
      stillMs = now === last ? stillMs + CHECK_MS : 0;
      last = now;
      if (stillMs >= STALL_MS) resolve(false);
    }, CHECK_MS);
  });
  try {
    return await Promise.race([done.then(() => true), stalled]);
  } finally {
    clearInterval(timer);
  }
}

/** A number that others wait for to reach a goal. */
export class Counter {
  value = 0;
  private goal = Infinity;
  private onGoal: () => void = () => undefined;

  add(): void {
    if (++this.value >= this.goal) this.onGoal();
  }

  /** @returns false when the counter stood still for ten seconds before it reached the goal */
  async until(goal: number): Promise<boolean> {
    if (this.value >= goal) return true;
    const done = new Promise<void>((resolve) => {
      this.onGoal = resolve;
    });
    this.goal = goal;
    const isReached = await untilDoneOrStalled(done, () => this.value);
    this.goal = Infinity;
    return isReached;
  }
}

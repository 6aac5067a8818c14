/** Who may call at once, where all at once would be too many. The others wait, each once, and in their order. */
export class Turns<Caller extends { resume(): void }> {
  private taken = 0;
  private readonly waiting = new Set<Caller>();

  constructor(private readonly atOnce: number) {}

  /** @returns whether it may call now; otherwise it is resumed when it may */
  ask(caller: Caller): boolean {
    if (this.taken < this.atOnce) return true;
    this.waiting.add(caller);
    return false;
  }

  /** Makes a call, which the next in turn waits for. */
  async take<T>(call: () => Promise<T>): Promise<T> {
    this.taken++;
    try {
      return await call();
    } finally {
      this.taken--;
      this.resume();
    }
  }

  forget(caller: Caller): void {
    this.waiting.delete(caller);
  }

  forgetAll(): void {
    this.waiting.clear();
  }

  private resume(): void {
    for (const caller of this.waiting) {
      if (this.taken >= this.atOnce) return;
      this.waiting.delete(caller);
      caller.resume();
    }
  }
}

/** Runs a task for each item, and waits for those of a slice before the next. Fails with the first that fails. */
export async function inSlices<T>(
  items: readonly T[],
  size: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(task));
  }
}

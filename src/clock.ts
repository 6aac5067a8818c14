/**
 * Time, as any part may use it; tests put a clock of their own in its place.
 */
export interface Clock {
  /** Milliseconds since 1970, as the world counts them. Jumps when the machine's clock is set. */
  now(): number;
  /** Milliseconds from some fixed point, always forward. */
  monotonic(): number;
  /** Calls `task` every `intervalMs`; does not keep the process alive. */
  every(intervalMs: number, task: () => void): Timer;
  /** Calls `task` once, after `delayMs`; keeps the process alive until then. */
  after(delayMs: number, task: () => void): Timer;
}

/** A task that waits for its time. */
export interface Timer {
  cancel(): void;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  every(intervalMs, task) {
    const timer = setInterval(task, intervalMs);
    timer.unref();
    return {
      cancel: () => {
        clearInterval(timer);
      },
    };
  },
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

/**
 * Runs something that is given up after a time, whether it heeds its signal or not. The timer is the process's own: the one
 * behind `AbortSignal.timeout` may be collected as garbage with its signal, and then never fires.
 *
 * @throws Error named TimeoutError when the time is over, or what `run` threw
 */
export function withDeadline<T>(timeoutMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const reason = new DOMException(`No answer within ${timeoutMs} ms`, 'TimeoutError');
      controller.abort(reason);
      reject(reason);
    }, timeoutMs);
    run(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
      });
  });
}

import type { Reporter, TestModule } from 'vitest/node';

const REASON = /\((?:skipped: )(.+?)\)(?: >|$)/;

/** Says at the end of a run why tests were skipped, which the count of them leaves open. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        // A filter by title (-t) skips the others without a reason.
        const reason = REASON.exec(test.fullName)?.[1];
        if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of counts) process.stdout.write(`     Skipped  ${count}: ${reason}\n`);
  }
}

import { defineConfig } from 'vitest/config';

/** Tells why tests were skipped. */
const SKIPS = './test/support/skip-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // Much of a test's time is waiting; one core fewer, the default, leaves half of a small machine idle.
    maxWorkers: '100%',
    reporters:
      process.env['CI'] === 'true'
        ? ['default', SKIPS, ['json', { outputFile: 'coverage/results.json' }]]
        : ['default', SKIPS],
  },
});
